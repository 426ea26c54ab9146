//! Manifests and what they name.

use async_trait::async_trait;
use registry_core::{Descriptor, Digest, MediaType, Page, PageRequest, Reference, RepositoryName, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::failure::Sql;
use super::statements::statements;
use super::value::{Key, column, number};
use super::{SqliteMetadataStore, blobs, referrers, repositories, tags};
use crate::Result;
use crate::metadata::journal::Journal;
use crate::metadata::{ManifestIndex, ManifestRecord, ManifestStat, NewManifest, bounds};

statements! {
    BY_DIGEST = "SELECT m.digest, m.media_type, c.bytes FROM repositories r
                 JOIN manifests m ON m.repository_id = r.id AND m.digest = ?2
                 JOIN manifest_contents c ON c.id = m.content_id WHERE r.name = ?1";
    BY_TAG = "SELECT m.digest, m.media_type, c.bytes FROM repositories r
              JOIN tags t ON t.repository_id = r.id AND t.name = ?2
              JOIN manifests m ON m.id = t.manifest_id
              JOIN manifest_contents c ON c.id = m.content_id WHERE r.name = ?1";
    STAT_BY_DIGEST = "SELECT m.digest, m.media_type, m.size FROM repositories r
                      JOIN manifests m ON m.repository_id = r.id AND m.digest = ?2 WHERE r.name = ?1";
    STAT_BY_TAG = "SELECT m.digest, m.media_type, m.size FROM repositories r
                   JOIN tags t ON t.repository_id = r.id AND t.name = ?2
                   JOIN manifests m ON m.id = t.manifest_id WHERE r.name = ?1";
    SIZE = "SELECT m.size FROM repositories r
            JOIN manifests m ON m.repository_id = r.id AND m.digest = ?2 WHERE r.name = ?1";
    RETAINED = "SELECT m.digest, m.media_type, c.bytes FROM repositories r
                JOIN retained_manifests m ON m.repository_id = r.id AND m.digest = ?2
                JOIN manifest_contents c ON c.id = m.content_id WHERE r.name = ?1";
    IS_NAMED = "SELECT EXISTS (SELECT 1 FROM repositories r JOIN digests d ON d.digest = ?2
                JOIN manifest_edges e ON e.target_id = d.id AND e.repository_id = r.id WHERE r.name = ?1)";
    IS_CHILD = "SELECT EXISTS (SELECT 1 FROM repositories r JOIN digests d ON d.digest = ?2
                JOIN manifest_edges e ON e.target_id = d.id AND e.repository_id = r.id AND e.child = 1
                WHERE r.name = ?1)";
    FIND_ID = "SELECT id FROM manifests WHERE repository_id = ?1 AND digest = ?2";
    FIND_OLD = "SELECT id, subject FROM manifests WHERE repository_id = ?1 AND digest = ?2";
    KEEP_CONTENT = "INSERT INTO manifest_contents (digest, bytes) VALUES (?1, ?2)
                    ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes WHERE bytes <> excluded.bytes";
    CONTENT_ID = "SELECT id FROM manifest_contents WHERE digest = ?1";
    PUT = "INSERT INTO manifests (repository_id, digest, content_id, media_type, size, subject, leased_until)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
           ON CONFLICT (repository_id, digest) DO UPDATE
           SET content_id = excluded.content_id, media_type = excluded.media_type, size = excluded.size,
               subject = excluded.subject, leased_until = max(leased_until, excluded.leased_until)
           RETURNING id";
    ADD_EDGE = "INSERT INTO manifest_edges (target_id, repository_id, child, manifest_id) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT DO NOTHING";
    REMOVE_EDGES = "DELETE FROM manifest_edges WHERE manifest_id = ?1";
    FORGET = "DELETE FROM retained_manifests WHERE repository_id = ?1 AND digest = ?2";
    RETAIN = "INSERT INTO retained_manifests (repository_id, digest, content_id, media_type, deleted_at)
              SELECT repository_id, digest, content_id, media_type, ?2 FROM manifests WHERE id = ?1";
    REMOVE = "DELETE FROM manifests WHERE id = ?1";
}

#[async_trait]
impl ManifestIndex for SqliteMetadataStore {
    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestRecord>> {
        let (repository, reference) = (repository.clone(), reference.clone());
        let query = move |connection: &Connection| {
            by_reference(connection, [BY_DIGEST, BY_TAG], &repository, &reference, record)
        };
        self.readers.run("find a manifest", query).await
    }

    async fn manifest_stat(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestStat>> {
        let (repository, reference) = (repository.clone(), reference.clone());
        let query = move |connection: &Connection| {
            by_reference(connection, [STAT_BY_DIGEST, STAT_BY_TAG], &repository, &reference, |row| {
                Ok(ManifestStat::new(column(row, 0)?, column(row, 1)?, column(row, 2)?))
            })
        };
        self.readers.run("find a manifest", query).await
    }

    async fn manifest_sizes(
        &self,
        repository: &RepositoryName,
        digests: &[Digest],
    ) -> Result<Vec<Option<u64>>> {
        let (repository, digests) = (repository.clone(), digests.to_vec());
        let query = move |connection: &Connection| {
            // All answers are of one instant.
            let instant = connection.unchecked_transaction()?;
            let sizes = digests.iter().map(|digest| size(connection, &repository, digest)).collect();
            instant.finish()?;
            sizes
        };
        self.readers.run("find the sizes of manifests", query).await
    }

    async fn retained_manifest(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<ManifestRecord>> {
        let (repository, reference) = (repository.clone(), Reference::Digest(*digest));
        let query = move |connection: &Connection| {
            let instant = connection.unchecked_transaction()?;
            let find = |sql| by_reference(connection, [sql, sql], &repository, &reference, record);
            let readable = find(BY_DIGEST)?;
            let found = if readable.is_some() { readable } else { find(RETAINED)? };
            instant.finish()?;
            Ok(found)
        };
        self.readers.run("find a retained manifest", query).await
    }

    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
        page: &PageRequest,
    ) -> Result<Page<Descriptor>> {
        let after = bounds::digest_position(page)?;
        let (repository, subject, limit) = (repository.clone(), *subject, page.limit);
        let artifact_type = artifact_type.cloned();
        let query = move |connection: &Connection| {
            referrers::list(connection, &repository, &subject, artifact_type.as_ref(), after.as_ref(), limit)
        };
        self.readers.run("list referrers", query).await
    }
}

fn by_reference<T>(
    connection: &Connection,
    [by_digest, by_tag]: [&str; 2],
    repository: &RepositoryName,
    reference: &Reference,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Sql<Option<T>> {
    let found = match reference {
        Reference::Digest(digest) => connection
            .prepare_cached(by_digest)?
            .query_row(params![repository.as_str(), Key::from(digest)], read),
        Reference::Tag(tag) => {
            connection.prepare_cached(by_tag)?.query_row(params![repository.as_str(), tag.as_str()], read)
        }
    };
    Ok(found.optional()?)
}

fn record(row: &Row<'_>) -> rusqlite::Result<ManifestRecord> {
    Ok(ManifestRecord::new(column(row, 0)?, column(row, 1)?, column(row, 2)?))
}

/// The size of the manifest, if it is readable in the repository.
pub(super) fn size(
    connection: &Connection,
    repository: &RepositoryName,
    digest: &Digest,
) -> Sql<Option<u64>> {
    let mut statement = connection.prepare_cached(SIZE)?;
    let wanted = params![repository.as_str(), Key::from(digest)];
    Ok(statement.query_row(wanted, |row| column(row, 0)).optional()?)
}

/// The number of the manifest, if it is readable in the repository.
pub(super) fn find_id(connection: &Connection, repository: i64, digest: &Digest) -> Sql<Option<i64>> {
    let mut statement = connection.prepare_cached(FIND_ID)?;
    Ok(statement.query_row(params![repository, Key::from(digest)], |row| row.get(0)).optional()?)
}

/// Whether a readable manifest names the digest, in whichever way.
pub(super) fn is_named(connection: &Connection, repository: &RepositoryName, digest: &Digest) -> Sql<bool> {
    let wanted = params![repository.as_str(), Key::from(digest)];
    Ok(connection.prepare_cached(IS_NAMED)?.query_row(wanted, |row| row.get(0))?)
}

/// Whether a readable index names the digest as child.
pub(super) fn is_child(connection: &Connection, repository: &RepositoryName, digest: &Digest) -> Sql<bool> {
    let wanted = params![repository.as_str(), Key::from(digest)];
    Ok(connection.prepare_cached(IS_CHILD)?.query_row(wanted, |row| row.get(0))?)
}

pub(super) fn put(
    connection: &Connection,
    journal: &mut Journal<'_>,
    name: &RepositoryName,
    new: &NewManifest,
) -> Sql<()> {
    let repository = repositories::find_or_add(connection, name)?;
    remove_edges(connection, repository, &new.digest)?;
    let key = Key::from(&new.digest);
    connection.prepare_cached(KEEP_CONTENT)?.execute(params![key, &new.bytes[..]])?;
    let content: i64 = connection.prepare_cached(CONTENT_ID)?.query_row([&key], |row| row.get(0))?;
    let row = params![
        repository,
        key,
        content,
        new.media_type.as_str(),
        number(new.bytes.len() as u64),
        new.referrer.as_ref().map(|edge| Key::from(&edge.subject)),
        number(new.leased_until.as_micros()),
    ];
    let id: i64 = connection.prepare_cached(PUT)?.query_row(row, |row| row.get(0))?;
    connection.prepare_cached(FORGET)?.execute(params![repository, key])?;
    let mut add = connection.prepare_cached(ADD_EDGE)?;
    let blobs = new.blobs.iter().map(|blob| (blob, 0));
    for (target, child) in blobs.chain(new.children.iter().map(|child| (child, 1))) {
        add.execute([blobs::find_or_add_id(connection, target)?, repository, child, id])?;
    }
    if let Some(edge) = &new.referrer {
        referrers::add(connection, repository, &new.digest, edge)?;
    }
    repositories::fill(connection, repository)?;
    journal.manifest_put(name, new);
    Ok(())
}

pub(super) fn delete(
    connection: &Connection,
    journal: &mut Journal<'_>,
    name: &RepositoryName,
    digest: &Digest,
    at: Timestamp,
) -> Sql<()> {
    let Some(repository) = repositories::find(connection, name)? else { return Ok(()) };
    let Some(manifest) = remove_edges(connection, repository, digest)? else { return Ok(()) };
    tags::delete_all_of(connection, journal, name, repository, manifest, digest)?;
    connection.prepare_cached(RETAIN)?.execute(params![manifest, number(at.as_micros())])?;
    connection.prepare_cached(REMOVE)?.execute([manifest])?;
    repositories::drain(connection, repository)?;
    journal.manifest_deleted(name, *digest);
    Ok(())
}

/// Removes whatever the manifest names and refers to; answers its number, if it is readable.
fn remove_edges(connection: &Connection, repository: i64, digest: &Digest) -> Sql<Option<i64>> {
    let mut statement = connection.prepare_cached(FIND_OLD)?;
    let found = statement.query_row(params![repository, Key::from(digest)], |row| {
        Ok((column::<i64>(row, 0)?, column::<Option<Digest>>(row, 1)?))
    });
    let Some((id, subject)) = found.optional()? else { return Ok(None) };
    connection.prepare_cached(REMOVE_EDGES)?.execute([id])?;
    if let Some(subject) = subject {
        referrers::remove(connection, repository, &subject, digest)?;
    }
    Ok(Some(id))
}
