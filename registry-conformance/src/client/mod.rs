//! An HTTP/1.1 client that sends anything, byte for byte, and takes nothing that is not a valid answer.

mod connection;
mod credentials;
mod read;
mod request;
mod response;
mod url;

use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) use connection::Connection;
pub(crate) use credentials::Credentials;
pub(crate) use request::Request;
pub(crate) use response::Response;
pub(crate) use url::Url;

use crate::check::{Failure, Stop};

/// How long an answer may take to come, and each part of it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// Sends requests to one registry. Cheap to clone; connections are kept and shared.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    url: Url,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Client {
    pub(crate) fn new(url: Url) -> Self {
        Self { url, idle: Arc::default() }
    }

    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    /// A connection of its own.
    ///
    /// # Errors
    /// When the registry cannot be reached.
    pub(crate) async fn connect(&self) -> Result<Connection, Stop> {
        let connection = Connection::to(&self.url).await;
        connection.map_err(|error| Failure::new("a connection", format!("{error}")).into())
    }

    /// Sends a request and reads the answer, on a kept connection where there is one.
    ///
    /// # Errors
    /// A failure when there is no valid answer.
    pub(crate) async fn send(&self, request: &Request) -> Result<Response, Stop> {
        // A kept connection may have been closed in the meantime; a fresh one must work.
        while let Some(mut connection) = self.kept() {
            if let Ok(response) = connection.send(request, &self.url).await {
                self.keep(connection);
                return Ok(response);
            }
        }
        let mut connection = self.connect().await?;
        let response = connection.send(request, &self.url).await?;
        self.keep(connection);
        Ok(response)
    }

    /// Sends bytes as they are on a connection of their own, and reads one answer to what has this method.
    ///
    /// # Errors
    /// A failure when there is no valid answer.
    pub(crate) async fn send_raw(&self, method: &str, bytes: &[u8]) -> Result<Response, Stop> {
        let mut connection = self.connect().await?;
        let bytes = &*with_credentials(bytes, &self.url);
        connection.write(bytes).await;
        connection.read(method, bytes).await
    }

    fn kept(&self) -> Option<Connection> {
        self.idle.lock().ok()?.pop()
    }

    fn keep(&self, connection: Connection) {
        if let (true, Ok(mut idle)) = (connection.is_reusable(), self.idle.lock()) {
            idle.push(connection);
        }
    }
}

/// The bytes with who asks behind their first line, where the registry wants to know it.
fn with_credentials<'b>(bytes: &'b [u8], url: &Url) -> Cow<'b, [u8]> {
    let end = bytes.windows(2).position(|two| two == b"\r\n").map(|at| at + 2);
    let (Some(credentials), Some(end)) = (url.credentials(), end) else { return Cow::Borrowed(bytes) };
    let line = format!("Authorization: {}\r\n", credentials.header());
    Cow::Owned([&bytes[..end], line.as_bytes(), &bytes[end..]].concat())
}
