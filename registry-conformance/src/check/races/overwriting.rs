//! Reading while others write: what is read is always one whole value.

use super::tags::prepared;
use crate::check::content::{Image, noise};
use crate::check::{Check, Context, Profile, Repository, Stop, Verdict, check};
use crate::client::Request;

const SOURCE: &str = "distribution-spec, Pulling manifests: Docker-Content-Digest matches the body";
const ROUNDS: usize = 24;
const READERS: usize = 6;

pub(super) fn checks() -> Vec<Check> {
    let full = Profile::Full;
    vec![
        check(
            "overwriting.GET",
            full,
            "a tag that is set anew is read whole: bytes, digest, type",
            SOURCE,
            |cx| tag(cx, false),
        ),
        check("overwriting.HEAD", full, "digest, length and type of a HEAD belong together", SOURCE, |cx| {
            tag(cx, true)
        }),
        check("overwriting.digest", full, "what a tag was seen to point to is there", SOURCE, followed),
        check(
            "overwriting.list",
            full,
            "a tag that is set anew is listed all the time, once",
            SOURCE,
            listed,
        ),
        check(
            "overwriting.blob",
            full,
            "a blob that is pushed again is read whole, and in parts",
            SOURCE,
            blob,
        ),
    ]
}

/// Two images of very different lengths, whose blobs are there, of which the first has the tag.
async fn two(cx: &Context, repository: &Repository) -> Result<[Image; 2], Stop> {
    let images = prepared(cx, repository, 1).await?;
    let small = images[0].clone();
    let large = Image { manifest: [&small.manifest[..], &vec![b'\n'; 200_000]].concat(), ..small.clone() };
    let index = Image::index(&[&small]);
    repository.put_manifest("latest", &large.media_type, &large.manifest).await?.expect(201)?;
    repository.put_manifest(&small.digest(), &small.media_type, &small.manifest).await?.expect(201)?;
    repository.put_manifest("latest", &index.media_type, &index.manifest).await?.expect(201)?;
    Ok([large, index])
}

/// Sets the tag to one and the other in turn, while `readers` are at work; all must end well.
async fn while_writing<F>(
    repository: &Repository,
    images: &[Image; 2],
    read: impl Fn() -> F + Sync,
) -> Verdict
where
    F: Future<Output = Verdict> + Send,
{
    let write = async {
        for round in 0..ROUNDS {
            let image = &images[round % 2];
            repository.put_manifest("latest", &image.media_type, &image.manifest).await?.expect(201)?;
        }
        Ok(())
    };
    let read = || async {
        for _ in 0..ROUNDS {
            read().await?;
        }
        Ok(())
    };
    let readers = futures_util::future::try_join_all((0..READERS).map(|_| read()));
    futures_util::future::try_join(write, readers).await.map(drop)
}

async fn tag(cx: Context, head: bool) -> Verdict {
    let repository = cx.repository();
    let images = two(&cx, &repository).await?;
    while_writing(&repository, &images, || async {
        let response = match head {
            true => repository.head_manifest("latest").await?.expect(200)?,
            false => repository.get_manifest("latest").await?.expect(200)?,
        };
        let digest = response.header("docker-content-digest")?.to_owned();
        let pushed = images.iter().find(|image| image.digest() == digest);
        let pushed = pushed.ok_or_else(|| response.not("the digest of one of the two"))?;
        let response = response.has("content-type", &pushed.media_type)?;
        let response = response.has("content-length", &pushed.manifest.len().to_string())?;
        if head { Ok(()) } else { response.has_body(&pushed.manifest).map(drop) }
    })
    .await
}

async fn followed(cx: Context) -> Verdict {
    let repository = cx.repository();
    let images = two(&cx, &repository).await?;
    while_writing(&repository, &images, || async {
        let head = repository.head_manifest("latest").await?.expect(200)?;
        let digest = head.header("docker-content-digest")?.to_owned();
        let response = repository.get_manifest(&digest).await?.expect(200)?;
        let holds = response.body_digest() == digest;
        response.holds(holds, format!("bytes with the digest {digest}")).map(drop)
    })
    .await
}

async fn listed(cx: Context) -> Verdict {
    let repository = cx.repository();
    let images = two(&cx, &repository).await?;
    while_writing(&repository, &images, || async {
        let response = cx.get(repository.path("tags/list")).await?.expect(200)?;
        let holds = response.texts("tags")? == ["latest"];
        response.holds(holds, "the one tag, once").map(drop)
    })
    .await
}

async fn blob(cx: Context) -> Verdict {
    let repository = cx.repository();
    let bytes = noise(&cx.unique(), 100_000);
    let digest = repository.push_blob(&bytes).await?;
    let write = async {
        for _ in 0..8 {
            repository.push_blob(&bytes).await?;
        }
        Ok(())
    };
    let read = || async {
        for _ in 0..8 {
            repository.get_blob(&digest).await?.expect(200)?.has_body(&bytes)?;
            let part = Request::get(repository.blob(&digest)).header("Range", "bytes=50000-50999");
            cx.send(part).await?.expect(206)?.has_body(&bytes[50_000..51_000])?;
        }
        Ok(())
    };
    let readers = futures_util::future::try_join_all((0..READERS).map(|_| read()));
    futures_util::future::try_join(write, readers).await.map(drop)
}
