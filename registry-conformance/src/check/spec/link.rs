//! Links from page to page (C-49).

use registry_core::Link;

use super::page::{TAGS, tagged};
use crate::check::Profile::{Core, Full};
use crate::check::{Check, Context, Image, Stop, Verdict, check};
use crate::client::Response;

const SOURCE: &str = "distribution-spec, Listing tags: Link; RFC 8288";

pub(super) fn checks() -> Vec<Check> {
    let mut checks = vec![
        check("C-49.form", Core, "a Link is <…>; rel=\"next\"", SOURCE, form),
        check("C-49.relative", Full, "a Link names no host, so that no proxy breaks it", SOURCE, relative),
        check("C-49.keeps-n", Full, "a Link keeps the size of the pages", SOURCE, keeps_n),
        check("C-49.grown", Core, "a tag that comes between two pages moves no other", SOURCE, grown),
        check("C-49.shrunk", Core, "a tag that goes between two pages moves no other", SOURCE, shrunk),
    ];
    for n in [1, 2, 4, 8] {
        let rule = format!("pages of {n} hold every tag once, in order, and end without a Link");
        checks.push(check(format!("C-49.pages-of-{n}"), Core, rule, SOURCE, move |c| pages(c, n)));
    }
    checks
}

/// Where the next page is.
pub(super) fn next(c: &Context, response: &Response) -> Result<Option<String>, Stop> {
    let Some(text) = response.get("link") else { return Ok(None) };
    let target = Link::parse(text).and_then(|target| c.client().url().target(target));
    target.map(|target| Some(target.to_owned())).ok_or_else(|| response.not("Link: <…>; rel=\"next\""))
}

/// The texts under `member` on every page from this one on.
pub(super) async fn follow(c: &Context, first: String, member: &str) -> Result<Vec<Vec<String>>, Stop> {
    let (mut pages, mut open) = (Vec::new(), Some(first));
    while let Some(target) = open {
        let response = c.get(target).await?.expect(200)?;
        pages.push(response.texts(member)?);
        open = next(c, &response)?;
        if pages.len() > 100 {
            return Err(response.not("an end of the pages"));
        }
    }
    Ok(pages)
}

async fn form(c: Context) -> Verdict {
    let repository = tagged(&c).await?;
    let list = c.get(repository.path("tags/list?n=2")).await?.expect(200)?;
    list.header("link")?;
    let target = next(&c, &list)?.unwrap_or_default();
    list.holds(target.starts_with(&repository.path("tags/list?")), "a Link to the same list").map(drop)
}

async fn relative(c: Context) -> Verdict {
    let repository = tagged(&c).await?;
    let list = c.get(repository.path("tags/list?n=2")).await?.expect(200)?;
    let holds = list.header("link")?.starts_with("</v2/");
    list.holds(holds, "a Link that begins with /v2/").map(drop)
}

async fn keeps_n(c: Context) -> Verdict {
    let repository = tagged(&c).await?;
    let pages = follow(&c, repository.path("tags/list?n=4"), "tags").await?;
    let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
    if sizes == [4, 4, 1] { Ok(()) } else { Err(Stop::failed("pages of 4, 4 and 1", format!("{sizes:?}"))) }
}

async fn pages(c: Context, n: usize) -> Verdict {
    let repository = tagged(&c).await?;
    let all = c.get(repository.path("tags/list")).await?.expect(200)?.texts("tags")?;
    let pages = follow(&c, repository.path(&format!("tags/list?n={n}")), "tags").await?;
    let full = pages.iter().rev().skip(1).all(|page| page.len() == n);
    let holds = full && pages.concat() == all && all.len() == TAGS.len();
    if holds { Ok(()) } else { Err(Stop::failed(format!("{all:?} in pages of {n}"), format!("{pages:?}"))) }
}

async fn grown(c: Context) -> Verdict {
    let (repository, image) = (tagged(&c).await?, Image::new(&c.unique()));
    let list = c.get(repository.path("tags/list?n=3")).await?.expect(200)?;
    let (mut seen, next) = (list.texts("tags")?, next(&c, &list)?);
    for tag in ["0", "zzz"] {
        repository.push(tag, &image).await?;
    }
    let target = next.ok_or_else(|| list.not("a Link"))?;
    seen.extend(follow(&c, target, "tags").await?.concat());
    let mut expected = TAGS.to_vec();
    expected.push("zzz");
    if seen == expected { Ok(()) } else { Err(Stop::failed(format!("{expected:?}"), format!("{seen:?}"))) }
}

async fn shrunk(c: Context) -> Verdict {
    let repository = tagged(&c).await?;
    let list = c.get(repository.path("tags/list?n=3")).await?.expect(200)?;
    let (mut seen, next) = (list.texts("tags")?, next(&c, &list)?);
    for tag in [TAGS[0], TAGS[2], TAGS[8]] {
        super::support::delete(&c, repository.manifest(tag)).await?.expect(202)?;
    }
    let target = next.ok_or_else(|| list.not("a Link"))?;
    seen.extend(follow(&c, target, "tags").await?.concat());
    if seen == TAGS[..8] {
        Ok(())
    } else {
        Err(Stop::failed(format!("{:?}", &TAGS[..8]), format!("{seen:?}")))
    }
}
