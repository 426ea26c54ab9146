//! The list of repositories, which the specification leaves to extensions and every client knows.

use super::link::next;
use crate::check::Profile::Full;
use crate::check::{Check, Context, Image, Stop, Verdict, check};

const SOURCE: &str = "Docker Registry HTTP API V2, Listing Repositories";

/// What follows the beginning of the names, in byte order.
const NAMES: [&str; 6] = ["/a", "/a-b", "/a.b", "/a/b", "/ab", "/b"];

pub(super) fn checks() -> Vec<Check> {
    let mut checks = vec![
        check("catalog.listed", Full, "repositories are listed in the order of their bytes", SOURCE, listed),
        check("catalog.zero", Full, "n=0 is an empty list without a Link", SOURCE, zero),
        check("catalog.last", Full, "last need not exist, and is not listed itself", SOURCE, last),
        check(
            "catalog.uploads",
            Full,
            "a repository is listed once something was pushed",
            SOURCE,
            only_pushed,
        ),
    ];
    for n in [1, 2, 4] {
        let rule = format!("pages of {n} hold every repository once");
        checks.push(check(format!("catalog.pages-of-{n}"), Full, rule, SOURCE, move |c| pages(c, n)));
    }
    checks
}

/// Repositories whose names begin alike; answers that beginning.
async fn stocked(c: &Context) -> Result<String, Stop> {
    let start = c.repository().name().to_owned();
    let image = Image::new(&c.unique());
    for name in NAMES.iter().rev() {
        c.named(&format!("{start}{name}")).push("latest", &image).await?;
    }
    Ok(start)
}

/// The repositories that begin so, in pages of `n`, as far as they come one after the other.
async fn own(c: &Context, start: &str, n: usize) -> Result<Vec<String>, Stop> {
    let mut names = Vec::new();
    let mut open = Some(format!("/v2/_catalog?n={n}&last={}", format!("{start}/").replace('/', "%2F")));
    while let Some(target) = open {
        let response = c.get(target).await?.expect(200)?;
        let page = response.texts("repositories")?;
        let response = response.holds(page.len() <= n, format!("{n} repositories at most"))?;
        let count = page.len();
        names.extend(page.into_iter().take_while(|name| name.starts_with(start)));
        open = if count < n { None } else { next(c, &response)? };
        if names.len() >= NAMES.len() {
            break;
        }
    }
    names.truncate(NAMES.len());
    Ok(names)
}

fn are_all(start: &str, names: &[String]) -> Verdict {
    let expected: Vec<String> = NAMES.iter().map(|name| format!("{start}{name}")).collect();
    if names == expected { Ok(()) } else { Err(Stop::failed(format!("{expected:?}"), format!("{names:?}"))) }
}

async fn listed(c: Context) -> Verdict {
    let start = stocked(&c).await?;
    are_all(&start, &own(&c, &start, NAMES.len()).await?)
}

async fn pages(c: Context, n: usize) -> Verdict {
    let start = stocked(&c).await?;
    are_all(&start, &own(&c, &start, n).await?)
}

async fn zero(c: Context) -> Verdict {
    stocked(&c).await?;
    let list = c.get("/v2/_catalog?n=0").await?.expect(200)?;
    let holds = list.texts("repositories")?.is_empty() && list.get("link").is_none();
    list.holds(holds, "an empty list and no Link").map(drop)
}

async fn last(c: Context) -> Verdict {
    let start = stocked(&c).await?;
    for (behind, expected) in [("/a", "/a-b"), ("/a.a", "/a.b"), ("/a/b", "/ab")] {
        let last = format!("{start}{behind}").replace('/', "%2F");
        let list = c.get(format!("/v2/_catalog?n=1&last={last}")).await?.expect(200)?;
        let names = list.texts("repositories")?;
        list.holds(names == [format!("{start}{expected}")], format!("{start}{expected}"))?;
    }
    Ok(())
}

async fn only_pushed(c: Context) -> Verdict {
    let start = c.repository().name().to_owned();
    c.get(format!("/v2/{start}/absent/tags/list")).await?;
    c.named(&format!("{start}/pushed")).push("latest", &Image::new(&c.unique())).await?;
    let last = format!("{start}/").replace('/', "%2F");
    let list = c.get(format!("/v2/_catalog?n=1&last={last}")).await?.expect(200)?;
    let names = list.texts("repositories")?;
    list.holds(names == [format!("{start}/pushed")], format!("{start}/pushed")).map(drop)
}
