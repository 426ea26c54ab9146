//! Requests and answers of the double.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Response, Uri};
use registry_core::Timestamp;

use super::Body;
use super::keep::{Keep, Object, Refusal};

/// What is asked for.
pub(super) struct Asked {
    method: Method,
    key: String,
    query: HashMap<String, String>,
    headers: HeaderMap,
}

impl Asked {
    pub(super) fn new(head: &Parts) -> Self {
        let path = decoded(head.uri.path());
        let key = path.trim_start_matches("/test").trim_start_matches('/').to_owned();
        Self { method: head.method.clone(), key, query: query(&head.uri), headers: head.headers.clone() }
    }

    /// What kind of request it is.
    pub(super) fn kind(&self) -> &'static str {
        let has = |name| self.query.contains_key(name);
        match self.method.as_str() {
            "POST" if has("uploads") => "create",
            "POST" if has("uploadId") => "complete",
            "PUT" if self.headers.contains_key("x-amz-copy-source") => "copy",
            "PUT" if has("uploadId") => "part",
            "PUT" => "put",
            "DELETE" if has("uploadId") => "abort",
            "DELETE" => "delete",
            "HEAD" => "head",
            "GET" if has("list-type") => "list",
            "GET" if has("uploads") => "uploads",
            "GET" => "get",
            _ => "other",
        }
    }

    pub(super) fn answer(&self, keep: &mut Keep, body: Bytes) -> Response<Body> {
        let outcome = match self.kind() {
            "create" => Ok(self.create(keep)),
            "complete" => self.complete(keep, &body),
            "part" => keep
                .part(&self.key, &self.query["uploadId"], self.query["partNumber"].parse().unwrap(), body)
                .map(|etag| tagged(&etag)),
            "put" => keep.put(&self.key, body, self.only_new()).map(|etag| tagged(&etag)),
            "abort" => keep.abort(&self.key, &self.query["uploadId"]).map(|()| plain(204, "")),
            "delete" => {
                keep.objects.remove(&self.key);
                Ok(plain(204, ""))
            }
            "head" | "get" => self.get(keep),
            "list" => Ok(self.list(keep)),
            "uploads" => Ok(self.uploads(keep)),
            _ => Err((501, "NotImplemented")),
        };
        outcome.unwrap_or_else(|(status, code)| error(status, code, None))
    }

    fn only_new(&self) -> bool {
        let for_google = self.headers.get("x-goog-if-generation-match");
        self.headers.contains_key("if-none-match") || for_google.is_some_and(|value| value == "0")
    }

    fn create(&self, keep: &mut Keep) -> Response<Body> {
        let id = keep.create(&self.key);
        plain(
            200,
            &format!(
                "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
            ),
        )
    }

    fn complete(&self, keep: &mut Keep, body: &Bytes) -> Result<Response<Body>, Refusal> {
        let text = std::str::from_utf8(body).unwrap();
        let within = |text: &str, name: &str| {
            let (_, rest) = text.split_once(&format!("<{name}>")).unwrap();
            rest.split_once('<').unwrap().0.replace("&quot;", "\"")
        };
        let parts: Vec<_> = text
            .split("<Part>")
            .skip(1)
            .map(|part| (within(part, "PartNumber").parse().unwrap(), within(part, "ETag")))
            .collect();
        keep.complete(&self.key, &self.query["uploadId"], &parts, self.only_new())?;
        Ok(plain(200, "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>"))
    }

    fn get(&self, keep: &Keep) -> Result<Response<Body>, Refusal> {
        let object = keep.objects.get(&self.key).ok_or((404, "NoSuchKey"))?;
        if self.headers.get("if-match").is_some_and(|etag| *etag != *object.etag) {
            return Err((412, "PreconditionFailed"));
        }
        let size = object.bytes.len();
        let builder = Response::builder()
            .header("etag", &object.etag)
            .header("last-modified", httpdate::fmt_http_date(object.written));
        let range = self.headers.get("range").map(|range| {
            let (from, to) = range.to_str().unwrap().strip_prefix("bytes=").unwrap().split_once('-').unwrap();
            (from.parse::<usize>().unwrap(), to.parse::<usize>().unwrap().min(size.saturating_sub(1)))
        });
        let (builder, bytes) = match range {
            Some((from, _)) if from >= size => return Err((416, "InvalidRange")),
            Some((from, to)) => {
                let builder =
                    builder.status(206).header("content-range", format!("bytes {from}-{to}/{size}"));
                (builder, object.bytes.slice(from..=to))
            }
            None => (builder, object.bytes.clone()),
        };
        let builder = builder.header("content-length", bytes.len());
        let bytes = if self.method == Method::HEAD { Bytes::new() } else { bytes };
        Ok(builder.body(whole(bytes)).unwrap())
    }

    fn list(&self, keep: &Keep) -> Response<Body> {
        let limit: usize = self.query["max-keys"].parse().unwrap();
        let after = self.query.get("continuation-token").or_else(|| self.query.get("start-after"));
        let after = after.cloned().unwrap_or_default();
        let prefix = &self.query["prefix"];
        let matching = keep.objects.iter().filter(|(key, _)| key.starts_with(prefix) && **key > after);
        let mut entries: Vec<(String, String)> = Vec::new();
        for (key, object) in matching {
            let folder = self.query.get("delimiter").and_then(|_| key[prefix.len()..].split_once('/'));
            let (position, entry) = match folder {
                // Behind all keys in the folder.
                Some((name, _)) => (
                    format!("{prefix}{name}/~"),
                    format!("<CommonPrefixes><Prefix>{prefix}{name}/</Prefix></CommonPrefixes>"),
                ),
                None => (key.clone(), contents(key, object)),
            };
            if entries.last().is_none_or(|(last, _)| *last != position) {
                entries.push((position, entry));
            }
        }
        let more = entries.len() > limit;
        entries.truncate(limit);
        let text: String = entries.iter().map(|(_, entry)| entry.as_str()).collect();
        let next = entries
            .last()
            .filter(|_| more)
            .map(|(last, _)| format!("<NextContinuationToken>{last}</NextContinuationToken>"));
        let next = next.unwrap_or_default();
        plain(
            200,
            &format!("<ListBucketResult><IsTruncated>{more}</IsTruncated>{text}{next}</ListBucketResult>"),
        )
    }

    fn uploads(&self, keep: &Keep) -> Response<Body> {
        let mut text = String::new();
        for ((key, id), upload) in &keep.uploads {
            if key.starts_with(&self.query["prefix"]) && !keep.hides_uploads {
                let at = time(upload.begun);
                let _ = write!(
                    text,
                    "<Upload><Key>{key}</Key><UploadId>{id}</UploadId><Initiated>{at}</Initiated><Owner><ID>x</ID></Owner></Upload>"
                );
            }
        }
        plain(
            200,
            &format!(
                "<ListMultipartUploadsResult><Bucket>test</Bucket><IsTruncated>false</IsTruncated>{text}</ListMultipartUploadsResult>"
            ),
        )
    }
}

fn time(at: SystemTime) -> String {
    let micros = at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros();
    Timestamp::from_micros(u64::try_from(micros).unwrap()).to_string()
}

fn query(uri: &Uri) -> HashMap<String, String> {
    let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), decoded(value))
        })
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            b'+' => b' ',
            byte => byte,
        });
    }
    String::from_utf8(out).unwrap()
}

fn whole(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

fn plain(status: u16, text: &str) -> Response<Body> {
    Response::builder().status(status).body(whole(text.to_owned().into())).unwrap()
}

fn tagged(etag: &str) -> Response<Body> {
    Response::builder().header("etag", etag).body(whole(Bytes::new())).unwrap()
}

pub(super) fn error(status: u16, code: &str, wait: Option<u64>) -> Response<Body> {
    let mut response =
        plain(status, &format!("<Error><Code>{code}</Code><Message>as told</Message></Error>"));
    if let Some(wait) = wait {
        response.headers_mut().insert("retry-after", wait.into());
    }
    response
}

/// The same head, and a body that breaks off.
pub(super) fn cut(response: Response<Body>, at: usize) -> Response<Body> {
    let (head, body) = response.into_parts();
    let frames = stream::once(async move {
        let bytes = body.collect().await.unwrap().to_bytes();
        Ok(Frame::data(bytes.slice(..at.min(bytes.len()))))
    });
    // Time for what came before to leave.
    let broken = stream::once(async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        Err(std::io::Error::other("cut"))
    });
    Response::from_parts(head, StreamBody::new(frames.chain(broken)).boxed_unsync())
}

fn contents(key: &str, object: &Object) -> String {
    let (size, etag, at) = (object.bytes.len(), &object.etag, time(object.written));
    format!(
        "<Contents><Key>{key}</Key><LastModified>{at}</LastModified><ETag>{etag}</ETag><Size>{size}</Size></Contents>"
    )
}
