//! What a check works with.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;

use super::{Repository, Stop};
use crate::client::{Client, Connection, Request, Response};

/// The registry under test and fresh names in it, for one check. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Context(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    /// Begins every repository of this check.
    prefix: String,
    count: AtomicUsize,
    /// What to tidy up: requests that take away what was pushed, newest first.
    leftovers: Mutex<Vec<String>>,
    repositories: Mutex<Vec<String>>,
}

impl Context {
    pub(crate) fn new(client: Client, prefix: String) -> Self {
        let (leftovers, repositories) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { client, prefix, count: AtomicUsize::new(0), leftovers, repositories }))
    }

    pub(crate) fn client(&self) -> &Client {
        &self.0.client
    }

    /// A number that this check had not before.
    pub(crate) fn number(&self) -> usize {
        self.0.count.fetch_add(1, Ordering::Relaxed)
    }

    /// Text that nobody else has, to make content of.
    pub(crate) fn unique(&self) -> String {
        format!("{}-{}", self.0.prefix.replace('/', "-"), self.number())
    }

    /// A repository that does not exist yet.
    pub(crate) fn repository(&self) -> Repository {
        self.named(&format!("{}-{}", self.0.prefix, self.number()))
    }

    /// A repository with a name of one's own; it must begin with that of [`repository`](Self::repository).
    pub(crate) fn named(&self, name: &str) -> Repository {
        if let Ok(mut names) = self.0.repositories.lock() {
            names.push(name.to_owned());
        }
        Repository::new(self.clone(), name.to_owned())
    }

    /// Sends a request and reads the answer.
    ///
    /// # Errors
    /// A failure when there is no valid answer.
    pub(crate) async fn send(&self, request: Request) -> Result<Response, Stop> {
        self.client().send(&request).await
    }

    /// Sends `GET`.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub(crate) async fn get(&self, target: impl Into<String>) -> Result<Response, Stop> {
        self.send(Request::get(target)).await
    }

    /// Sends `HEAD`.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub(crate) async fn head(&self, target: impl Into<String>) -> Result<Response, Stop> {
        self.send(Request::head(target)).await
    }

    /// Sends bytes as they are on a connection of their own, and reads one answer to what has this method.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub(crate) async fn send_raw(&self, method: &str, bytes: &[u8]) -> Result<Response, Stop> {
        self.client().send_raw(method, bytes).await
    }

    /// A connection of one's own.
    ///
    /// # Errors
    /// When the registry cannot be reached.
    pub(crate) async fn connect(&self) -> Result<Connection, Stop> {
        self.client().connect().await
    }

    /// Path and query of a `Location`.
    ///
    /// # Errors
    /// A failure when there is none, or it leads to another host, where these checks do not follow.
    pub(crate) fn location(&self, response: &Response) -> Result<String, Stop> {
        let target = self.client().url().target(response.header("location")?);
        Ok(target.ok_or_else(|| response.not("a Location on this registry"))?.to_owned())
    }

    /// Notes what was pushed, so that it is deleted in the end.
    pub(crate) fn leaves(&self, target: String) {
        if let Ok(mut leftovers) = self.0.leftovers.lock() {
            leftovers.push(target);
        }
    }

    /// Takes away what the check left, as far as the registry lets it.
    pub(crate) async fn tidy(&self) {
        let repositories = self.0.repositories.lock().map(|mut names| std::mem::take(&mut *names));
        for name in repositories.unwrap_or_default() {
            self.empty(&name).await;
        }
        let leftovers = self.0.leftovers.lock().map(|mut targets| std::mem::take(&mut *targets));
        for target in leftovers.unwrap_or_default().into_iter().rev() {
            let _ = self.send(Request::delete(target)).await;
        }
    }

    /// Deletes every tag of a repository with what it points to.
    async fn empty(&self, name: &str) {
        let Ok(list) = self.get(format!("/v2/{name}/tags/list")).await else { return };
        let tags = if list.status == 200 { list.texts("tags").unwrap_or_default() } else { return };
        let delete = async |tag: String| {
            let head = Request::head(format!("/v2/{name}/manifests/{tag}"))
                .header("Accept", super::content::ALL_TYPES);
            let head = self.send(head).await.ok();
            let digest = head.as_ref().and_then(|head| head.get("docker-content-digest")).unwrap_or(&tag);
            let _ = self.send(Request::delete(format!("/v2/{name}/manifests/{digest}"))).await;
        };
        for tags in tags.chunks(8) {
            join_all(tags.iter().cloned().map(delete)).await;
        }
    }
}
