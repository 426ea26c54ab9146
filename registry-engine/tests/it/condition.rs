//! Conditions on puts and deletes (B2, C-73).

use registry_core::{Digest, Reference};
use registry_engine::{Condition, Error, PutManifest};

use crate::support::{Image, World, actor, tag};

/// An image for each letter, all of which can be pushed to `a/b`.
async fn images(world: &World) -> [Image; 3] {
    for content in [&b"{}"[..], b"a", b"b", b"c"] {
        world.blob("a/b", content).await;
    }
    [Image::new(b"{}").layer(b"a"), Image::new(b"{}").layer(b"b"), Image::new(b"{}").layer(b"c")]
}

/// Conditions, and whether they hold when `old` is the current value, and when there is none.
fn cases(old: Digest, new: Digest) -> Vec<(Condition, bool, bool)> {
    vec![
        (Condition::Any, true, true),
        (Condition::Is(vec![old]), true, false),
        (Condition::Is(vec![new, old]), true, false),
        (Condition::Is(vec![new]), false, false),
        (Condition::Is(vec![]), false, false),
        (Condition::Exists, true, false),
        (Condition::Absent, false, true),
        (Condition::IsNot(vec![old]), false, true),
        (Condition::IsNot(vec![new]), true, true),
        (Condition::IsNot(vec![]), true, true),
    ]
}

fn judged<T: std::fmt::Debug>(answer: Result<T, Error>, current: Option<Digest>) -> bool {
    match answer {
        Ok(_) => true,
        Err(Error::ConditionFailed { current: told }) => {
            assert_eq!(told, current);
            false
        }
        Err(error) => panic!("{error:?}"),
    }
}

async fn b2_put_by_tag(world: World) {
    let [old, new, _] = images(&world).await;
    let repository = world.repository("a/b");
    for (i, (condition, if_old, if_absent)) in cases(old.digest(), new.digest()).into_iter().enumerate() {
        let put = |reference: &str| PutManifest {
            condition: condition.clone(),
            ..PutManifest::new(reference.parse::<Reference>().unwrap(), new.bytes())
        };
        let set = format!("set-{i}");
        old.push(&world, "a/b", &set).await.unwrap();
        let taken = judged(repository.put_manifest(actor(), put(&set)).await, Some(old.digest()));
        assert_eq!(taken, if_old, "{condition:?}");
        let now = repository.manifest(&set.parse().unwrap()).await.unwrap().digest;
        assert_eq!(now, if taken { new.digest() } else { old.digest() });
        let absent = format!("absent-{i}");
        let taken = judged(repository.put_manifest(actor(), put(&absent)).await, None);
        assert_eq!(taken, if_absent, "{condition:?}");
        assert_eq!(repository.manifest(&absent.parse().unwrap()).await.is_ok(), taken);
    }
}

async fn b2_put_by_digest(world: World) {
    let [image, other, _] = images(&world).await;
    let repository = world.repository("a/b");
    for (condition, if_present, if_absent) in cases(image.digest(), other.digest()) {
        let put = || PutManifest {
            condition: condition.clone(),
            ..PutManifest::new(image.digest(), image.bytes())
        };
        let taken = judged(repository.put_manifest(actor(), put()).await, None);
        assert_eq!(taken, if_absent, "{condition:?}");
        image.push_untagged(&world, "a/b").await;
        let taken = judged(repository.put_manifest(actor(), put()).await, Some(image.digest()));
        assert_eq!(taken, if_present, "{condition:?}");
        repository.delete_manifest(actor(), &image.digest(), Condition::Any).await.unwrap();
    }
}

async fn b2_delete_tag(world: World) {
    let [old, new, _] = images(&world).await;
    let repository = world.repository("a/b");
    for (condition, if_set, _) in cases(old.digest(), new.digest()) {
        old.push(&world, "a/b", "v1").await.unwrap();
        let gone =
            judged(repository.delete_tag(actor(), &tag("v1"), condition.clone()).await, Some(old.digest()));
        assert_eq!(gone, if_set, "{condition:?}");
        assert_eq!(repository.manifest(&"v1".parse().unwrap()).await.is_err(), gone);
        // What is not there is unknown, whatever is expected of it.
        let absent = repository.delete_tag(actor(), &tag("absent"), condition).await;
        assert!(matches!(absent, Err(Error::ManifestUnknown { .. })), "{absent:?}");
    }
}

async fn b2_delete_manifest(world: World) {
    let [image, other, _] = images(&world).await;
    let repository = world.repository("a/b");
    for (condition, if_present, _) in cases(image.digest(), other.digest()) {
        image.push_untagged(&world, "a/b").await;
        let digest = image.digest();
        let gone =
            judged(repository.delete_manifest(actor(), &digest, condition.clone()).await, Some(digest));
        assert_eq!(gone, if_present, "{condition:?}");
        assert_eq!(repository.manifest(&digest.into()).await.is_err(), gone);
        let absent = repository.delete_manifest(actor(), &other.digest(), condition).await;
        assert!(matches!(absent, Err(Error::ManifestUnknown { .. })), "{absent:?}");
    }
}

async fn b2_restore(world: World) {
    let [old, new, third] = images(&world).await;
    let repository = world.repository("a/b");
    for (i, (condition, if_old, if_absent)) in cases(old.digest(), new.digest()).into_iter().enumerate() {
        let name = format!("t-{i}");
        third.push(&world, "a/b", &name).await.unwrap();
        old.push(&world, "a/b", &name).await.unwrap();
        let (tag, digest) = (tag(&name), third.digest());
        let restore = || repository.restore_tag(actor(), &tag, &digest, condition.clone());
        assert_eq!(judged(restore().await, Some(old.digest())), if_old, "{condition:?}");
        repository.delete_tag(actor(), &tag, Condition::Any).await.unwrap();
        assert_eq!(judged(restore().await, None), if_absent, "{condition:?}");
    }
}

on_each_store![b2_put_by_tag, b2_put_by_digest, b2_delete_tag, b2_delete_manifest, b2_restore];
