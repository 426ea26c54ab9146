//! Blobs and their links.

use async_trait::async_trait;
use registry_core::{Digest, Page, PageRequest, RepositoryName};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::PostgresMetadataStore;
use super::value::{Key, column, lookahead, position, time, unsigned, word};
use crate::Result;
use crate::metadata::{BlobIndex, LinkedBlob, StoredBlob};

const FIND: &str = "SELECT d.size, d.location, l.leased_until FROM registry.repositories r
    JOIN registry.digests d ON d.digest = $2
    JOIN registry.blob_links l ON l.repository_id = r.id AND l.digest_id = d.id
    WHERE r.name = $1 AND d.location IS NOT NULL";
const SIZES: &str = "SELECT CASE WHEN l.digest_id IS NOT NULL THEN d.size END AS size
    FROM unnest($2::bytea[]) WITH ORDINALITY w (digest, n)
    LEFT JOIN registry.digests d ON d.digest = w.digest
    LEFT JOIN registry.blob_links l ON l.digest_id = d.id
        AND l.repository_id = (SELECT r.id FROM registry.repositories r WHERE r.name = $1)
    ORDER BY w.n";
const STORED: &str = "SELECT size, location FROM registry.digests WHERE digest = $1 AND location IS NOT NULL";
const REPOSITORIES: &str = "SELECT l.repository FROM registry.blob_links l
    WHERE l.digest_id = (SELECT d.id FROM registry.digests d WHERE d.digest = $1 AND d.location IS NOT NULL)
    AND l.repository > $2 ORDER BY l.repository LIMIT $3";

#[async_trait]
impl BlobIndex for PostgresMetadataStore {
    async fn blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<LinkedBlob>> {
        let (name, key) = (repository.as_str(), Key::from(digest));
        let wanted = [(&name as _, Type::TEXT), (&key.as_slice() as _, Type::BYTEA)];
        let rows = self.pool.read("find a blob", FIND, &wanted).await?;
        let blob =
            |row| Ok(LinkedBlob::new(unsigned(row, "size")?, location(row)?, time(row, "leased_until")?));
        rows.first().map(blob).transpose()
    }

    async fn blob_sizes(&self, repository: &RepositoryName, digests: &[Digest]) -> Result<Vec<Option<u64>>> {
        let keys: Vec<Key> = digests.iter().map(Key::from).collect();
        let (name, keys) = (repository.as_str(), keys.iter().map(Key::as_slice).collect::<Vec<_>>());
        let wanted = [(&name as _, Type::TEXT), (&keys as _, Type::BYTEA_ARRAY)];
        sizes(&self.pool.read("find the sizes of blobs", SIZES, &wanted).await?)
    }

    async fn stored_blob(&self, digest: &Digest) -> Result<Option<StoredBlob>> {
        let key = Key::from(digest);
        let rows = self.pool.read("find a stored blob", STORED, &[(&key.as_slice(), Type::BYTEA)]).await?;
        rows.first().map(|row| Ok(StoredBlob::new(unsigned(row, "size")?, location(row)?))).transpose()
    }

    async fn blob_repositories(&self, digest: &Digest, page: &PageRequest) -> Result<Page<RepositoryName>> {
        let (key, last, rows) = (Key::from(digest), position(page.last.as_deref()), lookahead(page.limit));
        let wanted =
            [(&key.as_slice() as _, Type::BYTEA), (&last as _, Type::TEXT), (&rows as _, Type::INT8)];
        let rows = self.pool.read("list the repositories of a blob", REPOSITORIES, &wanted).await?;
        let names = rows.iter().map(|row| word(row, "repository")).collect::<Result<_>>()?;
        Ok(Page::from_lookahead(names, page.limit))
    }
}

fn location(row: &Row) -> Result<crate::Location> {
    column::<&str>(row, "location").map(crate::Location::from)
}

/// The column of sizes, empty for what is not there.
///
/// # Errors
/// When a size is none.
pub(super) fn sizes(rows: &[Row]) -> Result<Vec<Option<u64>>> {
    let size = |row| {
        let size: Option<i64> = column(row, "size")?;
        size.map(|_| unsigned(row, "size")).transpose()
    };
    rows.iter().map(size).collect()
}
