//! Blobs and their links.

use registry_core::{PageRequest, RepositoryName};

use super::support::{all, commit, digest, done, link, name, refused, store_blob, time, unlink, walk};
use crate::Change;
use crate::conformance::Fixture;
use crate::metadata::MetadataStore;

/// M-10: a blob is readable in a repository if it is linked there and stored; stored alone, nowhere.
pub async fn m_10_a_linked_blob_is_readable<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, there, one) = (name("here"), name("there"), digest(1));
    assert_eq!(store.stored_blob(&one).await.expect("an answer"), None);
    done(store, [store_blob(one, 5)]).await;
    let stored = store.stored_blob(&one).await.expect("an answer").expect("it is stored");
    assert_eq!(stored.size, 5);
    assert_eq!(store.blob(&here, &one).await.expect("an answer"), None, "stored is not linked");
    assert_eq!(store.blob_sizes(&here, &[one]).await.expect("sizes"), [None]);
    assert_eq!(store.blob_repositories(&one, &all()).await.expect("a page").items, []);
    done(store, [link(&here, one, 9)]).await;
    let blob = store.blob(&here, &one).await.expect("an answer").expect("it is linked");
    assert_eq!((blob.size, blob.location, blob.leased_until), (5, stored.location, time(9)));
    assert_eq!(store.blob(&there, &one).await.expect("an answer"), None, "linked elsewhere");
    assert_eq!(store.blob_sizes(&there, &[one]).await.expect("sizes"), [None]);
}

/// M-11: storing a digest again replaces size and location for all repositories.
pub async fn m_11_storing_again_replaces_everywhere<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, there, one) = (name("here"), name("there"), digest(1));
    done(store, [store_blob(one, 5), link(&here, one, 9), link(&there, one, 8)]).await;
    done(store, [Change::StoreBlob { digest: one, size: 6, location: "moved".into() }]).await;
    for (repository, lease) in [(here, 9), (there, 8)] {
        let blob = store.blob(&repository, &one).await.expect("an answer").expect("it is linked");
        assert_eq!((blob.size, blob.location.as_str(), blob.leased_until), (6, "moved", time(lease)));
    }
    assert_eq!(store.stored_blob(&one).await.expect("an answer").expect("it is stored").size, 6);
}

/// M-12: leases never move earlier, and renewing makes no link.
pub async fn m_12_leases_never_move_earlier<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, one) = (name("here"), digest(1));
    let renew =
        |until| Change::RenewLease { repository: here.clone(), digest: one, leased_until: time(until) };
    done(store, [store_blob(one, 5), renew(50)]).await;
    assert_eq!(store.blob(&here, &one).await.expect("an answer"), None, "renewing makes no link");
    done(store, [link(&here, one, 10)]).await;
    for (change, expected) in [
        (renew(20), 20),
        (renew(15), 20),
        (link(&here, one, 12), 20),
        (link(&here, one, 30), 30),
        (renew(0), 30),
    ] {
        done(store, [change]).await;
        let blob = store.blob(&here, &one).await.expect("an answer").expect("it is linked");
        assert_eq!(blob.leased_until, time(expected));
    }
    done(store, [unlink(&here, one), renew(99)]).await;
    assert_eq!(store.blob(&here, &one).await.expect("an answer"), None, "renewing makes no link");
    done(store, [link(&here, one, 7)]).await;
    let blob = store.blob(&here, &one).await.expect("an answer").expect("it is linked");
    assert_eq!(blob.leased_until, time(7), "the lease of a link that is gone is gone");
}

/// M-13: `blob_sizes` answers in the order of the question, duplicates included.
pub async fn m_13_sizes_come_in_the_order_of_the_question<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let here = name("here");
    let linked =
        [3, 1, 2].map(|number| [store_blob(digest(number), number.into()), link(&here, digest(number), 1)]);
    done(store, linked.into_iter().flatten()).await;
    let asked = [2, 9, 1, 2, 3, 2].map(digest);
    let sizes = store.blob_sizes(&here, &asked).await.expect("sizes");
    assert_eq!(sizes, [Some(2), None, Some(1), Some(2), Some(3), Some(2)]);
    assert_eq!(store.blob_sizes(&here, &[]).await.expect("sizes"), []);
}

/// M-14: unlinking in one repository leaves the others as they are.
pub async fn m_14_unlinking_leaves_other_repositories<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, there, one) = (name("here"), name("there"), digest(1));
    done(store, [store_blob(one, 5), link(&here, one, 9), link(&there, one, 9)]).await;
    done(store, [unlink(&here, one)]).await;
    assert_eq!(store.blob(&here, &one).await.expect("an answer"), None);
    assert!(store.blob(&there, &one).await.expect("an answer").is_some());
    assert_eq!(store.blob_repositories(&one, &all()).await.expect("a page").items, [there]);
    assert!(store.stored_blob(&one).await.expect("an answer").is_some(), "the bytes stay stored");
}

/// M-15: linking what is not stored is refused; in one commit it may be stored before.
pub async fn m_15_only_a_stored_blob_can_be_linked<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, one) = (name("here"), digest(1));
    refused(store, commit([link(&here, one, 9)])).await;
    refused(store, commit([store_blob(digest(2), 1), link(&here, one, 9), store_blob(one, 1)])).await;
    assert_eq!(store.stored_blob(&digest(2)).await.expect("an answer"), None, "nothing was changed");
    assert!(!store.repository_exists(&here).await.expect("an answer"));
    done(store, [store_blob(one, 1), link(&here, one, 9)]).await;
}

/// M-16: `blob_repositories` lists exactly the repositories in which the blob is readable, in byte order.
pub async fn m_16_repositories_of_a_blob_are_listed<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let names = ["z", "a", "a/b", "a-b", "a0", "m/n", "a/b/c"].map(name);
    done(store, [store_blob(digest(1), 1), store_blob(digest(2), 1)]).await;
    done(store, names.iter().map(|name| link(name, digest(1), 1))).await;
    done(store, [link(&name("other"), digest(2), 1), unlink(&name("m/n"), digest(1))]).await;
    let expected = ["a", "a-b", "a/b", "a/b/c", "a0", "z"].map(name);
    for limit in [1, 2, 3, 6, 100] {
        let one = digest(1);
        let page =
            async |request: PageRequest| store.blob_repositories(&one, &request).await.expect("a page");
        assert_eq!(walk(limit, RepositoryName::to_string, page).await, expected, "{limit}");
    }
    let page = store.blob_repositories(&digest(1), &PageRequest::after("a/", 2)).await.expect("a page");
    assert_eq!(
        (&page.items[..], page.more),
        (&["a/b", "a/b/c"].map(name)[..], true),
        "any text is a position"
    );
}

/// M-17: `readable_blob` answers as `blob` does, in every instance, also after another one has changed it.
pub async fn m_17_a_readable_blob_is_where_it_lies<S: MetadataStore>(fixture: Fixture<S>) {
    let (store, other) = (&**fixture.store(), fixture.another().await);
    let (here, there, one) = (name("here"), name("there"), digest(1));
    let moved = Change::StoreBlob { digest: one, size: 5, location: "moved".into() };
    let steps = [
        (vec![store_blob(one, 5)], [None, None]),
        (vec![link(&here, one, 9)], [Some("at"), None]),
        (vec![link(&there, one, 9)], [Some("at"), Some("at")]),
        (vec![unlink(&here, one)], [None, Some("at")]),
        (vec![link(&here, one, 9)], [Some("at"), Some("at")]),
        (vec![moved, unlink(&here, one), link(&here, one, 9)], [Some("moved"), Some("moved")]),
        (vec![unlink(&here, one), unlink(&there, one)], [None, None]),
    ];
    for (number, (changes, expected)) in steps.into_iter().enumerate() {
        done(store, changes).await;
        // The one that nothing was done to is asked first.
        for (repository, expected) in [&here, &there].into_iter().zip(expected).rev() {
            // Once more, since what was answered may be remembered.
            for instance in [store, &*other, store, &*other] {
                let found = instance.readable_blob(repository, &one).await.expect("an answer");
                let linked = instance.blob(repository, &one).await.expect("an answer");
                let place = linked.map(|blob| (blob.size, blob.location));
                assert_eq!(
                    found.map(|blob| (blob.size, blob.location)),
                    place,
                    "step {number}, {repository}"
                );
                let place = place.map(|(_, location)| location.as_str().starts_with(expected.unwrap_or("?")));
                assert_eq!(place, expected.map(|_| true), "step {number}, {repository}");
            }
        }
    }
}
