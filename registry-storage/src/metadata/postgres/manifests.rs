//! Manifests and what refers to them.

use async_trait::async_trait;
use bytes::Bytes;
use registry_core::{Descriptor, Digest, MediaType, Page, PageRequest, Reference, RepositoryName};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::PostgresMetadataStore;
use super::blobs::sizes;
use super::value::{Key, column, corrupt, digest, lookahead, unsigned, word};
use crate::Result;
use crate::metadata::{ManifestIndex, ManifestRecord, ManifestStat, bounds};

const BY_DIGEST: &str = "SELECT m.digest, m.media_type, c.bytes FROM registry.repositories r
    JOIN registry.manifests m ON m.repository_id = r.id AND m.digest = $2
    JOIN registry.manifest_contents c ON c.id = m.content_id WHERE r.name = $1";
const BY_TAG: &str = "SELECT m.digest, m.media_type, c.bytes FROM registry.repositories r
    JOIN registry.tags t ON t.repository_id = r.id AND t.name = $2
    JOIN registry.manifests m ON m.id = t.manifest_id
    JOIN registry.manifest_contents c ON c.id = m.content_id WHERE r.name = $1";
const STAT_BY_DIGEST: &str = "SELECT m.digest, m.media_type, m.size FROM registry.repositories r
    JOIN registry.manifests m ON m.repository_id = r.id AND m.digest = $2 WHERE r.name = $1";
const STAT_BY_TAG: &str = "SELECT m.digest, m.media_type, m.size FROM registry.repositories r
    JOIN registry.tags t ON t.repository_id = r.id AND t.name = $2
    JOIN registry.manifests m ON m.id = t.manifest_id WHERE r.name = $1";
const SIZES: &str = "SELECT m.size FROM unnest($2::bytea[]) WITH ORDINALITY w (digest, n)
    LEFT JOIN registry.manifests m ON m.digest = w.digest
        AND m.repository_id = (SELECT r.id FROM registry.repositories r WHERE r.name = $1)
    ORDER BY w.n";
/// One that is readable has no row among the retained ones.
const RETAINED: &str = "SELECT k.digest, k.media_type, c.bytes FROM registry.repositories r
    CROSS JOIN LATERAL (
        SELECT m.digest, m.media_type, m.content_id FROM registry.manifests m
        WHERE m.repository_id = r.id AND m.digest = $2
        UNION ALL SELECT m.digest, m.media_type, m.content_id FROM registry.retained_manifests m
        WHERE m.repository_id = r.id AND m.digest = $2
    ) k
    JOIN registry.manifest_contents c ON c.id = k.content_id WHERE r.name = $1";
const REFERRERS: &str = "SELECT f.descriptor FROM registry.referrers f
    WHERE f.repository_id = (SELECT r.id FROM registry.repositories r WHERE r.name = $1)
    AND f.subject = $2 AND f.digest > $3 ORDER BY f.digest LIMIT $4";
const REFERRERS_OF_TYPE: &str = "SELECT f.descriptor FROM registry.referrers f
    WHERE f.repository_id = (SELECT r.id FROM registry.repositories r WHERE r.name = $1)
    AND f.subject = $2 AND f.digest > $3 AND f.artifact_type = $5 ORDER BY f.digest LIMIT $4";

#[async_trait]
impl ManifestIndex for PostgresMetadataStore {
    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestRecord>> {
        let rows = self.by_reference("find a manifest", [BY_DIGEST, BY_TAG], repository, reference).await?;
        rows.first().map(record).transpose()
    }

    async fn manifest_stat(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestStat>> {
        let statements = [STAT_BY_DIGEST, STAT_BY_TAG];
        let rows = self.by_reference("find a manifest", statements, repository, reference).await?;
        let stat = |row| {
            Ok(ManifestStat::new(digest(row, "digest")?, word(row, "media_type")?, unsigned(row, "size")?))
        };
        rows.first().map(stat).transpose()
    }

    async fn manifest_sizes(
        &self,
        repository: &RepositoryName,
        digests: &[Digest],
    ) -> Result<Vec<Option<u64>>> {
        let keys: Vec<Key> = digests.iter().map(Key::from).collect();
        let (name, keys) = (repository.as_str(), keys.iter().map(Key::as_slice).collect::<Vec<_>>());
        let wanted = [(&name as _, Type::TEXT), (&keys as _, Type::BYTEA_ARRAY)];
        sizes(&self.pool.read("find the sizes of manifests", SIZES, &wanted).await?)
    }

    async fn retained_manifest(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<ManifestRecord>> {
        let (statements, reference) = ([RETAINED, RETAINED], Reference::Digest(*digest));
        let rows = self.by_reference("find a retained manifest", statements, repository, &reference).await?;
        rows.first().map(record).transpose()
    }

    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
        page: &PageRequest,
    ) -> Result<Page<Descriptor>> {
        let after = bounds::digest_position(page)?;
        let (name, subject, rows) = (repository.as_str(), Key::from(subject), lookahead(page.limit));
        let after = after.as_ref().map_or(Key::LOWEST, Key::from);
        let artifact_type = artifact_type.map(MediaType::as_str);
        let wanted = [
            (&name as _, Type::TEXT),
            (&subject.as_slice() as _, Type::BYTEA),
            (&after.as_slice() as _, Type::BYTEA),
            (&rows as _, Type::INT8),
            (&artifact_type as _, Type::TEXT),
        ];
        let rows = match artifact_type {
            None => self.pool.read("list referrers", REFERRERS, &wanted[..4]).await?,
            Some(_) => self.pool.read("list referrers", REFERRERS_OF_TYPE, &wanted).await?,
        };
        let descriptors = rows.iter().map(descriptor).collect::<Result<_>>()?;
        Ok(Page::from_lookahead(descriptors, page.limit))
    }
}

impl PostgresMetadataStore {
    async fn by_reference(
        &self,
        context: &'static str,
        [by_digest, by_tag]: [&'static str; 2],
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Vec<Row>> {
        let name = repository.as_str();
        match reference {
            Reference::Digest(digest) => {
                let key = Key::from(digest);
                let wanted = [(&name as _, Type::TEXT), (&key.as_slice() as _, Type::BYTEA)];
                self.pool.read(context, by_digest, &wanted).await
            }
            Reference::Tag(tag) => {
                let wanted = [(&name as _, Type::TEXT), (&tag.as_str() as _, Type::TEXT)];
                self.pool.read(context, by_tag, &wanted).await
            }
        }
    }
}

fn record(row: &Row) -> Result<ManifestRecord> {
    let bytes = Bytes::copy_from_slice(column(row, "bytes")?);
    Ok(ManifestRecord::new(digest(row, "digest")?, word(row, "media_type")?, bytes))
}

fn descriptor(row: &Row) -> Result<Descriptor> {
    serde_json::from_str(column(row, "descriptor")?).map_err(|error| corrupt("descriptor", error))
}
