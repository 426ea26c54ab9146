//! Chunks that are not where the upload stands, or not as long as they say (C-28, C-29).

use super::support::{chunk, start};
use crate::check::Profile::{Core, Full};
use crate::check::repository::with;
use crate::check::{Check, Context, Verdict, check, content};
use crate::client::Request;

const ORDER: &str = "distribution-spec, Pushing a blob in chunks: 416";

/// Where the wrong chunk begins, in chunks: the upload has one of them, unless it has none.
const PLACES: [(&str, Stored, Begin); 5] = [
    ("first-ahead", Stored::Nothing, Begin::Chunks(1)),
    ("repeated", Stored::One, Begin::Chunks(0)),
    ("ahead", Stored::One, Begin::Chunks(2)),
    ("overlap", Stored::One, Begin::OneBefore),
    ("gap", Stored::One, Begin::OneBehind),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stored {
    Nothing,
    One,
}

#[derive(Debug, Clone, Copy)]
enum Begin {
    Chunks(usize),
    OneBefore,
    OneBehind,
}

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for (id, stored, begin) in PLACES {
        for method in ["PATCH", "PUT"] {
            let rule =
                "a chunk in the wrong place is refused, nothing of it is stored, and the upload goes on: 416";
            let run = move |c| refused(c, method, stored, begin);
            checks.push(check(format!("C-28.{id}.{method}"), Core, rule, ORDER, run));
        }
    }
    let rule = "the refusal says where the upload stands, in Location and Range";
    for method in ["PATCH", "PUT"] {
        checks.push(check(format!("C-28.told.{method}"), Full, rule, ORDER, move |c| told(c, method)));
    }
    for (id, last) in [("longer", 4999_usize), ("shorter", 10)] {
        let rule = "a chunk of another length than its range is refused, and nothing of it is stored: 400 SIZE_INVALID";
        let source = "distribution-spec, Pushing a blob in chunks: Content-Range is inclusive on both ends";
        checks.push(check(format!("C-29.{id}"), Full, rule, source, move |c| other_length(c, last)));
    }
    checks
}

async fn refused(c: Context, method: &'static str, stored: Stored, begin: Begin) -> Verdict {
    let repository = c.repository();
    let (mut location, least) = start(&c, &repository).await?;
    let whole = content::noise(&c.unique(), least * 2);
    let digest = content::digest(&whole);
    if stored == Stored::One {
        location = c.location(&c.send(chunk("PATCH", location, 0, &whole[..least])).await?.expect(202)?)?;
    }
    let first = match begin {
        Begin::Chunks(count) => count * least,
        Begin::OneBefore => least - 1,
        Begin::OneBehind => least + 1,
    };
    let target = if method == "PUT" { with(&location, "digest", &digest) } else { location.clone() };
    c.send(chunk(method, target, first, &whole[..least])).await?.expect(416)?.check_error_body()?;
    // It stands where it stood, and goes on from there.
    let status = c.get(location).await?.expect(204)?;
    location = c.location(&status)?;
    let place = if stored == Stored::One { least } else { 0 };
    if place > 0 {
        status.has("range", &format!("0-{}", place - 1))?;
    }
    let last = chunk("PUT", with(&location, "digest", &digest), place, &whole[place..]);
    c.send(last).await?.expect(201)?;
    c.leaves(repository.blob(&digest));
    repository.get_blob(&digest).await?.expect(200)?.has_body(&whole).map(drop)
}

async fn told(c: Context, method: &'static str) -> Verdict {
    let repository = c.repository();
    let (location, least) = start(&c, &repository).await?;
    let whole = content::noise(&c.unique(), least * 2);
    let location = c.location(&c.send(chunk("PATCH", location, 0, &whole[..least])).await?.expect(202)?)?;
    let digest = content::digest(&whole);
    let target = if method == "PUT" { with(&location, "digest", &digest) } else { location };
    let response = c.send(chunk(method, target, least * 2, &whole[least..])).await?.expect(416)?;
    let location = c.location(&response)?;
    response.has("range", &format!("0-{}", least - 1))?;
    c.send(chunk("PUT", with(&location, "digest", &digest), least, &whole[least..]))
        .await?
        .expect(201)
        .map(drop)
}

async fn other_length(c: Context, last: usize) -> Verdict {
    let repository = c.repository();
    let (location, _) = start(&c, &repository).await?;
    let bytes = content::noise(&c.unique(), 3000);
    let request = Request::patch(&*location).header("Content-Range", format!("0-{last}")).body(&*bytes);
    c.send(request).await?.refused(400, &["SIZE_INVALID"])?;
    let status = c.get(location).await?.expect(204)?.has("range", "0-0")?;
    let location = c.location(&status)?;
    let location = c.location(&c.send(chunk("PATCH", location, 0, &bytes)).await?.expect(202)?)?;
    c.send(Request::put(with(&location, "digest", &content::digest(&bytes)))).await?.expect(201).map(drop)
}
