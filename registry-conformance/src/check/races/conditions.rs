//! Many write on a condition at once.

use serde_json::{Value, json};

use super::tags::prepared;
use super::{WRITERS, at_once, other_than, statuses};
use crate::check::content::{Image, OCI_INDEX, digest};
use crate::check::{Check, Context, Profile, Stop, Verdict, check};
use crate::client::{Request, Response};

const SOURCE: &str = "RFC 9110, sections 13.1.1 and 13.1.2: If-Match and If-None-Match against lost updates";

pub(super) fn checks() -> Vec<Check> {
    let full = Profile::Full;
    vec![
        check("race.compare-and-swap", full, "of 32 that expect the same value one wins", SOURCE, |cx| {
            swap(cx, true)
        }),
        check("race.create-once", full, "of 32 that expect nothing to be there one wins", SOURCE, |cx| {
            swap(cx, false)
        }),
        check(
            "race.no-lost-update",
            full,
            "readers that write back what they read lose nothing",
            SOURCE,
            no_lost_update,
        ),
        check("race.delete-once", full, "of 32 that delete one value one wins", SOURCE, delete_once),
    ]
}

async fn swap(cx: Context, exists: bool) -> Verdict {
    let repository = cx.repository();
    let images = prepared(&cx, &repository, WRITERS + 1).await?;
    let (first, others) = (&images[WRITERS], &images[..WRITERS]);
    let (name, value) =
        if exists { ("If-Match", format!("\"{}\"", first.digest())) } else { ("If-None-Match", "*".into()) };
    if exists {
        repository.put_manifest("latest", &first.media_type, &first.manifest).await?.expect(201)?;
    }
    let put = |image: &Image| {
        let put = Request::put(repository.manifest("latest")).header("Content-Type", &*image.media_type);
        let put = put.header(name, &*value).body(&*image.manifest);
        cx.leaves(repository.manifest(&image.digest()));
        let cx = &cx;
        async move { cx.send(put).await }
    };
    let responses = at_once(others.iter().map(put)).await?;
    one_wins(&responses, 201, &[412])?;
    let winner = responses.iter().position(|response| response.status == 201).unwrap_or_default();
    repository.get_manifest("latest").await?.expect(200)?.has_body(&others[winner].manifest).map(drop)
}

/// That exactly one was answered `won`, and each other one of `lost`.
fn one_wins(responses: &[Response], won: u16, lost: &[u16]) -> Verdict {
    let counts = statuses(responses);
    let both = [&[won], lost].concat();
    if let Some(odd) = other_than(responses, &both) {
        return Err(odd.not(format!("{won} once and else {lost:?}")));
    }
    if counts.get(&won) == Some(&1) {
        return Ok(());
    }
    Err(responses[0].not(format!("{won} exactly once, and not {counts:?}")))
}

/// As clients keep a fallback tag: read the list, add to it, write it back if nobody else has, and else again.
async fn no_lost_update(cx: Context) -> Verdict {
    const CLIENTS: usize = 6;
    let repository = cx.repository();
    let images = prepared(&cx, &repository, CLIENTS).await?;
    for image in &images {
        repository.put_manifest(&image.digest(), &image.media_type, &image.manifest).await?.expect(201)?;
    }
    let empty = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [] }).to_string();
    repository.put_manifest("list", OCI_INDEX, empty.as_bytes()).await?.expect(201)?;
    let add = |image: &Image| {
        let (cx, repository, image) = (cx.clone(), repository.clone(), image.clone());
        async move {
            // Each round at least one gets through.
            for _ in 0..=CLIENTS {
                let read = repository.get_manifest("list").await?.expect(200)?;
                let mut list = read.json()?;
                let entry = crate::check::content::descriptor(&image.media_type, &image.manifest);
                list["manifests"].as_array_mut().ok_or_else(|| read.not("a list manifests"))?.push(entry);
                let bytes = list.to_string().into_bytes();
                cx.leaves(repository.manifest(&digest(&bytes)));
                let put = Request::put(repository.manifest("list")).header("Content-Type", OCI_INDEX);
                let put = put.header("If-Match", format!("\"{}\"", read.body_digest())).body(bytes);
                if cx.send(put).await?.expect_any(&[201, 412])?.status == 201 {
                    return Ok(());
                }
            }
            Err(Stop::failed("that each round somebody gets through", "that nobody did"))
        }
    };
    at_once(images.iter().map(add)).await?;
    let list = repository.get_manifest("list").await?.expect(200)?;
    let entries = list.json()?["manifests"].as_array().map_or(0, Vec::len);
    let all = images.iter().all(|image| {
        let body: Value = serde_json::from_slice(&list.body).unwrap_or_default();
        body["manifests"]
            .as_array()
            .is_some_and(|list| list.iter().any(|entry| entry["digest"] == image.digest()))
    });
    list.holds(all && entries == CLIENTS, "what every client added").map(drop)
}

async fn delete_once(cx: Context) -> Verdict {
    let repository = cx.repository();
    let images = prepared(&cx, &repository, 1).await?;
    repository.put_manifest("latest", &images[0].media_type, &images[0].manifest).await?.expect(201)?;
    let tag = format!("\"{}\"", images[0].digest());
    let delete =
        || async { cx.send(Request::delete(repository.manifest("latest")).header("If-Match", &*tag)).await };
    let responses = at_once((0..WRITERS).map(|_| delete())).await?;
    one_wins(&responses, 202, &[404, 412])?;
    repository.get_manifest("latest").await?.refused(404, &["MANIFEST_UNKNOWN"]).map(drop)
}
