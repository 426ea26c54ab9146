//! What somebody else keeps, in a folder and in a bucket.

use std::collections::BTreeSet;

use bytes::Bytes;
use futures_util::TryStreamExt;
use registry_storage::Error;
use registry_storage::foreign::{ForeignFolder, ForeignTree};

/// Files that every tree of these tests has.
pub(crate) fn files() -> Vec<(String, Bytes)> {
    let mut files: Vec<(String, Bytes)> =
        (0..2_500).map(|n| (format!("many/{n}/link"), Bytes::from(format!("{n}")))).collect();
    files.push(("a/b/large".to_owned(), Bytes::from(vec![7; 3_000_000])));
    files.push(("a/empty".to_owned(), Bytes::new()));
    files.push(("a/_b/c".to_owned(), Bytes::from_static(b"c")));
    files
}

/// That a tree of these files is read.
pub(crate) async fn is_read(tree: &impl ForeignTree) {
    let names = |folder: &'static str| async move {
        let entries: Vec<_> = tree.entries(folder).try_collect().await.unwrap();
        let found: BTreeSet<_> = entries.iter().map(|entry| (entry.name.clone(), entry.is_folder)).collect();
        assert_eq!(found.len(), entries.len(), "each once");
        found
    };
    let set = |names: &[(&str, bool)]| {
        names.iter().map(|(name, folder)| ((*name).to_owned(), *folder)).collect::<BTreeSet<_>>()
    };
    assert_eq!(names("").await, set(&[("a", true), ("many", true)]));
    assert_eq!(names("a").await, set(&[("_b", true), ("b", true), ("empty", false)]));
    assert_eq!(names("many").await, (0..2_500).map(|n: u32| (n.to_string(), true)).collect());
    for nothing in ["nothing", "a/nothing", "a/b/nothing/at/all"] {
        assert_eq!(names(nothing).await, set(&[]));
        assert_eq!((tree.small(nothing, 10).await.unwrap(), tree.size(nothing).await.unwrap()), (None, None));
        assert!(matches!(tree.read(nothing, 1).await, Err(Error::NotFound { .. })));
    }
    assert_eq!(tree.small("many/17/link", 2).await.unwrap().unwrap(), "17");
    assert!(matches!(tree.small("many/17/link", 1).await, Err(Error::Invalid { .. })));
    assert_eq!(tree.small("a/empty", 0).await.unwrap().unwrap(), "");
    assert_eq!(tree.size("a/b/large").await.unwrap(), Some(3_000_000));
    let read = tree.read("a/b/large", 3_000_000).await.unwrap();
    let pieces: Vec<Bytes> = read.try_collect().await.unwrap();
    assert!(pieces.concat() == vec![7; 3_000_000]);
    assert!(matches!(tree.read("a/b/large", 2_999_999).await, Err(Error::Corrupt { .. })));
}

#[tokio::test]
async fn a_folder_is_read() {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let tree = ForeignFolder::new(folder.path());
    is_read(&tree).await;
    let place = tree.place("a/empty");
    assert_eq!(place.as_file(), Some(folder.path().join("a/empty").as_path()));
    // Links of whoever keeps the folder are followed.
    std::os::unix::fs::symlink(folder.path().join("a"), folder.path().join("linked")).unwrap();
    assert_eq!(tree.small("linked/_b/c", 10).await.unwrap().unwrap(), "c");
    let entries: Vec<_> = tree.entries("").try_collect().await.unwrap();
    assert!(entries.iter().any(|entry| entry.name == "linked" && entry.is_folder));
}
