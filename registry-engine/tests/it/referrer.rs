//! Referrers: by subject, by fallback tag, by cosign's tags.

use registry_core::{Algorithm, Descriptor, Digest, ErrorCode, MediaType, PageRequest};
use registry_engine::{Condition, Error};

use crate::support::image::{descriptor, push};
use crate::support::{Image, World, actor, index, index_of};

const TYPES: [&str; 2] = ["application/vnd.example.a", "application/vnd.example.b"];

async fn ready(world: &World) -> Digest {
    world.blob("a/b", b"{}").await;
    Image::new(b"{}").push_untagged(world, "a/b").await
}

/// An artifact that differs from others by its number.
fn artifact(number: usize) -> Image {
    let kind = TYPES[number % 2];
    Image::new(b"{}")
        .member(&format!(r#""artifactType":"{kind}""#))
        .member(&format!(r#""annotations":{{"number":"{number}"}}"#))
}

async fn list(
    world: &World,
    subject: &Digest,
    kind: Option<&str>,
    page: PageRequest,
) -> (Vec<Descriptor>, bool) {
    let kind: Option<MediaType> = kind.map(|kind| kind.parse().unwrap());
    let page = world.repository("a/b").referrers(subject, kind.as_ref(), &page).await.unwrap();
    (page.items, page.more)
}

async fn digests(world: &World, subject: &Digest, kind: Option<&str>) -> Vec<String> {
    let (items, more) = list(world, subject, kind, PageRequest::first(1000)).await;
    assert!(!more);
    items.iter().map(|item| item.digest.to_string()).collect()
}

fn sorted<'a>(images: impl IntoIterator<Item = &'a Image>) -> Vec<String> {
    let mut digests: Vec<_> = images.into_iter().map(|image| image.digest().to_string()).collect();
    digests.sort_unstable();
    digests
}

async fn c50_r14_of_whatever_there_is_a_list(world: World) {
    let subject = Digest::sha256_of(b"nothing");
    assert_eq!(list(&world, &subject, None, PageRequest::first(10)).await, (vec![], false));
    ready(&world).await;
    assert_eq!(list(&world, &subject, None, PageRequest::first(10)).await, (vec![], false));
}

async fn c52_descriptors_tell_type_and_annotations(world: World) {
    let subject = ready(&world).await;
    let own = artifact(1).subject(&subject);
    let config = Image::new(b"{}").subject(&subject);
    let list_of_none = format!(
        r#"{{"schemaVersion":2,"mediaType":"{}","manifests":[],"subject":{}}}"#,
        MediaType::OCI_INDEX,
        descriptor(MediaType::OCI_MANIFEST.as_str(), &subject.to_string(), 1)
    );
    own.push_untagged(&world, "a/b").await;
    config.push_untagged(&world, "a/b").await;
    let put = push(&world, "a/b", "index", list_of_none.clone()).await.unwrap();
    let (items, _) = list(&world, &subject, None, PageRequest::first(10)).await;
    assert_eq!(items.len(), 3);
    let of = |digest: Digest| items.iter().find(|item| item.digest == digest.into()).unwrap();
    let own_item = of(own.digest());
    assert_eq!(own_item.artifact_type.as_ref().unwrap().as_str(), TYPES[1]);
    assert_eq!(own_item.annotations["number"], "1");
    assert_eq!(own_item.size, own.bytes().len() as u64);
    assert_eq!(of(config.digest()).artifact_type, Some(MediaType::OCI_CONFIG));
    assert_eq!(of(put.digest).artifact_type, None);
    assert_eq!(of(put.digest).media_type, MediaType::OCI_INDEX);
    // I-6: those that are readable, and no others.
    world.repository("a/b").delete_manifest(actor(), &own.digest(), Condition::Any).await.unwrap();
    assert_eq!(list(&world, &subject, None, PageRequest::first(10)).await.0.len(), 2);
}

async fn c56_a_fallback_tag_counts(world: World) {
    let subject = ready(&world).await;
    let (silent, speaking, elsewhere) = (
        artifact(1),
        artifact(2).subject(&subject),
        artifact(3).subject(&Digest::sha256_of(b"another subject")),
    );
    for image in [&silent, &speaking, &elsewhere] {
        image.push_untagged(&world, "a/b").await;
    }
    let blob = (Digest::sha256_of(b"{}"), 2);
    let children: Vec<_> =
        [&silent, &speaking, &elsewhere].iter().map(|i| (i.digest(), i.bytes().len() as u64)).collect();
    let bytes = index(&[children[0], children[1], children[2], blob, children[0]]);
    let fallback = format!("sha256-{}", subject.encoded());
    push(&world, "a/b", &fallback, bytes).await.unwrap();
    assert_eq!(digests(&world, &subject, None).await, sorted([&silent, &speaking]));
    let (items, _) = list(&world, &subject, Some(TYPES[1]), PageRequest::first(10)).await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].annotations["number"], "1");
    assert_eq!(digests(&world, &subject, Some(TYPES[0])).await, sorted([&speaking]));
    assert_eq!(digests(&world, &subject, Some("application/vnd.example.c")).await, [""; 0]);
    // An image under the tag is no list of referrers (C-55).
    silent.push(&world, "a/b", &fallback).await.unwrap();
    assert_eq!(digests(&world, &subject, None).await, sorted([&speaking]));
}

async fn c60_a_fallback_tag_holds_nothing_back(world: World) {
    let subject = ready(&world).await;
    let image = artifact(1).subject(&subject);
    image.push_untagged(&world, "a/b").await;
    let fallback = format!("sha256-{}", subject.encoded());
    let listed = index(&[(image.digest(), image.bytes().len() as u64)]);
    push(&world, "a/b", &fallback, listed.clone()).await.unwrap();
    let repository = world.repository("a/b");
    repository.delete_manifest(actor(), &image.digest(), Condition::Any).await.unwrap();
    assert_eq!(digests(&world, &subject, None).await, [""; 0]);
    // The same index under a plain tag needs what it names.
    image.push_untagged(&world, "a/b").await;
    push(&world, "a/b", "v1", listed).await.unwrap();
    let refused = repository.delete_manifest(actor(), &image.digest(), Condition::Any).await;
    assert!(matches!(refused, Err(Error::InUse { .. })), "{refused:?}");
}

async fn r15_cosign_tags_count(world: World) {
    let subject = ready(&world).await;
    let images: Vec<_> = (0..4).map(artifact).collect();
    let name = format!("sha256-{}", subject.encoded());
    for (image, suffix) in images.iter().zip([".sig", ".att", ".sbom", ".other"]) {
        image.push(&world, "a/b", &format!("{name}{suffix}")).await.unwrap();
    }
    assert_eq!(digests(&world, &subject, None).await, sorted(&images[..3]));
    // Under two names it is listed once.
    images[0].push(&world, "a/b", &format!("{name}.att")).await.unwrap();
    assert_eq!(digests(&world, &subject, None).await, sorted([&images[0], &images[2]]));
    let tag = format!("{name}.sbom").parse().unwrap();
    world.repository("a/b").delete_tag(actor(), &tag, Condition::Any).await.unwrap();
    assert_eq!(digests(&world, &subject, None).await, sorted([&images[0]]));
}

async fn c57_tags_of_long_digests_are_cut(world: World) {
    ready(&world).await;
    let subject = Digest::of(Algorithm::Sha512, b"subject");
    let image = artifact(1);
    image.push_untagged(&world, "a/b").await;
    let fallback = format!("sha512-{}", &subject.encoded()[..64]);
    push(&world, "a/b", &fallback, index_of(&[&image])).await.unwrap();
    assert_eq!(digests(&world, &subject, None).await, sorted([&image]));
}

async fn c53_pages_of_all_kinds_make_the_whole(world: World) {
    let subject = ready(&world).await;
    let mut children = Vec::new();
    let mut all = Vec::new();
    for number in 0..24 {
        let silent = number % 3 == 0;
        let image = if silent { artifact(number) } else { artifact(number).subject(&subject) };
        image.push_untagged(&world, "a/b").await;
        if silent || number % 3 == 1 {
            children.push((image.digest(), image.bytes().len() as u64));
        }
        all.push(image);
    }
    push(&world, "a/b", &format!("sha256-{}", subject.encoded()), index(&children)).await.unwrap();
    let odd: Vec<_> = all.iter().skip(1).step_by(2).cloned().collect();
    for (kind, expected) in [(None, sorted(&all)), (Some(TYPES[1]), sorted(&odd))] {
        for limit in [1, 2, 3, 5, 7, 12, 23, 24, 25] {
            let mut seen: Vec<String> = Vec::new();
            let mut request = PageRequest::first(limit);
            loop {
                let (items, more) = list(&world, &subject, kind, request).await;
                seen.extend(items.iter().map(|item| item.digest.to_string()));
                assert_eq!(more, seen.len() < expected.len(), "{kind:?} {limit}");
                if !more {
                    break;
                }
                assert_eq!(items.len(), limit);
                request = PageRequest::after(seen.last().unwrap().clone(), limit);
            }
            assert_eq!(seen, expected, "{kind:?} {limit}");
        }
        assert_eq!(list(&world, &subject, kind, PageRequest::first(0)).await, (vec![], false));
    }
    let position = PageRequest::after("nonsense", 5);
    let error = world.repository("a/b").referrers(&subject, None, &position).await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput(_)), "{error:?}");
    assert_ne!(error.code(), ErrorCode::Unknown);
}

on_each_store![
    c50_r14_of_whatever_there_is_a_list,
    c52_descriptors_tell_type_and_annotations,
    c56_a_fallback_tag_counts,
    c60_a_fallback_tag_holds_nothing_back,
    r15_cosign_tags_count,
    c57_tags_of_long_digests_are_cut,
    c53_pages_of_all_kinds_make_the_whole,
];
