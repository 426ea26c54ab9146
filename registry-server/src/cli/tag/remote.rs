//! Tags of a running server.

use std::error::Error;
use std::time::Duration;

use registry_core::{Digest, ErrorBody, Link, RepositoryName, Tag};
use reqwest::header::{IF_MATCH, LINK};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use serde_json::{Map, Value, json};

use super::{PlaceArguments, PointArguments};
use crate::cli::exit::{Exit, Failure};

/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many entries are asked for at once.
const PAGE: usize = 100;

/// A registry over HTTP.
pub(super) struct Remote {
    client: Client,
    server: Url,
    credentials: Option<(String, String)>,
}

impl Remote {
    pub(super) fn new(place: &PlaceArguments) -> Result<Self, Box<dyn Error>> {
        crate::cli::tls::choose();
        let server: Url = place.server.as_deref().unwrap_or_default().parse().map_err(|error| {
            Exit::Usage.because(format!("--server takes a URL such as http://127.0.0.1:5000: {error}"))
        })?;
        let credentials = match (&place.user, &place.password_file) {
            (Some(user), Some(file)) => {
                let read = std::fs::read_to_string(file);
                let text = read.map_err(|error| {
                    Exit::Usage.because(format!("cannot read the password file {}: {error}", file.display()))
                })?;
                Some((user.clone(), text.trim_end_matches(['\r', '\n']).to_owned()))
            }
            _ => None,
        };
        let mut builder = Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("registry/", env!("CARGO_PKG_VERSION")));
        if server.scheme() == "http" {
            builder = builder.tls_certs_only(std::iter::empty::<reqwest::Certificate>());
        }
        let client = builder.build().map_err(|error| Exit::Network.because(error))?;
        Ok(Self { client, server, credentials })
    }

    /// As many pages as the limit needs, in one.
    pub(super) async fn history(
        &self,
        name: &RepositoryName,
        tag: &Tag,
        limit: usize,
    ) -> Result<Value, Failure> {
        let n = limit.clamp(1, PAGE);
        let mut target = format!("/v2/{name}/_registry/tags/history?tag={tag}&n={n}");
        let mut entries: Vec<Value> = Vec::new();
        loop {
            let response = self.send(self.client.get(self.at(&target)?)).await?;
            let next = response.headers().get(LINK).and_then(|link| link.to_str().ok());
            let next = next.and_then(|link| Link::parse(link)).map(str::to_owned);
            let mut page = json(response).await?;
            if let Value::Array(more) = page["history"].take() {
                entries.extend(more);
            }
            match next {
                Some(next) if entries.len() < limit => target = next,
                _ => break,
            }
        }
        entries.truncate(limit);
        Ok(json!({ "name": name, "tag": tag, "history": entries }))
    }

    pub(super) async fn restore(
        &self,
        name: &RepositoryName,
        tag: &Tag,
        point: &PointArguments,
        expect: Option<&Digest>,
    ) -> Result<Value, Failure> {
        let mut body = Map::new();
        body.insert("tag".to_owned(), json!(tag));
        body.extend(point.to.iter().map(|digest| ("digest".to_owned(), json!(digest))));
        body.extend(point.at.iter().map(|at| ("at".to_owned(), json!(at))));
        body.extend(point.seq.iter().map(|seq| ("seq".to_owned(), json!(seq))));
        let target = self.at(&format!("/v2/{name}/_registry/tags/restore"))?;
        let mut request = self.client.post(target).body(Value::Object(body).to_string());
        if let Some(digest) = expect {
            request = request.header(IF_MATCH, format!("\"{digest}\""));
        }
        json(self.send(request).await?).await
    }

    /// A path on the server, which may itself lie below a path.
    fn at(&self, target: &str) -> Result<Url, Failure> {
        let base = self.server.as_str().trim_end_matches('/');
        format!("{base}{target}").parse().map_err(|_| Exit::Usage.because("the server's URL cannot be used"))
    }

    /// Sends a request; an answer that is no success becomes a failure with the words of the server.
    async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let request = match &self.credentials {
            Some((user, password)) => request.basic_auth(user, Some(password)),
            None => request,
        };
        let sent = request.send().await;
        let response = sent.map_err(|error| Exit::Network.because(error.without_url()))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let exit = match status {
            StatusCode::BAD_REQUEST => Exit::Usage,
            StatusCode::NOT_FOUND => Exit::NotFound,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Exit::Denied,
            StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => Exit::Conflict,
            _ => Exit::Network,
        };
        let bytes = response.bytes().await.unwrap_or_default();
        let told = serde_json::from_slice::<ErrorBody>(&bytes).ok();
        let told = told.and_then(|body| body.errors.into_iter().next()).map(|entry| entry.message);
        let told = told.unwrap_or_else(|| "this is no registry with such an endpoint".to_owned());
        Err(exit.because(format!("the server answered {}: {}", status.as_u16(), told.escape_debug())))
    }
}

async fn json(response: Response) -> Result<Value, Failure> {
    let bytes = response.bytes().await.map_err(|error| Exit::Network.because(error.without_url()))?;
    serde_json::from_slice(&bytes).map_err(|_| Exit::Network.because("the server's answer is no JSON"))
}
