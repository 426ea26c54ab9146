//! An HTTP/1.1 client that sends anything, byte for byte, and takes nothing that is not a valid answer.

mod connection;
mod credentials;
mod dial;
mod read;
mod request;
mod response;
mod token;
mod url;

use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) use connection::Connection;
pub(crate) use credentials::Credentials;
pub(crate) use dial::{Dialer, Trust};
pub(crate) use request::Request;
pub(crate) use response::Response;
pub(crate) use url::Url;

use crate::check::{Failure, Stop};
use token::{Access, Purpose};

/// How long an answer may take to come, and each part of it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// Sends requests to one registry. Cheap to clone; connections and tokens are kept and shared.
#[derive(Debug, Clone)]
pub(crate) struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    url: Url,
    dialer: Dialer,
    access: Access,
    /// Those that the next request may use; nothing when every request is to have one of its own.
    idle: Option<Mutex<Vec<Connection>>>,
}

impl Client {
    pub(crate) fn new(url: Url, dialer: Dialer, credentials: Option<Credentials>, keep: bool) -> Self {
        let (access, idle) = (Access::new(credentials), keep.then(Mutex::default));
        Self(Arc::new(Inner { url, dialer, access, idle }))
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0.url
    }

    /// A connection of its own.
    ///
    /// # Errors
    /// When the registry cannot be reached.
    pub(crate) async fn connect(&self) -> Result<Connection, Stop> {
        let connection = Connection::to(&self.0.url, &self.0.dialer).await;
        connection.map_err(|error| Failure::new("a connection", format!("{error}")).into())
    }

    /// Sends a request and reads the answer, on a kept connection where there is one. Where the registry wants a token
    /// it is sent again with one.
    ///
    /// # Errors
    /// A failure when there is no valid answer.
    pub(crate) async fn send(&self, request: &Request) -> Result<Response, Stop> {
        let sent = self.authorization(request);
        let response = self.on_any(request, sent.as_deref()).await?;
        if !self.renew(request, sent.as_deref(), &response).await? {
            return Ok(response);
        }
        self.on_any(request, self.authorization(request).as_deref()).await
    }

    /// Sends a request on this connection and reads the answer; again with a token, where the registry wants one and
    /// the connection goes on.
    ///
    /// # Errors
    /// A failure when there is no valid answer.
    pub(crate) async fn send_on(
        &self,
        connection: &mut Connection,
        request: &Request,
    ) -> Result<Response, Stop> {
        let sent = self.authorization(request);
        let response = self.on(connection, request, sent.as_deref()).await?;
        if !self.renew(request, sent.as_deref(), &response).await? || !connection.is_reusable() {
            return Ok(response);
        }
        self.on(connection, request, self.authorization(request).as_deref()).await
    }

    /// Sends bytes as they are on a connection of their own, and reads one answer to what has this method. Where the
    /// registry wants a token they are sent again with one.
    ///
    /// # Errors
    /// A failure when there is no valid answer.
    pub(crate) async fn send_raw(&self, method: &str, bytes: &[u8]) -> Result<Response, Stop> {
        let (purpose, access) = (Purpose::read(bytes), &self.0.access);
        let sent = access.header(&purpose);
        let response = self.raw(method, bytes, sent.as_deref()).await?;
        if !access.renew(&purpose, sent.as_deref(), &response, &self.0.url, &self.0.dialer).await? {
            return Ok(response);
        }
        self.raw(method, bytes, access.header(&purpose).as_deref()).await
    }

    /// The request on the wire, with what is known of who may ask.
    pub(crate) fn bytes(&self, request: &Request) -> Vec<u8> {
        request.bytes(&self.0.url, self.authorization(request).as_deref())
    }

    /// What goes into `Authorization`; nothing where the request says it itself.
    fn authorization(&self, request: &Request) -> Option<String> {
        let purpose = || Purpose::of(&request.method, &request.target);
        (!request.is_authorized()).then(purpose).and_then(|purpose| self.0.access.header(&purpose))
    }

    async fn renew(&self, request: &Request, sent: Option<&str>, response: &Response) -> Result<bool, Stop> {
        if request.is_authorized() {
            return Ok(false);
        }
        let purpose = Purpose::of(&request.method, &request.target);
        self.0.access.renew(&purpose, sent, response, &self.0.url, &self.0.dialer).await
    }

    async fn on_any(&self, request: &Request, authorization: Option<&str>) -> Result<Response, Stop> {
        // A kept connection may have been closed in the meantime; a fresh one must work.
        while let Some(mut connection) = self.kept() {
            if let Ok(response) = self.on(&mut connection, request, authorization).await {
                self.keep(connection);
                return Ok(response);
            }
        }
        let mut connection = self.connect().await?;
        let response = self.on(&mut connection, request, authorization).await?;
        self.keep(connection);
        Ok(response)
    }

    async fn on(
        &self,
        connection: &mut Connection,
        request: &Request,
        authorization: Option<&str>,
    ) -> Result<Response, Stop> {
        let bytes = request.bytes(&self.0.url, authorization);
        connection.write(&bytes).await;
        connection.read(&request.method, &bytes).await
    }

    async fn raw(&self, method: &str, bytes: &[u8], authorization: Option<&str>) -> Result<Response, Stop> {
        let mut connection = self.connect().await?;
        let bytes = &*authorized(bytes, authorization);
        connection.write(bytes).await;
        connection.read(method, bytes).await
    }

    fn kept(&self) -> Option<Connection> {
        self.0.idle.as_ref()?.lock().ok()?.pop()
    }

    fn keep(&self, connection: Connection) {
        let Some(idle) = self.0.idle.as_ref().filter(|_| connection.is_reusable()) else { return };
        if let Ok(mut idle) = idle.lock() {
            idle.push(connection);
        }
    }
}

/// The bytes with who asks behind their first line, where the registry wants to know it.
fn authorized<'b>(bytes: &'b [u8], authorization: Option<&str>) -> Cow<'b, [u8]> {
    let end = bytes.windows(2).position(|two| two == b"\r\n").map(|at| at + 2);
    let (Some(authorization), Some(end)) = (authorization, end) else { return Cow::Borrowed(bytes) };
    let line = format!("Authorization: {authorization}\r\n");
    Cow::Owned([&bytes[..end], line.as_bytes(), &bytes[end..]].concat())
}
