//! Tags and their history.

use registry_core::{PageRequest, Tag, TagCause};

use super::support::{
    all, by_tag, commit, delete, digest, done, link, manifest, name, put, refused, set, store_blob, tag,
    time, unlink, untag, walk,
};
use crate::conformance::Fixture;
use crate::metadata::{MetadataStore, TagEntry, TagRecord};
use crate::{Change, Commit};

/// M-30: a tag is its newest history entry, readable if that has a digest.
pub async fn m_30_a_tag_is_its_newest_entry<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let here = name("here");
    assert_eq!(store.tag(&here, &tag("v1")).await.expect("an answer"), None);
    done(store, [put(&here, manifest(digest(1))), put(&here, manifest(digest(2)))]).await;
    let steps = [
        set(&here, "v1", digest(1)),
        set(&here, "v1", digest(2)),
        untag(&here, "v1"),
        set(&here, "v1", digest(1)),
        delete(&here, digest(1)),
        set(&here, "v1", digest(2)),
    ];
    for step in steps {
        done(store, [step]).await;
        let newest = store.tag_history(&here, &tag("v1"), None, 1).await.expect("a page").items.remove(0);
        let expected = newest.digest.map(|digest| TagRecord::new(digest, newest.seq, newest.at));
        assert_eq!(store.tag(&here, &tag("v1")).await.expect("an answer"), expected);
        let answered = store.manifest(&here, &by_tag("v1")).await.expect("an answer");
        assert_eq!(answered.map(|manifest| manifest.digest), newest.digest);
        let listed = store.tags(&here, &all()).await.expect("a page").items;
        assert_eq!(listed.len(), usize::from(newest.digest.is_some()), "listed if readable");
    }
}

/// M-31: entries are never changed or removed, whatever goes.
pub async fn m_31_history_is_only_appended_to<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let here = name("here");
    let mut before: Vec<TagEntry> = Vec::new();
    let steps = [
        vec![store_blob(digest(9), 1), link(&here, digest(9), 1), put(&here, manifest(digest(1)))],
        vec![set(&here, "v1", digest(1)), put(&here, manifest(digest(2)))],
        vec![set(&here, "v1", digest(2))],
        vec![untag(&here, "v1")],
        vec![set(&here, "v1", digest(1))],
        vec![delete(&here, digest(1))],
        vec![delete(&here, digest(2)), unlink(&here, digest(9))],
        vec![put(&here, manifest(digest(2))), set(&here, "v1", digest(2))],
    ];
    for step in steps {
        done(store, step).await;
        let mut now = store.tag_history(&here, &tag("v1"), None, 100).await.expect("a page").items;
        now.reverse();
        assert_eq!(now.get(..before.len()), Some(&before[..]), "entries were changed or removed");
        before = now;
    }
    assert_eq!(before.len(), 6);
}

/// M-32: setting a tag to what it points to already appends nothing.
pub async fn m_32_setting_the_same_appends_nothing<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let here = name("here");
    done(store, [put(&here, manifest(digest(1))), set(&here, "v1", digest(1))]).await;
    let before = store.tag(&here, &tag("v1")).await.expect("an answer");
    let again = done(store, [put(&here, manifest(digest(1))), set(&here, "v1", digest(1))]).await;
    assert_eq!(again.events.len(), 1, "only the manifest is told of: {again:?}");
    assert_eq!(store.tag(&here, &tag("v1")).await.expect("an answer"), before);
    assert_eq!(store.tag_history(&here, &tag("v1"), None, 9).await.expect("a page").items.len(), 1);
}

/// M-33: entries tell all there is to tell, and have the number of their event.
pub async fn m_33_entries_tell_what_was_done<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let here = name("here");
    done(store, [put(&here, manifest(digest(1))), put(&here, manifest(digest(2)))]).await;
    let (repository, v1) = (here.clone(), tag("v1"));
    let set =
        |digest, cause| Change::SetTag { repository: repository.clone(), tag: v1.clone(), digest, cause };
    let untag =
        Change::DeleteTag { repository: repository.clone(), tag: v1.clone(), cause: TagCause::Delete };
    let (one, two) = (Some(digest(1)), Some(digest(2)));
    let steps = [
        ("ann", 10, set(digest(1), TagCause::Push), one, None, TagCause::Push),
        ("bob", 30, set(digest(2), TagCause::Restore), two, one, TagCause::Restore),
        // Clocks may go back; the order is that of the commits.
        ("cyd", 20, untag, None, two, TagCause::Delete),
        ("dan", 40, set(digest(1), TagCause::Push), one, None, TagCause::Push),
        ("eve", 50, delete(&here, digest(1)), None, one, TagCause::ManifestDelete),
    ];
    let mut expected = Vec::new();
    for (who, at, change, digest, previous, cause) in steps {
        let actor = who.parse::<registry_core::Actor>().expect("a good actor");
        let answer = store.commit(Commit::new(actor.clone(), time(at)).change(change)).await.expect("done");
        let seq = answer.events[0].seq;
        expected.insert(0, TagEntry::new(seq, tag("v1"), digest, previous, time(at), actor, cause));
    }
    let history = store.tag_history(&here, &tag("v1"), None, 100).await.expect("a page");
    assert_eq!(history.items, expected);
}

/// M-34: exactly the readable tags in byte order, page by page, from any position.
pub async fn m_34_tags_are_listed_in_byte_order<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, there) = (name("here"), name("there"));
    let names = ["v1.10", "v1.2", "V1", "a", "Z", "_", "0", "a-b", "a.b", "a0", "latest", "gone"];
    done(store, [put(&here, manifest(digest(1))), put(&there, manifest(digest(1)))]).await;
    done(store, names.map(|text| set(&here, text, digest(1)))).await;
    done(store, [untag(&here, "gone"), set(&there, "elsewhere", digest(1))]).await;
    let expected = ["0", "V1", "Z", "_", "a", "a-b", "a.b", "a0", "latest", "v1.10", "v1.2"].map(tag);
    for limit in [1, 2, 5, 11, 100] {
        let page = async |request: PageRequest| store.tags(&here, &request).await.expect("a page");
        assert_eq!(walk(limit, Tag::to_string, page).await, expected, "{limit}");
    }
    for (last, first) in [("", "0"), ("gone", "latest"), ("a", "a-b"), ("A", "V1"), ("v1.2", ""), ("é", "")]
    {
        let page = store.tags(&here, &PageRequest::after(last, 1)).await.expect("a page");
        let found = page.items.first().map_or("", Tag::as_str);
        assert_eq!(found, first, "behind {last:?}");
    }
    let none = store.tags(&name("nowhere"), &all()).await.expect("a page");
    assert_eq!((none.items, none.more), (vec![], false));
}

/// M-35: newest first, below any number, page by page.
pub async fn m_35_history_is_listed_newest_first<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let here = name("here");
    done(store, [put(&here, manifest(digest(0))), put(&here, manifest(digest(1)))]).await;
    for round in 0..7 {
        done(store, [set(&here, "v1", digest(round % 2)), set(&here, "v2", digest(round % 2))]).await;
    }
    let seqs = async |before, limit| {
        let page = store.tag_history(&here, &tag("v1"), before, limit).await.expect("a page");
        (page.items.iter().map(|entry| entry.seq).collect::<Vec<_>>(), page.more)
    };
    assert_eq!(seqs(None, 100).await, (vec![15, 13, 11, 9, 7, 5, 3], false));
    assert_eq!(seqs(None, 3).await, (vec![15, 13, 11], true));
    assert_eq!(seqs(Some(11), 3).await, (vec![9, 7, 5], true), "below, not at");
    assert_eq!(seqs(Some(10), 4).await, (vec![9, 7, 5, 3], false), "numbers need not be entries");
    assert_eq!(seqs(Some(u64::MAX), 1).await, (vec![15], true));
    assert_eq!(seqs(Some(3), 1).await, (vec![], false));
    assert_eq!(seqs(Some(0), 1).await, (vec![], false));
}

/// M-36: a tag can only be set to a manifest that is readable in its repository by then.
pub async fn m_36_only_a_readable_manifest_can_be_tagged<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, there, one) = (name("here"), name("there"), digest(1));
    done(store, [put(&there, manifest(one)), put(&there, manifest(digest(2)))]).await;
    refused(store, commit([set(&here, "v1", one)])).await;
    refused(store, commit([set(&here, "v1", one), put(&here, manifest(one))])).await;
    refused(store, commit([delete(&there, one), set(&there, "v1", one)])).await;
    done(store, [delete(&there, one)]).await;
    refused(store, commit([set(&there, "v1", one)])).await;
    refused(store, commit([set(&there, "v2", digest(2)), set(&there, "v1", one)])).await;
    assert_eq!(store.tags(&there, &all()).await.expect("a page").items, [], "nothing was changed");
    done(store, [put(&there, manifest(one)), set(&there, "v1", one)]).await;
}
