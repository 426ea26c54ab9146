//! Manifests that refer to others.

use registry_core::{Descriptor, Digest, PageRequest};

use super::support::{all, delete, described, digest, done, kind, manifest, name, put, referring, walk};
use crate::Error;
use crate::conformance::Fixture;
use crate::metadata::MetadataStore;

/// M-24: exactly the readable manifests whose subject this is, by digest, with the descriptors they were put with.
pub async fn m_24_referrers_are_listed_by_digest<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, there, subject) = (name("here"), name("there"), digest(9));
    let mut digests = [
        digest(7),
        Digest::from_sha512([0; 64]),
        Digest::from_sha512([0xff; 64]),
        digest(0),
        Digest::from_blake3([0xff; 32]),
        digest(0xff),
    ];
    done(store, digests.map(|digest| put(&here, referring(digest, subject, None)))).await;
    done(store, [put(&here, referring(digest(3), digest(8), None)), put(&here, manifest(digest(4)))]).await;
    done(store, [put(&there, referring(digest(5), subject, None))]).await;
    done(store, [put(&here, referring(digest(6), subject, None)), delete(&here, digest(6))]).await;
    digests.sort_by_key(Digest::to_string);
    let expected = digests.map(|digest| described(digest, None));
    let page =
        async |request: PageRequest| store.referrers(&here, &subject, None, &request).await.expect("a page");
    for limit in [1, 2, 3, 6, 100] {
        assert_eq!(walk(limit, |d: &Descriptor| d.digest.to_string(), page).await, expected, "{limit}");
    }
    let after = page(PageRequest::after(digest(1).to_string(), 1)).await;
    assert_eq!(
        (after.items, after.more),
        (vec![described(digest(7), None)], true),
        "positions need not exist"
    );
    done(store, [put(&here, manifest(subject))]).await;
    assert_eq!(page(all()).await.items, expected, "whether or not the subject exists");
    done(store, [delete(&here, subject)]).await;
    assert_eq!(page(all()).await.items, expected, "referrers outlive their subject");
    let nowhere = store.referrers(&here, &subject, None, &PageRequest::after("sha256:12", 3)).await;
    assert!(matches!(nowhere, Err(Error::Invalid { .. })), "the position must be a digest: {nowhere:?}");
}

/// M-25: with an artifact type only those of that type, and pages hold up to `limit` of them.
pub async fn m_25_referrers_are_listed_by_artifact_type<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, subject) = (name("here"), digest(99));
    let types = [Some("a/b"), None, Some("a/c"), Some("a/b+json")];
    let referrers =
        (0..20).map(|number| put(&here, referring(digest(number), subject, types[usize::from(number) % 4])));
    done(store, referrers.collect::<Vec<_>>()).await;
    for (index, artifact) in [(0, "a/b"), (2, "a/c"), (3, "a/b+json")] {
        let wanted = kind(artifact);
        let expected: Vec<_> = (0..5).map(|n| described(digest(n * 4 + index), Some(artifact))).collect();
        for limit in [1, 2, 5, 100] {
            let page = async |request: PageRequest| {
                store.referrers(&here, &subject, Some(&wanted), &request).await.expect("a page")
            };
            let found = walk(limit, |d: &Descriptor| d.digest.to_string(), page).await;
            assert_eq!(found, expected, "{artifact} {limit}");
        }
    }
    let none = store.referrers(&here, &subject, Some(&kind("a/d")), &all()).await.expect("a page");
    assert_eq!((none.items, none.more), (vec![], false));
}
