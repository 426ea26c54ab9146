//! Fixtures as they are written: contents, what the registry holds before, and the exchange.

mod content;
mod parse;
mod slice;

pub(crate) use content::Contents;
pub(crate) use parse::parse;
pub(crate) use slice::Slice;

/// A fixture that has been read.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) contents: Contents,
    pub(crate) given: Vec<Given>,
    pub(crate) steps: Vec<(Line, Step)>,
}

/// The number of a line in the fixture, from one.
pub(crate) type Line = usize;

/// What a repository holds before the exchange.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) repository: String,
    pub(crate) what: Held,
}

#[derive(Debug)]
pub(crate) enum Held {
    /// Blobs, and manifests that are known by their digests alone.
    Contents(Vec<String>),
    /// A manifest under each of the tags.
    Tags(Vec<String>, String),
}

#[derive(Debug)]
pub(crate) enum Step {
    /// What follows is sent and answered on this connection, which is made when it is new.
    Connection(String),
    /// The first message of a client that tries TLS before it talks in the clear.
    Hello,
    Send(Request),
    Expect(Response),
}

#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    /// A parameter that the client adds to a target which may have others: behind them or in front.
    pub(crate) added: Option<(Place, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<Slice>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Behind,
    InFront,
}

#[derive(Debug, Default)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(Line, Header)>,
    pub(crate) body: Option<(Line, Body)>,
}

#[derive(Debug)]
pub(crate) enum Header {
    Is(String, String),
    Absent(String),
    /// The value is kept under this name for later lines.
    Kept(String, String),
}

#[derive(Debug)]
pub(crate) enum Body {
    Slice(Slice),
    /// JSON of the same meaning; text in braces is still to be replaced.
    Json(String),
    /// An error body of these codes.
    Error(Vec<String>),
    /// A page of the tags of a repository.
    Tags(String, Vec<String>),
    /// `multipart/byteranges` of this content, with these ranges.
    Parts(String, Vec<(u64, u64)>),
}
