//! What is not as it should be in what another registry kept.

use std::fmt::{self, Write as _};

use registry_storage::Error as Storage;

use crate::Error;

/// One thing that was found and not taken over, or not as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Where: the repository, and what in it.
    pub place: String,
    /// What is wrong there.
    pub what: String,
    /// Whether something is lost by it that the other registry served, or should have.
    pub is_loss: bool,
}

impl Finding {
    /// Something that is left out.
    pub fn loss(place: impl fmt::Display, what: impl fmt::Display) -> Self {
        Self { place: place.to_string(), what: what.to_string(), is_loss: true }
    }

    /// Something of which nothing is lost: what remains of a deletion, or what is newer here.
    pub fn note(place: impl fmt::Display, what: impl fmt::Display) -> Self {
        Self { place: place.to_string(), what: what.to_string(), is_loss: false }
    }
}

impl fmt::Display for Finding {
    /// One line: control characters, which may stand in names of files, are escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_loss { "left out" } else { "note" };
        let line = format!("{kind}: {}: {}", self.place, self.what);
        line.chars().try_for_each(|c| {
            if c.is_control() { write!(f, "{}", c.escape_debug()) } else { f.write_char(c) }
        })
    }
}

/// Why something is not taken over.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums)]
pub enum Trouble {
    /// It is damaged or cannot be read: it is told, and all else goes on.
    Here(Finding),
    /// Nothing can be read any more, or written.
    Everywhere(Error),
}

impl Trouble {
    /// What a failure to read something means: when the source cannot be reached, all else will fail as well.
    pub fn reading(place: impl fmt::Display, error: Storage) -> Self {
        match error {
            Storage::Unavailable { .. } => Self::Everywhere(error.into()),
            Storage::NotFound { .. } => Self::Here(Finding::loss(place, "its bytes are gone")),
            error => Self::Here(Finding::loss(place, format!("it cannot be read: {}", with_causes(&error)))),
        }
    }
}

impl From<Finding> for Trouble {
    fn from(finding: Finding) -> Self {
        Self::Here(finding)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Everywhere(error)
    }
}

/// An error and what lies behind it.
pub(super) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let _ = write!(text, ": {cause}");
        next = cause.source();
    }
    text
}
