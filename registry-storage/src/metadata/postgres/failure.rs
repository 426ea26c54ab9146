//! What PostgreSQL says, in the words of a store.

use std::error::Error as _;

use deadpool::managed::PoolError;
use tokio_postgres::error::SqlState;

use super::reach::Unreached;
use super::tls;
use crate::Error;
use crate::metadata::bounds::{LINK_OF_ABSENT, TAG_OF_ABSENT};

/// Why a statement did not work, before it is told in the words of a store.
#[derive(Debug)]
pub(super) enum Fault {
    /// There was no connection to send it on.
    Unsent(PoolError<Unreached>),
    /// It was sent, or may have been.
    Sent(tokio_postgres::Error),
    /// No answer came in time; it may have been carried out, or still be.
    Late,
}

impl Fault {
    /// Whether the statement was certainly not carried out and may work when it is tried again.
    pub(super) fn is_undone(&self) -> bool {
        match self {
            Self::Unsent(PoolError::Backend(Unreached::Said(error))) => {
                !tls::is_refused(error) && error.code().is_none_or(is_passing)
            }
            Self::Unsent(PoolError::Backend(Unreached::Unknown(_) | Unreached::Silent(_))) => true,
            Self::Sent(error) => error.code().is_some_and(is_passing),
            Self::Unsent(_) | Self::Late => false,
        }
    }

    /// Whether a statement that only reads may work when it is tried again.
    pub(super) fn is_lost(&self) -> bool {
        self.is_undone()
            || matches!(self, Self::Sent(error) if error.as_db_error().is_none() && is_connection(error))
    }

    /// Whether nothing more should be sent on the connection.
    pub(super) fn spoils_the_connection(&self) -> bool {
        match self {
            Self::Sent(error) => error.code().is_none_or(|code| {
                *code == SqlState::FEATURE_NOT_SUPPORTED
                    || *code == SqlState::READ_ONLY_SQL_TRANSACTION
                    || class(code) == "57"
                    || class(code) == "08"
            }),
            Self::Late => true,
            Self::Unsent(_) => false,
        }
    }

    /// The error of a store; `context` says what was being done.
    pub(super) fn into_error(self, context: &'static str) -> Error {
        match self {
            Self::Unsent(PoolError::Backend(error)) => unavailable(error.to_string()),
            Self::Unsent(PoolError::Timeout(_)) => unavailable(
                "all connections to the database are in use, and none was free in time".to_owned(),
            ),
            Self::Unsent(error) => Error::internal(context, error.to_string()),
            Self::Late => unavailable("the database did not answer in time".to_owned()),
            Self::Sent(error) => sent(context, &error),
        }
    }
}

fn sent(context: &'static str, error: &tokio_postgres::Error) -> Error {
    let Some(code) = error.code() else {
        return if is_connection(error) {
            unavailable(text(error))
        } else if is_conversion(error) {
            Error::Corrupt { reason: format!("{context}: {}", text(error)) }
        } else {
            Error::internal(context, text(error))
        };
    };
    match (code.code(), class(code)) {
        ("RG015", _) => LINK_OF_ABSENT,
        ("RG036", _) => TAG_OF_ABSENT,
        ("53100", _) => Error::Full { source: text(error).into() },
        ("22021" | "22P05", _) => Error::Invalid { reason: "a text holds a zero byte" },
        ("54000", _) => Error::Invalid { reason: "a value is larger than the database can hold" },
        ("XX001" | "XX002", _) => Error::Corrupt { reason: format!("{context}: {}", text(error)) },
        // A standby, a role without rights, a statement or lock that took too long, too many of something.
        ("25006" | "55P03" | "58030", _) | (_, "08" | "28" | "40" | "53" | "57") => unavailable(text(error)),
        _ => Error::internal(context, text(error)),
    }
}

/// What passes by itself: a restart, a lost race, too many connections, a standby that was just promoted, and a plan
/// that another version of the schema has made useless. PostgreSQL says each of them before it carries anything out.
fn is_passing(code: &SqlState) -> bool {
    let codes = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::READ_ONLY_SQL_TRANSACTION,
        SqlState::FEATURE_NOT_SUPPORTED,
    ];
    codes.contains(code)
}

fn class(code: &SqlState) -> &str {
    code.code().get(..2).unwrap_or_default()
}

fn is_connection(error: &tokio_postgres::Error) -> bool {
    error.is_closed() || error.source().is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
}

fn is_conversion(error: &tokio_postgres::Error) -> bool {
    error.to_string().starts_with("error deserializing")
}

fn unavailable(text: String) -> Error {
    Error::Unavailable { retry_after: None, source: text.into() }
}

/// The error with its cause.
pub(super) fn text(error: &tokio_postgres::Error) -> String {
    if let Some(refusal) = tls::refusal(error) {
        return refusal;
    }
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => format!("{} ({})", said.message(), said.code().code()),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}
