//! Keyed documents.

use std::ops::Bound;

use async_trait::async_trait;
use bytes::Bytes;
use registry_core::{Page, PageRequest};

use super::state::State;
use super::{MemoryMetadataStore, page};
use crate::Result;
use crate::metadata::journal::Journal;
use crate::metadata::{Document, DocumentIndex};

#[async_trait]
impl DocumentIndex for MemoryMetadataStore {
    async fn document(&self, kind: &str, key: &str) -> Result<Option<Document>> {
        Ok(self.read().documents.get(kind).and_then(|all| all.get(key)).cloned())
    }

    async fn documents(&self, kind: &str, prefix: &str, page: &PageRequest) -> Result<Page<Document>> {
        let begin = match page.last.as_deref() {
            Some(last) if last >= prefix => Bound::Excluded(last),
            _ => Bound::Included(prefix),
        };
        let state = self.read();
        let all = state.documents.get(kind).into_iter();
        let behind = all.flat_map(|all| all.range::<str, _>((begin, Bound::Unbounded)));
        let listed =
            behind.map(|(_, document)| document).take_while(|document| document.key.starts_with(prefix));
        Ok(page::take(listed, page.limit))
    }
}

impl State {
    pub(super) fn put_document(&mut self, journal: &mut Journal<'_>, kind: &str, key: &str, value: &Bytes) {
        let document = Document::new(key.to_owned(), journal.document_put(kind, key), value.clone());
        self.documents.entry(kind.to_owned()).or_default().insert(key.to_owned(), document);
    }

    pub(super) fn delete_document(&mut self, journal: &mut Journal<'_>, kind: &str, key: &str) {
        let Some(all) = self.documents.get_mut(kind) else { return };
        if all.remove(key).is_none() {
            return;
        }
        if all.is_empty() {
            self.documents.remove(kind);
        }
        journal.document_deleted(kind, key);
    }
}
