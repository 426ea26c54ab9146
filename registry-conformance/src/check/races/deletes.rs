//! Deletes against pushes: whatever comes first, what is there afterwards fits together.

use super::tags::prepared;
use super::{at_once, statuses};
use crate::check::content::Image;
use crate::check::{Check, Context, Profile, Stop, Verdict, check};
use crate::client::{Request, Response};

const SOURCE: &str = "distribution-spec, Content management";
const ROUNDS: usize = 8;

pub(super) fn checks() -> Vec<Check> {
    let full = Profile::Full;
    vec![
        check(
            "race.delete-manifest",
            full,
            "no tag points to a manifest that was deleted meanwhile",
            SOURCE,
            manifest,
        ),
        check(
            "race.delete-blob",
            full,
            "no manifest is taken whose blob was deleted meanwhile",
            SOURCE,
            blob,
        ),
        check("race.delete-tag", full, "a tag that is deleted and set at once is there or not", SOURCE, tag),
        check(
            "race.cancel",
            full,
            "an upload that is cancelled and closed at once is a blob or not",
            SOURCE,
            cancel,
        ),
    ]
}

async fn either(
    one: impl Future<Output = Result<Response, Stop>> + Send,
    other: impl Future<Output = Result<Response, Stop>> + Send,
) -> Result<[Response; 2], Stop> {
    let (one, other) = futures_util::future::join(one, other).await;
    Ok([one?, other?])
}

fn expected(responses: &[Response], allowed: &[u16]) -> Verdict {
    match super::other_than(responses, allowed) {
        Some(odd) => Err(odd.not(format!("one of {allowed:?}, and not {:?}", statuses(responses)))),
        None => Ok(()),
    }
}

async fn manifest(cx: Context) -> Verdict {
    let repository = cx.repository();
    for image in prepared(&cx, &repository, ROUNDS).await? {
        repository.put_manifest("kept", &image.media_type, &image.manifest).await?.expect(201)?;
        let delete = cx.send(Request::delete(repository.manifest(&image.digest())));
        let put = repository.put_manifest("latest", &image.media_type, &image.manifest);
        let responses = either(delete, put).await?;
        expected(&responses[..1], &[202, 404])?;
        expected(&responses[1..], &[201])?;
        consistent(&cx, &repository, &image).await?;
    }
    Ok(())
}

/// A tag is listed exactly if it can be read, and what it points to can be read by its digest.
async fn consistent(cx: &Context, repository: &crate::check::Repository, image: &Image) -> Verdict {
    let tag = repository.get_manifest("latest").await?.expect_any(&[200, 404])?;
    let listed = cx.get(repository.path("tags/list")).await?.expect_any(&[200, 404])?;
    let is_listed = listed.status == 200 && listed.texts("tags")?.iter().any(|tag| tag == "latest");
    let own = repository.get_manifest(&image.digest()).await?.expect_any(&[200, 404])?;
    listed.holds(
        is_listed == (tag.status == 200),
        format!("that the tag is listed as it is read: {}", tag.status),
    )?;
    let digest = tag.body_digest();
    let dangling = tag.status == 200 && digest == image.digest() && own.status == 404;
    own.holds(!dangling, "the manifest that the tag points to").map(drop)
}

async fn blob(cx: Context) -> Verdict {
    for _ in 0..ROUNDS {
        let (repository, image) = (cx.repository(), Image::new(&cx.unique()));
        let mut layer = String::new();
        for blob in &image.blobs {
            layer = repository.push_blob(blob).await?;
        }
        let delete = cx.send(Request::delete(repository.blob(&layer)));
        let put = repository.put_manifest("latest", &image.media_type, &image.manifest);
        let responses = either(delete, put).await?;
        expected(&responses[..1], &[202, 405])?;
        expected(&responses[1..], &[201, 400])?;
        let blob = repository.get_blob(&layer).await?.expect_any(&[200, 404])?;
        let broken = responses[1].status == 201 && blob.status == 404;
        blob.holds(!broken, "the blob of the image that was taken")?;
    }
    Ok(())
}

async fn tag(cx: Context) -> Verdict {
    let repository = cx.repository();
    for image in prepared(&cx, &repository, ROUNDS).await? {
        repository.put_manifest("latest", &image.media_type, &image.manifest).await?.expect(201)?;
        let delete = || async { cx.send(Request::delete(repository.manifest("latest"))).await };
        let put = || async { repository.put_manifest("latest", &image.media_type, &image.manifest).await };
        let (deleted, put) =
            futures_util::future::join(at_once((0..2).map(|_| delete())), at_once((0..2).map(|_| put())))
                .await;
        expected(&deleted?, &[202, 404])?;
        expected(&put?, &[201])?;
        consistent(&cx, &repository, &image).await?;
        repository.get_manifest(&image.digest()).await?.expect(200)?;
    }
    Ok(())
}

async fn cancel(cx: Context) -> Verdict {
    for _ in 0..ROUNDS {
        let repository = cx.repository();
        let bytes = cx.unique().into_bytes();
        let digest = crate::check::content::digest(&bytes);
        let patch = Request::patch(repository.start().await?).body(&*bytes);
        let location = cx.location(&cx.send(patch).await?.expect(202)?)?;
        let cancel = cx.send(Request::delete(&*location));
        let put = cx.send(Request::put(crate::check::repository::with(&location, "digest", &digest)));
        let responses = either(cancel, put).await?;
        expected(&responses[..1], &[204, 404, 409])?;
        expected(&responses[1..], &[201, 404, 409])?;
        cx.leaves(repository.blob(&digest));
        let blob = repository.get_blob(&digest).await?.expect_any(&[200, 404])?;
        let fits = (responses[1].status == 201) == (blob.status == 200);
        blob.holds(
            fits,
            format!("the blob exactly if its PUT was answered 201, and that was {}", responses[1].status),
        )?;
    }
    Ok(())
}
