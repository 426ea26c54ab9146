//! Each check of the conformance suite fails on a store that breaks its bullet.

mod commit;
mod queries;

use std::collections::{BTreeMap, BTreeSet};
use std::future::{Ready, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use registry_core::{Digest, RepositoryName};
use registry_storage::conformance::{self, Fixture, metadata as checks};
use registry_storage::metadata::{Document, MemoryMetadataStore, NewManifest, StoredBlob};

/// A good store with one fault.
#[derive(Debug, Default)]
struct Faulty {
    inner: MemoryMetadataStore,
    fault: Option<Fault>,
    memory: Arc<Mutex<Memory>>,
    /// The documents that this instance has answered before.
    cache: Mutex<BTreeMap<(String, String), Option<Document>>>,
    /// The blobs that this instance has found before.
    places: Mutex<BTreeMap<(RepositoryName, Digest), StoredBlob>>,
}

/// What some faults need to remember.
#[derive(Debug, Default)]
struct Memory {
    seen: BTreeSet<RepositoryName>,
    manifests: BTreeMap<(RepositoryName, Digest), NewManifest>,
    writes: BTreeMap<(String, String), u64>,
}

impl Faulty {
    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }
}

fn fixture(fault: Option<Fault>) -> Ready<Fixture<Faulty>> {
    let (inner, memory) = (MemoryMetadataStore::new(), Arc::default());
    let first = Faulty { inner: inner.clone(), fault, memory: Arc::clone(&memory), ..Faulty::default() };
    ready(Fixture::new(first, move || {
        let forgets = fault == Some(Fault::ForgetsAtTheEnd);
        let inner = if forgets { MemoryMetadataStore::new() } else { inner.clone() };
        ready(Faulty { inner, fault, memory: Arc::clone(&memory), ..Faulty::default() })
    }))
}

// The wrapper itself breaks nothing, so whatever fails below fails for its fault.
registry_storage::metadata_store_conformance!(without_a_fault, || super::fixture(None));

/// Declares the faults with the checks that notice them, and a test for each pair.
macro_rules! faults {
    ($($(#[$what:meta])* $fault:ident breaks $($name:ident: $check:ident),+;)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Fault {
            $($(#[$what])* $fault,)+
        }

        $($(
            #[test]
            fn $name() {
                let run = || conformance::run(|| fixture(Some(Fault::$fault)), checks::$check);
                let outcome = catch_unwind(AssertUnwindSafe(run));
                assert!(outcome.is_err(), concat!(stringify!($check), " has not noticed ", stringify!($fault)));
            }
        )+)+

        const NOTICED: &[&str] = &[$($(stringify!($check)),+),+];
    };
}

faults! {
    /// Carries out each change by itself.
    SplitsCommits breaks
        splits_commits_1: m_01_a_commit_is_visible_whole_or_not_at_all,
        splits_commits_5: m_05_events_have_no_gaps_and_keep_together,
        splits_commits_82: m_82_a_dropped_commit_is_whole_or_not_at_all;
    IgnoresConditions breaks
        ignores_conditions_2: m_02_a_refused_commit_changes_nothing,
        ignores_conditions_2b: m_02_every_condition_is_looked_at;
    NamesTheLastCondition breaks names_the_last_condition: m_02_a_refused_commit_changes_nothing;
    /// Carries out the first change of a commit that it refuses.
    KeepsTheFirstChange breaks keeps_the_first_change: m_02_a_refused_commit_changes_nothing;
    IsBlindToTags breaks is_blind_to_tags: m_02_every_condition_is_looked_at;
    IsBlindToManifests breaks is_blind_to_manifests: m_02_every_condition_is_looked_at;
    IsBlindToBlobs breaks is_blind_to_blobs: m_02_every_condition_is_looked_at;
    IsBlindToLocations breaks is_blind_to_locations: m_02_every_condition_is_looked_at;
    IsBlindToUsedBlobs breaks is_blind_to_used_blobs: m_02_every_condition_is_looked_at;
    IsBlindToUsedManifests breaks is_blind_to_used_manifests: m_02_every_condition_is_looked_at;
    IsBlindToUploads breaks is_blind_to_uploads: m_02_every_condition_is_looked_at;
    IsBlindToDocuments breaks is_blind_to_documents: m_02_every_condition_is_looked_at;
    /// Takes a manifest for unused although an index names it.
    TakesChildrenForBlobs breaks takes_children_for_blobs: m_02_every_condition_is_looked_at;
    ChecksConditionsAfterwards breaks checks_conditions_afterwards: m_03_conditions_see_the_state_before;
    /// Checks the conditions, lets others go first, and then makes the changes.
    ChecksConditionsTooEarly breaks checks_conditions_too_early: m_04_one_of_excluding_commits_is_carried_out;
    HidesAnEvent breaks hides_an_event: m_05_events_have_no_gaps_and_keep_together;
    /// Writes something down for every commit that it refuses.
    BurnsNumbers breaks burns_numbers: m_06_a_refused_commit_uses_no_number;
    CachesDocuments breaks caches_documents: m_07_queries_see_what_was_answered_before;
    AnswersNoEvents breaks answers_no_events: m_08_a_commit_answers_its_events;
    AnswersEventsBackwards breaks answers_events_backwards: m_08_a_commit_answers_its_events;
    ForgetsAtTheEnd breaks forgets_at_the_end: m_09_what_was_answered_is_kept;
    ReadsUnlinkedBlobs breaks reads_unlinked_blobs: m_10_a_linked_blob_is_readable;
    KeepsTheFirstLocation breaks keeps_the_first_location: m_11_storing_again_replaces_everywhere;
    ShortensLeases breaks shortens_leases: m_12_leases_never_move_earlier;
    LinksByRenewing breaks links_by_renewing: m_12_leases_never_move_earlier;
    AnswersEachSizeOnce breaks
        answers_each_size_once_13: m_13_sizes_come_in_the_order_of_the_question,
        answers_each_size_once_26: m_26_manifest_sizes_come_in_the_order_of_the_question;
    UnlinksEverywhere breaks unlinks_everywhere: m_14_unlinking_leaves_other_repositories;
    StoresWhatIsLinked breaks stores_what_is_linked: m_15_only_a_stored_blob_can_be_linked;
    /// Answers where a blob was when it was asked for the first time.
    RemembersPlaces breaks remembers_places: m_17_a_readable_blob_is_where_it_lies;
    ListsHomesBackwards breaks lists_homes_backwards: m_16_repositories_of_a_blob_are_listed;
    TrimsManifests breaks trims_manifests: m_20_a_manifest_is_answered_as_it_was_put;
    KeepsTheFirstMediaType breaks keeps_the_first_media_type: m_20_a_manifest_is_answered_as_it_was_put;
    SharesManifests breaks shares_manifests: m_21_a_manifest_is_seen_in_its_repository_only;
    ReadsTagsInTwoSteps breaks reads_tags_in_two_steps: m_22_a_tag_is_read_in_one_instant;
    RetainsNothing breaks retains_nothing: m_23_a_manifest_goes_with_tags_and_edges;
    KeepsDeletedManifests breaks keeps_deleted_manifests: m_23_a_manifest_goes_with_tags_and_edges;
    ListsReferrersBackwards breaks lists_referrers_backwards: m_24_referrers_are_listed_by_digest;
    WantsSubjectsToExist breaks wants_subjects_to_exist: m_24_referrers_are_listed_by_digest;
    TakesAnyPosition breaks
        takes_any_position_24: m_24_referrers_are_listed_by_digest,
        takes_any_position_51: m_51_uploads_are_listed_by_id;
    IgnoresArtifactTypes breaks ignores_artifact_types: m_25_referrers_are_listed_by_artifact_type;
    /// Takes a page of all referrers and leaves out those of other types.
    FiltersPages breaks filters_pages: m_25_referrers_are_listed_by_artifact_type;
    AddsUpEdges breaks adds_up_edges: m_27_only_the_newest_edges_count;
    AnswersTheOldestEntry breaks answers_the_oldest_entry: m_30_a_tag_is_its_newest_entry;
    HidesHistoryOfDeletedTags breaks hides_history_of_deleted_tags: m_31_history_is_only_appended_to;
    AppendsWhatIsTheSame breaks appends_what_is_the_same: m_32_setting_the_same_appends_nothing;
    ForgetsTheActor breaks
        forgets_the_actor_33: m_33_entries_tell_what_was_done,
        forgets_the_actor_61: m_61_every_change_tells_what_it_did;
    TakesAllCausesForPushes breaks takes_all_causes_for_pushes: m_33_entries_tell_what_was_done;
    ListsTagsWithoutCase breaks lists_tags_without_case: m_34_tags_are_listed_in_byte_order;
    WantsPositionsToExist breaks wants_positions_to_exist: m_34_tags_are_listed_in_byte_order;
    ListsHistoryOldestFirst breaks lists_history_oldest_first: m_35_history_is_listed_newest_first;
    CountsTheEndIn breaks counts_the_end_in: m_35_history_is_listed_newest_first;
    MakesWhatIsTagged breaks makes_what_is_tagged: m_36_only_a_readable_manifest_can_be_tagged;
    KeepsEmptyRepositories breaks keeps_empty_repositories: m_40_a_repository_exists_while_it_has_content;
    ListsRepositoriesAsPaths breaks lists_repositories_as_paths: m_41_repositories_are_listed_in_byte_order;
    CountsNoWrites breaks counts_no_writes: m_50_a_record_is_answered_as_it_was_put;
    ListsUploadsBackwards breaks lists_uploads_backwards: m_51_uploads_are_listed_by_id;
    CountsUploadsOfAllRepositories breaks counts_uploads_of_all_repositories: m_52_uploads_are_counted;
    IsBlindToUploadRoom breaks is_blind_to_upload_room: m_02_every_condition_is_looked_at;
    BeginsWithTheNumber breaks begins_with_the_number: m_60_events_follow_a_number;
    TellsNothingOfASecondPut breaks tells_nothing_of_a_second_put: m_61_every_change_tells_what_it_did;
    CountsDocumentsFromOne breaks counts_documents_from_one: m_70_a_document_is_answered_as_it_was_put;
    TakesPrefixesForFolders breaks takes_prefixes_for_folders: m_71_documents_are_listed_by_prefix;
    KeepsDocumentsOutOfTheLog breaks keeps_documents_out_of_the_log: m_72_documents_are_in_the_log;
    CutsLargeNumbers breaks cuts_large_numbers: m_80_numbers_of_64_bits_are_refused;
    SaysMoreOfFullPages breaks says_more_of_full_pages: m_81_pages_tell_whether_more_follows;
    /// Does not count what a holder says again.
    CountsNoBeats breaks counts_no_beats: m_90_a_job_is_answered_as_it_was_put;
    /// Lets whoever takes a job go on in the term of the one before.
    KeepsTheTerm breaks
        keeps_the_term_90: m_90_a_job_is_answered_as_it_was_put,
        keeps_the_term_91: m_91_commits_of_former_terms_are_refused,
        keeps_the_term_91b: m_91_one_of_many_takes_a_job;
    IsBlindToJobs breaks
        is_blind_to_jobs_2: m_02_every_condition_is_looked_at,
        is_blind_to_jobs_91: m_91_commits_of_former_terms_are_refused,
        is_blind_to_jobs_91b: m_91_one_of_many_takes_a_job;
    TellsOfJobs breaks tells_of_jobs: m_92_jobs_are_not_in_the_log;
}

#[test]
fn every_check_notices_a_fault_and_every_bullet_has_a_check() {
    let numbers = |text: &str, before: &str, digits: &str| -> BTreeSet<String> {
        let found = text.split(before).skip(1);
        found.filter_map(|rest| rest.split(|c: char| !digits.contains(c)).next()).map(str::to_owned).collect()
    };
    let suite = include_str!("../../../../src/conformance/metadata/mod.rs");
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789_";
    let listed = suite.split("@each $factory,").nth(1).unwrap().split(");").next().unwrap();
    let checks: BTreeSet<_> = numbers(listed, "m_", letters).iter().map(|rest| format!("m_{rest}")).collect();
    let noticed: BTreeSet<_> = NOTICED.iter().map(|&check| check.to_owned()).collect();
    assert_eq!(noticed, checks);
    let exported = suite.split("pub use ").skip(1).flat_map(|part| numbers(part, " m_", letters));
    assert_eq!(exported.map(|rest| format!("m_{rest}")).collect::<BTreeSet<_>>(), checks);

    let contract = numbers(include_str!("../../../../src/metadata/store.rs"), "**M-", "0123456789");
    let bullets: BTreeSet<_> = contract.iter().map(|number| format!("{number:0>2}")).collect();
    let checked: BTreeSet<_> = checks.iter().map(|check| check[2..4].to_owned()).collect();
    assert_eq!(checked, bullets);
}
