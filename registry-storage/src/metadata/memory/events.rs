//! The event log.

use async_trait::async_trait;
use registry_core::Event;

use super::MemoryMetadataStore;
use crate::Result;
use crate::metadata::EventLog;

#[async_trait]
impl EventLog for MemoryMetadataStore {
    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>> {
        let state = self.read();
        let begin = usize::try_from(after).unwrap_or(usize::MAX).min(state.events.len());
        Ok(state.events[begin..].iter().take(limit).cloned().collect())
    }

    async fn last_event(&self) -> Result<u64> {
        Ok(self.read().last_event())
    }
}
