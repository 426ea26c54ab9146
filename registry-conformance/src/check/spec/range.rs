//! Parts of blobs (C-13).

use std::ops::Range;

use crate::check::Profile::{Core, Full};
use crate::check::{Check, Context, Repository, Stop, Verdict, check, content};
use crate::client::{Request, Response};

const SOURCE: &str = "distribution-spec, Pulling blobs: Range; RFC 9110, section 14";
const LENGTH: usize = 2048;

/// What is asked for, and what lies in 2048 bytes.
const SINGLE: [(&str, &str, Range<usize>); 9] = [
    ("middle", "bytes=500-1499", 500..1500),
    ("open", "bytes=500-", 500..2048),
    ("suffix", "bytes=-500", 1548..2048),
    ("suffix-too-long", "bytes=-5000", 0..2048),
    ("end-behind", "bytes=2000-5000", 2000..2048),
    ("first-byte", "bytes=0-0", 0..1),
    ("last-byte", "bytes=2047-", 2047..2048),
    ("last-by-suffix", "bytes=-1", 2047..2048),
    ("all", "bytes=0-2047", 0..2048),
];

const OUTSIDE: [(&str, &str); 4] = [
    ("behind", "bytes=5000-10000"),
    ("at-end", "bytes=2048-"),
    ("no-suffix", "bytes=-0"),
    ("several-behind", "bytes=5000-6000,7000-"),
];

/// Ranges that are none, which are ignored.
const IGNORED: [(&str, &str); 4] =
    [("unit", "lines=0-10"), ("no-unit", "0-10"), ("no-number", "bytes=a-b"), ("empty", "bytes=")];

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for (id, asked, part) in SINGLE {
        let rule = "one range is answered 206 with exactly its bytes and Content-Range";
        let run = move |c| single(c, asked, part.clone());
        checks.push(check(format!("C-13.{id}"), Core, rule, SOURCE, run));
    }
    for (id, asked) in OUTSIDE {
        let rule = "a range that lies outside is answered 416 with the length in Content-Range";
        checks.push(check(format!("C-13.{id}"), Core, rule, SOURCE, move |c| outside(c, asked)));
    }
    for (id, asked) in IGNORED {
        let rule = "what is no range of bytes is ignored: 200";
        checks.push(check(format!("C-13.ignored-{id}"), Full, rule, SOURCE, move |c| ignored(c, asked)));
    }
    checks.extend([
        check(
            "C-13.backwards",
            Core,
            "a range whose end lies before its begin is no part",
            SOURCE,
            backwards,
        ),
        check("C-13.empty-blob", Full, "no range lies in an empty blob: 416", SOURCE, empty_blob),
        check("C-13.head", Core, "a HEAD with a range is answered as one without", SOURCE, head),
        check("C-13.offered", Full, "Accept-Ranges: bytes says that there are ranges", SOURCE, offered),
        check(
            "C-13.several",
            Core,
            "several ranges are answered with all of them, or with everything",
            SOURCE,
            |c| several(c, false),
        ),
        check("C-13.multipart", Full, "several ranges are answered as parts of one body: 206", SOURCE, |c| {
            several(c, true)
        }),
        check("C-13.same-digest", Full, "a part names the digest of the whole blob", SOURCE, same_digest),
        check("C-13.many", Full, "more ranges than anybody needs are not all sent", SOURCE, many),
        check("C-13.resume", Core, "a blob is whole when its parts are put together", SOURCE, resume),
        check("C-13.if-range", Full, "If-Range with the entity tag: 206", SOURCE, |c| {
            if_range(c, IfRange::Same)
        }),
        check("C-13.if-range-weak", Full, "If-Range with a weak tag: 200", SOURCE, |c| {
            if_range(c, IfRange::Weak)
        }),
        check("C-13.if-range-other", Core, "If-Range with another tag: 200", SOURCE, |c| {
            if_range(c, IfRange::Other)
        }),
        check("C-13.if-range-date", Full, "If-Range with a date that nothing has: 200", SOURCE, |c| {
            if_range(c, IfRange::Date)
        }),
    ]);
    checks
}

async fn prepared(c: &Context) -> Result<(Repository, Vec<u8>, String), Stop> {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), LENGTH));
    let digest = repository.push_blob(&bytes).await?;
    Ok((repository, bytes, digest))
}

async fn ask(c: &Context, repository: &Repository, digest: &str, range: &str) -> Result<Response, Stop> {
    c.send(Request::get(repository.blob(digest)).header("Range", range)).await
}

fn is_part(response: Response, bytes: &[u8], part: &Range<usize>) -> Result<Response, Stop> {
    let response = response.expect(206)?.has_body(&bytes[part.clone()])?;
    let range = format!("bytes {}-{}/{}", part.start, part.end - 1, bytes.len());
    response.has("content-range", &range)
}

async fn single(c: Context, range: &str, part: Range<usize>) -> Verdict {
    let (repository, bytes, digest) = prepared(&c).await?;
    is_part(ask(&c, &repository, &digest, range).await?, &bytes, &part).map(drop)
}

async fn outside(c: Context, range: &str) -> Verdict {
    let (repository, _, digest) = prepared(&c).await?;
    let response = ask(&c, &repository, &digest, range).await?.expect(416)?;
    response.has("content-range", "bytes */2048").map(drop)
}

async fn ignored(c: Context, range: &str) -> Verdict {
    let (repository, bytes, digest) = prepared(&c).await?;
    ask(&c, &repository, &digest, range).await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn backwards(c: Context) -> Verdict {
    let (repository, _, digest) = prepared(&c).await?;
    ask(&c, &repository, &digest, "bytes=500-0").await?.expect_any(&[200, 416]).map(drop)
}

async fn empty_blob(c: Context) -> Verdict {
    let repository = c.repository();
    let digest = repository.push_blob(b"").await?;
    for range in ["bytes=0-", "bytes=0-0"] {
        let response = ask(&c, &repository, &digest, range).await?.expect(416)?;
        response.has("content-range", "bytes */0")?;
    }
    Ok(())
}

async fn head(c: Context) -> Verdict {
    let (repository, _, digest) = prepared(&c).await?;
    let head = Request::head(repository.blob(&digest)).header("Range", "bytes=0-9");
    c.send(head).await?.expect(200)?.has("content-length", "2048").map(drop)
}

async fn offered(c: Context) -> Verdict {
    let (repository, _, digest) = prepared(&c).await?;
    c.get(repository.blob(&digest)).await?.expect(200)?.has("accept-ranges", "bytes")?;
    c.head(repository.blob(&digest)).await?.expect(200)?.has("accept-ranges", "bytes").map(drop)
}

async fn several(c: Context, must: bool) -> Verdict {
    let (repository, bytes, digest) = prepared(&c).await?;
    let response = ask(&c, &repository, &digest, "bytes=0-9,100-199,-48").await?;
    if !must && response.status == 200 {
        return response.has_body(&bytes).map(drop);
    }
    let response = response.expect(206)?;
    let media_type = response.header("content-type")?;
    let boundary =
        media_type.strip_prefix("multipart/byteranges; boundary=").map(|text| text.trim_matches('"'));
    let Some(boundary) = boundary else { return Err(response.not("multipart/byteranges with a boundary")) };
    let mut rest = &response.body[..];
    for part in [0..10, 100..200, 2000..2048] {
        let range = format!("bytes {}-{}/2048", part.start, part.end - 1);
        let Some(after) = one_part(rest, boundary, &range, &bytes[part]) else {
            return Err(response.not(format!("a part with {range}")));
        };
        rest = after;
    }
    let ends = rest.starts_with(format!("\r\n--{boundary}--").as_bytes());
    response.holds(ends, "an end behind the last part").map(drop)
}

/// What follows a part with this range and content; `None` when something else stands there.
fn one_part<'b>(body: &'b [u8], boundary: &str, range: &str, bytes: &[u8]) -> Option<&'b [u8]> {
    let body =
        body.strip_prefix(b"\r\n").unwrap_or(body).strip_prefix(format!("--{boundary}\r\n").as_bytes())?;
    let end = body.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&body[..end]).to_ascii_lowercase();
    let named = head.split("\r\n").any(|line| line == format!("content-range: {range}"));
    let rest = body[end + 4..].strip_prefix(bytes)?;
    named.then_some(rest)
}

async fn same_digest(c: Context) -> Verdict {
    let (repository, _, digest) = prepared(&c).await?;
    let response = ask(&c, &repository, &digest, "bytes=5-9").await?.expect(206)?;
    response.has("docker-content-digest", &digest).map(drop)
}

async fn many(c: Context) -> Verdict {
    let (repository, bytes, digest) = prepared(&c).await?;
    for range in [format!("bytes={}", vec!["0-0"; 500].join(",")), "bytes=0-,0-,0-,0-".to_owned()] {
        let response = ask(&c, &repository, &digest, &range).await?.expect_any(&[200, 206, 416])?;
        let holds = response.body.len() <= bytes.len() + 1024;
        response.holds(holds, "no more than the blob itself")?;
    }
    Ok(())
}

async fn resume(c: Context) -> Verdict {
    let (repository, bytes, digest) = prepared(&c).await?;
    let mut got = Vec::new();
    for (first, last) in [(0, 699), (700, 1399), (1400, 9999)] {
        let response = ask(&c, &repository, &digest, &format!("bytes={first}-{last}")).await?.expect(206)?;
        got.extend_from_slice(&response.body);
    }
    if got == bytes {
        Ok(())
    } else {
        Err(Stop::failed("the bytes that were pushed", format!("{} bytes", got.len())))
    }
}

#[derive(Debug, Clone, Copy)]
enum IfRange {
    Same,
    Weak,
    Other,
    Date,
}

async fn if_range(c: Context, value: IfRange) -> Verdict {
    let (repository, bytes, digest) = prepared(&c).await?;
    let head = c.head(repository.blob(&digest)).await?.expect(200)?;
    let tag = || head.header("etag");
    let value = match value {
        IfRange::Same => tag()?.to_owned(),
        IfRange::Weak => format!("W/{}", tag()?),
        IfRange::Other => "\"other\"".to_owned(),
        IfRange::Date => "Sat, 01 Jan 2000 00:00:00 GMT".to_owned(),
    };
    let same = head.get("etag") == Some(&*value);
    let get = Request::get(repository.blob(&digest)).header("Range", "bytes=0-9").header("If-Range", value);
    let response = c.send(get).await?;
    if same {
        is_part(response, &bytes, &(0..10)).map(drop)
    } else {
        response.expect(200)?.has_body(&bytes).map(drop)
    }
}
