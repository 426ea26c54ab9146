//! What each route needs.

use registry_auth::{Access, Action};
use registry_core::RepositoryName;

use crate::route::Route;

/// All accesses that a request must have. Never empty: no route is open to everybody by itself.
pub(super) fn accesses(route: &Route) -> Vec<Access> {
    match route {
        Route::Base | Route::Discover { name: None } | Route::SearchPing => vec![Access::registry()],
        Route::Metrics => vec![Access::metrics()],
        // What is listed is filtered by what the caller may pull.
        Route::Catalog { .. } | Route::Search { .. } => vec![Access::catalog()],
        Route::EventLog { name: None, .. } | Route::WebhookStatus => vec![Access::events()],
        Route::BlobRead { name, .. }
        | Route::ManifestRead { name, .. }
        | Route::TagList { name, .. }
        | Route::Referrers { name, .. }
        | Route::UploadStatus { name, .. }
        | Route::TagHistory { name, .. }
        | Route::EventLog { name: Some(name), .. }
        | Route::Discover { name: Some(name) } => on(name, &[Action::Pull]),
        // A mount needs to read its source as well. Whoever may not is not refused but may upload.
        Route::UploadStart { name, .. }
        | Route::BlobMount { name, .. }
        | Route::BlobPut { name, .. }
        | Route::UploadAppend { name, .. }
        | Route::UploadFinish { name, .. }
        | Route::ManifestPut { name, .. }
        | Route::TagRestore { name } => on(name, &[Action::Pull, Action::Push]),
        Route::UploadCancel { name, .. } => on(name, &[Action::Push]),
        Route::ManifestDelete { name, .. } | Route::BlobDelete { name, .. } => on(name, &[Action::Delete]),
    }
}

fn on(name: &RepositoryName, actions: &[Action]) -> Vec<Access> {
    actions.iter().map(|action| Access::repository(name.clone(), *action)).collect()
}
