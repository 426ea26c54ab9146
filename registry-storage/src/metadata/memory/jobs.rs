//! Who does the jobs.

use async_trait::async_trait;

use super::MemoryMetadataStore;
use super::state::State;
use crate::Result;
use crate::metadata::{JobIndex, JobRecord};

#[async_trait]
impl JobIndex for MemoryMetadataStore {
    async fn job(&self, name: &str) -> Result<JobRecord> {
        Ok(self.read().job(name))
    }
}

impl State {
    pub(super) fn job(&self, name: &str) -> JobRecord {
        self.jobs.get(name).cloned().unwrap_or_default()
    }

    pub(super) fn put_job(&mut self, name: &str, holder: Option<String>) {
        let job = self.job(name).put(holder);
        self.jobs.insert(name.to_owned(), job);
    }
}
