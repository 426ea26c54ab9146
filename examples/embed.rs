//! A whole registry in a program of yours: stores in a folder, a server on a free port, until Ctrl-C.
//!
//! `cargo run -p registry-examples --example embed`

use std::sync::Arc;

use registry_auth::EveryoneMay;
use registry_engine::Registry;
use registry_server::Server;
use registry_storage::blob::FsBlobStore;
use registry_storage::metadata::SqliteMetadataStore;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let blobs = FsBlobStore::open(folder.path().join("blobs")).await?;
    let metadata = SqliteMetadataStore::open(folder.path().join("metadata.sqlite"))?;
    let registry = Registry::new(Arc::new(blobs), Arc::new(metadata));

    // Everybody who reaches this address may do everything: it is loopback, and it is said on purpose.
    let server = Server::builder(registry).authorizer(Arc::new(EveryoneMay)).build();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    eprintln!("docker push {}/NAME:TAG", listener.local_addr()?);

    let stop = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    registry_server::serve(listener, server, stop).await?;
    Ok(())
}
