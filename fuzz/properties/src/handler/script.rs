//! Requests as a text that a person can write and a fuzzer can change.

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody, combinators::BoxBody};
use registry_core::{Digest, MediaType};

use super::World;

/// The body of a request.
pub(crate) type Body = BoxBody<Bytes, Broken>;

/// Why a body ends before its end.
#[derive(Debug)]
pub(crate) struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the client went away")
    }
}

impl std::error::Error for Broken {}

/// One request of a script, before its marks are filled in.
#[derive(Debug)]
pub(crate) struct Ask {
    head: String,
    body: Vec<u8>,
    /// The body ends with an error behind its bytes.
    pub(crate) breaks: bool,
}

/// The requests of a script.
pub(crate) fn asks(script: &[u8]) -> impl Iterator<Item = Ask> {
    split(script, b"\n---\n").map(|part| {
        let mut halves = split(part, b"\n\n");
        let head = String::from_utf8_lossy(halves.next().unwrap_or_default()).into_owned();
        let body = part.get(head.len() + 2..).unwrap_or_default();
        let whole = body.strip_suffix(b"{break}");
        Ask { head, body: whole.unwrap_or(body).to_vec(), breaks: whole.is_some() }
    })
}

impl Ask {
    /// The request, if HTTP can carry it. A header `Chunked` sends the body without a length.
    pub(crate) fn request(&self, world: &World) -> Option<Request<Body>> {
        let body = fill_bytes(&self.body, world);
        let head = fill(&self.head, world).replace("{body}", &Digest::sha256_of(&body).to_string());
        let mut lines = head.lines();
        let (method, target) = lines.next()?.split_once(' ')?;
        let mut request = Request::builder().method(method.parse::<Method>().ok()?);
        request = request.uri(target.parse::<Uri>().ok().filter(|uri| uri.path().starts_with('/'))?);
        let mut chunked = self.breaks;
        for line in lines {
            let Some((name, value)) = line.split_once(':') else { continue };
            chunked |= name == "Chunked";
            let value = HeaderValue::from_bytes(value.trim().as_bytes());
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value) {
                request = request.header(name, value);
            }
        }
        request.body(framed(body, chunked, self.breaks)).ok()
    }
}

/// A body of these bytes: with its length or without it, and with an error at its end or without.
pub(crate) fn framed(bytes: impl Into<Bytes>, chunked: bool, breaks: bool) -> Body {
    let bytes = bytes.into();
    if !chunked {
        return http_body_util::Full::new(bytes).map_err(|never| match never {}).boxed();
    }
    let half = bytes.len() / 2;
    let frames = [bytes.slice(..half), bytes.slice(half..)].map(|part| Ok(Frame::data(part)));
    let end = breaks.then_some(Err(Broken));
    BodyExt::boxed(StreamBody::new(stream::iter(frames.into_iter().chain(end))))
}

/// The text with its marks replaced by what they stand for.
fn fill(text: &str, world: &World) -> String {
    text.replace("{upload}", world.upload())
        .replace("{blob}", &world.blob.to_string())
        .replace("{manifest}", &world.manifest.to_string())
        .replace("{oci}", MediaType::OCI_MANIFEST.as_str())
        .replace("{index}", MediaType::OCI_INDEX.as_str())
}

fn fill_bytes(bytes: &[u8], world: &World) -> Bytes {
    match str::from_utf8(bytes) {
        Ok(text) => fill(text, world).into(),
        Err(_) => bytes.to_vec().into(),
    }
}

fn split<'a>(bytes: &'a [u8], at: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let now = rest?;
        let cut = now.windows(at.len()).position(|window| window == at);
        rest = cut.map(|cut| &now[cut + at.len()..]);
        Some(cut.map_or(now, |cut| &now[..cut]))
    })
}
