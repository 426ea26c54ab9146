//! Requests and answers as the go-between sees them.

use serde_json::Value;

/// A request, read leniently.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query as they were sent.
    pub(crate) target: String,
    pub(crate) version: String,
    pub(crate) headers: Vec<(String, String)>,
    /// What followed the head, decoded where it was chunked.
    pub(crate) body: Vec<u8>,
    /// What was on the wire. It is sent on as it is unless something was changed.
    pub(crate) raw: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &str, target: impl Into<String>) -> Self {
        Self {
            method: method.to_owned(),
            target: target.into(),
            version: "HTTP/1.1".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            raw: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn is(&self, method: &str) -> bool {
        self.method == method
    }

    /// `GET` or `HEAD`.
    pub(crate) fn reads(&self) -> bool {
        self.is("GET") || self.is("HEAD")
    }

    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Whether the path holds this.
    pub(crate) fn about(&self, part: &str) -> bool {
        self.path().contains(part)
    }

    /// `/v2/<name>` of a path that goes on with `/<kind>/`.
    pub(crate) fn repository(&self) -> String {
        let path = self.path();
        let at =
            ["/blobs/", "/manifests/", "/tags/", "/referrers/"].iter().filter_map(|k| path.rfind(k)).min();
        path[..at.unwrap_or(path.len())].to_owned()
    }

    /// What stands behind the last slash.
    pub(crate) fn last(&self) -> &str {
        self.path().rsplit('/').next().unwrap_or_default()
    }

    /// A session's own address.
    pub(crate) fn is_session(&self) -> bool {
        self.path().rsplit_once("/blobs/uploads/").is_some_and(|(_, id)| !id.is_empty())
    }

    /// `/v2/`, with or without its last slash, in whatever is no HTTP.
    pub(crate) fn is_base(&self) -> bool {
        self.path().trim_end_matches('/').trim_start_matches('/') == "v2" || !self.path().starts_with('/')
    }

    /// Where sessions begin.
    pub(crate) fn is_start(&self) -> bool {
        self.is("POST")
            && (self.path().ends_with("/blobs/uploads/") || self.path().ends_with("/blobs/uploads"))
    }

    /// A blob's own address.
    pub(crate) fn is_blob(&self) -> bool {
        self.about("/blobs/") && !self.about("/blobs/uploads")
    }

    pub(crate) fn is_manifest(&self) -> bool {
        self.about("/manifests/")
    }

    /// The raw value of a parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    /// Keeps only those parameters that are wanted.
    pub(crate) fn keep_parameters(&mut self, wanted: impl Fn(&str, &str) -> bool) {
        let Some((path, query)) = self.target.split_once('?') else { return };
        let kept: Vec<&str> = query
            .split('&')
            .filter(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                wanted(name, value)
            })
            .collect();
        self.target = if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) };
    }

    /// Whether it has both a length and a coding, so that nobody knows where it ends.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.header("content-length").is_some() && self.header("transfer-encoding").is_some()
    }

    /// Whether it is a manifest with one length, so that what follows it is a request, whatever becomes of it.
    pub(crate) fn is_framed(&self) -> bool {
        let lengths = self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        self.is("PUT")
            && self.is_manifest()
            && lengths.count() == 1
            && self.header("transfer-encoding").is_none()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    pub(crate) fn drop_header(&mut self, name: &str) {
        self.headers.retain(|(header, _)| !header.eq_ignore_ascii_case(name));
    }

    /// The request with plain framing, as a well-behaved client would send it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nConnection: close\r\n", self.method, self.target);
        if self.header("host").is_none() {
            head.push_str("Host: registry.test\r\n");
        }
        for (name, value) in &self.headers {
            let framing = ["content-length", "transfer-encoding", "connection", "expect"];
            if !framing.iter().any(|own| name.eq_ignore_ascii_case(own)) {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        if !self.body.is_empty() || !["GET", "HEAD", "DELETE"].contains(&&*self.method) {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        let mut bytes = latin1(&head);
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// The bytes of which `text` was made one by one.
fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    /// 0: none at all, the connection just ends.
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The connection ends when this many bytes of the body were sent.
    pub(crate) torn: Option<usize>,
    /// The body is sent although there must be none.
    pub(crate) forced: bool,
    /// The connection ends behind it without a word.
    pub(crate) closes: bool,
    /// The connection goes on although the client asked for its end.
    pub(crate) stays: bool,
}

impl Reply {
    pub(crate) fn new(status: u16) -> Self {
        Self { status, headers: vec![("content-length".to_owned(), "0".to_owned())], ..Self::default() }
    }

    /// An error as registries tell it.
    pub(crate) fn refused(status: u16, code: &str) -> Self {
        let mut reply = Self::new(status);
        reply.set("content-type", "application/json");
        let body = serde_json::json!({ "errors": [{ "code": code, "message": "no", "detail": null }] });
        reply.set_body(body.to_string());
        reply
    }

    /// What a request that is taken is answered.
    pub(crate) fn success(request: &Request) -> Self {
        Self::new(match &*request.method {
            "PUT" => 201,
            "POST" | "PATCH" | "DELETE" => 202,
            _ => 200,
        })
    }

    pub(crate) fn is_error(&self) -> bool {
        self.status >= 400
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.headers.retain(|(header, _)| !header.eq_ignore_ascii_case(name));
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.headers.push((name.to_owned(), value.into()));
    }

    /// Another body, with its length.
    pub(crate) fn set_body(&mut self, body: impl Into<Vec<u8>>) {
        self.body = body.into();
        self.set("content-length", self.body.len().to_string());
    }

    /// The body as JSON; null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Changes a JSON body.
    pub(crate) fn change_json(&mut self, change: impl FnOnce(&mut Value)) {
        if let Ok(mut value) = serde_json::from_slice(&self.body) {
            change(&mut value);
            self.set_body(value.to_string());
        }
    }

    /// The answer on the wire, to a request with this method.
    pub(crate) fn bytes(&self, method: &str) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Answered\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let mut bytes = latin1(&head);
        if self.forced || (method != "HEAD" && !matches!(self.status, 204 | 304)) {
            bytes.extend_from_slice(&self.body[..self.torn.unwrap_or(self.body.len()).min(self.body.len())]);
        }
        bytes
    }
}
