//! Blobs and their links.

use async_trait::async_trait;
use registry_core::{Digest, Page, PageRequest, RepositoryName, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::failure::Sql;
use super::statements::statements;
use super::value::{Key, column, lookahead, number};
use super::{SqliteMetadataStore, repositories};
use crate::metadata::bounds::LINK_OF_ABSENT;
use crate::metadata::journal::Journal;
use crate::metadata::{BlobIndex, LinkedBlob, StoredBlob};
use crate::{Location, Result};

statements! {
    FIND = "SELECT d.size, d.location, l.leased_until FROM repositories r JOIN digests d ON d.digest = ?2
            JOIN blob_links l ON l.repository_id = r.id AND l.digest_id = d.id
            WHERE r.name = ?1 AND d.location IS NOT NULL";
    SIZE = "SELECT d.size FROM repositories r JOIN digests d ON d.digest = ?2
            JOIN blob_links l ON l.repository_id = r.id AND l.digest_id = d.id
            WHERE r.name = ?1 AND d.location IS NOT NULL";
    STORED = "SELECT size, location FROM digests WHERE digest = ?1 AND location IS NOT NULL";
    STORED_ID = "SELECT id, size FROM digests WHERE digest = ?1 AND location IS NOT NULL";
    REPOSITORIES = "SELECT l.repository FROM digests d JOIN blob_links l ON l.digest_id = d.id
                    WHERE d.digest = ?1 AND d.location IS NOT NULL AND l.repository > ?2
                    ORDER BY l.repository LIMIT ?3";
    STORE = "INSERT INTO digests (digest, size, location) VALUES (?1, ?2, ?3)
             ON CONFLICT (digest) DO UPDATE SET size = excluded.size, location = excluded.location";
    FIND_ID = "SELECT id FROM digests WHERE digest = ?1";
    ADD = "INSERT INTO digests (digest) VALUES (?1)";
    LINK = "INSERT INTO blob_links (repository_id, digest_id, repository, leased_until) VALUES (?1, ?2, ?3, ?4)";
    RENEW = "UPDATE blob_links SET leased_until = max(leased_until, ?3)
             WHERE repository_id = ?1 AND digest_id = ?2";
    UNLINK = "DELETE FROM blob_links WHERE repository_id = ?1 AND digest_id = ?2";
}

#[async_trait]
impl BlobIndex for SqliteMetadataStore {
    async fn blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<LinkedBlob>> {
        let (repository, digest) = (repository.clone(), *digest);
        self.readers.run("find a blob", move |connection| find(connection, &repository, &digest)).await
    }

    async fn blob_sizes(&self, repository: &RepositoryName, digests: &[Digest]) -> Result<Vec<Option<u64>>> {
        let (repository, digests) = (repository.clone(), digests.to_vec());
        let query = move |connection: &Connection| {
            // All answers are of one instant.
            let instant = connection.unchecked_transaction()?;
            let sizes = digests.iter().map(|digest| size(connection, &repository, digest)).collect();
            instant.finish()?;
            sizes
        };
        self.readers.run("find the sizes of blobs", query).await
    }

    async fn stored_blob(&self, digest: &Digest) -> Result<Option<StoredBlob>> {
        let digest = *digest;
        self.readers.run("find a stored blob", move |connection| stored(connection, &digest)).await
    }

    async fn blob_repositories(&self, digest: &Digest, page: &PageRequest) -> Result<Page<RepositoryName>> {
        let (digest, page) = (*digest, page.clone());
        let query = move |connection: &Connection| {
            let last = page.last.as_deref().unwrap_or_default();
            let mut statement = connection.prepare_cached(REPOSITORIES)?;
            let wanted = params![Key::from(&digest), last, lookahead(page.limit)];
            let rows = statement.query_map(wanted, |row| column(row, 0))?;
            Ok(Page::from_lookahead(rows.collect::<Result<_, _>>()?, page.limit))
        };
        self.readers.run("list the repositories of a blob", query).await
    }
}

fn find(connection: &Connection, repository: &RepositoryName, digest: &Digest) -> Sql<Option<LinkedBlob>> {
    let mut statement = connection.prepare_cached(FIND)?;
    let found = statement.query_row(params![repository.as_str(), Key::from(digest)], |row| {
        Ok(LinkedBlob::new(column(row, 0)?, column(row, 1)?, column(row, 2)?))
    });
    Ok(found.optional()?)
}

/// The size of the blob, if it is readable in the repository.
pub(super) fn size(
    connection: &Connection,
    repository: &RepositoryName,
    digest: &Digest,
) -> Sql<Option<u64>> {
    let mut statement = connection.prepare_cached(SIZE)?;
    let wanted = params![repository.as_str(), Key::from(digest)];
    Ok(statement.query_row(wanted, |row| column(row, 0)).optional()?)
}

/// The blob, if its bytes are stored.
pub(super) fn stored(connection: &Connection, digest: &Digest) -> Sql<Option<StoredBlob>> {
    let mut statement = connection.prepare_cached(STORED)?;
    let found =
        statement.query_row([Key::from(digest)], |row| Ok(StoredBlob::new(column(row, 0)?, column(row, 1)?)));
    Ok(found.optional()?)
}

pub(super) fn store(connection: &Connection, digest: &Digest, size: u64, location: &Location) -> Sql<()> {
    let row = params![Key::from(digest), number(size), location.as_str()];
    connection.prepare_cached(STORE)?.execute(row)?;
    Ok(())
}

/// The number of the digest, stored or not.
pub(super) fn find_id(connection: &Connection, digest: &Digest) -> Sql<Option<i64>> {
    let mut statement = connection.prepare_cached(FIND_ID)?;
    Ok(statement.query_row([Key::from(digest)], |row| row.get(0)).optional()?)
}

/// The number of the digest, which gets one when it was never heard of.
pub(super) fn find_or_add_id(connection: &Connection, digest: &Digest) -> Sql<i64> {
    if let Some(id) = find_id(connection, digest)? {
        return Ok(id);
    }
    connection.prepare_cached(ADD)?.execute([Key::from(digest)])?;
    Ok(connection.last_insert_rowid())
}

pub(super) fn link(
    connection: &Connection,
    journal: &mut Journal<'_>,
    name: &RepositoryName,
    digest: &Digest,
    leased_until: Timestamp,
) -> Sql<()> {
    let mut statement = connection.prepare_cached(STORED_ID)?;
    let stored = statement.query_row([Key::from(digest)], |row| Ok((row.get::<_, i64>(0)?, column(row, 1)?)));
    let Some((blob, size)) = stored.optional()? else { return Err(LINK_OF_ABSENT.into()) };
    let repository = repositories::find_or_add(connection, name)?;
    let lease = number(leased_until.as_micros());
    if connection.prepare_cached(RENEW)?.execute([repository, blob, lease])? == 0 {
        connection.prepare_cached(LINK)?.execute(params![repository, blob, name.as_str(), lease])?;
        repositories::fill(connection, repository)?;
        journal.blob_linked(name, *digest, size);
    }
    Ok(())
}

pub(super) fn unlink(
    connection: &Connection,
    journal: &mut Journal<'_>,
    name: &RepositoryName,
    digest: &Digest,
) -> Sql<()> {
    let Some(repository) = repositories::find(connection, name)? else { return Ok(()) };
    let Some(blob) = find_id(connection, digest)? else { return Ok(()) };
    if connection.prepare_cached(UNLINK)?.execute([repository, blob])? > 0 {
        repositories::drain(connection, repository)?;
        journal.blob_unlinked(name, *digest);
    }
    Ok(())
}

pub(super) fn renew(
    connection: &Connection,
    name: &RepositoryName,
    digest: &Digest,
    leased_until: Timestamp,
) -> Sql<()> {
    let Some(repository) = repositories::find(connection, name)? else { return Ok(()) };
    let Some(blob) = find_id(connection, digest)? else { return Ok(()) };
    let lease = number(leased_until.as_micros());
    connection.prepare_cached(RENEW)?.execute([repository, blob, lease])?;
    Ok(())
}
