//! Referrers that do not fit into one answer (C-53).

use serde_json::Value;

use super::link::next;
use super::referrer::{SBOM, SIGNATURE, manifests};
use super::support::stocked;
use crate::check::Profile::{Core, Full};
use crate::check::{Check, Context, Image, Stop, Verdict, check};
use crate::client::Response;

const SOURCE: &str = "distribution-spec, Listing Referrers: Link";

pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            "C-53.all",
            Core,
            "a list and the pages that it links to hold every referrer once",
            SOURCE,
            |c| complete(c, ""),
        ),
        check("C-53.pages-of-1", Full, "pages of one hold every referrer once", SOURCE, |c| {
            complete(c, "?n=1")
        }),
        check("C-53.pages-of-3", Full, "pages of three hold every referrer once", SOURCE, |c| {
            complete(c, "?n=3")
        }),
        check("C-53.filter", Full, "a Link keeps the filter, and so do the pages", SOURCE, filtered),
        check("C-53.large", Core, "no page is larger than the 4 MiB that clients read", SOURCE, large),
        check("C-53.zero", Full, "n=0 is an empty list without a Link", SOURCE, zero),
    ]
}

/// The pages from this one on.
async fn follow(c: &Context, first: String) -> Result<Vec<(Response, Vec<Value>)>, Stop> {
    let (mut pages, mut open) = (Vec::new(), Some(first));
    while let Some(target) = open {
        let response = c.get(target).await?;
        let found = manifests(&response)?;
        open = next(c, &response)?;
        pages.push((response, found));
        if pages.len() > 100 {
            return Err(Stop::failed("an end of the pages", "more than 100"));
        }
    }
    Ok(pages)
}

/// Whether the pages hold exactly these digests, each once.
fn hold(pages: &[(Response, Vec<Value>)], mut expected: Vec<String>) -> Verdict {
    let found = pages.iter().flat_map(|(_, page)| page);
    let mut found: Vec<String> =
        found.map(|entry| entry["digest"].as_str().unwrap_or_default().to_owned()).collect();
    found.sort();
    expected.sort();
    if found == expected { Ok(()) } else { Err(Stop::failed(format!("{expected:?}"), format!("{found:?}"))) }
}

async fn complete(c: Context, query: &str) -> Verdict {
    let (repository, subject, digest) = stocked(&c).await?;
    let mut expected = Vec::new();
    for _ in 0..7 {
        let artifact = Image::referrer(&c.unique(), SBOM, &subject.manifest);
        expected.push(repository.push(&artifact.digest(), &artifact).await?);
    }
    let pages = follow(&c, repository.path(&format!("referrers/{digest}{query}"))).await?;
    if let Some(n) = query.strip_prefix("?n=").and_then(|text| text.parse::<usize>().ok()) {
        let full = pages.iter().rev().skip(1).all(|(_, page)| page.len() == n);
        if !full || pages.len() != 7_usize.div_ceil(n) {
            return Err(Stop::failed(format!("pages of {n}"), format!("{} pages", pages.len())));
        }
    }
    hold(&pages, expected)
}

async fn filtered(c: Context) -> Verdict {
    let (repository, subject, digest) = stocked(&c).await?;
    let mut expected = Vec::new();
    for i in 0..6 {
        let artifact_type = if i % 2 == 0 { SBOM } else { SIGNATURE };
        let artifact = Image::referrer(&c.unique(), artifact_type, &subject.manifest);
        let own = repository.push(&artifact.digest(), &artifact).await?;
        if artifact_type == SBOM {
            expected.push(own);
        }
    }
    let wanted = SBOM.replace('+', "%2B");
    let first = repository.path(&format!("referrers/{digest}?n=2&artifactType={wanted}"));
    let pages = follow(&c, first).await?;
    for (response, _) in &pages {
        response.clone().has("oci-filters-applied", "artifactType")?;
    }
    let count = pages.len();
    hold(&pages, expected)?;
    if count == 2 { Ok(()) } else { Err(Stop::failed("two pages", format!("{count}"))) }
}

async fn large(c: Context) -> Verdict {
    let (repository, subject, digest) = stocked(&c).await?;
    let mut expected = Vec::new();
    for _ in 0..5 {
        let artifact =
            Image::referrer(&format!("{}{}", c.unique(), "x".repeat(1 << 20)), SBOM, &subject.manifest);
        expected.push(repository.push(&artifact.digest(), &artifact).await?);
    }
    let pages = follow(&c, repository.path(&format!("referrers/{digest}"))).await?;
    if let Some((response, _)) = pages.iter().find(|(response, _)| response.body.len() > 4 << 20) {
        return Err(response.not("4 MiB at most"));
    }
    hold(&pages, expected)
}

async fn zero(c: Context) -> Verdict {
    let (repository, subject, digest) = stocked(&c).await?;
    let artifact = Image::referrer(&c.unique(), SBOM, &subject.manifest);
    repository.push(&artifact.digest(), &artifact).await?;
    let response = c.get(repository.path(&format!("referrers/{digest}?n=0"))).await?;
    let holds = manifests(&response)?.is_empty() && response.get("link").is_none();
    response.holds(holds, "an empty list and no Link").map(drop)
}
