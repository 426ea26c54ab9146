//! Blobs, pushed in chunks or as a stream (C-26, C-27, C-30, C-31).

use super::support::{append, chunk, start};
use crate::check::Profile::{Core, Full};
use crate::check::repository::with;
use crate::check::{Check, Context, Repository, Stop, Verdict, check, content};
use crate::client::Request;

const CHUNKS: &str = "distribution-spec, Pushing a blob in chunks";
const STREAM: &str = "distribution-spec, Pushing a blob in chunks: PATCH without Content-Range";

/// How many chunks there are, and whether the last one is in the `PUT`.
const SHAPES: [(&str, usize, bool); 6] = [
    ("one", 1, false),
    ("two", 2, false),
    ("five", 5, false),
    ("one-in-put", 1, true),
    ("two-last-in-put", 2, true),
    ("five-last-in-put", 5, true),
];

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for (id, count, in_put) in SHAPES {
        let rule = "a blob comes in chunks, each 202 with Location and Range, and is whole in the end: 201";
        let id = format!("C-27.{id}");
        checks.push(check(id, Core, rule, CHUNKS, move |c| in_chunks(c, count, in_put)));
    }
    for (id, stream) in [("sized", false), ("chunked", true)] {
        let rule = "a body without a place goes to the end of the upload";
        checks.push(check(format!("C-30.{id}"), Core, rule, STREAM, move |c| streamed(c, stream)));
        let rule = "several such bodies follow each other";
        let id = format!("C-30.several-{id}");
        checks.push(check(id, Full, rule, STREAM, move |c| several(c, stream)));
    }
    checks.extend([
        check(
            "C-26.small",
            Full,
            "a small chunk is taken, unless the registry says how small",
            CHUNKS,
            small,
        ),
        check(
            "C-26.number",
            Core,
            "OCI-Chunk-Min-Length, if there is one, is a number",
            CHUNKS,
            least_is_a_number,
        ),
        check("C-27.uneven", Core, "chunks may differ in length", CHUNKS, uneven),
        check(
            "C-27.location",
            Core,
            "an upload goes on from every Location that is answered",
            CHUNKS,
            moving,
        ),
        check("C-30.empty", Full, "an empty body adds nothing", STREAM, empty),
        check("C-30.nothing", Full, "a PATCH without any body adds nothing", STREAM, nothing),
        check("C-30.mixed", Full, "bodies with and without a place may be mixed", STREAM, mixed),
        check("C-31.two-uploads", Core, "two uploads at a time share nothing", CHUNKS, two_uploads),
    ]);
    checks
}

/// Ends an upload and reads the blob.
async fn ends(c: &Context, repository: &Repository, last: Request, whole: &[u8]) -> Verdict {
    let response = c.send(last).await?.expect(201)?;
    c.leaves(repository.blob(&content::digest(whole)));
    c.get(c.location(&response)?).await?.expect(200)?.has_body(whole)?;
    repository.get_blob(&content::digest(whole)).await?.expect(200)?.has_body(whole).map(drop)
}

/// Sends a request that adds to an upload, after which that has `length` bytes; answers where it goes on.
async fn adds(c: &Context, request: Request, length: usize) -> Result<String, Stop> {
    let response = c.send(request).await?.expect(202)?;
    let location = c.location(&response)?;
    response.has("range", &format!("0-{}", length.saturating_sub(1)))?;
    Ok(location)
}

async fn in_chunks(c: Context, count: usize, in_put: bool) -> Verdict {
    let repository = c.repository();
    let (mut location, least) = start(&c, &repository).await?;
    let size = least.max(1500);
    let whole = content::noise(&c.unique(), size * count);
    let digest = content::digest(&whole);
    for (i, bytes) in whole.chunks(size).enumerate() {
        if in_put && i + 1 == count {
            let last = chunk("PUT", with(&location, "digest", &digest), i * size, bytes);
            return ends(&c, &repository, last, &whole).await;
        }
        location = adds(&c, chunk("PATCH", location, i * size, bytes), (i + 1) * size).await?;
    }
    ends(&c, &repository, Request::put(with(&location, "digest", &digest)), &whole).await
}

async fn uneven(c: Context) -> Verdict {
    let repository = c.repository();
    let (mut location, least) = start(&c, &repository).await?;
    let mut sent = Vec::new();
    for length in [least + 1, least * 3, least + 70_000, least.max(13)] {
        let bytes = content::noise(&c.unique(), length);
        let request = chunk("PATCH", location, sent.len(), &bytes);
        sent.extend(bytes);
        location = adds(&c, request, sent.len()).await?;
    }
    let last = Request::put(with(&location, "digest", &content::digest(&sent)));
    ends(&c, &repository, last, &sent).await
}

async fn small(c: Context) -> Verdict {
    let repository = c.repository();
    let begun = c.send(Request::post(repository.path("blobs/uploads/"))).await?.expect(202)?;
    if begun.get("oci-chunk-min-length").is_some() {
        return Ok(());
    }
    let mut location = c.location(&begun)?;
    for (i, bytes) in [b"a", b"b", b"c"].into_iter().enumerate() {
        location = adds(&c, chunk("PATCH", location, i, bytes), i + 1).await?;
    }
    ends(&c, &repository, Request::put(with(&location, "digest", &content::digest(b"abc"))), b"abc").await
}

async fn least_is_a_number(c: Context) -> Verdict {
    let begun = c.send(Request::post(c.repository().path("blobs/uploads/"))).await?.expect(202)?;
    let holds = begun.get("oci-chunk-min-length").is_none_or(|text| text.parse::<u64>().is_ok());
    begun.holds(holds, "a number in OCI-Chunk-Min-Length").map(drop)
}

async fn moving(c: Context) -> Verdict {
    let repository = c.repository();
    let (location, least) = start(&c, &repository).await?;
    let whole = content::noise(&c.unique(), least * 2);
    let next = adds(&c, chunk("PATCH", location, 0, &whole[..least]), least).await?;
    let status = c.get(next).await?.expect(204)?;
    let next = adds(&c, chunk("PATCH", c.location(&status)?, least, &whole[least..]), least * 2).await?;
    ends(&c, &repository, Request::put(with(&next, "digest", &content::digest(&whole))), &whole).await
}

fn body(location: String, bytes: &[u8], stream: bool) -> Request {
    if stream {
        Request::patch(location).header("Content-Type", "application/octet-stream").chunked(bytes)
    } else {
        append(location, bytes)
    }
}

async fn streamed(c: Context, stream: bool) -> Verdict {
    let (repository, whole) = (c.repository(), content::noise(&c.unique(), 300_000));
    let (location, _) = start(&c, &repository).await?;
    let location = adds(&c, body(location, &whole, stream), whole.len()).await?;
    let last = Request::put(with(&location, "digest", &content::digest(&whole)));
    ends(&c, &repository, last, &whole).await
}

async fn several(c: Context, stream: bool) -> Verdict {
    let (repository, whole) = (c.repository(), content::noise(&c.unique(), 6000));
    let (mut location, _) = start(&c, &repository).await?;
    for (i, bytes) in whole.chunks(2000).enumerate() {
        location = adds(&c, body(location, bytes, stream), (i + 1) * 2000).await?;
    }
    let last = Request::put(with(&location, "digest", &content::digest(&whole)));
    ends(&c, &repository, last, &whole).await
}

async fn empty(c: Context) -> Verdict {
    let repository = c.repository();
    let (location, _) = start(&c, &repository).await?;
    let location = adds(&c, append(location, b"abc"), 3).await?;
    let location = adds(&c, append(location, b""), 3).await?;
    ends(&c, &repository, Request::put(with(&location, "digest", &content::digest(b"abc"))), b"abc").await
}

async fn nothing(c: Context) -> Verdict {
    let repository = c.repository();
    let (location, _) = start(&c, &repository).await?;
    let location = adds(&c, append(location, b"abc"), 3).await?;
    let location = adds(&c, Request::new("PATCH", location), 3).await?;
    ends(&c, &repository, Request::put(with(&location, "digest", &content::digest(b"abc"))), b"abc").await
}

async fn mixed(c: Context) -> Verdict {
    let (repository, whole) = (c.repository(), content::noise(&c.unique(), 9000));
    let (location, _) = start(&c, &repository).await?;
    let location = adds(&c, append(location, &whole[..3000]), 3000).await?;
    let location = adds(&c, chunk("PATCH", location, 3000, &whole[3000..6000]), 6000).await?;
    let last = Request::put(with(&location, "digest", &content::digest(&whole))).body(&whole[6000..]);
    ends(&c, &repository, last, &whole).await
}

async fn two_uploads(c: Context) -> Verdict {
    let repository = c.repository();
    let (mut one, least) = start(&c, &repository).await?;
    let (mut two, _) = start(&c, &repository).await?;
    let (first, second) = (content::noise(&c.unique(), least * 3), content::noise(&c.unique(), least * 3));
    for i in 0..3 {
        let part = i * least..(i + 1) * least;
        one = adds(&c, chunk("PATCH", one, part.start, &first[part.clone()]), part.end).await?;
        two = adds(&c, chunk("PATCH", two, part.start, &second[part.clone()]), part.end).await?;
    }
    ends(&c, &repository, Request::put(with(&one, "digest", &content::digest(&first))), &first).await?;
    ends(&c, &repository, Request::put(with(&two, "digest", &content::digest(&second))), &second).await
}
