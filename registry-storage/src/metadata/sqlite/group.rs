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
