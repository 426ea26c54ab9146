//! Connections: opened and set up.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::SqliteOptions;
use super::failure::store_error;
use super::schema;
use crate::{Error, Result};

/// A connection that may write, on a file that has the newest schema.
///
/// # Errors
/// See [`SqliteMetadataStore::open`](super::SqliteMetadataStore::open).
pub(super) fn writer(path: &Path, options: &SqliteOptions) -> Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = connect(path, flags, options)?;
    schema::recognise(&connection)?;
    enter_wal(&connection, options.busy_timeout)?;
    // Every commit is on the disk before it is answered. Savepoints keep what they need in memory.
    pragmas(
        &connection,
        "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -4096; PRAGMA journal_size_limit = 67108864;",
    )?;
    schema::migrate(&mut connection)?;
    sync_folder(path)?;
    Ok(connection)
}

/// A connection that may only read, on a file that [`writer`] has opened before.
///
/// # Errors
/// When SQLite cannot open the file.
pub(super) fn reader(path: &Path, options: &SqliteOptions) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = connect(path, flags, options)?;
    pragmas(&connection, "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2048;")?;
    Ok(connection)
}

/// The path as SQLite takes it: never one of the names that mean a database in memory.
///
/// # Errors
/// When there is no current folder to complete a relative path with.
pub(super) fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| Error::io("find the metadata file", error))
}

fn connect(path: &Path, flags: OpenFlags, options: &SqliteOptions) -> Result<Connection> {
    let failed = |error| store_error("open the metadata file", &error);
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(options.busy_timeout).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(128);
    keep_plans(&connection).map_err(failed)?;
    Ok(connection)
}

/// Plans must not depend on the values that are looked for: SQLite would otherwise prepare a statement anew each time
/// one of them changes, at several times the cost of running it.
///
/// # Errors
/// When SQLite does not know the setting.
pub(super) fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

fn pragmas(connection: &Connection, sql: &str) -> Result<()> {
    connection.execute_batch(sql).map_err(|error| store_error("set up the metadata file", &error))
}

/// Turns the write-ahead log on, which is kept in the file. While two processes do so at once SQLite answers one of
/// them that it is busy without waiting.
fn enter_wal(connection: &Connection, patience: Duration) -> Result<()> {
    let context = "turn on the write-ahead log";
    let begun = Instant::now();
    loop {
        let mode = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
        match mode {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                let reason = format!("the file can only use the journal mode {mode}");
                return Err(Error::internal(context, reason));
            }
            Err(error) if is_busy(&error) && begun.elapsed() < patience => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => return Err(store_error(context, &error)),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// The name of a new file is as durable as its content.
fn sync_folder(path: &Path) -> Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    if cfg!(unix) {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| Error::io("sync the folder of the metadata file", error))?;
    }
    Ok(())
}
