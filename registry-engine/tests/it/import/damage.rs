//! What happens to real folders: each damage is named, and all else is taken over.

use std::os::unix::fs::symlink;

use registry_core::Digest;
use registry_engine::{SparseContent, SparsePolicy};

use super::folder::Folder;
use super::{imported, imported_by, pulled};
use crate::support::{Image, World, index_of};

/// A damage, in the repository `bad`, and what is said of it. The repository has an image of the layer `bad` under the
/// tags `v1` and `v2`.
type Damage = (&'static str, fn(&Folder, &Image), &'static [&'static str]);

const NOT_THERE: &str = "left out: bad, tag v1: it points to MANIFEST, which is not there";
const NOT_THERE_2: &str = "left out: bad, tag v2: it points to MANIFEST, which is not there";
const LACKS_LAYER: &str = "left out: bad, manifest MANIFEST: it names what is not there: LAYER";

const DAMAGES: [Damage; 16] = [
    (
        "a link file is empty",
        |folder, image| folder.write(&Folder::revision_link("bad", &image.digest()), ""),
        &["left out: bad, manifest MANIFEST: its link is empty", NOT_THERE, NOT_THERE_2],
    ),
    (
        "the link of a layer is empty",
        |folder, _| folder.write(&Folder::layer_link("bad", &layer()), ""),
        &["left out: bad, blob LAYER: its link is empty", LACKS_LAYER, NOT_THERE, NOT_THERE_2],
    ),
    (
        "a tag was begun and not finished",
        |folder, _| folder.remove(&Folder::tag_link("bad", "v1")),
        &["note: bad, tag v1: it points to nothing"],
    ),
    (
        "the link of a tag is empty",
        |folder, _| folder.write(&Folder::tag_link("bad", "v1"), ""),
        &["left out: bad, tag v1: its link is empty"],
    ),
    (
        "the link of a tag is garbage",
        |folder, _| folder.write(&Folder::tag_link("bad", "v1"), [0xff; 5000]),
        &["left out: bad, tag v1: its link is no digest"],
    ),
    (
        "a layer was collected",
        |folder, _| folder.remove(&Folder::data(&layer())),
        &[LACKS_LAYER, NOT_THERE, NOT_THERE_2, "note: bad, blob LAYER: its bytes are gone"],
    ),
    (
        "a layer is cut",
        |folder, _| folder.write(&Folder::data(&layer()), "ba"),
        &[
            "left out: bad, blob LAYER: the digest of the content is ACTUAL and not LAYER",
            LACKS_LAYER,
            NOT_THERE,
            NOT_THERE_2,
        ],
    ),
    (
        "a layer is empty",
        |folder, _| folder.write(&Folder::data(&layer()), ""),
        &["left out: bad, blob LAYER: its file is empty", LACKS_LAYER, NOT_THERE, NOT_THERE_2],
    ),
    (
        "the bytes of a manifest are gone",
        |folder, image| folder.remove(&Folder::data(&image.digest())),
        &["left out: bad, manifest MANIFEST: its bytes are gone", NOT_THERE, NOT_THERE_2],
    ),
    (
        "a manifest is empty",
        |folder, image| folder.write(&Folder::data(&image.digest()), ""),
        &["left out: bad, manifest MANIFEST: its file is empty", NOT_THERE, NOT_THERE_2],
    ),
    (
        "a link names another digest",
        |folder, _| {
            folder.write(&Folder::layer_link("bad", &layer()), Digest::sha256_of(b"{}").to_string());
        },
        &["left out: bad, blob LAYER: its link names CONFIG", LACKS_LAYER, NOT_THERE, NOT_THERE_2],
    ),
    (
        "a manifest was deleted and its tags were not",
        |folder, image| {
            folder.remove(&Folder::revision_link("bad", &image.digest()));
        },
        &[NOT_THERE, NOT_THERE_2, "note: bad, manifest MANIFEST: it was deleted there"],
    ),
    (
        "a folder is no digest, and a tag no tag",
        |folder, _| {
            folder.write("repositories/bad/_layers/sha256/what/link", "");
            folder.write("repositories/bad/_layers/md5/d41d8cd98f00b204e9800998ecf8427e/link", "");
            folder.write("repositories/bad/_manifests/tags/-x\n/current/link", "");
        },
        &[
            "left out: bad, blob sha256:what: its folder is not named after a digest",
            "left out: bad, blob: digests of the algorithm md5 are not supported",
            "left out: bad, tag -x\\n: invalid tag",
        ],
    ),
    (
        "a manifest is of the first version",
        |folder, _| {
            folder.manifest("bad", br#"{"schemaVersion":1,"name":"bad","tag":"old"}"#);
        },
        &["left out: bad, manifest OLD: "],
    ),
    (
        "there are uploads, and files of somebody else",
        |folder, _| {
            folder.write("repositories/bad/_uploads/0-1-2-3/data", "half");
            folder.write("repositories/bad/.DS_Store", "what");
            folder.write("repositories/lost+found/nothing", "");
        },
        &["note: bad: 1 upload in progress is not taken over"],
    ),
    (
        "a repository has a name that is none",
        |folder, _| {
            folder.write("repositories/UPPER/case/_layers/sha256/x/link", "");
        },
        &["left out: repository UPPER/case: "],
    ),
];

fn layer() -> Digest {
    Digest::sha256_of(b"bad")
}

async fn each_damage_is_named_and_nothing_else_is_lost(_: World) {
    for (name, damage, expected) in DAMAGES {
        let (folder, world) = (Folder::new(), World::on_disk().await);
        for repository in ["bad", "good", "bad/good"] {
            let image = folder.image(repository, &[repository.as_bytes()]);
            folder.tag(repository, "v1", &image.digest());
            folder.tag(repository, "v2", &image.digest());
        }
        let image = Image::new(b"{}").layer(b"bad");
        damage(&folder, &image);
        let cut = std::fs::read(folder.path(Folder::data(&layer()))).unwrap_or_default();
        let old = Digest::sha256_of(br#"{"schemaVersion":1,"name":"bad","tag":"old"}"#);
        let filled = |text: &str| {
            text.replace("MANIFEST", &image.digest().to_string())
                .replace("LAYER", &layer().to_string())
                .replace("ACTUAL", &Digest::sha256_of(&cut).to_string())
                .replace("CONFIG", &Digest::sha256_of(b"{}").to_string())
                .replace("OLD", &old.to_string())
        };
        let (done, found) = imported(&folder, &world).await;
        let expected: Vec<_> = expected.iter().map(|line| filled(line)).collect();
        assert_eq!(found.len(), expected.len(), "{name}: {found:#?}");
        for line in &expected {
            assert!(found.iter().any(|found| found.starts_with(line)), "{name}: {line} is not in {found:#?}");
        }
        let notes = found.iter().filter(|line| line.starts_with("note: ")).count() as u64;
        assert_eq!((done.notes, done.left_out), (notes, found.len() as u64 - notes), "{name}");
        for repository in ["good", "bad/good"] {
            pulled(&world, repository, "v1").await;
        }
        // What is readable is whole.
        for tag in ["v1", "v2"] {
            if world
                .repository("bad")
                .manifest(&tag.parse::<registry_core::Tag>().unwrap().into())
                .await
                .is_ok()
            {
                pulled(&world, "bad", tag).await;
            }
        }
        // Made good again, it is taken over by the next run.
        let image = folder.image("bad", &[b"bad"]);
        folder.tag("bad", "v1", &image.digest());
        imported(&folder, &world).await;
        pulled(&world, "bad", "v1").await;
    }
}

async fn an_index_that_lacks_children_is_left_out_unless_that_is_allowed(world: World) {
    let folder = Folder::new();
    let (one, gone) = (folder.image("a", &[b"1"]), Image::new(b"{}").layer(b"gone"));
    let index = folder.manifest("a", &index_of(&[&gone, &one]));
    folder.tag("a", "latest", &index);
    let (done, found) = imported(&folder, &world).await;
    assert_eq!((done.manifests, done.tags, done.left_out), (1, 0, 2), "{found:#?}");
    assert!(found[0].ends_with(&format!("it names what is not there: {}", gone.digest())), "{found:#?}");
    let world = world.with(|settings| settings.sparse = SparsePolicy::new(SparseContent::Children));
    let (done, found) = imported(&folder, &world).await;
    assert_eq!((done.manifests, done.tags, found), (1, 1, Vec::new()));
}

async fn blobs_that_are_trusted_are_not_read(world: World) {
    let folder = Folder::new();
    let image = folder.image("a", &[b"1"]);
    folder.tag("a", "v1", &image.digest());
    folder.write(&Folder::data(&Digest::sha256_of(b"1")), b"2");
    let (done, found) = imported_by(&folder, &world, |import| import.trusting(true)).await;
    let done = done.unwrap();
    // What must be copied is read anyhow.
    let expected = if done.adopted > 0 { (1, 1, 0) } else { (0, 0, 3) };
    assert_eq!((done.manifests, done.tags, done.left_out), expected, "{found:?}");
    // Its size is looked at.
    let folder = Folder::new();
    folder.image("b", &[b"34"]);
    folder.write(&Folder::data(&Digest::sha256_of(b"34")), b"345");
    let (done, _) = imported_by(&folder, &world, |import| import.trusting(true)).await;
    assert_eq!(done.unwrap().manifests, 0);
}

async fn links_to_files_are_copied(world: World) {
    let folder = Folder::new();
    let image = folder.image("a", &[b"1"]);
    folder.tag("a", "v1", &image.digest());
    let data = folder.path(Folder::data(&Digest::sha256_of(b"1")));
    let elsewhere = folder.path("elsewhere");
    std::fs::rename(&data, &elsewhere).unwrap();
    symlink(&elsewhere, &data).unwrap();
    let (done, found) = imported(&folder, &world).await;
    assert_eq!((done.tags, found), (1, Vec::new()));
    assert!(done.copied >= 1);
    std::fs::remove_file(elsewhere).unwrap();
    pulled(&world, "a", "v1").await;
}

on_each_store!(
    an_index_that_lacks_children_is_left_out_unless_that_is_allowed,
    blobs_that_are_trusted_are_not_read,
    links_to_files_are_copied,
);

mod once {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn each_damage_is_named_and_nothing_else_is_lost() {
        super::each_damage_is_named_and_nothing_else_is_lost(crate::support::World::in_memory()).await;
    }
}
