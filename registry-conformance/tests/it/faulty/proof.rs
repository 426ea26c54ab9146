//! Every check can fail: for each there is a fault that turns it red.

use registry_conformance::{Profile, Suite, checks};

use super::{Fault, Faulty, faults};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_check_is_red_for_a_fault() {
    let mut open: Vec<String> = checks(Profile::Full).iter().map(|check| check.id().to_owned()).collect();
    for fault in faults::broad() {
        let red = if open.is_empty() { Vec::new() } else { red(fault, &open).await };
        open.retain(|id| !red.contains(id));
        println!("{}: {} red, {} left", fault.name, red.len(), open.len());
    }
    assert!(open.is_empty(), "checks that nothing turns red: {open:?}");
}

/// Faults, and a check that each turns red alone.
const SEEN: [(&str, &str); 24] = [
    ("manifests come without their digest", "R11.tag"),
    ("manifests come with another digest", "R11.digest"),
    ("manifests are written anew", "R5"),
    ("manifests come with a charset", "R13.manifest"),
    ("a byte of each blob is another", "R30"),
    ("the answer to a HEAD has a body", "R24.head"),
    ("ranges are ignored", "R18.parallel"),
    ("the last entry of a list is lost", "R22.no-n"),
    ("a list holds what is not there", "R22.no-n"),
    ("an entry is listed twice", "R22.no-n"),
    ("lists are in no order", "R22.no-n"),
    ("the link to the next page is missing", "R22.link"),
    ("a referrer is lost", "race.referrers"),
    ("nothing tells that a subject was noted", "R14.subject"),
    ("deleting a tag deletes its manifest", "R23"),
    ("Range of an upload is one too large", "R35"),
    ("nothing is mounted", "R8.raw"),
    ("a mount tells whether there is such a blob", "R8.absent-blob"),
    ("If-Match is ignored", "race.compare-and-swap"),
    ("conditions are checked too early", "race.compare-and-swap"),
    ("what is read is torn between two writes", "overwriting.GET"),
    ("an upload works in every repository", "malformed.session.of-another.GET"),
    ("errors tell of the inside", "malformed.tag.space.GET"),
    ("what is refused leaves a tag", "malformed.manifest.null"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_these_faults_is_seen_by_its_check() {
    let mut unseen = Vec::new();
    for (name, id) in SEEN {
        let fault = faults::all().find(|fault| fault.name == name).unwrap();
        if red(fault, &[id.to_owned()]).await != [id] {
            unseen.push((name, id));
        }
    }
    assert!(unseen.is_empty(), "{unseen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_fault_the_go_between_changes_nothing() {
    let faulty = Faulty::start(None).await;
    let suite = Suite::new(&faulty.url()).unwrap().tidy(false).only("malformed.length.").only("R31.");
    let report = suite.run().await.unwrap();
    assert!(report.is_clean(), "{report}");
}

/// Which of these checks are red for a fault.
async fn red(fault: &'static Fault, ids: &[String]) -> Vec<String> {
    let faulty = Faulty::start(Some(fault)).await;
    let suite = Suite::new(&faulty.url()).unwrap().tidy(false);
    let suite = ids.iter().fold(suite, Suite::only);
    let report = suite.run().await.unwrap();
    report.failures().map(str::to_owned).collect()
}
