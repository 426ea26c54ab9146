//! How clients mount.

use super::{Check, Context, Profile, check};
use crate::check::Verdict;
use crate::check::content::noise;
use crate::client::Request;

const SOURCE: &str = "distribution-spec, Mounting a blob from another repository; seen from clients";

pub(super) fn checks() -> Vec<Check> {
    let full = Profile::Full;
    vec![
        check("R8.raw", full, "the slash of from may stand as it is", SOURCE, |cx| {
            mounted(cx, |from| format!("&from={from}"))
        }),
        check("R8.escaped", full, "the slash of from may be escaped", SOURCE, |cx| {
            mounted(cx, |from| format!("&from={}", from.replace('/', "%2F")))
        }),
        check("R8.origin", full, "a parameter origin beside from does no harm", SOURCE, |cx| {
            mounted(cx, |from| format!("&from={from}&origin=registry.example"))
        }),
        check("R8.absent-blob", full, "a blob that is not there is uploaded: 202", SOURCE, |cx| async move {
            let source = cx.repository();
            source.push_blob(&noise(&cx.unique(), 10)).await?;
            uploaded(&cx, &format!("&from={}", source.name())).await
        }),
        check(
            "R8.absent-source",
            full,
            "a source that is not there is no error: 202",
            SOURCE,
            |cx| async move {
                let source = cx.repository();
                uploaded(&cx, &format!("&from={}", source.name())).await
            },
        ),
        check(
            "R8.malformed-source",
            full,
            "a source that is no name is no error: 202",
            SOURCE,
            |cx| async move { uploaded(&cx, "&from=NO%20NAME").await },
        ),
        check(
            "R8.no-source",
            full,
            "a mount without from of what nobody has is an upload: 202",
            SOURCE,
            |cx| async move { uploaded(&cx, "").await },
        ),
    ]
}

async fn mounted(cx: Context, query: fn(&str) -> String) -> Verdict {
    let (source, target) = (cx.repository(), cx.repository());
    let bytes = noise(&cx.unique(), 1000);
    let digest = source.push_blob(&bytes).await?;
    let mount = target.path(&format!("blobs/uploads/?mount={digest}{}", query(source.name())));
    let response = cx.send(Request::post(mount)).await?.expect(201)?;
    cx.leaves(target.blob(&digest));
    let location = cx.location(&response)?;
    cx.get(location).await?.expect(200)?.has_body(&bytes).map(drop)
}

/// What nobody has cannot be mounted: it is an upload, whatever is said of its source.
async fn uploaded(cx: &Context, query: &str) -> Verdict {
    let target = cx.repository();
    let bytes = noise(&cx.unique(), 1000);
    let digest = crate::check::content::digest(&bytes);
    let mount = target.path(&format!("blobs/uploads/?mount={digest}{query}"));
    let response = cx.send(Request::post(mount)).await?.expect(202)?;
    let location = cx.location(&response)?;
    target.get_blob(&digest).await?.refused(404, &["BLOB_UNKNOWN", "NAME_UNKNOWN"])?;
    let put = Request::put(crate::check::repository::with(&location, "digest", &digest)).body(&*bytes);
    cx.send(put).await?.expect(201)?;
    target.get_blob(&digest).await?.expect(200)?.has_body(&bytes).map(drop)
}
