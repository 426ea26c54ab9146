//! How clients upload.

use super::{Check, Context, Profile, all, check};
use crate::check::content::{self, Image, OCI_MANIFEST, digest, noise};
use crate::check::repository::with;
use crate::check::{Verdict, repository::Repository};
use crate::client::Request;

type Headers = &'static [(&'static str, &'static str)];

const OCTETS: &str = "application/octet-stream";
const BLOBS: &str = "seen from clients; distribution-spec, Pushing blobs";

pub(super) fn checks() -> Vec<Check> {
    let full = Profile::Full;
    let mut checks = patches();
    checks.extend([
        check("R3.empty-put", full, "an upload is closed by a PUT without a body", BLOBS, |cx| {
            close(cx, Close::Empty)
        }),
        check("R3.whole-put", full, "a PUT may bring the whole blob", BLOBS, |cx| close(cx, Close::Whole)),
        check("R3.rest-put", full, "a PUT may bring the rest of a blob", BLOBS, |cx| close(cx, Close::Rest)),
        check("R3.chunked-put", full, "the PUT that brings a blob may be chunked", BLOBS, |cx| {
            close(cx, Close::Chunked)
        }),
        check(
            "R4.digest-first",
            full,
            "digest may come before what Location has already",
            BLOBS,
            digest_first,
        ),
        check(
            "R4.digest-escaped",
            full,
            "the colon of the parameter digest may be escaped",
            BLOBS,
            digest_escaped,
        ),
        check("R4.two-sessions", full, "two uploads into a repository share nothing", BLOBS, two_sessions),
        check(
            "R5",
            full,
            "a manifest may be pushed chunked, without a length",
            "seen from clients",
            chunked_manifest,
        ),
        check(
            "R6",
            full,
            "names that begin with one another live side by side",
            "seen from clients",
            prefixes,
        ),
        check("R7", full, "a blob is there as soon as its PUT is answered", BLOBS, there_at_once),
        check(
            "R9",
            full,
            "an upload that was begun in vain is cancelled",
            "seen from clients; distribution-spec",
            cancel,
        ),
        check("R10", full, "two uploads of one blob at once both succeed", BLOBS, same_twice),
        check("R35", full, "Range of every 202 tells exactly how much has arrived", BLOBS, true_range),
    ]);
    checks
}

fn patches() -> Vec<Check> {
    let table: [(&str, &str, bool, Headers); 5] = [
        ("R2.docker", "PATCH chunked, without type and range", true, &[]),
        ("R2.podman", "PATCH chunked with a type", true, &[("Content-Type", OCTETS)]),
        ("R2.small", "PATCH with a length and a type", false, &[("Content-Type", OCTETS)]),
        ("R2.bare", "PATCH with a length and nothing else", false, &[]),
        ("R2.expect", "PATCH of a client that waits to be asked", false, &[("Expect", "100-continue")]),
    ];
    let patch = |(id, rule, chunked, headers): (&'static str, &'static str, bool, Headers)| {
        check(id, Profile::Full, format!("{rule} adds to an upload"), BLOBS, move |cx: Context| async move {
            let repository = cx.repository();
            let bytes = noise(&cx.unique(), 40_000);
            let mut request = Request::patch(repository.start().await?);
            for (name, value) in headers {
                request = request.header(name, *value);
            }
            let request = if chunked { request.chunked(&*bytes) } else { request.body(&*bytes) };
            let response = cx.send(request).await?.expect(202)?.has("range", "0-39999")?;
            finish(&cx, &repository, &cx.location(&response)?, &bytes).await
        })
    };
    table.into_iter().map(patch).collect()
}

/// Closes an upload and reads the blob.
async fn finish(cx: &Context, repository: &Repository, location: &str, bytes: &[u8]) -> Verdict {
    let put = Request::put(with(location, "digest", &digest(bytes)));
    cx.send(put).await?.expect(201)?;
    cx.leaves(repository.blob(&digest(bytes)));
    repository.get_blob(&digest(bytes)).await?.expect(200)?.has_body(bytes).map(drop)
}

#[derive(Clone, Copy)]
enum Close {
    Empty,
    Whole,
    Rest,
    Chunked,
}

async fn close(cx: Context, close: Close) -> Verdict {
    let repository = cx.repository();
    let bytes = noise(&cx.unique(), 5000);
    let split = match close {
        Close::Empty => bytes.len(),
        Close::Rest => 2000,
        Close::Whole | Close::Chunked => 0,
    };
    let (first, rest) = bytes.split_at(split);
    let mut location = repository.start().await?;
    if !first.is_empty() {
        let response = cx.send(Request::patch(location).body(first)).await?.expect(202)?;
        location = cx.location(&response)?;
    }
    let put = Request::put(with(&location, "digest", &digest(&bytes)));
    let put = if matches!(close, Close::Chunked) { put.chunked(rest) } else { put.body(rest) };
    cx.send(put).await?.expect(201)?;
    cx.leaves(repository.blob(&digest(&bytes)));
    repository.get_blob(&digest(&bytes)).await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn digest_first(cx: Context) -> Verdict {
    let repository = cx.repository();
    let bytes = noise(&cx.unique(), 100);
    let location = repository.start().await?;
    let (path, query) = location.split_once('?').unwrap_or((&location, "of=no+meaning"));
    let target = format!("{path}?digest={}&{query}", digest(&bytes));
    cx.send(Request::put(target).body(&*bytes)).await?.expect(201)?;
    repository.get_blob(&digest(&bytes)).await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn digest_escaped(cx: Context) -> Verdict {
    let repository = cx.repository();
    let bytes = noise(&cx.unique(), 100);
    let location = repository.start().await?;
    let target = with(&location, "digest", &digest(&bytes).replace(':', "%3A"));
    cx.send(Request::put(target).body(&*bytes)).await?.expect(201)?;
    repository.get_blob(&digest(&bytes)).await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn two_sessions(cx: Context) -> Verdict {
    let repository = cx.repository();
    let texts = [noise(&cx.unique(), 3000), noise(&cx.unique(), 3000)];
    let mut locations = [repository.start().await?, repository.start().await?];
    for at in [0, 1000, 2000] {
        for (location, bytes) in locations.iter_mut().zip(&texts) {
            let patch = Request::patch(location.clone()).body(&bytes[at..at + 1000]);
            *location = cx.location(&cx.send(patch).await?.expect(202)?)?;
        }
    }
    for (location, bytes) in locations.iter().zip(&texts) {
        finish(&cx, &repository, location, bytes).await?;
    }
    Ok(())
}

async fn chunked_manifest(cx: Context) -> Verdict {
    let (repository, image) = (cx.repository(), Image::new(&cx.unique()));
    for blob in &image.blobs {
        repository.push_blob(blob).await?;
    }
    let put = Request::put(repository.manifest("chunked")).header("Content-Type", OCI_MANIFEST);
    cx.send(put.chunked(&*image.manifest)).await?.expect(201)?;
    repository.get_manifest("chunked").await?.expect(200)?.has_body(&image.manifest).map(drop)
}

async fn prefixes(cx: Context) -> Verdict {
    let outer = cx.repository();
    let inner = cx.named(&format!("{}/inner", outer.name()));
    let innermost = cx.named(&format!("{}/inner/manifests/most", outer.name()));
    let mut pushed = Vec::new();
    for repository in [&outer, &inner, &innermost] {
        let image = Image::new(&cx.unique());
        repository.push("latest", &image).await?;
        pushed.push((repository, image));
    }
    for (repository, image) in pushed {
        repository.get_manifest("latest").await?.expect(200)?.has_body(&image.manifest)?;
        let listed = cx.get(repository.path("tags/list")).await?.expect(200)?;
        let holds = listed.texts("tags")? == ["latest"];
        listed.holds(holds, "only the repository's own tag")?;
    }
    Ok(())
}

async fn there_at_once(cx: Context) -> Verdict {
    let repository = cx.repository();
    for _ in 0..10 {
        let bytes = noise(&cx.unique(), 64);
        let digest = repository.push_blob(&bytes).await?;
        cx.head(repository.blob(&digest)).await?.expect(200)?.has("content-length", "64")?;
    }
    Ok(())
}

async fn cancel(cx: Context) -> Verdict {
    let repository = cx.repository();
    let absent = content::digest(cx.unique().as_bytes());
    let mount =
        Request::post(repository.path(&format!("blobs/uploads/?mount={absent}&from={}", repository.name())));
    let location = cx.location(&cx.send(mount).await?.expect(202)?)?;
    cx.send(Request::delete(&*location)).await?.expect(204)?;
    cx.get(location).await?.refused(404, &["BLOB_UPLOAD_UNKNOWN"]).map(drop)
}

async fn same_twice(cx: Context) -> Verdict {
    let repository = cx.repository();
    let bytes = noise(&cx.unique(), 100_000);
    let push = || async {
        let patch = Request::patch(repository.start().await?).chunked(&*bytes);
        let location = cx.location(&cx.send(patch).await?.expect(202)?)?;
        finish(&cx, &repository, &location, &bytes).await
    };
    all(vec![push(), push()]).await.map(drop)
}

async fn true_range(cx: Context) -> Verdict {
    let repository = cx.repository();
    let bytes = noise(&cx.unique(), 30_000);
    let mut location = repository.start().await?;
    let mut sent = 0;
    for length in [1, 4095, 10_000, 15_904] {
        let patch = Request::patch(location).chunked(&bytes[sent..sent + length]);
        sent += length;
        let response = cx.send(patch).await?.expect(202)?.has("range", &format!("0-{}", sent - 1))?;
        location = cx.location(&response)?;
    }
    finish(&cx, &repository, &location, &bytes).await
}
