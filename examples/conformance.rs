//! The checks of `registry-conformance` against a server of yours, in a program or a test.
//!
//! `cargo run -p registry-examples --example conformance` runs what the specification asks for;
//! `cargo test -p registry-examples --example conformance` does so as a test.

use std::sync::Arc;

use registry_auth::EveryoneMay;
use registry_conformance::{Profile, Report, Suite};
use registry_engine::Registry;
use registry_server::Server;
use registry_storage::blob::MemoryBlobStore;
use registry_storage::metadata::MemoryMetadataStore;
use tokio::net::TcpListener;

type Error = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    eprintln!("{}", check_my_registry().await?);
    Ok(())
}

/// Starts the registry on a free port, and checks it until the checks are done.
async fn check_my_registry() -> Result<Report, Error> {
    // Whatever speaks HTTP can stand here; the checks know nothing but its address.
    let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
    let server = Server::builder(registry).authorizer(Arc::new(EveryoneMay)).build();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);

    // Nothing needs to be tidied up: the registry is gone afterwards.
    let suite = Suite::new(&url)?.profile(Profile::Core).tidy(false);
    tokio::select! {
        report = suite.run() => Ok(report?),
        ended = registry_server::serve(listener, server, std::future::pending()) => Err(format!("{ended:?}").into()),
    }
}

#[tokio::test]
async fn my_registry_does_what_the_specification_asks() {
    let report = check_my_registry().await.unwrap();
    assert!(report.is_clean(), "{report}");
}
