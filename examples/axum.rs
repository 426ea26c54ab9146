//! A registry beside routes of your own, in one axum application.
//!
//! `cargo run -p registry-examples --example axum`

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use registry_auth::EveryoneMay;
use registry_engine::Registry;
use registry_server::Server;
use registry_storage::blob::MemoryBlobStore;
use registry_storage::metadata::MemoryMetadataStore;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
    let server = Server::builder(registry.clone()).authorizer(Arc::new(EveryoneMay)).build();

    // Your routes come first; whatever they do not match, `/v2/` above all, goes to the registry.
    let app = Router::new()
        .route("/", get(|| async { "there is a registry below /v2/\n" }))
        .route("/events", get(move || count(registry)))
        .fallback_service(server);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// The same registry, asked without HTTP.
async fn count(registry: Registry) -> String {
    match registry.events(0, 1000).await {
        Ok(events) => format!("{} events\n", events.len()),
        Err(error) => format!("{error}\n"),
    }
}
