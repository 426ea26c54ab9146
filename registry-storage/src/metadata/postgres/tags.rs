//! Tags and their history.

use async_trait::async_trait;
use registry_core::{Page, PageRequest, RepositoryName, Tag};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::PostgresMetadataStore;
use super::commit::cause;
use super::value::{column, digest, lookahead, number, optional_digest, position, time, unsigned, word};
use crate::Result;
use crate::metadata::{TagEntry, TagIndex, TagRecord};

const FIND: &str = "SELECT m.digest, c.first + t.position AS seq, c.at FROM registry.repositories r
    JOIN registry.tags t ON t.repository_id = r.id AND t.name = $2
    JOIN registry.manifests m ON m.id = t.manifest_id
    JOIN registry.commits c ON c.id = t.commit_id WHERE r.name = $1";
/// The number of the repository is a value by itself, so that the index gives the order; of a join the planner knows no order
/// and would sort all tags.
const LIST: &str = "SELECT t.name FROM registry.tags t
    WHERE t.repository_id = (SELECT r.id FROM registry.repositories r WHERE r.name = $1)
    AND t.name > $2 ORDER BY t.name LIMIT $3";
/// The entries of one tag have their numbers in the order of their commits, because each locks the tag. So where the
/// position is an entry of the tag, as it is on every page but the first, the page begins right there.
const HISTORY: &str = "SELECT c.first + e.position AS seq, e.digest, e.previous, c.at, c.actor, e.cause
    FROM registry.events e JOIN registry.commits c ON c.id = e.commit_id
    WHERE e.repository_id = (SELECT r.id FROM registry.repositories r WHERE r.name = $1) AND e.tag = $2
    AND (c.first + e.position < $3 OR c.first IS NULL)
    AND e.commit_id <= coalesce((
        SELECT b.commit_id FROM registry.commits f
        JOIN registry.events b ON b.commit_id = f.id AND b.position = $3 - f.first
        WHERE f.first = (SELECT max(n.first) FROM registry.commits n WHERE n.first <= $3)
        AND b.repository_id = (SELECT r.id FROM registry.repositories r WHERE r.name = $1) AND b.tag = $2
    ), 9223372036854775807)
    ORDER BY e.commit_id DESC, e.position DESC LIMIT $4";

#[async_trait]
impl TagIndex for PostgresMetadataStore {
    async fn tag(&self, repository: &RepositoryName, tag: &Tag) -> Result<Option<TagRecord>> {
        let (name, tag) = (repository.as_str(), tag.as_str());
        let wanted = [(&name as _, Type::TEXT), (&tag as _, Type::TEXT)];
        let rows = self.read_numbered("find a tag", FIND, &wanted, "seq").await?;
        let record =
            |row| Ok(TagRecord::new(digest(row, "digest")?, unsigned(row, "seq")?, time(row, "at")?));
        rows.first().map(record).transpose()
    }

    async fn tags(&self, repository: &RepositoryName, page: &PageRequest) -> Result<Page<Tag>> {
        let (name, last, rows) = (repository.as_str(), position(page.last.as_deref()), lookahead(page.limit));
        let wanted = [(&name as _, Type::TEXT), (&last as _, Type::TEXT), (&rows as _, Type::INT8)];
        let rows = self.pool.read("list tags", LIST, &wanted).await?;
        let tags = rows.iter().map(|row| word(row, "name")).collect::<Result<_>>()?;
        Ok(Page::from_lookahead(tags, page.limit))
    }

    async fn tag_history(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<TagEntry>> {
        let (name, text, rows) = (repository.as_str(), tag.as_str(), lookahead(limit));
        let before = before.map_or(i64::MAX, number);
        let wanted = [
            (&name as _, Type::TEXT),
            (&text as _, Type::TEXT),
            (&before as _, Type::INT8),
            (&rows as _, Type::INT8),
        ];
        let rows = self.read_numbered("list the history of a tag", HISTORY, &wanted, "seq").await?;
        let entries = rows.iter().map(|row| entry(row, tag)).collect::<Result<_>>()?;
        Ok(Page::from_lookahead(entries, limit))
    }
}

fn entry(row: &Row, tag: &Tag) -> Result<TagEntry> {
    Ok(TagEntry::new(
        unsigned(row, "seq")?,
        tag.clone(),
        optional_digest(row, "digest")?,
        optional_digest(row, "previous")?,
        time(row, "at")?,
        word(row, "actor")?,
        cause(row)?,
    ))
}

impl PostgresMetadataStore {
    /// The rows of a query, each with a number in this column. Where one is missing, numbers are given, and it is looked
    /// up again.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn read_numbered(
        &self,
        context: &'static str,
        sql: &'static str,
        values: &[super::pool::Parameter<'_>],
        name: &str,
    ) -> Result<Vec<Row>> {
        loop {
            let rows = self.pool.read(context, sql, values).await?;
            let mut numbers = rows.iter().map(|row| column::<Option<i64>>(row, name));
            if numbers.try_fold(true, |all, number| Ok::<_, crate::Error>(all && number?.is_some()))? {
                return Ok(rows);
            }
            self.numbering.all().await?;
        }
    }
}
