//! Bad weather between programs.
//!
//! ```sh
//! cargo run -p registry-doubles --example between -- 9001 127.0.0.1:9000
//! ```
//!
//! The port to listen on, on loopback, and the service. The weather is fine until a line says `storm` on the standard
//! input, and again when one says `fine`; at its end the program ends.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program to test with")]

use std::io::BufRead;
use std::net::SocketAddr;

use registry_doubles::between::{Between, Weather};

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let address = SocketAddr::from(([127, 0, 0, 1], arguments[0].parse().unwrap()));
    let between = Between::on(address, arguments[1].parse().unwrap()).await;
    println!("ready");
    tokio::task::block_in_place(|| {
        for line in std::io::stdin().lock().lines() {
            match line.unwrap().as_str() {
                "storm" => between.set(Weather::storm()),
                _ => between.set(Weather::fine()),
            }
            println!("{} requests were hit", between.befallen());
        }
    });
}
