//! Repositories.

use async_trait::async_trait;
use registry_core::{Page, PageRequest, RepositoryName};
use tokio_postgres::types::Type;

use super::PostgresMetadataStore;
use super::value::{column, lookahead, position, word};
use crate::Result;
use crate::metadata::RepositoryIndex;

const EXISTS: &str = "SELECT present FROM registry.repositories WHERE name = $1";
const LIST: &str =
    "SELECT name FROM registry.repositories WHERE present AND name > $1 ORDER BY name LIMIT $2";

#[async_trait]
impl RepositoryIndex for PostgresMetadataStore {
    async fn repository_exists(&self, repository: &RepositoryName) -> Result<bool> {
        let rows = self.pool.read("find a repository", EXISTS, &[(&repository.as_str(), Type::TEXT)]).await?;
        rows.first().map_or(Ok(false), |row| column(row, "present"))
    }

    async fn repositories(&self, page: &PageRequest) -> Result<Page<RepositoryName>> {
        let (last, rows) = (position(page.last.as_deref()), lookahead(page.limit));
        let wanted = [(&last as _, Type::TEXT), (&rows as _, Type::INT8)];
        let rows = self.pool.read("list repositories", LIST, &wanted).await?;
        let names = rows.iter().map(|row| word(row, "name")).collect::<Result<_>>()?;
        Ok(Page::from_lookahead(names, page.limit))
    }
}
