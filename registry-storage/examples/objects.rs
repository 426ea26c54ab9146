//! Pushes and pulls blobs at once through a bucket, and tells how long it took and how much memory it needed.
//!
//! ```sh
//! cargo run --release -p registry-storage --features s3 --example objects -- http://127.0.0.1:9000 64 64
//! ```
//!
//! The address, how many blobs at once, how many MiB each, and `patient` to go on for minutes while the service is
//! gone. The bucket is `test`, the key `testtest`, its secret `testsecret`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program to measure with")]

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, future, stream};
use registry_storage::blob::{
    BodyStream, Credentials, Durability, ObjectBlobStore, ObjectOptions, S3Options,
};
use registry_storage::{BlobStore, Location};

const FRAME: usize = 64 << 10;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (count, size) = (arguments[1].parse().unwrap(), arguments[2].parse::<u64>().unwrap() << 20);
    let mut objects = ObjectOptions::default();
    objects.prefix = format!("objects/{}", std::process::id());
    objects.memory_wait = Duration::from_secs(600);
    if arguments.get(3).is_some_and(|word| word == "patient") {
        (objects.retries, objects.retry_timeout) = (100, Duration::from_secs(120));
    }
    let parts = objects.memory;
    let options = S3Options::new("test")
        .endpoint(&arguments[0])
        .allow_http(true)
        .credentials(Credentials::key("testtest", "testsecret"))
        .objects(objects);
    let store = ObjectBlobStore::open_s3(options).await.unwrap();
    println!("ready, {} MiB for parts, {} MiB in use", parts >> 20, resident("VmRSS"));

    let started = Instant::now();
    let locations = future::join_all((0..count).map(|seed| push(&store, seed, size))).await;
    told("pushed", count, size, started);
    let started = Instant::now();
    future::join_all(locations.iter().zip(0..).map(|(location, seed)| pull(&store, location, seed, size)))
        .await;
    told("pulled", count, size, started);
    for location in &locations {
        store.delete(location).await.unwrap();
    }
    let left = store.stale_uploads(Duration::ZERO, 1000).await.unwrap();
    for token in &left {
        store.abort(token).await.unwrap();
    }
    println!("{} uploads had been left behind", left.len());
}

fn told(what: &str, count: u64, size: u64, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    let rate = (count * (size >> 20)) as f64 / seconds;
    println!(
        "{what} {count} of {} MiB in {seconds:.1} s, {rate:.0} MiB/s, at most {} MiB in use",
        size >> 20,
        resident("VmHWM")
    );
}

async fn push(store: &ObjectBlobStore, seed: u64, size: u64) -> Location {
    let token = store.begin(Some(size)).await.unwrap();
    let appended = store.append(&token, 0, body(seed, size), Durability::OnCommit).await.unwrap();
    assert_eq!(appended.written, size);
    store.commit(&appended.token, size).await.unwrap()
}

async fn pull(store: &ObjectBlobStore, location: &Location, seed: u64, size: u64) {
    let mut read = store.read(location, size, 0..size).await.unwrap();
    let mut at = 0;
    while let Some(piece) = read.try_next().await.unwrap() {
        for (index, word) in piece.iter().enumerate().step_by(4099) {
            assert_eq!(*word, byte(seed, at + index as u64), "byte {} of blob {seed}", at + index as u64);
        }
        at += piece.len() as u64;
    }
    assert_eq!(at, size);
}

/// The bytes of a blob, made frame by frame as a server hands them on.
fn body(seed: u64, size: u64) -> BodyStream<'static> {
    let frames = (0..size).step_by(FRAME);
    stream::iter(frames)
        .map(move |from| {
            let to = size.min(from + FRAME as u64);
            Ok((from..to).map(|at| byte(seed, at)).collect::<Bytes>())
        })
        .boxed()
}

fn byte(seed: u64, at: u64) -> u8 {
    (at.wrapping_mul(31) ^ (at >> 13) ^ seed.wrapping_mul(97)).to_le_bytes()[0]
}

/// A figure of the process in MiB.
fn resident(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() >> 10
}
