//! Every operation with every one of its calls to a store failing in every way.

mod scenario;
mod snapshot;

use registry_engine::Error;

use self::scenario::{SCENARIOS, Scenario};
use self::snapshot::snapshot;
use crate::support::World;
use crate::support::fault::{Fault, Faults};

/// A world in which the scenario is about to happen.
async fn prepared(scenario: &Scenario) -> (World, Faults) {
    let faults = Faults::default();
    let world = faults.around(World::in_memory());
    (scenario.prepare)(&world).await;
    (world, faults)
}

/// I-9: a refused request changes nothing, one with unknown outcome all or nothing. I-10: it works when it is tried
/// again. T6: what was there before is not lost.
async fn sweep(scenario: &Scenario) {
    let name = scenario.name;
    let (world, faults) = prepared(scenario).await;
    let before = snapshot(&world).await;
    let first = faults.calls();
    (scenario.act)(&world).await.unwrap();
    let calls = faults.calls() - first;
    let after = snapshot(&world).await;
    assert!(calls > 0, "{name}");
    let mut refused = 0;
    for fault in [Fault::Full, Fault::Unavailable, Fault::AnswerLost] {
        for call in 0..calls {
            let what = format!("{name}: {fault:?} at call {call} of {calls}");
            let (world, faults) = prepared(scenario).await;
            faults.arm(call, fault);
            let answer = (scenario.act)(&world).await;
            faults.disarm();
            let now = snapshot(&world).await;
            match (&answer, fault) {
                (Ok(()), _) => assert_eq!(now, after, "{what}"),
                (Err(_), Fault::AnswerLost) => assert!(now == before || now == after, "{what}: {now:#?}"),
                (Err(_), _) => assert_eq!(now, before, "{what}"),
            }
            if let Err(error) = &answer {
                refused += 1;
                assert!(is_fault(error), "{what}: {error:?}");
                retry(scenario, &world, &after, &what).await;
            }
        }
    }
    assert!(refused > 0, "{name}: no fault was noticed");
}

async fn retry(scenario: &Scenario, world: &World, after: &[String], what: &str) {
    match (scenario.act)(world).await {
        Ok(()) => {}
        // What is to be removed is gone already.
        Err(Error::ManifestUnknown { .. } | Error::BlobUnknown { .. } | Error::RepositoryUnknown)
            if scenario.removes => {}
        Err(error) => panic!("{what}: {error:?} when tried again"),
    }
    assert_eq!(snapshot(world).await, after, "{what}, tried again");
}

/// Whether the error says that the fault is not the caller's.
fn is_fault(error: &Error) -> bool {
    matches!(error, Error::Full { .. } | Error::Unavailable { .. } | Error::Internal { .. })
}

macro_rules! sweeps {
    ($($test:ident),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $test() {
                sweep(SCENARIOS.iter().find(|s| s.name == stringify!($test)).unwrap()).await;
            }
        )+

        #[test]
        fn every_scenario_is_swept() {
            let swept = [$(stringify!($test)),+];
            assert_eq!(SCENARIOS.iter().map(|s| s.name).collect::<Vec<_>>(), swept);
        }
    };
}

sweeps![
    upload_in_a_session,
    upload_of_another_algorithm,
    upload_in_one_request,
    upload_of_what_is_stored,
    upload_of_what_was_lost,
    finish,
    mount,
    delete_blob,
    t6_push_over_a_tag,
    push_with_tags,
    push_an_index,
    delete_manifest,
    delete_tag,
    restore,
    restore_a_deleted_manifest,
];

/// What is there is said to be there although the promise cannot be written down.
#[tokio::test]
async fn presence_is_told_by_a_full_store() {
    for fault in [Fault::Full, Fault::Unavailable] {
        let faults = Faults::default();
        let world = faults.around(World::in_memory());
        let digest = world.blob("a/b", b"content").await;
        world.clock.advance(world.registry.settings().lease_window);
        let leased = || async {
            let name = "a/b".parse().unwrap();
            world.metadata.blob(&name, &digest).await.unwrap().unwrap().leased_until
        };
        let before = leased().await;
        // The look-up, the probe, and then the renewal.
        faults.arm(2, fault);
        world.repository("a/b").stat_blob(&digest).await.unwrap();
        assert_eq!(leased().await, before);
        world.repository("a/b").stat_blob(&digest).await.unwrap();
        assert!(leased().await > before);
    }
}

/// After a fault on the way, a session goes on from where it says it is.
#[tokio::test]
async fn i15_a_session_is_true_to_its_offset() {
    use registry_core::Digest;
    use registry_engine::{Chunk, StartUpload};

    use crate::support::{actor, body};

    let content = b"0123456789abcdef";
    for fault in [Fault::Full, Fault::Unavailable, Fault::AnswerLost] {
        for call in 0..3 {
            let faults = Faults::default();
            let world = faults.around(World::in_memory());
            let repository = world.repository("a/b");
            let id = repository.start_upload(actor(), StartUpload::default()).await.unwrap().id;
            let chunk = Chunk::default();
            repository.append_upload(actor(), &id, chunk, body(&content[..5])).await.unwrap();
            faults.arm(call, fault);
            let answer = repository.append_upload(actor(), &id, chunk, body(&content[5..9])).await;
            faults.disarm();
            let offset = repository.upload_status(&id).await.unwrap().offset;
            assert!(offset == 9 || (answer.is_err() && offset == 5), "{fault:?} {call}: {offset}");
            let rest = &content[usize::try_from(offset).unwrap()..];
            let digest = Digest::sha256_of(content);
            repository.finish_upload(actor(), &id, &digest, chunk, body(rest)).await.unwrap();
        }
    }
}
