//! One request and all its attempts: timeouts, retries, and what the service said.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt;
use http::StatusCode;
use http::header::{DATE, RETRY_AFTER};
use object_store::client::{
    HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
};
use tokio::time::Instant;

use super::ObjectOptions;
use super::wire::Wire;

/// The longest text of an answer that is read: a list of 1,000 uploads has some 600 kB.
const ANSWER: usize = 4 << 20;
/// How many bytes of a request's body earn one more second.
const BYTES_PER_SECOND: u64 = 256 << 10;
/// The first pause, which doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Sends requests, each as often as it takes.
#[derive(Debug, Clone)]
pub(super) struct Transport {
    client: Wire,
    attempt_timeout: Duration,
    retries: usize,
    retry_timeout: Duration,
}

/// Why there is no answer that could be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The service refused, or could not.
    #[error("status {status}, code {code}: {message}")]
    Status { status: StatusCode, code: String, message: String, retry_after: Option<Duration> },
    /// There was no answer in time.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// The connection failed.
    #[error("the connection failed")]
    Connection {
        /// Whether the request may have reached the service.
        sent: bool,
        #[source]
        source: HttpError,
    },
}

impl Transport {
    pub(super) const fn new(client: Wire, options: &ObjectOptions) -> Self {
        Self {
            client,
            attempt_timeout: options.attempt_timeout,
            retries: options.retries,
            retry_timeout: options.retry_timeout,
        }
    }

    /// The same, with one attempt for each request.
    pub(super) fn once(&self) -> Self {
        Self { retries: 0, ..self.clone() }
    }

    /// One attempt: an answer that means something, or a fault.
    async fn attempt(&self, request: HttpRequest) -> Result<HttpResponse, Fault> {
        let length = request.body().content_length() as u64;
        let limit = self.attempt_timeout + Duration::from_secs(length / BYTES_PER_SECOND);
        let answer = tokio::time::timeout(limit, async {
            let streams = request.method() == http::Method::GET && !is_list(request.uri());
            let mut response = HttpService::call(&self.client, request).await?;
            if response.status().is_success() && !streams {
                // An answer that breaks off is none, and is asked for again.
                let (parts, body) = response.into_parts();
                response = HttpResponse::from_parts(parts, Bytes::from(read_all(body).await?).into());
            }
            if response.status().is_success() || passes(response.status()) {
                return Ok(Ok(response));
            }
            let (parts, body) = response.into_parts();
            // A refusal whose text does not come is a refusal all the same.
            let text = read_text(body).await.unwrap_or_default();
            Ok::<_, HttpError>(Err((parts, text)))
        });
        match answer.await {
            Err(_) => Err(Fault::Timeout(limit)),
            Ok(Err(source)) => {
                let sent = !matches!(source.kind(), HttpErrorKind::Connect);
                Err(Fault::Connection { sent, source })
            }
            Ok(Ok(Ok(response))) => Ok(response),
            Ok(Ok(Err((parts, text)))) => Err(Fault::Status {
                status: parts.status,
                code: element(&text, "Code").unwrap_or_default(),
                message: element(&text, "Message").unwrap_or_default(),
                retry_after: retry_after(&parts.headers),
            }),
        }
    }
}

#[async_trait]
impl HttpService for Transport {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let started = Instant::now();
        let mut pause = FIRST_PAUSE;
        for left in (0..=self.retries).rev() {
            let fault = match self.attempt(request.clone()).await {
                Ok(response) => return Ok(response),
                Err(fault) => fault,
            };
            let wait = fault.retry_after().unwrap_or_default().max(jittered(pause));
            if left == 0 || !fault.may_pass() || started.elapsed() + wait >= self.retry_timeout {
                return Err(fault.into());
            }
            tokio::time::sleep(wait).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Err(Fault::Timeout(started.elapsed()).into())
    }
}

/// Whether a list is asked for, and no object.
fn is_list(uri: &http::Uri) -> bool {
    let pairs = uri.query().unwrap_or_default().split('&');
    pairs.map(|pair| pair.split('=').next()).any(|name| {
        matches!(name, Some("list-type" | "uploads" | "comp")) // S3 and Google, both, Azure
    })
}

/// The statuses that the library above gives a meaning of its own.
const fn passes(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::NOT_FOUND
            | StatusCode::NOT_MODIFIED
            | StatusCode::PRECONDITION_FAILED
            | StatusCode::CONFLICT
            | StatusCode::FORBIDDEN
            | StatusCode::UNAUTHORIZED
    )
}

impl Fault {
    /// Whether the same request may succeed later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Timeout(_) | Self::Connection { .. } => true,
            Self::Status { status, code, .. } => {
                let passing = [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT];
                let lasting = [StatusCode::NOT_IMPLEMENTED, StatusCode::INSUFFICIENT_STORAGE];
                // What a proxy or an overloaded service made of a body that it did not get whole.
                let codes =
                    ["RequestTimeout", "SlowDown", "IncompleteBody", "InternalError", "ServiceUnavailable"];
                passing.contains(status)
                    || (status.is_server_error() && !lasting.contains(status))
                    || codes.contains(&code.as_str())
            }
        }
    }

    /// Whether the service may have done what was asked all the same.
    pub(super) fn is_ambiguous(&self) -> bool {
        match self {
            Self::Timeout(_) => true,
            Self::Connection { sent, .. } => *sent,
            Self::Status { status, .. } => status.is_server_error(),
        }
    }

    pub(super) const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Timeout(_) | Self::Connection { .. } => None,
        }
    }

    /// The fault somewhere below an error.
    pub(super) fn behind<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(fault) = error.downcast_ref() {
                return Some(fault);
            }
            next = error.source();
        }
        None
    }
}

impl From<Fault> for HttpError {
    fn from(fault: Fault) -> Self {
        // Of a kind that nobody above tries again.
        Self::new(HttpErrorKind::Unknown, fault)
    }
}

/// The text of an answer.
pub(super) async fn read_text(body: HttpResponseBody) -> Result<String, HttpError> {
    Ok(String::from_utf8_lossy(&read_all(body).await?).into_owned())
}

/// An answer, as far as one is read.
async fn read_all(body: HttpResponseBody) -> Result<Vec<u8>, HttpError> {
    let mut stream = body.bytes_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = stream.try_next().await? {
        if bytes.len() + piece.len() > ANSWER {
            break;
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// The text of the first element of this name.
pub(super) fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (inner, _) = rest.split_once(&format!("</{name}>"))?;
    quick_xml::escape::unescape(inner).ok().map(std::borrow::Cow::into_owned)
}

/// Whatever a service asks for: longer than anything waits.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3).
fn retry_after(headers: &http::HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    let at = httpdate::parse_http_date(text).ok()?;
    let now = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok())?;
    at.duration_since(now).ok().map(|wait| wait.min(LONGEST))
}

/// Between half of it and all of it.
pub(super) fn jittered(pause: Duration) -> Duration {
    let mut bytes = [0; 2];
    // Without random numbers all wait for the same time, which is no harm.
    let _ = getrandom::fill(&mut bytes);
    pause / 2 + pause.mul_f64(f64::from(u16::from_le_bytes(bytes)) / f64::from(u16::MAX) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_its_code_and_when_to_come_back() {
        let text = "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>a &lt; b</Message></Error>";
        assert_eq!(element(text, "Code").as_deref(), Some("SlowDown"));
        assert_eq!(element(text, "Message").as_deref(), Some("a < b"));
        assert_eq!(element(text, "None"), None);
        let mut headers = http::HeaderMap::new();
        assert_eq!(retry_after(&headers), None);
        headers.insert(RETRY_AFTER, "7".parse().unwrap());
        assert_eq!(retry_after(&headers), Some(Duration::from_secs(7)));
        headers.insert(RETRY_AFTER, "Thu, 01 Jan 1970 00:00:09 GMT".parse().unwrap());
        headers.insert(DATE, "Thu, 01 Jan 1970 00:00:05 GMT".parse().unwrap());
        assert_eq!(retry_after(&headers), Some(Duration::from_secs(4)));
        // Whatever a service says, nothing waits for longer than an hour, and nothing overflows.
        for endless in ["3601", "1000000000000", "18446744073709551615", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            headers.insert(RETRY_AFTER, endless.parse().unwrap());
            assert_eq!(retry_after(&headers), Some(Duration::from_secs(3600)), "{endless}");
        }
    }

    #[test]
    fn a_pause_is_between_half_and_whole() {
        for _ in 0..100 {
            let pause = jittered(Duration::from_secs(2));
            assert!((Duration::from_secs(1)..=Duration::from_secs(2)).contains(&pause), "{pause:?}");
        }
    }
}
