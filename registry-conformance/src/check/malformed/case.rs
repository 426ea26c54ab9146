//! One malformed request and the answer that it must get.

use crate::check::content::OCI_MANIFEST;

/// A request that no client should send, and what it must be answered.
///
/// Texts may hold places that are filled in when it is sent: `{repo}` a repository with an image under the tag
/// `latest`, `{blob}` the digest of a blob in it, `{image}` the digest of its image, `{session}` the path of an upload
/// into it with three bytes, `{strange}` the path of an upload into another repository, had it been begun here,
/// `{absent}` a digest that nothing has, `{new}` a repository that does not exist, and `{bytes}` the image itself, which
/// is `{length}` bytes long.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// What follows `malformed.`.
    pub(super) id: String,
    /// What must hold, in one line.
    pub(super) rule: String,
    /// Who says so.
    pub(super) source: &'static str,
    pub(super) send: Send,
    /// Any of these statuses.
    pub(super) statuses: Vec<u16>,
    /// Any of these codes; none when the body does not matter.
    pub(super) codes: &'static [&'static str],
    /// A header that the answer must have, and what it must begin with.
    pub(super) header: Option<(&'static str, &'static str)>,
    /// What must be nowhere in the answer.
    pub(super) lacks: Option<&'static str>,
    /// Whether the upload may have grown: a body that broke off, or was taken.
    pub(super) may_grow: bool,
    /// So many spaces follow the body.
    pub(super) padding: usize,
}

/// How it goes over the wire.
#[derive(Debug, Clone)]
pub(super) enum Send {
    /// As any client would send it.
    Plain {
        method: &'static str,
        target: String,
        headers: Vec<(&'static str, String)>,
        body: Option<Vec<u8>>,
    },
    /// Byte for byte.
    Raw(Vec<u8>),
}

impl Case {
    /// A request with this method and target.
    pub(super) fn new(id: impl Into<String>, method: &'static str, target: impl Into<String>) -> Self {
        let send = Send::Plain { method, target: target.into(), headers: Vec::new(), body: None };
        Self {
            id: id.into(),
            rule: String::new(),
            source: "",
            send,
            statuses: Vec::new(),
            codes: &[],
            header: None,
            lacks: None,
            may_grow: false,
            padding: 0,
        }
    }

    /// These bytes.
    pub(super) fn raw(id: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { send: Send::Raw(bytes.into()), ..Self::new(id, "GET", "/") }
    }

    /// With a header.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Send::Plain { headers, .. } = &mut self.send {
            headers.push((name, value.into()));
        }
        self
    }

    /// With a body.
    pub(super) fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        if let Send::Plain { body, .. } = &mut self.send {
            *body = Some(bytes.into());
        }
        self
    }

    /// With a body that says it is an OCI image manifest.
    pub(super) fn manifest(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.with("Content-Type", OCI_MANIFEST).body(bytes)
    }

    /// It must be refused with this status and one of these codes.
    pub(super) fn refused(mut self, status: u16, codes: &'static [&'static str]) -> Self {
        self.statuses = vec![status];
        self.codes = codes;
        self
    }

    /// It must be answered with one of these.
    pub(super) fn answered(mut self, statuses: &[u16]) -> Self {
        self.statuses = statuses.to_vec();
        self
    }

    /// The answer must have a header that begins so.
    pub(super) fn having(mut self, name: &'static str, start: &'static str) -> Self {
        self.header = Some((name, start));
        self
    }

    /// With so many spaces behind the body.
    pub(super) fn padded(self, padding: usize) -> Self {
        Self { padding, ..self }
    }

    /// The upload may have grown.
    pub(super) fn growing(self) -> Self {
        Self { may_grow: true, ..self }
    }

    /// The answer must have this nowhere.
    pub(super) fn lacking(self, text: &'static str) -> Self {
        Self { lacks: Some(text), ..self }
    }
}

/// The same rule and source for all of these.
pub(super) fn ruled(cases: Vec<Case>, rule: &str, source: &'static str) -> Vec<Case> {
    let ruled = |case: Case| Case { rule: rule.to_owned(), source, ..case };
    cases.into_iter().map(ruled).collect()
}
