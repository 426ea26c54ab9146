//! Manifests and what they name.

use std::sync::Arc;

use bytes::Bytes;
use registry_core::{MediaType, Reference};

use super::support::{
    all, by_tag, commit, delete, digest, done, kind, manifest, meanwhile, name, put, referring, set, tag,
};
use crate::Require;
use crate::conformance::Fixture;
use crate::metadata::{ManifestStat, MetadataStore};

/// M-20: the exact bytes, and the media type of the newest put in that repository.
pub async fn m_20_a_manifest_is_answered_as_it_was_put<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, there, one) = (name("here"), name("there"), digest(1));
    let mut odd = manifest(one);
    odd.bytes = Bytes::from_static(b"{ \"a\" : 1.0,\r\n\t\"\xc3\xa9\":\"\\u0000\" }\0\r\n");
    let mut other = odd.clone();
    other.media_type = kind("application/vnd.example.other+json");
    done(store, [put(&here, odd.clone()), put(&there, other.clone())]).await;
    let reference = Reference::Digest(one);
    for (repository, expected) in [(&here, &odd), (&there, &other)] {
        let found = store.manifest(repository, &reference).await.expect("an answer").expect("it is there");
        assert_eq!((found.digest, &found.bytes), (one, &expected.bytes));
        assert_eq!(found.media_type, expected.media_type);
        let stat = store.manifest_stat(repository, &reference).await.expect("an answer");
        let size = expected.bytes.len() as u64;
        assert_eq!(stat, Some(ManifestStat::new(one, expected.media_type.clone(), size)));
    }
    done(store, [put(&here, other.clone())]).await;
    let found = store.manifest(&here, &reference).await.expect("an answer").expect("it is there");
    assert_eq!(found.media_type, other.media_type, "the newest put counts");
}

/// M-21: a manifest in one repository is not seen in another, by any query.
pub async fn m_21_a_manifest_is_seen_in_its_repository_only<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, there, one) = (name("here"), name("here/inner"), digest(1));
    done(store, [put(&here, referring(one, digest(9), None)), set(&here, "v1", one)]).await;
    for reference in [Reference::Digest(one), by_tag("v1")] {
        assert!(store.manifest(&here, &reference).await.expect("an answer").is_some());
        assert_eq!(store.manifest(&there, &reference).await.expect("an answer"), None);
        assert_eq!(store.manifest_stat(&there, &reference).await.expect("an answer"), None);
    }
    assert_eq!(store.manifest_sizes(&there, &[one]).await.expect("sizes"), [None]);
    assert_eq!(store.retained_manifest(&there, &one).await.expect("an answer"), None);
    assert_eq!(store.referrers(&there, &digest(9), None, &all()).await.expect("a page").items, []);
}

/// M-22: while a tag is moved and what it pointed to is deleted in one commit, the tag is always answered whole.
pub async fn m_22_a_tag_is_read_in_one_instant<S: MetadataStore>(fixture: Fixture<S>) {
    let store = fixture.store();
    let here = name("here");
    done(&**store, [put(&here, manifest(digest(0))), set(&here, "v1", digest(0))]).await;
    let replace = |store: Arc<S>, round: u32| async move {
        let (here, old, new) = (
            name("here"),
            digest(u8::from(round.is_multiple_of(2))),
            digest(u8::from(!round.is_multiple_of(2))),
        );
        done(&*store, [put(&here, manifest(new)), set(&here, "v1", new), delete(&here, old)]).await;
    };
    let read = || async {
        let found =
            store.manifest(&here, &by_tag("v1")).await.expect("an answer").expect("it is always there");
        assert_eq!(found.bytes, manifest(found.digest).bytes, "the digest of one, the bytes of another");
        let stat = store.manifest_stat(&here, &by_tag("v1")).await.expect("an answer");
        assert!(stat.is_some(), "the tag is always there");
    };
    meanwhile(store, replace, read).await;
}

/// M-23: a deleted manifest goes with its tags and edges; its bytes are retained.
pub async fn m_23_a_manifest_goes_with_tags_and_edges<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, there, one) = (name("here"), name("there"), digest(1));
    let mut full = referring(one, digest(9), None);
    full.blobs = vec![digest(2)];
    full.children = vec![digest(3)];
    done(store, [put(&here, full.clone()), put(&here, manifest(digest(4))), put(&there, full.clone())]).await;
    done(store, [set(&here, "v1", one), set(&here, "v2", one), set(&here, "v3", digest(4))]).await;
    done(store, [set(&there, "v1", one), delete(&here, one)]).await;
    assert_eq!(store.manifest(&here, &Reference::Digest(one)).await.expect("an answer"), None);
    assert_eq!(store.manifest(&here, &by_tag("v1")).await.expect("an answer"), None);
    assert_eq!(store.tags(&here, &all()).await.expect("a page").items, [tag("v3")]);
    assert_eq!(store.referrers(&here, &digest(9), None, &all()).await.expect("a page").items, []);
    let unused = commit([])
        .require(Require::BlobUnused { repository: here.clone(), digest: digest(2) })
        .require(Require::BlobUnused { repository: here.clone(), digest: digest(3) })
        .require(Require::ManifestUnused { repository: here.clone(), digest: digest(3) });
    assert!(store.commit(unused).await.is_ok(), "edges of a deleted manifest are gone");
    let retained = store.retained_manifest(&here, &one).await.expect("an answer").expect("it is retained");
    assert_eq!((retained.digest, &retained.bytes), (one, &full.bytes));
    assert_eq!(retained.media_type, MediaType::OCI_MANIFEST);
    let readable = store.retained_manifest(&here, &digest(4)).await.expect("an answer");
    assert!(readable.is_some(), "what is readable is retained too");
    assert!(store.manifest(&there, &by_tag("v1")).await.expect("an answer").is_some(), "others stay");
    done(store, [put(&here, full), set(&here, "v1", one)]).await;
    assert!(store.manifest(&here, &by_tag("v1")).await.expect("an answer").is_some(), "it can be put back");
}

/// M-26: `manifest_sizes` answers in the order of the question, duplicates included.
pub async fn m_26_manifest_sizes_come_in_the_order_of_the_question<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let here = name("here");
    let sized = |number: u8| {
        let mut manifest = manifest(digest(number));
        manifest.bytes = vec![b' '; number.into()].into();
        put(&here, manifest)
    };
    done(store, [3, 1, 2].map(sized)).await;
    let asked = [2, 9, 1, 2, 3, 2].map(digest);
    let sizes = store.manifest_sizes(&here, &asked).await.expect("sizes");
    assert_eq!(sizes, [Some(2), None, Some(1), Some(2), Some(3), Some(2)]);
    assert_eq!(store.manifest_sizes(&here, &[]).await.expect("sizes"), []);
}

/// M-27: a manifest that is put again has the edges of the newest put only, and keeps its tags.
pub async fn m_27_only_the_newest_edges_count<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, one) = (name("here"), digest(1));
    let mut before = referring(one, digest(8), None);
    before.blobs = vec![digest(2), digest(2), digest(3)];
    before.children = vec![digest(4)];
    let mut after = referring(one, digest(9), Some("a/b"));
    after.blobs = vec![digest(3), digest(5)];
    done(store, [put(&here, before), set(&here, "v1", one)]).await;
    done(store, [put(&here, after)]).await;
    for (number, used) in [(2, false), (3, true), (4, false), (5, true)] {
        let unused = Require::BlobUnused { repository: here.clone(), digest: digest(number) };
        assert_eq!(store.commit(commit([]).require(unused)).await.is_err(), used, "{number}");
    }
    let of =
        async |number| store.referrers(&here, &digest(number), None, &all()).await.expect("a page").items;
    assert_eq!((of(8).await.len(), of(9).await.len()), (0, 1));
    assert!(store.manifest(&here, &by_tag("v1")).await.expect("an answer").is_some());
}
