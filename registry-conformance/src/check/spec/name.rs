//! Names of repositories and tags that must be taken (C-2, C-3, C-4, C-5).

use super::support::stocked;
use crate::check::Profile::{Core, Full};
use crate::check::{Check, Context, Image, Repository, Verdict, check};
use crate::client::Request;

const NAME: &str = "distribution-spec, Pulling manifests: <name>";
const REFERENCE: &str = "distribution-spec, Pulling manifests: <reference>";

/// Names, which stand behind a unique beginning.
const NAMES: [(&str, &str); 16] = [
    ("one-letter", "a"),
    ("digit", "0"),
    ("dot", "a.b"),
    ("underscore", "a_b"),
    ("two-underscores", "a__b"),
    ("dash", "a-b"),
    ("dashes", "a---b"),
    ("mixed", "a-b_c__d.e"),
    ("deep", "a/b/c/d/e/f/g/h"),
    ("word-blobs", "blobs"),
    ("word-uploads", "blobs/uploads"),
    ("word-manifests", "manifests"),
    ("word-tags", "tags/list"),
    ("word-referrers", "referrers"),
    ("word-v2", "v2"),
    ("all-words", "manifests/latest/blobs/uploads/tags/list"),
];

const TAGS: [(&str, &str); 9] = [
    ("one-letter", "a"),
    ("digit", "0"),
    ("underscore-first", "_a"),
    ("upper-case", "ABC"),
    ("version", "v1.0.0-rc.1"),
    ("dots", "a..b"),
    ("ends-with-dash", "a-"),
    ("digest-like", "sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.sig"),
    ("all-characters", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"),
];

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for (id, name) in NAMES {
        let rule = format!("a repository may be called …/{name}");
        checks.push(check(format!("C-2.{id}"), Core, rule, NAME, move |c| takes_name(c, name)));
    }
    for (id, tag) in TAGS {
        let rule = format!("a tag may be called {tag}");
        checks.push(check(format!("C-4.{id}"), Core, rule, REFERENCE, move |c| takes_tag(c, tag)));
    }
    checks.extend([
        check("C-2.prefixes", Core, "repositories whose names begin alike share nothing", NAME, prefixes),
        check("C-4.longest", Core, "a tag may have 128 characters", REFERENCE, longest_tag),
        check("C-4.case", Core, "tags that differ in case are different tags", REFERENCE, case),
        check("C-3.long", Full, "a repository may have a name of 200 bytes", NAME, long),
        check(
            "C-3.too-long",
            Full,
            "a new name that leaves no room for a host: 400 NAME_INVALID",
            NAME,
            too_long,
        ),
        check("C-5.escaped", Full, "the colon of a digest may be escaped", REFERENCE, escaped),
        check(
            "C-5.tag-beside-digest",
            Core,
            "a tag that looks like a digest's is a tag",
            REFERENCE,
            looks_alike,
        ),
    ]);
    checks
}

async fn takes_name(c: Context, name: &str) -> Verdict {
    let repository = c.named(&format!("{}/{name}", c.repository().name()));
    push_and_read(&c, &repository, "latest").await
}

async fn takes_tag(c: Context, tag: &str) -> Verdict {
    push_and_read(&c, &c.repository(), tag).await
}

async fn longest_tag(c: Context) -> Verdict {
    push_and_read(&c, &c.repository(), &format!("x{}", "0.-_".repeat(32))[..128]).await
}

async fn push_and_read(c: &Context, repository: &Repository, tag: &str) -> Verdict {
    let image = Image::new(&c.unique());
    let digest = repository.push(tag, &image).await?;
    repository.get_manifest(tag).await?.expect(200)?.has_body(&image.manifest)?;
    let list = c.get(repository.path("tags/list")).await?.expect(200)?;
    let (tags, name) = (list.texts("tags")?, list.json()?["name"].clone());
    let list = list.holds(tags == [tag], "the one tag that was pushed")?;
    list.holds(name == repository.name(), "the name of the repository")?;
    c.get(repository.path(&format!("referrers/{digest}"))).await?.expect(200).map(drop)
}

async fn prefixes(c: Context) -> Verdict {
    let above = c.repository().name().to_owned();
    let names = ["", "/b", "/b/c", "-b"].map(|rest| c.named(&format!("{above}{rest}")));
    for (i, repository) in names.iter().enumerate() {
        let image = Image::new(repository.name());
        repository.push("latest", &image).await?;
        repository.put_manifest(&format!("t{i}"), &image.media_type, &image.manifest).await?.expect(201)?;
    }
    for (i, repository) in names.iter().enumerate() {
        let image = Image::new(repository.name());
        repository.get_manifest("latest").await?.expect(200)?.has_body(&image.manifest)?;
        let list = c.get(repository.path("tags/list")).await?.expect(200)?;
        let tags = list.texts("tags")?;
        list.holds(tags == ["latest", &format!("t{i}")], "the tags of this repository alone")?;
    }
    Ok(())
}

async fn case(c: Context) -> Verdict {
    let repository = c.repository();
    let (lower, upper) = (Image::new(&c.unique()), Image::new(&c.unique()));
    repository.push("tag", &lower).await?;
    repository.push("TAG", &upper).await?;
    repository.get_manifest("tag").await?.expect(200)?.has_body(&lower.manifest)?;
    repository.get_manifest("TAG").await?.expect(200)?.has_body(&upper.manifest).map(drop)
}

async fn long(c: Context) -> Verdict {
    let start = format!("{}/", c.repository().name());
    let repository = c.named(&format!("{start}{}", "x".repeat(200_usize.saturating_sub(start.len()))));
    push_and_read(&c, &repository, "latest").await
}

async fn too_long(c: Context) -> Verdict {
    let repository = c.named(&format!("{}/{}", c.repository().name(), "x".repeat(230)));
    let image = Image::new(&c.unique());
    let put = repository.put_manifest("latest", &image.media_type, &image.manifest).await?;
    put.refused(400, &["NAME_INVALID"])?;
    let start = Request::post(repository.path("blobs/uploads/"));
    c.send(start).await?.refused(400, &["NAME_INVALID"]).map(drop)
}

async fn escaped(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    let read = repository.get_manifest(&digest.replace(':', "%3A")).await?;
    read.expect(200)?.has_body(&image.manifest).map(drop)
}

async fn looks_alike(c: Context) -> Verdict {
    let (repository, _, digest) = stocked(&c).await?;
    let other = Image::new(&c.unique());
    let tag = digest.replace(':', "-");
    repository.push(&tag, &other).await?;
    repository.get_manifest(&tag).await?.expect(200)?.has_body(&other.manifest)?;
    repository.get_manifest(&digest).await?.expect(200)?.has("docker-content-digest", &digest).map(drop)
}
