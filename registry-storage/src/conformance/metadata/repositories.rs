//! Repositories.

use registry_core::{PageRequest, RepositoryName};

use super::support::{
    all, commit, delete, digest, done, link, manifest, name, put, set, store_blob, time, unlink, walk,
};
use crate::conformance::Fixture;
use crate::metadata::{MetadataStore, UploadId, UploadRecord};
use crate::{Change, Require};

/// M-40: a repository exists exactly while a manifest is readable in it or a blob is linked in it.
pub async fn m_40_a_repository_exists_while_it_has_content<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, there) = (name("here"), name("there"));
    let id: UploadId = "00000000000000000000000000000001".parse().expect("an id");
    let upload = UploadRecord::new(id, here.clone(), "t".into(), Default::default(), time(1));
    done(store, [store_blob(digest(1), 1), store_blob(digest(2), 1), link(&there, digest(1), 1)]).await;
    let steps = [
        (Change::PutUpload(Box::new(upload)), false),
        (link(&here, digest(1), 1), true),
        (link(&here, digest(2), 1), true),
        (unlink(&here, digest(1)), true),
        (put(&here, manifest(digest(3))), true),
        (unlink(&here, digest(2)), true),
        (set(&here, "v1", digest(3)), true),
        (put(&here, manifest(digest(4))), true),
        (delete(&here, digest(3)), true),
        (delete(&here, digest(4)), false),
        (put(&here, manifest(digest(4))), true),
        (link(&here, digest(1), 1), true),
        (delete(&here, digest(4)), true),
        (unlink(&here, digest(1)), false),
        (unlink(&here, digest(1)), false),
    ];
    for (change, exists) in steps {
        done(store, [change.clone()]).await;
        assert_eq!(store.repository_exists(&here).await.expect("an answer"), exists, "{change:?}");
        let listed = store.repositories(&all()).await.expect("a page").items;
        let expected = if exists { vec![here.clone(), there.clone()] } else { vec![there.clone()] };
        assert_eq!(listed, expected, "{change:?}");
    }
    let refused = commit([link(&name("never"), digest(1), 1)]).require(Require::Manifest {
        repository: here,
        digest: digest(4),
        present: true,
    });
    assert!(store.commit(refused).await.is_err());
    assert!(!store.repository_exists(&name("never")).await.expect("an answer"));
}

/// M-41: in byte order, names that are prefixes of others included, page by page, from any position.
pub async fn m_41_repositories_are_listed_in_byte_order<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let names = ["b", "a/b", "a", "a/b/c", "a-b/c", "a.b", "a0", "a__b", "library/busybox", "gone"].map(name);
    done(store, [store_blob(digest(1), 1)]).await;
    done(store, names.iter().map(|name| link(name, digest(1), 1))).await;
    done(store, [unlink(&name("gone"), digest(1))]).await;
    let expected = ["a", "a-b/c", "a.b", "a/b", "a/b/c", "a0", "a__b", "b", "library/busybox"].map(name);
    for limit in [1, 2, 3, 9, 100] {
        let page = async |request: PageRequest| store.repositories(&request).await.expect("a page");
        assert_eq!(walk(limit, RepositoryName::to_string, page).await, expected, "{limit}");
    }
    for (last, first) in [("", "a"), ("gone", "library/busybox"), ("a/", "a/b"), ("Z", "a"), ("zz", "")] {
        let page = store.repositories(&PageRequest::after(last, 1)).await.expect("a page");
        let found = page.items.first().map_or("", RepositoryName::as_str);
        assert_eq!(found, first, "behind {last:?}");
    }
}
