//! Several commits in one transaction.

use rusqlite::Connection;

use super::failure::{Sql, store_error};
use super::{apply, events, require};
use crate::metadata::{Commit, Committed};
use crate::{Error, Result};

/// Why none of the commits of a transaction was carried out.
enum Lost {
    /// It could not begin.
    AtBegin(rusqlite::Error),
    /// SQLite gave the whole transaction up while it was at one of the commits, as it may when the disk is full.
    Midway(rusqlite::Error),
}

/// Carries out the commits in their order, each whole or not at all, and makes them durable with one sync.
pub(super) fn carry_out(connection: &Connection, commits: &[&Commit]) -> Vec<Result<Committed>> {
    let all = |error: &rusqlite::Error| commits.iter().map(|_| Err(failed(error))).collect();
    match together(connection, commits) {
        Ok(results) => results,
        Err(Lost::AtBegin(error)) => all(&error),
        // One that needs too much must not take the others with it.
        Err(Lost::Midway(_)) if commits.len() > 1 => {
            commits.iter().flat_map(|commit| carry_out(connection, &[*commit])).collect()
        }
        Err(Lost::Midway(error)) => all(&error),
    }
}

/// Leaves no transaction open, whatever went wrong.
pub(super) fn give_up(connection: &Connection) {
    if !connection.is_autocommit() {
        // It fails only when there is no transaction, which is what is wanted.
        let _ = run(connection, "ROLLBACK");
    }
}

fn together(connection: &Connection, commits: &[&Commit]) -> Result<Vec<Result<Committed>>, Lost> {
    run(connection, "BEGIN IMMEDIATE").map_err(Lost::AtBegin)?;
    let mut last = events::last_written(connection).map_err(|error| lost(connection, error))?;
    let mut results = Vec::with_capacity(commits.len());
    for commit in commits {
        let result = within_savepoint(connection, commit, last).map_err(|error| lost(connection, error))?;
        if let Ok(committed) = &result {
            last += committed.events.len() as u64;
        }
        results.push(result);
    }
    if let Err(error) = run(connection, "COMMIT") {
        give_up(connection);
        for result in &mut results {
            if result.is_ok() {
                *result = Err(failed(&error));
            }
        }
    }
    Ok(results)
}

/// The outer error is one of the whole transaction, the inner one of this commit alone.
fn within_savepoint(
    connection: &Connection,
    commit: &Commit,
    last: u64,
) -> rusqlite::Result<Result<Committed>> {
    run(connection, "SAVEPOINT one")?;
    let outcome = one(connection, commit, last);
    if outcome.is_err() {
        if connection.is_autocommit() {
            return match outcome {
                Err(super::failure::Failure::Sqlite(error)) => Err(error),
                other => Ok(other.map_err(|failure| failure.into_error(CONTEXT))),
            };
        }
        run(connection, "ROLLBACK TO one")?;
    }
    run(connection, "RELEASE one")?;
    Ok(outcome.map_err(|failure| failure.into_error(CONTEXT)))
}

fn one(connection: &Connection, commit: &Commit, last: u64) -> Sql<Committed> {
    require::check(connection, &commit.requires)?;
    apply::apply(connection, commit, last).map(Committed::new)
}

fn lost(connection: &Connection, error: rusqlite::Error) -> Lost {
    give_up(connection);
    Lost::Midway(error)
}

fn failed(error: &rusqlite::Error) -> Error {
    store_error(CONTEXT, error)
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

const CONTEXT: &str = "commit metadata";

#[cfg(test)]
mod tests {
    use registry_core::{Actor, Timestamp};
    use rusqlite::Connection;

    use super::carry_out;
    use crate::metadata::sqlite::{events, schema};
    use crate::metadata::{Change, Commit};
    use crate::{Error, Require};

    fn write(key: &str, size: usize) -> Commit {
        let value = vec![7; size].into();
        let change = Change::PutDocument { kind: "kind".into(), key: key.into(), value };
        Commit::new(Actor::anonymous(), Timestamp::from_micros(1)).change(change)
    }

    /// A database that cannot grow by more than a few pages, as on a full disk.
    fn nearly_full() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        connection.pragma_update(None, "max_page_count", pages + 8).unwrap();
        connection
    }

    #[test]
    fn a_commit_that_needs_too_much_space_leaves_its_neighbours() {
        let connection = nearly_full();
        let commits = [write("a", 10), write("b", 1_000_000), write("c", 10), write("b", 900_000)];
        let commits: Vec<_> = commits.iter().collect();
        let results = carry_out(&connection, &commits);
        assert!(results[0].is_ok() && results[2].is_ok(), "{results:?}");
        for number in [1, 3] {
            assert!(matches!(results[number], Err(Error::Full { .. })), "{results:?}");
        }
        assert!(connection.is_autocommit());
        assert_eq!(events::last_written(&connection).unwrap(), 2);
        let numbers = [0, 2].map(|number| results[number].as_ref().unwrap().events[0].seq);
        assert_eq!(numbers, [1, 2], "numbers of refused commits are not used");
    }

    #[test]
    fn space_that_is_given_back_is_used_again() {
        let connection = nearly_full();
        let keys: Vec<_> = (0..).map(|number| format!("{number}")).take(100).collect();
        let full = keys.iter().position(|key| carry_out(&connection, &[&write(key, 3_000)])[0].is_err());
        let full = full.expect("the disk gets full");
        assert!(full > 0);
        let free = Change::DeleteDocument { kind: "kind".into(), key: keys[0].clone() };
        let free = Commit::new(Actor::anonymous(), Timestamp::from_micros(1)).change(free);
        assert!(carry_out(&connection, &[&free])[0].is_ok());
        assert!(carry_out(&connection, &[&write(&keys[full], 3_000)])[0].is_ok());
    }

    #[test]
    fn a_database_that_cannot_be_written_refuses_every_commit() {
        let connection = nearly_full();
        connection.pragma_update(None, "query_only", true).unwrap();
        let commits = [
            write("a", 1),
            write("b", 1).require(Require::Upload {
                id: "00000000000000000000000000000001".parse().unwrap(),
                version: Some(1),
            }),
        ];
        let results = carry_out(&connection, &[&commits[0], &commits[1]]);
        assert!(results[0].is_err() && results[1].is_err(), "{results:?}");
        assert!(connection.is_autocommit());
        assert_eq!(events::last_written(&connection).unwrap(), 0);
    }
}
