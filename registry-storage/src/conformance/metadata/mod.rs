//! The contract of [`MetadataStore`](crate::MetadataStore) and its indexes, bullet by bullet.
//!
//! Each check takes a [`Fixture`](super::Fixture) of an empty store and panics when the store does not keep the
//! bullet that the check is named after. [`metadata_store_conformance!`](crate::metadata_store_conformance) makes a
//! test of each:
//!
//! ```
//! # use registry_storage::metadata::MemoryMetadataStore;
//! # use registry_storage::conformance::Fixture;
//! registry_storage::metadata_store_conformance!(memory, || async {
//!     let store = MemoryMetadataStore::new();
//!     let same = store.clone();
//!     Fixture::new(store, move || std::future::ready(same.clone()))
//! });
//! ```
//!
//! To run it on a backend of your own, write these lines in a test file with your store in place of this one, and
//!
//! ```toml
//! [dev-dependencies]
//! registry-storage = { version = "…", features = ["conformance"] }
//! ```
//!
//! The tests start a tokio runtime by themselves. What the store needs to live (a folder, a server) is kept by
//! [`Fixture::keep`](super::Fixture::keep) until its test is over.
//!
//! That a page costs what it holds (M-34, M-41) cannot be seen from outside without a clock; a backend proves it by
//! other means, such as the plans of its queries.

#![allow(
    clippy::missing_panics_doc,
    clippy::expect_used,
    clippy::panic,
    reason = "a check panics when the store breaks the contract; that is all it does"
)]

mod blobs;
mod commit;
mod documents;
mod durable;
mod events;
mod jobs;
mod manifests;
mod pages;
mod referrers;
mod repositories;
mod support;
mod tags;
mod uploads;

pub use blobs::{
    m_10_a_linked_blob_is_readable, m_11_storing_again_replaces_everywhere, m_12_leases_never_move_earlier,
    m_13_sizes_come_in_the_order_of_the_question, m_14_unlinking_leaves_other_repositories,
    m_15_only_a_stored_blob_can_be_linked, m_16_repositories_of_a_blob_are_listed,
    m_17_a_readable_blob_is_where_it_lies,
};
pub use commit::{
    m_01_a_commit_is_visible_whole_or_not_at_all, m_02_a_refused_commit_changes_nothing,
    m_02_every_condition_is_looked_at, m_03_conditions_see_the_state_before,
    m_04_one_of_excluding_commits_is_carried_out, m_07_queries_see_what_was_answered_before,
    m_80_numbers_of_64_bits_are_refused, m_82_a_dropped_commit_is_whole_or_not_at_all,
};
pub use documents::{
    m_70_a_document_is_answered_as_it_was_put, m_71_documents_are_listed_by_prefix,
    m_72_documents_are_in_the_log,
};
pub use durable::m_09_what_was_answered_is_kept;
pub use events::{
    m_05_events_have_no_gaps_and_keep_together, m_06_a_refused_commit_uses_no_number,
    m_08_a_commit_answers_its_events, m_60_events_follow_a_number, m_61_every_change_tells_what_it_did,
};
pub use jobs::{
    m_90_a_job_is_answered_as_it_was_put, m_91_commits_of_former_terms_are_refused,
    m_91_one_of_many_takes_a_job, m_92_jobs_are_not_in_the_log,
};
pub use manifests::{
    m_20_a_manifest_is_answered_as_it_was_put, m_21_a_manifest_is_seen_in_its_repository_only,
    m_22_a_tag_is_read_in_one_instant, m_23_a_manifest_goes_with_tags_and_edges,
    m_26_manifest_sizes_come_in_the_order_of_the_question, m_27_only_the_newest_edges_count,
};
pub use pages::m_81_pages_tell_whether_more_follows;
pub use referrers::{m_24_referrers_are_listed_by_digest, m_25_referrers_are_listed_by_artifact_type};
pub use repositories::{
    m_40_a_repository_exists_while_it_has_content, m_41_repositories_are_listed_in_byte_order,
};
pub use tags::{
    m_30_a_tag_is_its_newest_entry, m_31_history_is_only_appended_to, m_32_setting_the_same_appends_nothing,
    m_33_entries_tell_what_was_done, m_34_tags_are_listed_in_byte_order, m_35_history_is_listed_newest_first,
    m_36_only_a_readable_manifest_can_be_tagged,
};
pub use uploads::{
    m_50_a_record_is_answered_as_it_was_put, m_51_uploads_are_listed_by_id, m_52_uploads_are_counted,
};

/// Expands to a module with one test for each check of the contract of [`MetadataStore`](crate::MetadataStore) and its
/// indexes, named after its bullet.
///
/// Takes the name of the module and an expression of type `Fn() -> impl Future<Output = Fixture<YourStore>>`, which is
/// called once per test and yields a [`Fixture`](crate::conformance::Fixture) of an empty store. Names in the
/// expression mean what they mean where the macro is called. See
/// [`conformance::metadata`](crate::conformance::metadata) for a whole example.
#[macro_export]
macro_rules! metadata_store_conformance {
    ($module:ident, $factory:expr) => {
        mod $module {
            #[allow(unused_imports)]
            use super::*;

            $crate::metadata_store_conformance!(
                @each $factory,
                m_01_a_commit_is_visible_whole_or_not_at_all,
                m_02_a_refused_commit_changes_nothing,
                m_02_every_condition_is_looked_at,
                m_03_conditions_see_the_state_before,
                m_04_one_of_excluding_commits_is_carried_out,
                m_05_events_have_no_gaps_and_keep_together,
                m_06_a_refused_commit_uses_no_number,
                m_07_queries_see_what_was_answered_before,
                m_08_a_commit_answers_its_events,
                m_09_what_was_answered_is_kept,
                m_10_a_linked_blob_is_readable,
                m_11_storing_again_replaces_everywhere,
                m_12_leases_never_move_earlier,
                m_13_sizes_come_in_the_order_of_the_question,
                m_14_unlinking_leaves_other_repositories,
                m_15_only_a_stored_blob_can_be_linked,
                m_16_repositories_of_a_blob_are_listed,
                m_17_a_readable_blob_is_where_it_lies,
                m_20_a_manifest_is_answered_as_it_was_put,
                m_21_a_manifest_is_seen_in_its_repository_only,
                m_22_a_tag_is_read_in_one_instant,
                m_23_a_manifest_goes_with_tags_and_edges,
                m_24_referrers_are_listed_by_digest,
                m_25_referrers_are_listed_by_artifact_type,
                m_26_manifest_sizes_come_in_the_order_of_the_question,
                m_27_only_the_newest_edges_count,
                m_30_a_tag_is_its_newest_entry,
                m_31_history_is_only_appended_to,
                m_32_setting_the_same_appends_nothing,
                m_33_entries_tell_what_was_done,
                m_34_tags_are_listed_in_byte_order,
                m_35_history_is_listed_newest_first,
                m_36_only_a_readable_manifest_can_be_tagged,
                m_40_a_repository_exists_while_it_has_content,
                m_41_repositories_are_listed_in_byte_order,
                m_50_a_record_is_answered_as_it_was_put,
                m_51_uploads_are_listed_by_id,
                m_52_uploads_are_counted,
                m_60_events_follow_a_number,
                m_61_every_change_tells_what_it_did,
                m_70_a_document_is_answered_as_it_was_put,
                m_71_documents_are_listed_by_prefix,
                m_72_documents_are_in_the_log,
                m_80_numbers_of_64_bits_are_refused,
                m_81_pages_tell_whether_more_follows,
                m_82_a_dropped_commit_is_whole_or_not_at_all,
                m_90_a_job_is_answered_as_it_was_put,
                m_91_commits_of_former_terms_are_refused,
                m_91_one_of_many_takes_a_job,
                m_92_jobs_are_not_in_the_log,
            );
        }
    };
    (@each $factory:expr, $($check:ident),+ $(,)?) => {
        $(
            #[test]
            fn $check() {
                $crate::conformance::run($factory, $crate::conformance::metadata::$check);
            }
        )+
    };
}
