//! Every check of the suite can fail: each fault is caught by the check of the bullet that it breaks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use registry_storage::blob_store_conformance;
use registry_storage::conformance::{Fixture, blob as checks, run};
use registry_storage::foreign::Foreign;

use super::naive::{Backend, Fault, NaiveStore};

// Without a fault the same store passes, so it is the fault that is caught.
blob_store_conformance!(sound, || std::future::ready(fixture(Fault::None)));

fn fixture(fault: Fault) -> Fixture<NaiveStore> {
    let backend: Arc<Mutex<Backend>> = Arc::default();
    let foreign = Arc::clone(&backend);
    let open = move || NaiveStore::new(fault, Arc::clone(&backend));
    let make = move |bytes: Bytes| {
        let foreign = &mut foreign.lock().unwrap().foreign;
        let key = format!("{}", foreign.len());
        foreign.insert(key.clone(), bytes.into());
        std::future::ready(Foreign::object("naive", key))
    };
    Fixture::new(open(), move || std::future::ready(open())).with_foreign(make)
}

macro_rules! caught {
    ($($check:ident: $($name:ident = $fault:ident),+;)+) => {
        $(
            mod $check {
                use super::*;

                $(
                    #[test]
                    fn $name() {
                        let outcome = catch_unwind(AssertUnwindSafe(|| {
                            run(|| std::future::ready(fixture(Fault::$fault)), checks::$check);
                        }));
                        assert!(outcome.is_err(), "{:?} was not noticed", Fault::$fault);
                    }
                )+
            }
        )+
    };
}

caught! {
    b_17_only_stale_uploads_are_named:
        takes_all_for_stale = TakesAllForStale,
        names_blobs_stale = NamesBlobsStale,
        names_all_stale = NamesAllStale;
    b_01_what_was_committed_is_read_back:
        flips_a_byte = FlipsAByte,
        reads_from_the_start = ReadsFromTheStart;
    b_02_append_at_an_offset_forgets_what_lay_behind:
        keeps_the_tail = KeepsTheTail,
        fills_gaps = FillsGaps;
    b_03_a_failed_body_keeps_what_came_before:
        drops_what_was_interrupted = DropsWhatWasInterrupted,
        hides_interruptions = HidesInterruptions;
    b_04_durable_bytes_survive_a_restart:
        keeps_uploads_in_the_instance = KeepsUploadsInTheInstance,
        keeps_blobs_in_the_instance = KeepsBlobsInTheInstance;
    b_05_commit_makes_exactly_size_bytes_permanent:
        commits_everything = CommitsEverything,
        commits_too_little = CommitsTooLittle;
    b_06_no_location_is_answered_twice:
        names_blobs_by_content = NamesBlobsByContent,
        counts_from_one_in_each_instance = CountsFromOneInEachInstance;
    b_07_a_finished_upload_is_unknown:
        keeps_committed_uploads = KeepsCommittedUploads,
        keeps_aborted_uploads = KeepsAbortedUploads;
    b_08_abort_ends_an_upload_and_nothing_else:
        keeps_aborted_uploads = KeepsAbortedUploads,
        refuses_unknown_aborts = RefusesUnknownAborts,
        abort_takes_the_blob = AbortTakesTheBlob;
    b_09_a_wrong_size_is_corrupt_and_nothing_is_not_found:
        ignores_the_size = IgnoresTheSize,
        calls_missing_corrupt = CallsMissingCorrupt;
    b_10_a_range_outside_the_blob_is_invalid:
        clamps_ranges = ClampsRanges,
        refuses_empty_ranges = RefusesEmptyRanges;
    b_11_delete_makes_a_location_unknown:
        deletes_nothing = DeletesNothing,
        refuses_second_deletes = RefusesSecondDeletes,
        zeroes_under_a_reader = ZeroesUnderAReader;
    b_12_list_yields_every_location_once_in_order:
        deletes_nothing = DeletesNothing,
        lists_uploads = ListsUploads,
        lists_backwards = ListsBackwards,
        never_says_more = NeverSaysMore,
        repeats_the_last = RepeatsTheLast;
    b_13_an_upload_goes_on_in_another_instance:
        keeps_uploads_in_the_instance = KeepsUploadsInTheInstance,
        knows_only_its_own_uploads = KnowsOnlyItsOwnUploads;
    b_14_uploads_never_share_bytes:
        shares_a_buffer = SharesABuffer;
    b_15_foreign_names_reach_nothing:
        takes_any_token = TakesAnyToken,
        trims_names = TrimsNames;
    b_16_a_dropped_append_writes_nothing_later:
        writes_later = WritesLater;
    b_18_adopted_bytes_are_those_of_somebody_else:
        takes_what_is_foreign = TakesWhatIsForeign,
        ignores_foreign_sizes = IgnoresForeignSizes,
        forgets_the_adopted = ForgetsTheAdopted;
}
