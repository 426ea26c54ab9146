//! Uploads in progress.

use async_trait::async_trait;
use bytes::Bytes;
use registry_core::{Page, PageRequest, RepositoryName};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::PostgresMetadataStore;
use super::value::{column, corrupt, lookahead, time, unsigned, word};
use crate::Result;
use crate::metadata::{UploadId, UploadIndex, UploadRecord, bounds};

const FIND: &str = "SELECT id, repository, token, received, hash_state, started, updated, version
    FROM registry.uploads WHERE id = $1";
const LIST: &str = "SELECT id, repository, token, received, hash_state, started, updated, version
    FROM registry.uploads WHERE id > $1 ORDER BY id LIMIT $2";
const COUNT: &str =
    "SELECT coalesce(sum(uploads), 0)::bigint AS uploads FROM registry.upload_counts WHERE repository = $1";

#[async_trait]
impl UploadIndex for PostgresMetadataStore {
    async fn upload(&self, id: &UploadId) -> Result<Option<UploadRecord>> {
        let id = id.to_bytes();
        let rows = self.pool.read("find an upload", FIND, &[(&&id[..], Type::BYTEA)]).await?;
        rows.first().map(record).transpose()
    }

    async fn uploads(&self, page: &PageRequest) -> Result<Page<UploadRecord>> {
        let after = bounds::upload_position(page)?.map(UploadId::to_bytes);
        // The empty value orders before every id.
        let (after, rows) = (after.as_ref().map_or(&[][..], |id| &id[..]), lookahead(page.limit));
        let wanted = [(&after as _, Type::BYTEA), (&rows as _, Type::INT8)];
        let rows = self.pool.read("list uploads", LIST, &wanted).await?;
        let records = rows.iter().map(record).collect::<Result<_>>()?;
        Ok(Page::from_lookahead(records, page.limit))
    }

    async fn upload_count(&self, repository: Option<&RepositoryName>) -> Result<u64> {
        // No repository has the empty name: it stands for all of them.
        let name = repository.map_or("", RepositoryName::as_str);
        let rows = self.pool.read("count uploads", COUNT, &[(&name, Type::TEXT)]).await?;
        rows.first().map_or(Ok(0), |row| unsigned(row, "uploads"))
    }
}

fn record(row: &Row) -> Result<UploadRecord> {
    let id: &[u8] = column(row, "id")?;
    let id = UploadId::from_bytes(id.try_into().map_err(|error| corrupt("id", error))?);
    let token = column::<&str>(row, "token")?.into();
    let hash_state = Bytes::copy_from_slice(column(row, "hash_state")?);
    let mut upload =
        UploadRecord::new(id, word(row, "repository")?, token, hash_state, time(row, "started")?);
    upload.offset = unsigned(row, "received")?;
    upload.updated = time(row, "updated")?;
    upload.version = unsigned(row, "version")?;
    Ok(upload)
}
