//! Random commits through two caches before one store, with all answers compared after every step.

use proptest::prelude::*;
use registry_storage::MetadataStore;
use registry_storage::metadata::{CachedMetadataStore, MemoryMetadataStore};
use std::sync::Arc;

use super::super::model::picture::{Window, picture, window};
use super::super::model::world::{Draft, draft};

/// By which of the two a commit goes, and whether the other one is made anew before, as a replica that starts.
type Step = (Draft, bool, bool, Window);

fn step() -> impl Strategy<Value = Step> {
    (draft(), any::<bool>(), prop::bool::weighted(0.1), window())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn caches_answer_what_the_store_answers(steps in prop::collection::vec(step(), 1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(compare(steps));
    }
}

async fn compare(steps: Vec<Step>) {
    let store = MemoryMetadataStore::new();
    let cache = || CachedMetadataStore::new(Arc::new(store.clone()), 1 << 20);
    let (mut one, mut other) = (cache(), cache());
    for (number, (draft, swap, anew, window)) in steps.into_iter().enumerate() {
        if swap {
            std::mem::swap(&mut one, &mut other);
        }
        if anew {
            other = cache();
        }
        // Refused commits change nothing, which is compared as well.
        let _ = one.commit(draft.resolve(&store).await).await;
        let expected = picture(&store, &window).await;
        for (name, cache) in [("the one", &one), ("the other", &other), ("the one again", &one)] {
            for (found, expected) in picture(cache, &window).await.iter().zip(&expected) {
                assert_eq!(found, expected, "{name} after step {number}");
            }
        }
    }
}
