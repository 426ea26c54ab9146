//! Tags and their history.

use async_trait::async_trait;
use registry_core::{Digest, Page, PageRequest, RepositoryName, Tag, TagCause};
use rusqlite::{Connection, OptionalExtension, params};

use super::failure::Sql;
use super::statements::statements;
use super::value::{Key, column, lookahead, number};
use super::{SqliteMetadataStore, manifests, repositories};
use crate::Result;
use crate::metadata::bounds::TAG_OF_ABSENT;
use crate::metadata::journal::Journal;
use crate::metadata::{TagEntry, TagIndex, TagRecord};

statements! {
    FIND = "SELECT m.digest, t.seq, t.at FROM repositories r
            JOIN tags t ON t.repository_id = r.id AND t.name = ?2
            JOIN manifests m ON m.id = t.manifest_id WHERE r.name = ?1";
    LIST = "SELECT t.name FROM repositories r JOIN tags t ON t.repository_id = r.id
            WHERE r.name = ?1 AND t.name > ?2 ORDER BY t.name LIMIT ?3";
    HISTORY = "SELECT h.seq, h.digest, h.previous, h.at, h.actor, h.cause FROM repositories r
               JOIN tag_history h ON h.repository_id = r.id
               WHERE r.name = ?1 AND h.tag = ?2 AND h.seq < ?3 ORDER BY h.seq DESC LIMIT ?4";
    OF_MANIFEST = "SELECT name FROM tags WHERE manifest_id = ?1 ORDER BY name";
    SET = "INSERT INTO tags (repository_id, name, manifest_id, seq, at) VALUES (?1, ?2, ?3, ?4, ?5)
           ON CONFLICT (repository_id, name) DO UPDATE
           SET manifest_id = excluded.manifest_id, seq = excluded.seq, at = excluded.at";
    REMOVE = "DELETE FROM tags WHERE repository_id = ?1 AND name = ?2";
    REMEMBER = "INSERT INTO tag_history (repository_id, tag, seq, digest, previous, at, actor, cause)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
}

#[async_trait]
impl TagIndex for SqliteMetadataStore {
    async fn tag(&self, repository: &RepositoryName, tag: &Tag) -> Result<Option<TagRecord>> {
        let (repository, tag) = (repository.clone(), tag.clone());
        self.readers.run("find a tag", move |connection| find(connection, &repository, &tag)).await
    }

    async fn tags(&self, repository: &RepositoryName, page: &PageRequest) -> Result<Page<Tag>> {
        let (repository, page) = (repository.clone(), page.clone());
        let query = move |connection: &Connection| {
            let last = page.last.as_deref().unwrap_or_default();
            let mut statement = connection.prepare_cached(LIST)?;
            let wanted = params![repository.as_str(), last, lookahead(page.limit)];
            let rows = statement.query_map(wanted, |row| column(row, 0))?;
            Ok(Page::from_lookahead(rows.collect::<Result<_, _>>()?, page.limit))
        };
        self.readers.run("list tags", query).await
    }

    async fn tag_history(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<TagEntry>> {
        let (repository, tag) = (repository.clone(), tag.clone());
        let query = move |connection: &Connection| {
            let before = before.map_or(i64::MAX, number);
            let mut statement = connection.prepare_cached(HISTORY)?;
            let wanted = params![repository.as_str(), tag.as_str(), before, lookahead(limit)];
            let rows = statement.query_map(wanted, |row| entry(row, &tag))?;
            Ok(Page::from_lookahead(rows.collect::<Result<_, _>>()?, limit))
        };
        self.readers.run("list the history of a tag", query).await
    }
}

fn entry(row: &rusqlite::Row<'_>, tag: &Tag) -> rusqlite::Result<TagEntry> {
    Ok(TagEntry::new(
        column(row, 0)?,
        tag.clone(),
        column(row, 1)?,
        column(row, 2)?,
        column(row, 3)?,
        column(row, 4)?,
        column(row, 5)?,
    ))
}

/// What the tag points to.
pub(super) fn find(
    connection: &Connection,
    repository: &RepositoryName,
    tag: &Tag,
) -> Sql<Option<TagRecord>> {
    let mut statement = connection.prepare_cached(FIND)?;
    let found = statement.query_row(params![repository.as_str(), tag.as_str()], |row| {
        Ok(TagRecord::new(column(row, 0)?, column(row, 1)?, column(row, 2)?))
    });
    Ok(found.optional()?)
}

pub(super) fn set(
    connection: &Connection,
    journal: &mut Journal<'_>,
    name: &RepositoryName,
    tag: &Tag,
    digest: &Digest,
    cause: TagCause,
) -> Sql<()> {
    let repository = repositories::find_or_add(connection, name)?;
    let manifest = manifests::find_id(connection, repository, digest)?;
    let Some(manifest) = manifest else { return Err(TAG_OF_ABSENT.into()) };
    let previous = find(connection, name, tag)?.map(|record| record.digest);
    if previous == Some(*digest) {
        return Ok(());
    }
    let entry = journal.tag_set(name, tag, *digest, previous, cause);
    let row = params![repository, tag.as_str(), manifest, number(entry.seq), number(entry.at.as_micros())];
    connection.prepare_cached(SET)?.execute(row)?;
    remember(connection, repository, &entry)
}

pub(super) fn delete(
    connection: &Connection,
    journal: &mut Journal<'_>,
    name: &RepositoryName,
    tag: &Tag,
    cause: TagCause,
) -> Sql<()> {
    let Some(repository) = repositories::find(connection, name)? else { return Ok(()) };
    let Some(record) = find(connection, name, tag)? else { return Ok(()) };
    connection.prepare_cached(REMOVE)?.execute(params![repository, tag.as_str()])?;
    remember(connection, repository, &journal.tag_deleted(name, tag, record.digest, cause))
}

/// Removes all tags that point to the manifest, in their order.
pub(super) fn delete_all_of(
    connection: &Connection,
    journal: &mut Journal<'_>,
    name: &RepositoryName,
    repository: i64,
    manifest: i64,
    digest: &Digest,
) -> Sql<()> {
    let mut statement = connection.prepare_cached(OF_MANIFEST)?;
    let tags =
        statement.query_map([manifest], |row| column::<Tag>(row, 0))?.collect::<Result<Vec<_>, _>>()?;
    for tag in &tags {
        connection.prepare_cached(REMOVE)?.execute(params![repository, tag.as_str()])?;
        let entry = journal.tag_deleted(name, tag, *digest, TagCause::ManifestDelete);
        remember(connection, repository, &entry)?;
    }
    Ok(())
}

fn remember(connection: &Connection, repository: i64, entry: &TagEntry) -> Sql<()> {
    connection.prepare_cached(REMEMBER)?.execute(params![
        repository,
        entry.tag.as_str(),
        number(entry.seq),
        entry.digest.as_ref().map(Key::from),
        entry.previous.as_ref().map(Key::from),
        number(entry.at.as_micros()),
        entry.actor.as_str(),
        entry.cause.as_str(),
    ])?;
    Ok(())
}
