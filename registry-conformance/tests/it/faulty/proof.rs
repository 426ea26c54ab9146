//! Every check can fail, and every fault is seen.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use futures_util::stream;
use registry_conformance::{Check, Profile, Suite, checks};

use super::pins::{Pin, Pins};
use super::{Fault, Faulty, faults};

/// How many checks in a hundred must be red for a fault that changes one behaviour alone.
const SHARE: usize = 80;

/// Checks that some broad fault or other turns red, whoever else does.
const SAMPLE: [&str; 7] = [
    "C-11.tag",
    "C-12.1023-bytes",
    "C-21.put",
    "C-66.manifest-invalid",
    "C-66.tag-unknown",
    "malformed.line.no-colon",
    "malformed.tag.space.GET",
];

/// How often a fault is tried before a check counts as one that does not see it.
const TRIES: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_turns_the_checks_red_that_it_is_pinned_to() {
    if std::env::var_os("WRITE_KNOWN").is_some() {
        measure().await;
    }
    let pins = Pins::read();
    let all = pins.narrow.iter().chain(&pins.broad).map(|pin| async move {
        let mut green = pin.checks.clone();
        // Where it is a matter of who comes first, the first try may miss it.
        for _ in 0..TRIES {
            let red = red(fault(&pin.fault), &green).await;
            green.retain(|id| !red.contains(id));
        }
        green.into_iter().map(|id| format!("{}: {id}", pin.fault)).collect::<Vec<_>>()
    });
    let green: Vec<Vec<String>> = stream::iter(all).buffer_unordered(4).collect().await;
    let green = green.concat();
    assert!(green.is_empty(), "these do not see their fault any more: {green:#?}");
}

#[test]
fn every_check_and_every_fault_has_its_place() {
    let pins = Pins::read();
    let (narrow, broad) = (pins.of_narrow(), pins.of_broad());
    let checks = checks(Profile::Full);
    let ids: BTreeSet<&str> = checks.iter().map(Check::id).collect();
    let pinned: BTreeSet<&str> = narrow.union(&broad).copied().collect();
    assert_eq!(
        pinned.symmetric_difference(&ids).collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "without a fault, or no check"
    );
    let unseen: Vec<&str> = faults::all()
        .map(|fault| fault.name)
        .filter(|name| {
            !pins.narrow.iter().chain(&pins.broad).any(|pin| pin.fault == *name && !pin.checks.is_empty())
        })
        .collect();
    assert_eq!(unseen, Vec::<&str>::new(), "faults that no check is pinned to");
    assert!(
        narrow.len() * 100 >= ids.len() * SHARE,
        "only {} of {} for narrow faults",
        narrow.len(),
        ids.len()
    );
    println!("{} of {} checks are red for a narrow fault", narrow.len(), ids.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_fault_the_go_between_changes_nothing() {
    let faulty = Faulty::start(None).await;
    let suite = Suite::new(&faulty.url()).unwrap().tidy(false).only("malformed.length.").only("R31.");
    let report = suite.run().await.unwrap();
    assert!(report.is_clean(), "{report}");
}

/// What is red without any fault is red for no fault's sake.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_go_between_that_reads_everything_changes_nothing() {
    static NONE: Fault = Fault::answer("nothing is wrong", |_, _| {});
    let ids: Vec<String> = checks(Profile::Full).iter().map(|check| check.id().to_owned()).collect();
    let red = red_twice(&NONE, &ids).await;
    assert!(red.is_empty(), "these are red for no fault: {red:?}");
}

/// Measures what has no section yet. Whoever wants one measured anew takes it out before.
async fn measure() {
    let mut pins = Pins { broad: Vec::new(), ..Pins::read() };
    let ids: Vec<String> = checks(Profile::Full).iter().map(|check| check.id().to_owned()).collect();
    for (fault, scope) in faults::narrow() {
        if pins.narrow.iter().any(|pin| pin.fault == fault.name) {
            continue;
        }
        let within = |id: &&String| scope.iter().any(|start| id.starts_with(start));
        let (open, seen): (Vec<String>, Vec<String>) =
            ids.iter().filter(within).cloned().partition(|id| !pins.of_narrow().contains(&**id));
        let mut checks = red_twice(fault, &open).await;
        for some in seen.chunks(30) {
            if checks.is_empty() {
                checks = red_twice(fault, some).await;
                checks.truncate(2);
            }
        }
        eprintln!("{}: {} of {} open", fault.name, checks.len(), open.len());
        if !checks.is_empty() {
            pins.narrow.push(Pin { fault: fault.name.to_owned(), checks });
            pins.write();
        }
    }
    for fault in faults::broad() {
        let some = |id: &&String| SAMPLE.contains(&id.as_str()) || !pins.of_narrow().contains(id.as_str());
        let open: Vec<String> = ids.iter().filter(some).cloned().collect();
        let checks = red_twice(fault, &open).await;
        eprintln!("broad: {}: {} of {} open", fault.name, checks.len(), open.len());
        pins.broad.push(Pin { fault: fault.name.to_owned(), checks });
    }
    pins.write();
}

fn fault(name: &str) -> &'static Fault {
    faults::all().find(|fault| fault.name == name).unwrap_or_else(|| panic!("no fault is called {name}"))
}

/// What is red by accident is not red twice.
async fn red_twice(fault: &'static Fault, ids: &[String]) -> Vec<String> {
    let once = red(fault, ids).await;
    red(fault, &once).await
}

/// Which of these checks are red for a fault.
async fn red(fault: &'static Fault, ids: &[String]) -> Vec<String> {
    if ids.is_empty() {
        return Vec::new();
    }
    let faulty = Faulty::start(Some(fault)).await;
    let suite = Suite::new(&faulty.url()).unwrap().tidy(false);
    let suite = ids.iter().fold(suite, Suite::only);
    let report = suite.run().await.unwrap();
    report.failures().map(str::to_owned).collect()
}
