//! Random commits on SQLite and in memory, with all answers compared after every step.
//!
//! The two stores share the text of their events and nothing else, so a rule that one of them gets wrong shows.

pub(super) mod picture;
pub(super) mod world;

use proptest::prelude::*;
use registry_storage::metadata::{MemoryMetadataStore, SqliteMetadataStore};
use registry_storage::{Commit, Committed, Error, MetadataStore, Result};

use self::picture::{Window, picture};
use self::world::{Draft, draft};

/// One step of a history.
#[derive(Debug, Clone)]
enum Step {
    /// Both stores carry out, or refuse, the same commit.
    Commit(Draft),
    /// The store on SQLite is dropped and opened again.
    Reopen,
}

fn step() -> impl Strategy<Value = (Step, Window)> {
    let step = prop_oneof![20 => draft().prop_map(Step::Commit), 1 => Just(Step::Reopen)];
    (step, picture::window())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn sqlite_answers_what_memory_answers(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(compare(steps));
    }
}

async fn compare(steps: Vec<(Step, Window)>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    let memory = MemoryMetadataStore::new();
    let mut sqlite = SqliteMetadataStore::open(&path).unwrap();
    for (number, (step, window)) in steps.into_iter().enumerate() {
        match step {
            Step::Commit(draft) => {
                let commit = draft.resolve(&memory).await;
                let expected = told(memory.commit(commit.clone()).await);
                let found = told(sqlite.commit(commit.clone()).await);
                assert_eq!(found, expected, "step {number}: {commit:#?}");
            }
            Step::Reopen => {
                drop(sqlite);
                sqlite = SqliteMetadataStore::open(&path).unwrap();
            }
        }
        assert_same(&picture(&sqlite, &window).await, &picture(&memory, &window).await, number);
    }
    drop(sqlite);
    let sqlite = SqliteMetadataStore::open(&path).unwrap();
    let window = Window::default();
    assert_same(&picture(&sqlite, &window).await, &picture(&memory, &window).await, usize::MAX);
}

fn assert_same(found: &[String], expected: &[String], step: usize) {
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found, expected, "after step {step}");
    }
    assert_eq!(found.len(), expected.len());
}

/// An answer to a commit in a form that can be compared.
fn told(answer: Result<Committed>) -> Result<Committed, String> {
    answer.map_err(|error| match error {
        Error::Conflict { index } => format!("conflict {index}"),
        Error::Invalid { reason } => format!("invalid: {reason}"),
        other => panic!("neither carried out nor refused: {other:?}"),
    })
}

/// The comparison can fail: a store that has seen one commit more is told apart.
#[tokio::test]
async fn a_difference_is_noticed() {
    let (one, other) = (MemoryMetadataStore::new(), MemoryMetadataStore::new());
    let commit = Commit::new(registry_core::Actor::anonymous(), registry_core::Timestamp::from_micros(1));
    let write = registry_storage::Change::PutDocument { kind: "k".into(), key: "a".into(), value: "".into() };
    one.commit(commit.change(write)).await.unwrap();
    let window = Window::default();
    assert_ne!(picture(&one, &window).await, picture(&other, &window).await);
}
