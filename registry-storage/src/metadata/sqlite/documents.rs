//! Keyed documents.

use async_trait::async_trait;
use bytes::Bytes;
use registry_core::{Page, PageRequest};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::SqliteMetadataStore;
use super::failure::Sql;
use super::statements::statements;
use super::value::{column, lookahead, number};
use crate::Result;
use crate::metadata::journal::Journal;
use crate::metadata::{Document, DocumentIndex};

statements! {
    FIND = "SELECT key, version, value FROM documents WHERE kind = ?1 AND key = ?2";
    VERSION = "SELECT version FROM documents WHERE kind = ?1 AND key = ?2";
    LIST_FROM = "SELECT key, version, value FROM documents WHERE kind = ?1 AND key >= ?2 ORDER BY key LIMIT ?3";
    LIST_AFTER = "SELECT key, version, value FROM documents WHERE kind = ?1 AND key > ?2 ORDER BY key LIMIT ?3";
    PUT = "INSERT INTO documents (kind, key, version, value) VALUES (?1, ?2, ?3, ?4)
           ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version, value = excluded.value";
    DELETE = "DELETE FROM documents WHERE kind = ?1 AND key = ?2";
}

#[async_trait]
impl DocumentIndex for SqliteMetadataStore {
    async fn document(&self, kind: &str, key: &str) -> Result<Option<Document>> {
        let (kind, key) = (kind.to_owned(), key.to_owned());
        let query = move |connection: &Connection| {
            let mut statement = connection.prepare_cached(FIND)?;
            Ok(statement.query_row([&kind, &key], document).optional()?)
        };
        self.readers.run("find a document", query).await
    }

    async fn documents(&self, kind: &str, prefix: &str, page: &PageRequest) -> Result<Page<Document>> {
        let (kind, prefix, page) = (kind.to_owned(), prefix.to_owned(), page.clone());
        let query = move |connection: &Connection| list(connection, &kind, &prefix, &page);
        self.readers.run("list documents", query).await
    }
}

/// Keys with one prefix are neighbours: the first without it ends the page.
fn list(connection: &Connection, kind: &str, prefix: &str, page: &PageRequest) -> Sql<Page<Document>> {
    let (sql, begin) = match page.last.as_deref() {
        Some(last) if last >= prefix => (LIST_AFTER, last),
        _ => (LIST_FROM, prefix),
    };
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![kind, begin, lookahead(page.limit)])?;
    let mut documents = Vec::new();
    while let Some(row) = rows.next()? {
        if !row.get_ref(0)?.as_str().is_ok_and(|key| key.starts_with(prefix)) {
            break;
        }
        documents.push(document(row)?);
    }
    Ok(Page::from_lookahead(documents, page.limit))
}

fn document(row: &Row<'_>) -> rusqlite::Result<Document> {
    Ok(Document::new(column(row, 0)?, column(row, 1)?, column(row, 2)?))
}

/// The version of the document.
pub(super) fn version(connection: &Connection, kind: &str, key: &str) -> Sql<Option<u64>> {
    let mut statement = connection.prepare_cached(VERSION)?;
    Ok(statement.query_row([kind, key], |row| column(row, 0)).optional()?)
}

pub(super) fn put(
    connection: &Connection,
    journal: &mut Journal<'_>,
    kind: &str,
    key: &str,
    value: &Bytes,
) -> Sql<()> {
    let version = number(journal.document_put(kind, key));
    connection.prepare_cached(PUT)?.execute(params![kind, key, version, &value[..]])?;
    Ok(())
}

pub(super) fn delete(connection: &Connection, journal: &mut Journal<'_>, kind: &str, key: &str) -> Sql<()> {
    if connection.prepare_cached(DELETE)?.execute([kind, key])? > 0 {
        journal.document_deleted(kind, key);
    }
    Ok(())
}
