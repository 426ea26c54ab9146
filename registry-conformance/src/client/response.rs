//! Answers, and what can be expected of them.

use std::sync::Arc;

use registry_core::Digest;
use serde_json::Value;

use crate::check::{Failure, Stop, excerpt};

/// The codes of the distribution specification ("Error Codes").
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

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    method: String,
    pub(crate) status: u16,
    /// Names in lower case, in the order of the wire.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// What was asked, for whoever reads the report.
    pub(crate) asked: Arc<str>,
    /// Whether the connection can be used again.
    pub(crate) keeps: bool,
    /// Whether more bytes came than the answer has.
    pub(crate) surplus: bool,
}

impl Response {
    pub(super) fn new(method: &str, status: u16, headers: Vec<(String, String)>) -> Self {
        let asked = Arc::from("");
        Self {
            method: method.to_owned(),
            status,
            headers,
            body: Vec::new(),
            asked,
            keeps: false,
            surplus: false,
        }
    }

    /// The first value of a header.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| &**value)
    }

    /// Every value of a header.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.headers.iter().filter(move |(header, _)| header == name).map(|(_, value)| &**value)
    }

    /// That something else was expected of this answer.
    pub(crate) fn not(&self, expected: impl Into<String>) -> Stop {
        let seen = format!("{} {}", self.status, self.codes().join(", "));
        Failure::new(expected, seen.trim_end()).asked_text(&self.asked).answered(&self.excerpt()).into()
    }

    /// The same answer if this holds.
    ///
    /// # Errors
    /// A failure otherwise, with what was expected.
    pub(crate) fn holds(self, holds: bool, expected: impl Into<String>) -> Result<Self, Stop> {
        if holds { Ok(self) } else { Err(self.not(expected)) }
    }

    /// The same answer if it has this status.
    ///
    /// # Errors
    /// A failure otherwise.
    pub(crate) fn expect(self, status: u16) -> Result<Self, Stop> {
        self.expect_any(&[status])
    }

    /// The same answer if it has one of these statuses, and nothing behind it.
    ///
    /// # Errors
    /// A failure otherwise.
    pub(crate) fn expect_any(self, statuses: &[u16]) -> Result<Self, Stop> {
        if self.surplus {
            return Err(self.not("nothing behind the answer"));
        }
        let names: Vec<String> = statuses.iter().map(u16::to_string).collect();
        let holds = statuses.contains(&self.status);
        self.holds(holds, format!("status {}", names.join(" or ")))
    }

    /// The same answer if it is an error with this status and one of these codes in a body as the specification has
    /// it. The answer to a `HEAD` has no body, and only the status counts.
    ///
    /// # Errors
    /// A failure otherwise.
    pub(crate) fn refused(self, status: u16, codes: &[&str]) -> Result<Self, Stop> {
        let response = self.expect(status)?;
        if response.method == "HEAD" {
            return Ok(response);
        }
        response.check_error_body()?;
        let holds = response.codes().iter().all(|code| codes.contains(&&**code));
        response.holds(holds, format!("status {status} with the code {}", codes.join(" or ")))
    }

    /// Whether the body is one of an error ("Error Codes": a list of objects with `code`, `message` and `detail`).
    ///
    /// # Errors
    /// A failure otherwise.
    pub(crate) fn check_error_body(&self) -> Result<(), Stop> {
        let errors = self.json()?;
        let errors = errors["errors"].as_array().filter(|errors| !errors.is_empty());
        let Some(errors) = errors else { return Err(self.not("an error body: {\"errors\":[…]}")) };
        for error in errors {
            let code = error["code"].as_str().unwrap_or_default();
            if self.status < 500 && !CODES.contains(&code) {
                return Err(self.not("a code of the specification in the error body"));
            }
            if error["message"].as_str().is_none_or(str::is_empty) {
                return Err(self.not("a message in the error body"));
            }
        }
        Ok(())
    }

    /// The codes of an error body; none where it is no such.
    pub(crate) fn codes(&self) -> Vec<String> {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().filter_map(|error| Some(error["code"].as_str()?.to_owned())).collect()
    }

    /// The value of a header that must be there once.
    ///
    /// # Errors
    /// A failure when it is not, or more often.
    pub(crate) fn header(&self, name: &str) -> Result<&str, Stop> {
        match (self.get(name), self.all(name).count()) {
            (Some(value), 1) => Ok(value),
            (Some(_), _) => Err(self.not(format!("the header {name} only once"))),
            (None, _) => Err(self.not(format!("the header {name}"))),
        }
    }

    /// The same answer if a header has exactly this value.
    ///
    /// # Errors
    /// A failure otherwise.
    pub(crate) fn has(self, name: &str, value: &str) -> Result<Self, Stop> {
        let holds = self.header(name)? == value;
        self.holds(holds, format!("{name}: {value}"))
    }

    /// The same answer if its body is exactly this.
    ///
    /// # Errors
    /// A failure otherwise.
    pub(crate) fn has_body(self, bytes: &[u8]) -> Result<Self, Stop> {
        let holds = self.body == bytes;
        let length = bytes.len();
        self.holds(
            holds,
            format!("the body of {length} bytes that was pushed: {}", excerpt(&bytes[..length.min(200)])),
        )
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// A failure when it is none.
    pub(crate) fn json(&self) -> Result<Value, Stop> {
        serde_json::from_slice(&self.body).map_err(|error| self.not(format!("a body in JSON ({error})")))
    }

    /// The list under `member` of a JSON body, as texts.
    ///
    /// # Errors
    /// A failure when there is none, or it holds anything but texts.
    pub(crate) fn texts(&self, member: &str) -> Result<Vec<String>, Stop> {
        let body = self.json()?;
        let list = body[member].as_array().ok_or_else(|| self.not(format!("a list {member} in the body")))?;
        let texts: Option<Vec<String>> = list.iter().map(|item| item.as_str().map(str::to_owned)).collect();
        texts.ok_or_else(|| self.not(format!("only texts in the list {member}")))
    }

    /// The digest of the body.
    pub(crate) fn body_digest(&self) -> String {
        Digest::sha256_of(&self.body).to_string()
    }

    /// Head and beginning of the body.
    pub(crate) fn excerpt(&self) -> String {
        let mut text = format!("{}\n", self.status);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\n"));
        }
        text.push('\n');
        text.push_str(&excerpt(&self.body));
        text
    }
}
