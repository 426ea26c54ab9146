//! The schema: numbered steps, each carried out once and in order.

use rusqlite::{Connection, TransactionBehavior};

use super::failure::store_error;
use crate::{Error, Result};

/// Marks a file as metadata of a registry: "OCIm".
const APPLICATION: i64 = 0x4f43_496d;

/// The steps; the first makes version 1 out of an empty file. A step that was ever released is never changed.
const STEPS: [&str; 3] =
    [include_str!("0001_initial.sql"), include_str!("0002_upload_counts.sql"), include_str!("0003_jobs.sql")];

/// Refuses a file that is something else or newer, without changing it.
///
/// # Errors
/// [`Error::Unsupported`] for a file that is newer or belongs to something else, [`Error::Corrupt`] for one that is no
/// database.
pub(super) fn recognise(connection: &Connection) -> Result<()> {
    version(connection, STEPS.len()).map(drop)
}

/// Brings the file to the newest version. Another process that does the same waits, and then finds nothing to do.
///
/// # Errors
/// As [`recognise`]; [`Error::Full`] when there is no space.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    migrate_by(connection, &STEPS)
}

fn migrate_by(connection: &mut Connection, steps: &[&str]) -> Result<()> {
    if version(connection, steps.len())? == steps.len() {
        return Ok(());
    }
    let failed = |error| store_error("bring the metadata file to the newest version", &error);
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // Looked up anew: another process may have been first.
    let found = version(&change, steps.len())?;
    for step in steps.iter().skip(found) {
        change.execute_batch(step).map_err(failed)?;
    }
    change.pragma_update(None, "application_id", APPLICATION).map_err(failed)?;
    change.pragma_update(None, "user_version", i64::try_from(steps.len()).unwrap_or(0)).map_err(failed)?;
    change.commit().map_err(failed)
}

/// How many steps the file has behind it.
fn version(connection: &Connection, known: usize) -> Result<usize> {
    // One statement, so that all three are of one instant while another process migrates.
    let found = connection.query_row(
        "SELECT (SELECT application_id FROM pragma_application_id()),
                (SELECT user_version FROM pragma_user_version()),
                (SELECT count(*) FROM sqlite_schema)",
        [],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)? == 0)),
    );
    let read = "read the version of the metadata file";
    let (application, version, is_empty) = found.map_err(|error| store_error(read, &error))?;
    if application == 0 && version == 0 && is_empty {
        return Ok(0);
    }
    if application != APPLICATION {
        let reason = "the file is a database of something else".to_owned();
        return Err(Error::Unsupported { reason });
    }
    match usize::try_from(version) {
        Ok(version) if version <= known => Ok(version),
        _ => {
            let reason =
                format!("the metadata file has version {version}, and versions up to {known} are known");
            Err(Error::Unsupported { reason })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{STEPS, migrate_by, version};
    use crate::Error;
    use rusqlite::Connection;

    const TWO: [&str; 2] =
        ["CREATE TABLE one (a); INSERT INTO one VALUES (1);", "ALTER TABLE one ADD COLUMN b"];

    #[test]
    fn each_step_is_carried_out_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_by(&mut connection, &TWO[..1]).unwrap();
        assert_eq!(version(&connection, 1).unwrap(), 1);
        for _ in 0..2 {
            migrate_by(&mut connection, &TWO).unwrap();
            let rows: i64 =
                connection.query_row("SELECT count(*) FROM one WHERE b IS NULL", [], |r| r.get(0)).unwrap();
            assert_eq!((rows, version(&connection, 2).unwrap()), (1, 2));
        }
        let older = migrate_by(&mut connection, &TWO[..1]).unwrap_err();
        assert!(matches!(older, Error::Unsupported { .. }), "{older:?}");
    }

    #[test]
    fn a_step_that_fails_leaves_the_version_before() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_by(&mut connection, &TWO[..1]).unwrap();
        let broken = [TWO[0], "ALTER TABLE one ADD COLUMN b; SELECT nonsense"];
        assert!(migrate_by(&mut connection, &broken).is_err());
        assert_eq!(version(&connection, 2).unwrap(), 1);
        migrate_by(&mut connection, &TWO).unwrap();
    }

    #[test]
    fn the_steps_make_a_consistent_database() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_by(&mut connection, &STEPS).unwrap();
        let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
    }
}
