//! The schema: numbered steps, each carried out once and in order.

use tokio_postgres::Row;

use super::failure::Fault;
use super::pause::Pause;
use super::pool::{Object, Pool};
use super::value::column;
use crate::{Error, Result};

/// The steps; the first makes version 1 out of an empty database. A step that was ever released is never changed.
const STEPS: [&str; 5] = [
    include_str!("0001_tables.sql"),
    include_str!("0002_numbering.sql"),
    include_str!("0003_changes.sql"),
    include_str!("0004_commit.sql"),
    include_str!("0005_jobs.sql"),
];

/// How many there are.
pub(super) const NEWEST: usize = STEPS.len();

/// The oldest version of PostgreSQL that knows all that is used.
const OLDEST: i32 = 140_000;

/// The table is looked for by a query: what looks names up may have remembered that there is none.
const LOOK: &str = "SELECT current_setting('server_version_num')::integer AS server,
    current_setting('server_encoding') AS encoding, EXISTS (
        SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'registry' AND c.relname = 'migrations'
    ) AS is_made";
const VERSION: &str = "SELECT coalesce(max(version), 0) AS version FROM registry.migrations";
/// One replica at a time; the others wait, and then find nothing to do.
const BEGIN: &str = "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
    SELECT pg_advisory_xact_lock(1329809773, 2)";
const MAKE: &str = "CREATE SCHEMA IF NOT EXISTS registry;
    CREATE TABLE registry.migrations (version integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())";

/// Brings the database to the newest version. Other replicas that do the same wait, and then find nothing to do.
///
/// # Errors
/// [`Error::Unsupported`] for a database that is newer, or is something else.
pub(super) async fn migrate(pool: &Pool) -> Result<()> {
    let mut pause = Pause::within(pool.patience());
    loop {
        match on_one_connection(pool).await {
            Err(Failure::Fault(fault)) if fault.is_lost() && pause.wait().await => {}
            Err(Failure::Fault(fault)) => return Err(explain(fault)),
            Err(Failure::Store(error)) => return Err(error),
            Ok(()) => return Ok(()),
        }
    }
}

/// How many steps the database has behind it. Nothing is changed.
///
/// # Errors
/// [`Error::Unsupported`] for a database that is newer, or of a version of PostgreSQL that is too old.
pub(super) async fn found(pool: &Pool) -> Result<usize> {
    let mut pause = Pause::within(pool.patience());
    loop {
        let found = match pool.connection().await {
            Ok(connection) => version(&connection).await,
            Err(fault) => Err(Failure::Fault(fault)),
        };
        match found {
            Err(Failure::Fault(fault)) if fault.is_lost() && pause.wait().await => {}
            Err(Failure::Fault(fault)) => return Err(explain(fault)),
            Err(Failure::Store(error)) => return Err(error),
            Ok(found) => return Ok(found),
        }
    }
}

enum Failure {
    Fault(Fault),
    Store(Error),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Fault(Fault::Sent(error))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

async fn on_one_connection(pool: &Pool) -> Result<(), Failure> {
    let connection = pool.connection().await.map_err(Failure::Fault)?;
    if version(&connection).await? == STEPS.len() {
        return Ok(());
    }
    let done = within_transaction(&connection).await;
    if done.is_err() {
        // What is left open ends with the connection.
        drop(Object::take(connection));
    }
    done
}

async fn within_transaction(connection: &Object) -> Result<(), Failure> {
    connection.batch_execute(BEGIN).await?;
    // Looked up anew: another replica may have been first.
    let found = version(connection).await?;
    if found == 0 {
        connection.batch_execute(MAKE).await?;
    }
    for (step, number) in STEPS.iter().zip(1_u32..).skip(found) {
        connection.batch_execute(step).await?;
        connection.batch_execute(&format!("INSERT INTO registry.migrations VALUES ({number})")).await?;
    }
    connection.batch_execute("COMMIT").await?;
    Ok(())
}

/// How many steps the database has behind it.
async fn version(connection: &Object) -> Result<usize, Failure> {
    let look = one(connection, LOOK).await?;
    let unsupported = |reason: String| Failure::Store(Error::Unsupported { reason });
    let server: i32 = column(&look, "server")?;
    if server < OLDEST {
        return Err(unsupported(format!(
            "PostgreSQL 14 or later is needed, and this is {}",
            server / 10_000
        )));
    }
    let encoding: String = column(&look, "encoding")?;
    if encoding != "UTF8" {
        return Err(unsupported(format!("the database has the encoding {encoding}, and UTF8 is needed")));
    }
    if !column::<bool>(&look, "is_made")? {
        return Ok(0);
    }
    let version: i32 = column(&one(connection, VERSION).await?, "version")?;
    let known = STEPS.len();
    usize::try_from(version).ok().filter(|version| *version <= known).ok_or_else(|| {
        unsupported(format!("the database has version {version}, and versions up to {known} are known"))
    })
}

async fn one(connection: &Object, sql: &str) -> Result<Row, Failure> {
    Ok(connection.query_typed_one(sql, &[]).await?)
}

/// A schema, table, function or other thing of this name is there.
const TAKEN: [&str; 4] = ["42P06", "42P07", "42723", "42710"];

/// A table or function that is there already was not made by this program.
fn explain(fault: Fault) -> Error {
    let context = "bring the database to the newest version";
    match &fault {
        Fault::Sent(error) if error.code().is_some_and(|code| TAKEN.contains(&code.code())) => {
            Error::Unsupported {
                reason: format!("the schema registry holds something else: {}", super::failure::text(error)),
            }
        }
        _ => fault.into_error(context),
    }
}
