//! Who does the jobs.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};

use super::SqliteMetadataStore;
use super::failure::Sql;
use super::statements::statements;
use super::value::column;
use crate::Result;
use crate::metadata::{JobIndex, JobRecord};

statements! {
    FIND = "SELECT holder, term, beat FROM jobs WHERE name = ?1";
    PUT = "INSERT INTO jobs (name, holder, term, beat) VALUES (?1, ?2, ?2 IS NOT NULL, ?2 IS NULL)
           ON CONFLICT (name) DO UPDATE
           SET holder = excluded.holder, term = term + (holder IS NOT excluded.holder),
               beat = CASE WHEN holder IS excluded.holder THEN beat + 1 ELSE 0 END";
}

#[async_trait]
impl JobIndex for SqliteMetadataStore {
    async fn job(&self, name: &str) -> Result<JobRecord> {
        let name = name.to_owned();
        self.readers.run("find a job", move |connection| find(connection, &name)).await
    }
}

/// The record of the job.
pub(super) fn find(connection: &Connection, name: &str) -> Sql<JobRecord> {
    let mut statement = connection.prepare_cached(FIND)?;
    let found = statement
        .query_row([name], |row| Ok(JobRecord::new(column(row, 0)?, column(row, 1)?, column(row, 2)?)));
    Ok(found.optional()?.unwrap_or_default())
}

pub(super) fn put(connection: &Connection, name: &str, holder: Option<&str>) -> Sql<()> {
    connection.prepare_cached(PUT)?.execute(params![name, holder])?;
    Ok(())
}
