//! How a check ends when it does not pass.

/// What a check comes to.
pub(crate) type Verdict = Result<(), Stop>;

/// A check ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The rule does not hold.
    Failed(Failure),
    /// It does not apply to this registry, for this reason.
    Skipped(String),
}

/// What was expected, what was seen instead, and in which exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) expected: String,
    pub(crate) seen: String,
    /// The beginning of the request, where there was one.
    pub(crate) request: String,
    /// The beginning of the answer, where there was one.
    pub(crate) response: String,
}

impl Failure {
    pub(crate) fn new(expected: impl Into<String>, seen: impl Into<String>) -> Self {
        Self { expected: expected.into(), seen: seen.into(), request: String::new(), response: String::new() }
    }

    /// With the beginning of the request.
    pub(crate) fn asked_text(self, request: &str) -> Self {
        Self { request: request.to_owned(), ..self }
    }

    /// With the beginning of the answer.
    pub(crate) fn answered(self, response: &str) -> Self {
        Self { response: response.to_owned(), ..self }
    }
}

impl Stop {
    /// The rule does not hold: this was expected, and that was seen.
    pub(crate) fn failed(expected: impl Into<String>, seen: impl Into<String>) -> Self {
        Failure::new(expected, seen).into()
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The beginning of some bytes as text on which a terminal does nothing odd.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    const LONGEST: usize = 1200;
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST)]);
    let mut shown = String::with_capacity(text.len());
    for character in text.chars().filter(|character| *character != '\r') {
        match character {
            '\n' => shown.push('\n'),
            control if control.is_control() => shown.extend(control.escape_default()),
            other => shown.push(other),
        }
    }
    if bytes.len() > LONGEST {
        shown.push_str(&format!("… ({} bytes in all)", bytes.len()));
    }
    shown
}
