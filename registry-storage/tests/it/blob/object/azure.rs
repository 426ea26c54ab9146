//! The store on Azure Blob Storage, where `REGISTRY_TEST_AZURE` names a server.

use std::io::{Read, Write};
use std::time::Duration;

use registry_storage::BlobStore;
use registry_storage::blob::{AzureCredentials, AzureOptions, Durability, ObjectBlobStore};
use registry_storage::conformance::Fixture;

use crate::blob::{body, bytes};

const ACCOUNT: &str = "devstoreaccount1";

/// The key that everybody knows: the emulator has it built in.
const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// An empty store on an emulator (container `test`).
pub(super) async fn fixture(endpoint: &str) -> Fixture<ObjectBlobStore> {
    let options = options(endpoint);
    let store = ObjectBlobStore::open_azure(options.clone()).await.unwrap();
    let another = move || {
        let options = options.clone();
        async move { ObjectBlobStore::open_azure(options).await.unwrap() }
    };
    Fixture::new(store, another)
}

fn options(endpoint: &str) -> AzureOptions {
    AzureOptions::new(ACCOUNT, "test")
        .endpoint(format!("{endpoint}/{ACCOUNT}"))
        .allow_http(true)
        .credentials(AzureCredentials::key(KEY))
        .objects(super::apart())
}

/// A store, where there is a server.
async fn store() -> Option<ObjectBlobStore> {
    let endpoint = std::env::var("REGISTRY_TEST_AZURE").ok()?;
    Some(ObjectBlobStore::open_azure(options(&endpoint)).await.unwrap())
}

#[tokio::test]
async fn an_abort_drops_blocks_and_never_a_blob() {
    let Some(store) = store().await else { return };
    let all = bytes(1, (5 << 20) + 10);
    let size = all.len() as u64;
    let token = store.begin(None).await.unwrap();
    let token = store.append(&token, 0, body(&all), Durability::OnReturn).await.unwrap().token;
    // As one that crashed before it knew.
    let location = store.commit(&token, size).await.unwrap();
    store.abort(&token).await.unwrap();
    crate::blob::assert_holds(&store, &location, &all).await;
    let given_up = store.append(&store.begin(None).await.unwrap(), 0, body(&all), Durability::OnReturn).await;
    let given_up = given_up.unwrap().token;
    store.abort(&given_up).await.unwrap();
    store.abort(&given_up).await.unwrap();
    let endpoint = std::env::var("REGISTRY_TEST_AZURE").unwrap();
    let elsewhere = ObjectBlobStore::open_azure(options(&endpoint)).await.unwrap();
    let gone = elsewhere.commit(&given_up, size).await;
    assert!(gone.is_err(), "blocks that were given up became a blob: {gone:?}");
}

#[tokio::test]
async fn an_address_brings_the_blob_for_a_while() {
    let Some(store) = store().await else { return };
    let token = store.begin(None).await.unwrap();
    let all = bytes(1, 1000);
    let token = store.append(&token, 0, body(&all), Durability::OnCommit).await.unwrap().token;
    let location = store.commit(&token, 1000).await.unwrap();
    let address = store.direct_url(&location, Duration::from_secs(60)).await.unwrap().unwrap();
    assert_eq!(fetch(&address).await, (200, all.to_vec()));
    let (unsigned, _) = address.split_once('?').unwrap();
    assert_ne!(fetch(unsigned).await.0, 200, "the container is open to everybody");
    let wrong = address.replace("sig=", "sig=0");
    assert_eq!(fetch(&wrong).await.0, 403);
}

/// What one `GET` over plain HTTP brings.
async fn fetch(address: &str) -> (u16, Vec<u8>) {
    let (host, target) = address.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let head = format!("GET /{target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    let host = host.to_owned();
    let answer = tokio::task::spawn_blocking(move || {
        let mut socket = std::net::TcpStream::connect(host).unwrap();
        socket.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).unwrap();
        answer
    });
    let answer = answer.await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let status = std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap();
    (status, answer[end + 4..].to_vec())
}
