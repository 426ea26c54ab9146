//! Many push manifests at once.

use super::{WRITERS, at_once};
use crate::check::content::{ALL_TYPES, Image};
use crate::check::{Check, Context, Profile, Repository, Stop, Verdict, check};
use crate::client::Request;

const SOURCE: &str = "distribution-spec, Pushing manifests; RFC 9110, section 9.3.4";

pub(super) fn checks() -> Vec<Check> {
    let full = Profile::Full;
    vec![
        check(
            "race.one-tag",
            full,
            "32 push different images under one tag: all are there, one has it",
            SOURCE,
            one_tag,
        ),
        check("race.one-image", full, "32 push the same image under one tag: all succeed", SOURCE, one_image),
        check(
            "race.many-tags",
            full,
            "32 set different tags: all are listed, once and in order",
            SOURCE,
            many_tags,
        ),
        check("race.referrers", full, "32 push referrers of one image: all are listed", SOURCE, referrers),
        check("race.first-push", full, "32 push the first tags of a repository at once", SOURCE, first_push),
    ]
}

/// So many images whose blobs are there.
pub(super) async fn prepared(
    cx: &Context,
    repository: &Repository,
    count: usize,
) -> Result<Vec<Image>, Stop> {
    let shared = Image::new(&cx.unique());
    for blob in &shared.blobs {
        repository.push_blob(blob).await?;
    }
    let one = |number: usize| Image {
        manifest: [&shared.manifest[..], " ".repeat(number).as_bytes()].concat(),
        ..shared.clone()
    };
    Ok((0..count).map(one).collect())
}

async fn one_tag(cx: Context) -> Verdict {
    let repository = cx.repository();
    let images = prepared(&cx, &repository, WRITERS).await?;
    let put = |image: &Image| {
        let (repository, image) = (repository.clone(), image.clone());
        async move { repository.put_manifest("latest", &image.media_type, &image.manifest).await?.expect(201) }
    };
    at_once(images.iter().map(put)).await?;
    for image in &images {
        repository.get_manifest(&image.digest()).await?.expect(200)?.has_body(&image.manifest)?;
    }
    let last = repository.get_manifest("latest").await?.expect(200)?;
    let one = images.iter().any(|image| image.manifest == last.body);
    let digest = last.body_digest();
    last.has("docker-content-digest", &digest)?.holds(one, "one of the images that were pushed").map(drop)
}

async fn one_image(cx: Context) -> Verdict {
    let repository = cx.repository();
    let images = prepared(&cx, &repository, 1).await?;
    let image = &images[0];
    let put =
        || async { repository.put_manifest("latest", &image.media_type, &image.manifest).await?.expect(201) };
    at_once((0..WRITERS).map(|_| put())).await?;
    repository.get_manifest("latest").await?.expect(200)?.has_body(&image.manifest).map(drop)
}

async fn many_tags(cx: Context) -> Verdict {
    let repository = cx.repository();
    let images = prepared(&cx, &repository, WRITERS).await?;
    let tags: Vec<String> = (0..WRITERS).map(|n| format!("t{n:02}")).collect();
    let put = |(tag, image): (&String, &Image)| {
        let (repository, tag, image) = (repository.clone(), tag.clone(), image.clone());
        async move { repository.put_manifest(&tag, &image.media_type, &image.manifest).await?.expect(201) }
    };
    at_once(tags.iter().zip(&images).map(put)).await?;
    for (tag, image) in tags.iter().zip(&images) {
        repository.get_manifest(tag).await?.expect(200)?.has_body(&image.manifest)?;
    }
    let listed = cx.get(repository.path("tags/list")).await?.expect(200)?;
    let holds = listed.texts("tags")? == tags;
    listed.holds(holds, "every tag once, in order").map(drop)
}

async fn referrers(cx: Context) -> Verdict {
    let (repository, subject) = (cx.repository(), Image::new(&cx.unique()));
    let digest = repository.push("latest", &subject).await?;
    let artifacts: Vec<Image> = (0..WRITERS)
        .map(|_| Image::referrer(&cx.unique(), "application/vnd.example.sbom", &subject.manifest))
        .collect();
    let push = |artifact: &Image| {
        let (repository, artifact) = (repository.clone(), artifact.clone());
        async move { repository.push(&artifact.digest(), &artifact).await }
    };
    let mut pushed = at_once(artifacts.iter().map(push)).await?;
    let response = cx.get(repository.path(&format!("referrers/{digest}"))).await?.expect(200)?;
    let list = response.json()?["manifests"].as_array().cloned().unwrap_or_default();
    let mut listed: Vec<String> =
        list.iter().filter_map(|entry| entry["digest"].as_str().map(str::to_owned)).collect();
    listed.sort();
    pushed.sort();
    response.holds(listed == pushed, format!("all {WRITERS} referrers once each")).map(drop)
}

async fn first_push(cx: Context) -> Verdict {
    let repository = cx.repository();
    let push = |number: usize| {
        let (cx, repository) = (cx.clone(), repository.clone());
        async move {
            let image = Image::new(&cx.unique());
            let tag = format!("t{number:02}");
            repository.push(&tag, &image).await?;
            let get = Request::get(repository.manifest(&tag)).header("Accept", ALL_TYPES);
            cx.send(get).await?.expect(200)?.has_body(&image.manifest)
        }
    };
    at_once((0..WRITERS).map(push)).await?;
    let listed = repository.tags().await?.len();
    if listed == WRITERS {
        Ok(())
    } else {
        Err(Stop::failed(format!("{WRITERS} tags"), format!("{listed} tags")))
    }
}
