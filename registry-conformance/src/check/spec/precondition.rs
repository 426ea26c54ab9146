//! Writing only over what is expected (C-73): so that nobody overwrites what he has not seen.

use super::support::stocked;
use crate::check::Profile::Full;
use crate::check::{Check, Context, Image, Verdict, check};
use crate::client::Request;

const SOURCE: &str =
    "RFC 9110, section 13; distribution-spec, Pushing manifests with subject: conditional requests";

/// Values hold `{old}` for the entity tag of what is there, and `{new}` for that of what comes.
type Case = (&'static str, &'static str, &'static str, u16);

/// Over a tag that is there.
const OVER: [Case; 10] = [
    ("match-own", "If-Match", "{old}", 201),
    ("match-list", "If-Match", "\"x\", {old}", 201),
    ("match-any", "If-Match", "*", 201),
    ("match-other", "If-Match", "{new}", 412),
    ("match-weak", "If-Match", "W/{old}", 412),
    ("match-malformed", "If-Match", "nonsense", 400),
    ("none-match-any", "If-None-Match", "*", 412),
    ("none-match-own", "If-None-Match", "{old}", 412),
    ("none-match-other", "If-None-Match", "{new}", 201),
    ("none-match-malformed", "If-None-Match", "\"x\" \"y\"", 400),
];

/// Where there is no tag yet.
const FRESH: [Case; 4] = [
    ("match-any", "If-Match", "*", 412),
    ("match-other", "If-Match", "{old}", 412),
    ("none-match-any", "If-None-Match", "*", 201),
    ("none-match-other", "If-None-Match", "{old}", 201),
];

const DELETED: [Case; 5] = [
    ("match-own", "If-Match", "{old}", 202),
    ("match-any", "If-Match", "*", 202),
    ("match-other", "If-Match", "\"x\"", 412),
    ("none-match-own", "If-None-Match", "{old}", 412),
    ("match-malformed", "If-Match", "nonsense", 400),
];

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for case in OVER {
        let (id, rule) = told("over", case, "a tag that is there is overwritten");
        checks.push(check(id, Full, rule, SOURCE, move |c| over(c, case)));
    }
    for case in FRESH {
        let (id, rule) = told("fresh", case, "a tag is set that was not there");
        checks.push(check(id, Full, rule, SOURCE, move |c| fresh(c, case)));
    }
    for case in DELETED {
        let (id, rule) = told("delete-tag", case, "a tag is deleted");
        checks.push(check(id, Full, rule, SOURCE, move |c| deleted(c, case, true)));
        let (id, rule) = told("delete-digest", case, "a manifest is deleted");
        checks.push(check(id, Full, rule, SOURCE, move |c| deleted(c, case, false)));
    }
    let rule = "a write that fails on its condition tells what is there, in ETag";
    checks.push(check("C-73.over.told", Full, rule, SOURCE, tells));
    checks
}

fn told(group: &str, (id, name, value, status): Case, what: &str) -> (String, String) {
    let value = value.replace("{old}", "the tag of what is there").replace("{new}", "another tag");
    (format!("C-73.{group}.{id}"), format!("{what} with {name}: {value} → {status}"))
}

fn put(target: String, image: &Image, (_, name, value, _): Case, old: &Image) -> Request {
    let value = value.replace("{old}", &entity_tag(old)).replace("{new}", &entity_tag(image));
    Request::put(target).header("Content-Type", &*image.media_type).header(name, value).body(&*image.manifest)
}

fn entity_tag(image: &Image) -> String {
    format!("\"{}\"", image.digest())
}

async fn over(c: Context, case: Case) -> Verdict {
    let (repository, old, _) = stocked(&c).await?;
    let new = Image::new(&c.unique());
    repository.push("spare", &new).await?;
    let response = c.send(put(repository.manifest("latest"), &new, case, &old)).await?.expect(case.3)?;
    let expected = if case.3 == 201 { &new } else { &old };
    if case.3 != 201 {
        response.check_error_body()?;
    }
    repository.get_manifest("latest").await?.expect(200)?.has_body(&expected.manifest).map(drop)
}

async fn fresh(c: Context, case: Case) -> Verdict {
    let (repository, old, _) = stocked(&c).await?;
    let new = Image::new(&c.unique());
    repository.push("spare", &new).await?;
    c.send(put(repository.manifest("fresh"), &new, case, &old)).await?.expect(case.3)?;
    let read = repository.get_manifest("fresh").await?;
    if case.3 == 201 {
        read.expect(200)?.has_body(&new.manifest).map(drop)
    } else {
        read.expect(404).map(drop)
    }
}

async fn deleted(c: Context, (_, name, value, status): Case, by_tag: bool) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    let target = repository.manifest(if by_tag { "latest" } else { &digest });
    let value = value.replace("{old}", &entity_tag(&image));
    let response = c.send(Request::delete(&*target).header(name, value)).await?.expect(status)?;
    if status == 202 {
        return c.get(target).await?.expect(404).map(drop);
    }
    response.check_error_body()?;
    for reference in ["latest", &digest] {
        repository.get_manifest(reference).await?.expect(200)?.has_body(&image.manifest)?;
    }
    Ok(())
}

async fn tells(c: Context) -> Verdict {
    let (repository, old, _) = stocked(&c).await?;
    let new = Image::new(&c.unique());
    repository.push("spare", &new).await?;
    let case = ("", "If-Match", "{new}", 412);
    let response = c.send(put(repository.manifest("latest"), &new, case, &old)).await?.expect(412)?;
    response.has("etag", &entity_tag(&old)).map(drop)
}
