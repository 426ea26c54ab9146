//! Who is asking, and what may they do: names with passwords, and a folder of repositories for each name.
//!
//! `cargo run -p registry-examples --example auth`

use std::sync::Arc;

use async_trait::async_trait;
use registry_auth::{
    Access, Action, Authenticator, Authorizer, Credentials, Error, Grant, Principal, Resource, Result,
};
use registry_core::Actor;
use registry_engine::Registry;
use registry_server::Server;
use registry_storage::blob::MemoryBlobStore;
use registry_storage::metadata::MemoryMetadataStore;

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
    let server =
        Server::builder(registry).authenticator(Arc::new(OneName)).authorizer(Arc::new(OwnFolder)).build();
    let running = registry_server::spawn(server).await?;
    eprintln!("{}", running.address());
    for (credentials, expected) in [(None, 401), (Some("Basic d3Jvbmc6d3Jvbmc="), 401), (Some(ADA), 200)] {
        assert_eq!(status(running.address(), credentials).await?, expected);
    }
    Ok(())
}

// ANCHOR: authenticator
/// `Basic`, as it is sent for the name `ada` and the password `engine`.
const ADA: &str = "Basic YWRhOmVuZ2luZQ==";

/// Knows one name and its password. Store hashes of passwords, not passwords, and compare in constant time.
#[derive(Debug)]
struct OneName;

#[async_trait]
impl Authenticator for OneName {
    async fn authenticate(&self, credentials: &Credentials<'_>, wanted: &[Access]) -> Result<Principal> {
        match credentials.authorization {
            None => Ok(Principal::anonymous()),
            Some(ADA) => Ok(Principal::authenticated(ada()?)),
            // Whoever shows wrong credentials is never taken for somebody who shows none.
            Some(_) => Err(Error::Unauthenticated { challenge: self.challenge(wanted).unwrap_or_default() }),
        }
    }

    fn challenge(&self, _: &[Access]) -> Option<String> {
        Some("Basic realm=\"registry\"".to_owned())
    }
}
// ANCHOR_END: authenticator

// ANCHOR: authorizer
/// Everybody with a name may do everything below it: `ada` in `ada/app`. Nobody may delete.
#[derive(Debug)]
struct OwnFolder;

#[async_trait]
impl Authorizer for OwnFolder {
    async fn authorize(&self, principal: &Principal, wanted: &[Access]) -> Result<Grant> {
        if !principal.authenticated {
            return Ok(Grant::default());
        }
        let folder = format!("{}/", principal.actor);
        let allowed = wanted.iter().filter(|access| match &access.resource {
            Resource::Registry => true,
            Resource::Repository(name) => {
                access.action != Action::Delete && name.as_str().starts_with(&folder)
            }
            _ => false,
        });
        Ok(Grant::new(allowed.cloned().collect()))
    }
}
// ANCHOR_END: authorizer

fn ada() -> Result<Actor> {
    "ada".parse().map_err(|error| Error::Unavailable { retry_after: None, source: Box::new(error) })
}

/// The status of `GET /v2/`.
async fn status(
    address: std::net::SocketAddr,
    authorization: Option<&str>,
) -> std::result::Result<u16, Box<dyn std::error::Error>> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut connection = tokio::net::TcpStream::connect(address).await?;
    let header = authorization.map(|value| format!("Authorization: {value}\r\n")).unwrap_or_default();
    let request = format!("GET /v2/ HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{header}\r\n");
    connection.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    Ok(answer.get(9..12).ok_or("no status line")?.parse()?)
}
