//! The event log.

use async_trait::async_trait;
use registry_core::{Event, EventKind};
use rusqlite::{Connection, Row, params};

use super::failure::Sql;
use super::statements::statements;
use super::value::{Json, column, json, number};
use super::{SqliteMetadataStore, repositories};
use crate::Result;
use crate::metadata::EventLog;

statements! {
    AFTER = "SELECT e.seq, e.at, e.actor, r.name, e.kind FROM events e
             LEFT JOIN repositories r ON r.id = e.repository_id
             WHERE e.seq > ?1 ORDER BY e.seq LIMIT ?2";
    LAST = "SELECT coalesce(max(seq), 0) FROM events";
    APPEND = "INSERT INTO events (seq, at, actor, repository_id, kind) VALUES (?1, ?2, ?3, ?4, ?5)";
}

#[async_trait]
impl EventLog for SqliteMetadataStore {
    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>> {
        let query = move |connection: &Connection| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut statement = connection.prepare_cached(AFTER)?;
            let rows = statement.query_map(params![number(after), limit], event)?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        self.readers.run("list events", query).await
    }

    async fn last_event(&self) -> Result<u64> {
        self.readers.run("find the newest event", |connection| Ok(last_written(connection)?)).await
    }
}

fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    let kind: Json<EventKind> = column(row, 4)?;
    Ok(Event::new(column(row, 0)?, column(row, 1)?, column(row, 2)?, column(row, 3)?, kind.0))
}

/// The number of the newest event.
pub(super) fn last_written(connection: &Connection) -> rusqlite::Result<u64> {
    connection.prepare_cached(LAST)?.query_row([], |row| column(row, 0))
}

pub(super) fn append(connection: &Connection, event: &Event) -> Sql<()> {
    let repository = match &event.repository {
        Some(name) => Some(repositories::find_or_add(connection, name)?),
        None => None,
    };
    connection.prepare_cached(APPEND)?.execute(params![
        number(event.seq),
        number(event.at.as_micros()),
        event.actor.as_str(),
        repository,
        json(&event.kind)?,
    ])?;
    Ok(())
}
