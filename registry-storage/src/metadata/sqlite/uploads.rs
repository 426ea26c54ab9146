//! Uploads in progress.

use async_trait::async_trait;
use registry_core::{Page, PageRequest, RepositoryName};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::SqliteMetadataStore;
use super::failure::Sql;
use super::statements::statements;
use super::value::{column, lookahead, number};
use crate::Result;
use crate::metadata::{UploadId, UploadIndex, UploadRecord, bounds};

statements! {
    FIND = "SELECT id, repository, token, received, hash_state, started, updated, version
            FROM uploads WHERE id = ?1";
    LIST = "SELECT id, repository, token, received, hash_state, started, updated, version
            FROM uploads WHERE id > ?1 ORDER BY id LIMIT ?2";
    PUT = "INSERT INTO uploads (id, repository, token, received, hash_state, started, updated, version)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)
           ON CONFLICT (id) DO UPDATE
           SET repository = excluded.repository, token = excluded.token, received = excluded.received,
               hash_state = excluded.hash_state, started = excluded.started, updated = excluded.updated,
               version = version + 1";
    DELETE = "DELETE FROM uploads WHERE id = ?1";
    COUNT = "SELECT uploads FROM upload_counts WHERE repository = ?1";
}

#[async_trait]
impl UploadIndex for SqliteMetadataStore {
    async fn upload(&self, id: &UploadId) -> Result<Option<UploadRecord>> {
        let id = *id;
        self.readers.run("find an upload", move |connection| find(connection, id)).await
    }

    async fn uploads(&self, page: &PageRequest) -> Result<Page<UploadRecord>> {
        let after = bounds::upload_position(page)?.map(UploadId::to_bytes);
        let limit = page.limit;
        let query = move |connection: &Connection| {
            // The empty blob orders before every id.
            let after = after.as_ref().map_or(&[][..], |id| &id[..]);
            let mut statement = connection.prepare_cached(LIST)?;
            let rows = statement.query_map(params![after, lookahead(limit)], record)?;
            Ok(Page::from_lookahead(rows.collect::<Result<_, _>>()?, limit))
        };
        self.readers.run("list uploads", query).await
    }

    async fn upload_count(&self, repository: Option<&RepositoryName>) -> Result<u64> {
        let repository = repository.cloned();
        let query = move |connection: &Connection| count(connection, repository.as_ref());
        self.readers.run("count uploads", query).await
    }
}

/// The record of the upload.
pub(super) fn find(connection: &Connection, id: UploadId) -> Sql<Option<UploadRecord>> {
    let mut statement = connection.prepare_cached(FIND)?;
    Ok(statement.query_row([&id.to_bytes()[..]], record).optional()?)
}

/// How many uploads there are in the repository, or in all.
pub(super) fn count(connection: &Connection, repository: Option<&RepositoryName>) -> Sql<u64> {
    // No repository has the empty name: it stands for all of them.
    let name = repository.map_or("", RepositoryName::as_str);
    let mut statement = connection.prepare_cached(COUNT)?;
    let found = statement.query_row([name], |row| column(row, 0)).optional()?;
    Ok(found.unwrap_or(0))
}

fn record(row: &Row<'_>) -> rusqlite::Result<UploadRecord> {
    let (id, repository, token, hash_state) =
        (column(row, 0)?, column(row, 1)?, column(row, 2)?, column(row, 4)?);
    let mut upload = UploadRecord::new(id, repository, token, hash_state, column(row, 5)?);
    upload.offset = column(row, 3)?;
    upload.updated = column(row, 6)?;
    upload.version = column(row, 7)?;
    Ok(upload)
}

pub(super) fn put(connection: &Connection, upload: &UploadRecord) -> Sql<()> {
    connection.prepare_cached(PUT)?.execute(params![
        &upload.id.to_bytes()[..],
        upload.repository.as_str(),
        upload.token.as_str(),
        number(upload.offset),
        &upload.hash_state[..],
        number(upload.started.as_micros()),
        number(upload.updated.as_micros()),
    ])?;
    Ok(())
}

pub(super) fn delete(connection: &Connection, id: UploadId) -> Sql<()> {
    connection.prepare_cached(DELETE)?.execute([&id.to_bytes()[..]])?;
    Ok(())
}
