//! What SQLite says, in the words of a store.

use rusqlite::ErrorCode;

use crate::Error;

/// Why a query or change did not work, before it is told in the words of a store.
#[derive(Debug)]
pub(super) enum Failure {
    /// SQLite said no, or a stored value is not what it should be.
    Sqlite(rusqlite::Error),
    /// It is told already.
    Store(Error),
}

/// The result of a query or change.
pub(super) type Sql<T> = Result<T, Failure>;

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl Failure {
    /// The error of a store; `context` says what was being done.
    pub(super) fn into_error(self, context: &'static str) -> Error {
        match self {
            Self::Sqlite(error) => store_error(context, &error),
            Self::Store(error) => error,
        }
    }
}

/// The error of a store, by what the caller can do about it.
pub(super) fn store_error(context: &'static str, error: &rusqlite::Error) -> Error {
    use rusqlite::Error as Sqlite;
    match error {
        Sqlite::FromSqlConversionFailure(..)
        | Sqlite::IntegralValueOutOfRange(..)
        | Sqlite::Utf8Error(..)
        | Sqlite::InvalidColumnType(..) => Error::Corrupt { reason: format!("{context}: {error}") },
        _ => match error.sqlite_error() {
            Some(code) => by_code(context, *code, error.to_string()),
            None => Error::internal(context, error.to_string()),
        },
    }
}

fn by_code(context: &'static str, code: rusqlite::ffi::Error, text: String) -> Error {
    match code.code {
        ErrorCode::DiskFull => Error::Full { source: text.into() },
        // The shared memory beside the write-ahead log could not grow.
        _ if code.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE => Error::Full { source: text.into() },
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            Error::Corrupt { reason: format!("{context}: {text}") }
        }
        ErrorCode::TooBig => Error::Invalid { reason: "a value is larger than the database can hold" },
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::FileLockingProtocolFailed
        | ErrorCode::SystemIoFailure
        | ErrorCode::CannotOpen
        | ErrorCode::ReadOnly
        | ErrorCode::PermissionDenied
        | ErrorCode::OutOfMemory => Error::Unavailable { retry_after: None, source: text.into() },
        _ => Error::internal(context, text),
    }
}
