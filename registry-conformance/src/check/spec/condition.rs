//! Reading only what is new, or only what is expected (C-73).

use super::support::stocked;
use crate::check::Profile::Full;
use crate::check::{Check, Context, Stop, Verdict, check, content};
use crate::client::Request;

const SOURCE: &str = "RFC 9110, sections 8.8.3 and 13";

/// What is read.
#[derive(Debug, Clone, Copy)]
enum What {
    Blob,
    Tag,
    Digest,
}

const WHAT: [(&str, What); 3] = [("blob", What::Blob), ("tag", What::Tag), ("digest", What::Digest)];

/// A header whose value holds `{own}` for the entity tag, and the status that must come of it.
const CASES: [(&str, &str, &str, u16); 11] = [
    ("none-match-own", "If-None-Match", "{own}", 304),
    ("none-match-weak", "If-None-Match", "W/{own}", 304),
    ("none-match-list", "If-None-Match", "\"x\", \"a,b\", {own}", 304),
    ("none-match-any", "If-None-Match", "*", 304),
    ("none-match-other", "If-None-Match", "\"x\"", 200),
    ("none-match-malformed", "If-None-Match", "nonsense", 200),
    ("match-own", "If-Match", "{own}", 200),
    ("match-list", "If-Match", "\"x\", {own}", 200),
    ("match-any", "If-Match", "*", 200),
    ("match-other", "If-Match", "\"x\"", 412),
    ("match-weak", "If-Match", "W/{own}", 412),
];

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for (kind, what) in WHAT {
        let id = format!("C-73.etag.{kind}");
        let rule = "content has its digest as entity tag";
        checks.push(check(id, Full, rule, SOURCE, move |c| tagged(c, what)));
        for (id, name, value, status) in CASES {
            let rule = format!("{name}: {} is answered {status}", value.replace("{own}", "the entity tag"));
            let run = move |c| conditional(c, what, name, value, status);
            checks.push(check(format!("C-73.{kind}.{id}"), Full, rule, SOURCE, run));
        }
    }
    let rule = "what the client has is not sent again, whatever part of it is asked for";
    checks.push(check("C-73.blob.before-range", Full, rule, SOURCE, before_range));
    let rule = "what is not there is 404, whatever the condition";
    checks.push(check("C-73.absent", Full, rule, SOURCE, absent));
    checks
}

/// The path, digest and content.
async fn prepared(c: &Context, what: What) -> Result<(String, String, Vec<u8>), Stop> {
    let (repository, image, digest) = stocked(c).await?;
    Ok(match what {
        What::Blob => {
            let digest = content::digest(&image.blobs[1]);
            (repository.blob(&digest), digest, image.blobs[1].clone())
        }
        What::Tag => (repository.manifest("latest"), digest, image.manifest),
        What::Digest => (repository.manifest(&digest), digest, image.manifest),
    })
}

async fn tagged(c: Context, what: What) -> Verdict {
    let (target, digest, _) = prepared(&c, what).await?;
    for request in [Request::get(&*target), Request::head(&*target)] {
        c.send(request).await?.expect(200)?.has("etag", &format!("\"{digest}\""))?;
    }
    Ok(())
}

async fn conditional(c: Context, what: What, name: &str, value: &str, status: u16) -> Verdict {
    let (target, digest, bytes) = prepared(&c, what).await?;
    let own = c.head(&*target).await?.expect(200)?.header("etag")?.to_owned();
    let value = value.replace("{own}", &own);
    let get = c.send(Request::get(&*target).header(name, &*value)).await?.expect(status)?;
    let get = get.has("etag", &own)?.has("docker-content-digest", &digest)?;
    if status == 200 {
        get.has_body(&bytes)?;
    }
    let head = c.send(Request::head(target).header(name, value)).await?.expect(status)?;
    head.has("etag", &own).map(drop)
}

async fn before_range(c: Context) -> Verdict {
    let (target, ..) = prepared(&c, What::Blob).await?;
    let own = c.head(&*target).await?.expect(200)?.header("etag")?.to_owned();
    let get = Request::get(target).header("Range", "bytes=0-3").header("If-None-Match", own);
    c.send(get).await?.expect(304).map(drop)
}

async fn absent(c: Context) -> Verdict {
    let (repository, ..) = stocked(&c).await?;
    let digest = content::digest(c.unique().as_bytes());
    for target in [repository.manifest("absent"), repository.manifest(&digest), repository.blob(&digest)] {
        for (name, value) in [("If-None-Match", "*"), ("If-Match", "\"x\"")] {
            c.send(Request::get(&*target).header(name, value)).await?.expect(404)?.check_error_body()?;
        }
    }
    Ok(())
}
