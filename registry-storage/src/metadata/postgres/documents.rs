//! Keyed documents.

use async_trait::async_trait;
use bytes::Bytes;
use registry_core::{Page, PageRequest};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::PostgresMetadataStore;
use super::value::{column, lookahead, text, unsigned};
use crate::Result;
use crate::metadata::{Document, DocumentIndex};

const FIND: &str = "SELECT d.key, c.first + d.position AS version, d.value FROM registry.documents d
    JOIN registry.commits c ON c.id = d.commit_id WHERE d.kind = $1 AND d.key = $2";
/// Keys with one prefix are neighbours.
const LIST: &str = "SELECT d.key, c.first + d.position AS version, d.value FROM registry.documents d
    JOIN registry.commits c ON c.id = d.commit_id
    WHERE d.kind = $1 AND d.key >= $2 AND d.key < $3 ORDER BY d.key LIMIT $4";

#[async_trait]
impl DocumentIndex for PostgresMetadataStore {
    async fn document(&self, kind: &str, key: &str) -> Result<Option<Document>> {
        let wanted = [(&kind.as_bytes() as _, Type::BYTEA), (&key.as_bytes() as _, Type::BYTEA)];
        let rows = self.read_numbered("find a document", FIND, &wanted, "version").await?;
        rows.first().map(document).transpose()
    }

    async fn documents(&self, kind: &str, prefix: &str, page: &PageRequest) -> Result<Page<Document>> {
        let (begin, end, rows) = (begin(prefix, page.last.as_deref()), end(prefix), lookahead(page.limit));
        let wanted = [
            (&kind.as_bytes() as _, Type::BYTEA),
            (&begin as _, Type::BYTEA),
            (&end as _, Type::BYTEA),
            (&rows as _, Type::INT8),
        ];
        let rows = self.read_numbered("list documents", LIST, &wanted, "version").await?;
        let documents = rows.iter().map(document).collect::<Result<_>>()?;
        Ok(Page::from_lookahead(documents, page.limit))
    }
}

fn document(row: &Row) -> Result<Document> {
    let value = Bytes::copy_from_slice(column(row, "value")?);
    Ok(Document::new(text(row, "key")?, unsigned(row, "version")?, value))
}

/// Where a page begins: at the prefix, or right behind the position.
fn begin(prefix: &str, last: Option<&str>) -> Vec<u8> {
    match last {
        Some(last) if last >= prefix => [last.as_bytes(), &[0]].concat(),
        _ => prefix.as_bytes().to_owned(),
    }
}

/// The lowest bytes behind all texts that begin with the prefix. No text holds a byte 255.
fn end(prefix: &str) -> Vec<u8> {
    let mut end = prefix.as_bytes().to_owned();
    match end.last_mut() {
        Some(last) => *last += 1,
        None => end.push(255),
    }
    end
}
