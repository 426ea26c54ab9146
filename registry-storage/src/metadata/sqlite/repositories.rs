//! Repositories and their numbers.

use async_trait::async_trait;
use registry_core::{Page, PageRequest, RepositoryName};
use rusqlite::{Connection, OptionalExtension, params};

use super::SqliteMetadataStore;
use super::failure::Sql;
use super::statements::statements;
use super::value::{column, lookahead};
use crate::Result;
use crate::metadata::RepositoryIndex;

statements! {
    FIND = "SELECT id FROM repositories WHERE name = ?1";
    ADD = "INSERT INTO repositories (name) VALUES (?1)";
    EXISTS = "SELECT present FROM repositories WHERE name = ?1";
    LIST = "SELECT name FROM repositories WHERE present = 1 AND name > ?1 ORDER BY name LIMIT ?2";
    FILL = "UPDATE repositories SET present = 1 WHERE id = ?1 AND present = 0";
    EMPTY = "UPDATE repositories SET present = 0 WHERE id = ?1
             AND NOT EXISTS (SELECT 1 FROM manifests WHERE repository_id = ?1)
             AND NOT EXISTS (SELECT 1 FROM blob_links WHERE repository_id = ?1)";
}

#[async_trait]
impl RepositoryIndex for SqliteMetadataStore {
    async fn repository_exists(&self, repository: &RepositoryName) -> Result<bool> {
        let repository = repository.clone();
        let query = move |connection: &Connection| {
            let mut statement = connection.prepare_cached(EXISTS)?;
            let found = statement.query_row([repository.as_str()], |row| column(row, 0)).optional()?;
            Ok(found.unwrap_or(false))
        };
        self.readers.run("find a repository", query).await
    }

    async fn repositories(&self, page: &PageRequest) -> Result<Page<RepositoryName>> {
        let page = page.clone();
        let query = move |connection: &Connection| {
            let last = page.last.as_deref().unwrap_or_default();
            let mut statement = connection.prepare_cached(LIST)?;
            let rows = statement.query_map(params![last, lookahead(page.limit)], |row| column(row, 0))?;
            Ok(Page::from_lookahead(rows.collect::<Result<_, _>>()?, page.limit))
        };
        self.readers.run("list repositories", query).await
    }
}

/// The number of a repository that was ever written to.
pub(super) fn find(connection: &Connection, name: &RepositoryName) -> Sql<Option<i64>> {
    let mut statement = connection.prepare_cached(FIND)?;
    Ok(statement.query_row([name.as_str()], |row| row.get(0)).optional()?)
}

/// The number of the repository, which gets one when it was never written to.
pub(super) fn find_or_add(connection: &Connection, name: &RepositoryName) -> Sql<i64> {
    if let Some(id) = find(connection, name)? {
        return Ok(id);
    }
    connection.prepare_cached(ADD)?.execute([name.as_str()])?;
    Ok(connection.last_insert_rowid())
}

/// Something was put into the repository.
pub(super) fn fill(connection: &Connection, id: i64) -> Sql<()> {
    connection.prepare_cached(FILL)?.execute([id])?;
    Ok(())
}

/// Something was taken out of the repository, perhaps the last.
pub(super) fn drain(connection: &Connection, id: i64) -> Sql<()> {
    connection.prepare_cached(EMPTY)?.execute([id])?;
    Ok(())
}
