//! Answers, and what must hold for each of them.

use std::io::BufRead;

use serde_json::Value;

use super::Ask;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Names in lower case, in the order of the wire.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    asked: String,
}

/// The codes of the distribution specification.
const CODES: [&str; 14] = [
    "BLOB_UNKNOWN",
    "BLOB_UPLOAD_INVALID",
    "BLOB_UPLOAD_UNKNOWN",
    "DIGEST_INVALID",
    "MANIFEST_BLOB_UNKNOWN",
    "MANIFEST_INVALID",
    "MANIFEST_UNKNOWN",
    "NAME_INVALID",
    "NAME_UNKNOWN",
    "SIZE_INVALID",
    "UNAUTHORIZED",
    "DENIED",
    "UNSUPPORTED",
    "TOOMANYREQUESTS",
];

impl Reply {
    /// Reads an answer, with interim ones left out.
    pub(crate) fn read(stream: &mut impl BufRead, head: bool) -> Self {
        loop {
            let reply = Self::read_one(stream, head);
            if reply.status >= 200 {
                return reply;
            }
        }
    }

    fn read_one(stream: &mut impl BufRead, head: bool) -> Self {
        let mut line = String::new();
        stream.read_line(&mut line).expect("a status line");
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status line: {line:?}"));
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).expect("a header");
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut reply = Self { status, headers, body: Vec::new(), asked: String::new() };
        if !head && status >= 200 && status != 204 && status != 304 {
            let length = reply.get("content-length").unwrap_or_else(|| panic!("no length: {reply:?}"));
            reply.body = vec![0; length.parse().unwrap()];
            stream.read_exact(&mut reply.body).expect("the whole body");
        }
        reply
    }

    /// The same answer, once what holds for every answer is seen to hold.
    pub(crate) fn checked(mut self, ask: &Ask) -> Self {
        self.asked = format!("{} {} {:?}", ask.method, ask.target, ask.headers);
        assert_eq!(self.get("docker-distribution-api-version"), Some("registry/2.0"), "{self}");
        assert_eq!(self.get("x-content-type-options"), Some("nosniff"), "{self}");
        assert!(self.get("x-request-id").is_some_and(|id| (1..=128).contains(&id.len())), "{self}");
        assert_eq!(self.get("content-encoding"), None, "{self}");
        assert_eq!(self.get("transfer-encoding"), None, "{self}");
        let bodiless = matches!(self.status, 204 | 304);
        assert_eq!(self.get("content-length").is_none(), bodiless, "{self}");
        // An address of the store is one elsewhere by its nature.
        if let Some(location) = self.get("location").filter(|_| self.status != 307) {
            assert!(location.starts_with('/') && !location.starts_with("//"), "not relative: {self}");
        }
        if self.status >= 400 {
            assert_eq!(self.get("content-type"), Some("application/json"), "{self}");
            if ask.method != "HEAD" {
                self.check_error_body();
            }
        }
        self
    }

    fn check_error_body(&self) {
        let body = self.json();
        let errors = body["errors"].as_array().unwrap_or_else(|| panic!("no errors: {self}"));
        assert!(!errors.is_empty(), "{self}");
        for error in errors {
            let code = error["code"].as_str().unwrap();
            assert_eq!(error["detail"]["request_id"].as_str(), self.get("x-request-id"), "{self}");
            assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{self}");
            let own = self.status >= 500 && ["UNKNOWN", "UNAVAILABLE"].contains(&code);
            assert!(own || (self.status < 500 && CODES.contains(&code)), "{self}");
        }
    }

    /// The value of a header.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| &**value)
    }

    /// The value of a header that must be there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.get(name).unwrap_or_else(|| panic!("no header {name}: {self}"))
    }

    /// The same answer, which must have this status.
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// The same answer, which must be an error with this status and only this code.
    pub(crate) fn refused(self, status: u16, code: &str) -> Self {
        let reply = self.expect(status);
        assert!(reply.codes().iter().all(|found| found == code), "{code} is expected: {reply}");
        reply
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// The codes of an error body.
    pub(crate) fn codes(&self) -> Vec<String> {
        let body = self.json();
        let errors = body["errors"].as_array().unwrap();
        errors.iter().map(|error| error["code"].as_str().unwrap().to_owned()).collect()
    }

    /// All headers but those that differ from answer to answer by their nature.
    pub(crate) fn lasting_headers(&self) -> Vec<(String, String)> {
        let mut headers = self.headers.clone();
        headers.retain(|(name, _)| name != "date" && name != "x-request-id");
        headers.sort();
        headers
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.body[..self.body.len().min(1000)]);
        write!(f, "{} was answered {} {:#?} {body}", self.asked, self.status, self.headers)
    }
}
