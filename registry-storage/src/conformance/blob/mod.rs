//! The contract of [`BlobStore`](crate::BlobStore), bullet by bullet.
//!
//! Each check takes a [`Fixture`](super::Fixture) of an empty store and panics when the store does not keep the
//! bullet that the check is named after. [`blob_store_conformance!`](crate::blob_store_conformance) makes a test of
//! each:
//!
//! ```
//! # use registry_storage::blob::MemoryBlobStore;
//! # use registry_storage::conformance::Fixture;
//! registry_storage::blob_store_conformance!(memory, || async {
//!     let store = MemoryBlobStore::new();
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
//! A backend whose `probe` does not ask (see [`BlobStore::probe`](crate::BlobStore::probe)) passes: where a location
//! is damaged or gone, the checks take "yes" from `probe` for an answer, and never from `read`.

#![allow(
    clippy::missing_panics_doc,
    clippy::expect_used,
    reason = "a check panics when the store breaks the contract; that is all it does"
)]

mod adopt;
mod content;
mod crash;
mod location;
mod names;
mod support;
mod upload;

pub use adopt::b_18_adopted_bytes_are_those_of_somebody_else;
pub use content::{
    b_01_what_was_committed_is_read_back, b_02_append_at_an_offset_forgets_what_lay_behind,
    b_03_a_failed_body_keeps_what_came_before, b_05_commit_makes_exactly_size_bytes_permanent,
    b_14_uploads_never_share_bytes,
};
pub use crash::{
    b_04_durable_bytes_survive_a_restart, b_13_an_upload_goes_on_in_another_instance,
    b_16_a_dropped_append_writes_nothing_later,
};
pub use location::{
    b_09_a_wrong_size_is_corrupt_and_nothing_is_not_found, b_10_a_range_outside_the_blob_is_invalid,
    b_11_delete_makes_a_location_unknown, b_12_list_yields_every_location_once_in_order,
};
pub use names::{b_06_no_location_is_answered_twice, b_15_foreign_names_reach_nothing};
pub use upload::{
    b_07_a_finished_upload_is_unknown, b_08_abort_ends_an_upload_and_nothing_else,
    b_17_only_stale_uploads_are_named,
};

/// Expands to a module with one test for each bullet of the contract of [`BlobStore`](crate::BlobStore), named after
/// it.
///
/// Takes the name of the module and an expression of type `Fn() -> impl Future<Output = Fixture<YourStore>>`, which is
/// called once per test and yields a [`Fixture`](crate::conformance::Fixture) of an empty store. Names in the
/// expression mean what they mean where the macro is called. See
/// [`conformance::blob`](crate::conformance::blob) for a whole example.
#[macro_export]
macro_rules! blob_store_conformance {
    ($module:ident, $factory:expr) => {
        mod $module {
            #[allow(unused_imports)]
            use super::*;

            $crate::blob_store_conformance!(
                @each $factory,
                b_01_what_was_committed_is_read_back,
                b_02_append_at_an_offset_forgets_what_lay_behind,
                b_03_a_failed_body_keeps_what_came_before,
                b_04_durable_bytes_survive_a_restart,
                b_05_commit_makes_exactly_size_bytes_permanent,
                b_06_no_location_is_answered_twice,
                b_07_a_finished_upload_is_unknown,
                b_08_abort_ends_an_upload_and_nothing_else,
                b_09_a_wrong_size_is_corrupt_and_nothing_is_not_found,
                b_10_a_range_outside_the_blob_is_invalid,
                b_11_delete_makes_a_location_unknown,
                b_12_list_yields_every_location_once_in_order,
                b_13_an_upload_goes_on_in_another_instance,
                b_14_uploads_never_share_bytes,
                b_15_foreign_names_reach_nothing,
                b_16_a_dropped_append_writes_nothing_later,
                b_17_only_stale_uploads_are_named,
                b_18_adopted_bytes_are_those_of_somebody_else,
            );
        }
    };
    (@each $factory:expr, $($check:ident),+ $(,)?) => {
        $(
            #[test]
            fn $check() {
                $crate::conformance::run($factory, $crate::conformance::blob::$check);
            }
        )+
    };
}
