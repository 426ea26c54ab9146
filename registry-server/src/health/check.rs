//! One check and its outcome.

use std::future::Future;
use std::time::Duration;

use registry_engine::{Error, Result};
use serde::Serialize;

use crate::error::chain;

/// A check by name.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Check {
    name: &'static str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl Check {
    pub(super) fn new(name: &'static str, outcome: Outcome) -> Self {
        Self { name, ok: outcome == Outcome::Ok, reason: outcome.reason() }
    }

    pub(crate) const fn is_ok(&self) -> bool {
        self.ok
    }
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Ok,
    Draining,
    Slow,
    Full,
    Unavailable,
    Failed,
}

impl Outcome {
    const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Ok => None,
            Self::Draining => Some("the server is about to stop"),
            Self::Slow => Some("the store does not answer in time"),
            Self::Full => Some("no space is left"),
            Self::Unavailable => Some("the store is unavailable"),
            Self::Failed => Some("the store fails"),
        }
    }
}

/// How it went to ask a store. What the store said goes to the log alone.
pub(super) async fn outcome(
    name: &'static str,
    patience: Duration,
    asking: impl Future<Output = Result<()>>,
) -> Outcome {
    let Ok(answer) = tokio::time::timeout(patience, asking).await else {
        tracing::warn!(check = name, "a store does not answer in time");
        return Outcome::Slow;
    };
    match answer {
        Ok(()) => Outcome::Ok,
        Err(error) => {
            tracing::warn!(check = name, error = %chain(&error), "a check failed");
            match error {
                Error::Full { .. } => Outcome::Full,
                Error::Unavailable { .. } => Outcome::Unavailable,
                _ => Outcome::Failed,
            }
        }
    }
}
