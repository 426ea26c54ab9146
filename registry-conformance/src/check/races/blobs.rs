//! Many upload at once.

use super::{WRITERS, at_once, other_than, statuses};
use crate::check::content::{digest, noise};
use crate::check::repository::with;
use crate::check::{Check, Context, Profile, Verdict, check};
use crate::client::Request;

const SOURCE: &str = "distribution-spec, Pushing blobs: each session stands alone";

pub(super) fn checks() -> Vec<Check> {
    let full = Profile::Full;
    vec![
        check(
            "race.one-digest",
            full,
            "32 push the same blob in sessions of their own: all succeed",
            SOURCE,
            one_digest,
        ),
        check(
            "race.one-digest-post",
            full,
            "32 push the same blob in one request each: all succeed",
            SOURCE,
            one_post,
        ),
        check("race.many-digests", full, "32 uploads of different blobs do not mix", SOURCE, many_digests),
        check(
            "race.one-session",
            full,
            "of two chunks for one place in one session one is taken",
            SOURCE,
            one_session,
        ),
        check(
            "race.finish-twice",
            full,
            "an upload that is closed twice at once is one blob",
            SOURCE,
            finish_twice,
        ),
        check("race.mounts", full, "32 mounts of one blob all succeed", SOURCE, mounts),
    ]
}

async fn one_digest(cx: Context) -> Verdict {
    let repository = cx.repository();
    let bytes = noise(&cx.unique(), 60_000);
    let digest = digest(&bytes);
    let push = || async {
        let patch = Request::patch(repository.start().await?).chunked(&*bytes);
        let location = cx.location(&cx.send(patch).await?.expect(202)?)?;
        cx.send(Request::put(with(&location, "digest", &digest))).await?.expect(201)?;
        cx.head(repository.blob(&digest)).await?.expect(200)
    };
    at_once((0..WRITERS).map(|_| push())).await?;
    cx.leaves(repository.blob(&digest));
    repository.get_blob(&digest).await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn one_post(cx: Context) -> Verdict {
    let repository = cx.repository();
    let bytes = noise(&cx.unique(), 20_000);
    let digest = digest(&bytes);
    let push = || async {
        let post = Request::post(repository.path(&format!("blobs/uploads/?digest={digest}"))).body(&*bytes);
        let response = cx.send(post).await?.expect_any(&[201, 202])?;
        if response.status == 202 {
            let put = Request::put(with(&cx.location(&response)?, "digest", &digest)).body(&*bytes);
            cx.send(put).await?.expect(201)?;
        }
        Ok(())
    };
    at_once((0..WRITERS).map(|_| push())).await?;
    cx.leaves(repository.blob(&digest));
    repository.get_blob(&digest).await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn many_digests(cx: Context) -> Verdict {
    let repository = cx.repository();
    let push = || async {
        let bytes = noise(&cx.unique(), 9000);
        let mut location = repository.start().await?;
        for part in bytes.chunks(3000) {
            location = cx.location(&cx.send(Request::patch(location).body(part)).await?.expect(202)?)?;
        }
        cx.send(Request::put(with(&location, "digest", &digest(&bytes)))).await?.expect(201)?;
        cx.leaves(repository.blob(&digest(&bytes)));
        repository.get_blob(&digest(&bytes)).await?.expect(200)?.has_body(&bytes)
    };
    at_once((0..WRITERS).map(|_| push())).await.map(drop)
}

async fn one_session(cx: Context) -> Verdict {
    for _ in 0..4 {
        let repository = cx.repository();
        let location = repository.start().await?;
        let texts = [noise(&cx.unique(), 30_000), noise(&cx.unique(), 30_000)];
        let patch = |bytes: &Vec<u8>| {
            let patch = Request::patch(&*location).header("Content-Range", "0-29999");
            let patch = patch.header("Content-Type", "application/octet-stream").body(&**bytes);
            let cx = &cx;
            async move { cx.send(patch).await }
        };
        let responses = at_once(texts.iter().map(patch)).await?;
        let counts = statuses(&responses);
        if counts.get(&202) != Some(&1) || other_than(&responses, &[202, 416, 409, 404, 429]).is_some() {
            return Err(responses[0].not(format!("one 202 and one refusal, and not {counts:?}")));
        }
        let (winner, bytes) =
            if responses[0].status == 202 { (&responses[0], &texts[0]) } else { (&responses[1], &texts[1]) };
        let put = Request::put(with(&cx.location(winner)?, "digest", &digest(bytes)));
        cx.send(put).await?.expect(201)?;
        cx.leaves(repository.blob(&digest(bytes)));
        repository.get_blob(&digest(bytes)).await?.expect(200)?.has_body(bytes)?;
    }
    Ok(())
}

async fn finish_twice(cx: Context) -> Verdict {
    for _ in 0..4 {
        let repository = cx.repository();
        let bytes = noise(&cx.unique(), 10_000);
        let patch = Request::patch(repository.start().await?).body(&*bytes);
        let location = cx.location(&cx.send(patch).await?.expect(202)?)?;
        let put = || async { cx.send(Request::put(with(&location, "digest", &digest(&bytes)))).await };
        let responses = at_once((0..2).map(|_| put())).await?;
        cx.leaves(repository.blob(&digest(&bytes)));
        let counts = statuses(&responses);
        let holds = counts.contains_key(&201) && other_than(&responses, &[201, 404, 409, 416]).is_none();
        if !holds {
            return Err(responses[0].not(format!("one 201, and another or a 404 or 409, and not {counts:?}")));
        }
        repository.get_blob(&digest(&bytes)).await?.expect(200)?.has_body(&bytes)?;
    }
    Ok(())
}

async fn mounts(cx: Context) -> Verdict {
    let (source, target) = (cx.repository(), cx.repository());
    let bytes = noise(&cx.unique(), 1000);
    let digest = source.push_blob(&bytes).await?;
    let query = format!("blobs/uploads/?mount={digest}&from={}", source.name());
    let mount = || async { cx.send(Request::post(target.path(&query))).await?.expect(201) };
    at_once((0..WRITERS).map(|_| mount())).await?;
    cx.leaves(target.blob(&digest));
    target.get_blob(&digest).await?.expect(200)?.has_body(&bytes).map(drop)
}
