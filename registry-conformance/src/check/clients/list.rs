//! How clients list, delete and search.

use registry_core::Link;

use super::{Check, Context, Profile, check};
use crate::check::content::Image;
use crate::check::{Repository, Stop, Verdict};
use crate::client::Request;

const LISTS: &str = "distribution-spec, Listing tags; seen from clients";

pub(super) fn checks() -> Vec<Check> {
    let full = Profile::Full;
    vec![
        check(
            "R21.ping",
            full,
            "clients that search ask /v1/_ping first",
            "seen from clients",
            |cx| async move { cx.get("/v1/_ping").await?.expect(200).map(drop) },
        ),
        check(
            "R21.search",
            full,
            "/v1/search finds repositories by a part of their name",
            "seen from clients",
            search,
        ),
        check("R22.large-n", full, "n of 10000 is taken", LISTS, |cx| async move {
            let (repository, tags) = tagged(&cx, 3).await?;
            same(&cx, repository.path("tags/list?n=10000"), &tags).await
        }),
        check("R22.no-n", full, "without n all tags are listed", LISTS, |cx| async move {
            let (repository, tags) = tagged(&cx, 12).await?;
            same(&cx, repository.path("tags/list"), &tags).await
        }),
        check("R22.link", full, "the link to the next page leads to this registry", LISTS, own_link),
        check(
            "R23",
            full,
            "deleting a tag leaves its manifest and other tags",
            "distribution-spec, Deleting tags",
            untag,
        ),
    ]
}

/// A repository with so many tags of one image, and these in order.
async fn tagged(cx: &Context, count: usize) -> Result<(Repository, Vec<String>), Stop> {
    let (repository, image) = (cx.repository(), Image::new(&cx.unique()));
    let tags: Vec<String> = (0..count).map(|n| format!("v{n:03}")).collect();
    repository.push(&tags[0], &image).await?;
    for tag in &tags[1..] {
        repository.put_manifest(tag, &image.media_type, &image.manifest).await?.expect(201)?;
    }
    Ok((repository, tags))
}

async fn same(cx: &Context, target: String, tags: &[String]) -> Verdict {
    let response = cx.get(target).await?.expect(200)?;
    let holds = response.texts("tags")? == tags;
    response.holds(holds, format!("the tags {tags:?}")).map(drop)
}

async fn own_link(cx: Context) -> Verdict {
    let (repository, tags) = tagged(&cx, 5).await?;
    let mut seen = Vec::new();
    let mut next = Some(repository.path("tags/list?n=2"));
    while let Some(target) = next {
        let response = cx.get(target).await?.expect(200)?;
        seen.extend(response.texts("tags")?);
        if seen.len() > tags.len() {
            return Err(response.not("each tag only once"));
        }
        next = None;
        if let Some(link) = response.get("link") {
            let target = Link::parse(link).and_then(|target| cx.client().url().target(target));
            next = Some(target.ok_or_else(|| response.not("a link to this registry"))?.to_owned());
        }
    }
    if seen == tags { Ok(()) } else { Err(Stop::failed(format!("the tags {tags:?}"), format!("{seen:?}"))) }
}

async fn untag(cx: Context) -> Verdict {
    let (repository, tags) = tagged(&cx, 2).await?;
    let digest =
        repository.head_manifest(&tags[0]).await?.expect(200)?.header("docker-content-digest")?.to_owned();
    cx.send(Request::delete(repository.manifest(&tags[0]))).await?.expect(202)?;
    repository.get_manifest(&tags[0]).await?.refused(404, &["MANIFEST_UNKNOWN"])?;
    for reference in [&tags[1], &digest] {
        repository.get_manifest(reference).await?.expect(200)?;
    }
    same(&cx, repository.path("tags/list"), &tags[1..]).await
}

async fn search(cx: Context) -> Verdict {
    let repository = cx.repository();
    repository.push("latest", &Image::new(&cx.unique())).await?;
    let term = repository.name().rsplit_once('/').map_or(repository.name(), |(_, last)| last);
    let run = repository.name().split('/').nth(1).unwrap_or_default();
    let target = format!("/v1/search?q={run}%2F{term}&n=100");
    let response = cx.get(target).await?.expect(200)?;
    let found = response.json()?["results"]
        .as_array()
        .is_some_and(|results| results.iter().any(|result| result["name"] == repository.name()));
    response.holds(found, format!("the repository {} among the results", repository.name())).map(drop)
}
