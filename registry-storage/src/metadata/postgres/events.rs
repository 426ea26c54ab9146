//! The event log.
//!
//! Whoever reads it gives numbers to what is visible without, so that the log never lags behind what else is seen.

use async_trait::async_trait;
use registry_core::Event;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::PostgresMetadataStore;
use super::commit::parts;
use super::value::{column, number, time, unsigned, word};
use crate::Result;
use crate::metadata::{EventLog, StoreVersion};

/// One row at least, which tells whether numbers are missing, as of the same instant as all else.
const AFTER: &str = "SELECT b.is_behind, l.* FROM registry.is_behind() b (is_behind) LEFT JOIN LATERAL (
    SELECT c.first, e.position, e.kind, r.name AS repository, e.digest, e.previous, e.size, e.media_type, e.subject, e.tag,
           e.cause, e.document_kind, e.document_key, c.at, c.actor
    FROM registry.commits c JOIN registry.events e ON e.commit_id = c.id
    LEFT JOIN registry.repositories r ON r.id = e.repository_id
    WHERE c.first >= coalesce((SELECT max(f.first) FROM registry.commits f WHERE f.first <= $1), 1)
    AND c.first + e.position > $1
    ORDER BY c.first, e.position LIMIT $2
) l ON NOT b.is_behind";

const LAST: &str = "SELECT registry.is_behind() AS is_behind, coalesce((
    SELECT c.first + c.events - 1 FROM registry.commits c WHERE c.first IS NOT NULL ORDER BY c.first DESC LIMIT 1
), 0) AS newest";

/// Which transactions are visible: whoever sees the same ones sees the same rows. Their numbers are those of one server, which
/// after a crash may give some again that nobody had seen the end of, but not at the same place of its log. A standby does
/// not tell which ones it sees.
const SNAPSHOT: &str = "SELECT pg_postmaster_start_time()::text AS server, CASE WHEN NOT pg_is_in_recovery()
    THEN pg_current_snapshot()::text || ' ' || pg_current_wal_insert_lsn()::text END AS state";

#[async_trait]
impl EventLog for PostgresMetadataStore {
    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>> {
        loop {
            if let Some(events) = self.numbered(after, limit).await? {
                return Ok(events);
            }
            self.numbering.all().await?;
        }
    }

    async fn events_at_hand(&self, after: u64, limit: usize) -> Result<Option<Vec<Event>>> {
        // Where there are several servers, the next question may go to one that lags behind.
        if self.several { Ok(None) } else { self.numbered(after, limit).await }
    }

    async fn version(&self) -> Result<StoreVersion> {
        let rows = self.pool.read("look at the snapshot", SNAPSHOT, &[]).await?;
        let Some(row) = rows.first() else { return Ok(StoreVersion::default()) };
        Ok(StoreVersion::new(column(row, "server")?, column(row, "state")?))
    }

    async fn last_event(&self) -> Result<u64> {
        loop {
            let rows = self.pool.read("find the newest event", LAST, &[]).await?;
            if !is_behind(&rows)? {
                return rows.first().map_or(Ok(0), |row| unsigned(row, "newest"));
            }
            self.numbering.all().await?;
        }
    }

    async fn news(&self, after: u64) {
        match &self.listener {
            Some(listener) => listener.news(after).await,
            None => std::future::pending().await,
        }
    }
}

impl PostgresMetadataStore {
    /// The events, unless some have no numbers yet.
    async fn numbered(&self, after: u64, limit: usize) -> Result<Option<Vec<Event>>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let wanted = [(&number(after) as _, Type::INT8), (&limit as _, Type::INT8)];
        let rows = self.pool.read("list events", AFTER, &wanted).await?;
        if is_behind(&rows)? {
            return Ok(None);
        }
        let mut events = Vec::with_capacity(rows.len());
        for row in &rows {
            if column::<Option<i64>>(row, "first")?.is_some() {
                events.push(event(row)?);
            }
        }
        Ok(Some(events))
    }
}

fn is_behind(rows: &[Row]) -> Result<bool> {
    rows.first().map_or(Ok(false), |row| column(row, "is_behind"))
}

fn event(row: &Row) -> Result<Event> {
    let (seq, repository, kind) = parts(row, unsigned(row, "first")?)?;
    Ok(Event::new(seq, time(row, "at")?, word(row, "actor")?, repository, kind))
}
