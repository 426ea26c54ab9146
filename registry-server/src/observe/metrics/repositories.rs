//! Requests by repository.

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use crate::observe::Finished;

/// How many repositories are told apart.
const MOST: usize = 1000;

/// Requests by repository; only where somebody asked for it.
#[derive(Debug, Default)]
pub(super) struct RepositoryMetrics {
    requests: Family<Labels, Counter>,
    known: RwLock<HashSet<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    repository: String,
    handler: &'static str,
}

impl RepositoryMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let new = Self::default();
        let name = "registry_repository_requests";
        registry.register(name, "Successful requests by repository", new.requests.clone());
        new
    }

    /// Only what succeeded: a client can ask for any number of repositories that are not there.
    pub(super) fn finished(&self, request: &Finished<'_>) {
        let (Some(repository), true) =
            (request.repository, request.status.is_some_and(|status| status.is_success()))
        else {
            return;
        };
        let repository = repository.as_str();
        let repository = if self.knows(repository) { repository } else { "other" }.to_owned();
        self.requests.get_or_create(&Labels { repository, handler: request.handler }).inc();
    }

    fn knows(&self, repository: &str) -> bool {
        // A set of names is in order whatever happened.
        if self.known.read().unwrap_or_else(PoisonError::into_inner).contains(repository) {
            return true;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.len() < MOST && known.insert(repository.to_owned())
    }
}
