//! Lists of tags and their pages (C-45 to C-48).

use crate::check::Profile::{Core, Full};
use crate::check::{Check, Context, Image, Repository, Stop, Verdict, check, content};

const LIST: &str = "distribution-spec, Listing tags";
const N: &str = "distribution-spec, Listing tags: n";
const LAST: &str = "distribution-spec, Listing tags: last";

/// In byte order.
pub(super) const TAGS: [&str; 9] = ["10", "9", "A", "a", "a-b", "a.b", "a_b", "ab", "b"];

/// Positions, and the tags behind them.
const POSITIONS: [(&str, &str, &[&str]); 7] = [
    ("first", "10", &["9", "A", "a", "a-b", "a.b", "a_b", "ab", "b"]),
    ("middle", "a-b", &["a.b", "a_b", "ab", "b"]),
    ("prefix", "a", &["a-b", "a.b", "a_b", "ab", "b"]),
    ("last", "b", &[]),
    ("behind", "zzz", &[]),
    ("absent", "a.a", &["a.b", "a_b", "ab", "b"]),
    ("empty", "", &TAGS),
];

pub(super) fn checks() -> Vec<Check> {
    let mut checks = vec![
        check("C-45.shape", Core, "tags are listed with the name of the repository, in JSON", LIST, shape),
        check("C-45.none", Core, "a repository without tags has none, or is not there", LIST, |c| {
            empty(c, false)
        }),
        check("C-45.list", Full, "a repository without tags has an empty list, not null", LIST, |c| {
            empty(c, true)
        }),
        check("C-45.deleted", Core, "a repository whose last tag was deleted has none", LIST, deleted),
        check("C-45.no-ghost", Core, "only what was pushed is listed", LIST, no_ghost),
        check(
            "C-46.order",
            Core,
            "tags come in lexical or ASCII order, however they were pushed",
            LIST,
            |c| order(c, false),
        ),
        check("C-46.bytes", Full, "tags come in the order of their bytes", LIST, |c| order(c, true)),
        check("C-47.zero", Core, "n=0 is an empty list without a Link", N, |c| nothing(c, "n=0")),
        check("C-47.zero-last", Core, "n=0 behind a tag, too", N, |c| nothing(c, "n=0&last=a")),
        check("C-48.with-n", Core, "last and n together give the first n behind last", LAST, with_n),
        check("C-48.vanished", Core, "last may be a tag that was deleted", LAST, vanished),
        check("C-48.escaped", Full, "last may be escaped, and need be no tag", LAST, odd_last),
    ];
    for n in [1, 2, 3, 5, 8, 9, 10, 1000, 100_000] {
        let rule = format!("n={n} gives {n} tags, or as many as there are");
        checks.push(check(format!("C-47.{n}"), Core, rule, N, move |c| limited(c, n)));
    }
    for (id, last, expected) in POSITIONS {
        let rule = "last gives the tags behind it, without itself, whether it is there or not";
        checks.push(check(format!("C-48.{id}"), Core, rule, LAST, move |c| behind(c, last, expected)));
    }
    checks
}

/// A repository with all the tags, pushed in another order.
pub(super) async fn tagged(c: &Context) -> Result<Repository, Stop> {
    let (repository, image) = (c.repository(), Image::new(&c.unique()));
    repository.push(TAGS[4], &image).await?;
    for tag in TAGS.iter().rev() {
        repository.put_manifest(tag, &image.media_type, &image.manifest).await?.expect(201)?;
    }
    Ok(repository)
}

async fn shape(c: Context) -> Verdict {
    let repository = tagged(&c).await?;
    let list = c.get(repository.path("tags/list")).await?.expect(200)?;
    let media_type = list.header("content-type")?.split(';').next().unwrap_or_default().trim();
    let holds = media_type == "application/json";
    let list = list.holds(holds, "Content-Type: application/json")?;
    let (name, mut tags) = (list.json()?["name"].clone(), list.texts("tags")?);
    let list = list.holds(name == repository.name(), "the name of the repository")?;
    tags.sort();
    list.holds(tags == TAGS, "all tags").map(drop)
}

async fn empty(c: Context, must: bool) -> Verdict {
    let (repository, image) = (c.repository(), Image::new(&c.unique()));
    repository.push(&image.digest(), &image).await?;
    let list = c.get(repository.path("tags/list")).await?;
    if !must && (list.status == 404 || list.clone().expect(200)?.json()?["tags"].is_null()) {
        return Ok(());
    }
    let tags = list.clone().expect(200)?.texts("tags")?;
    list.holds(tags.is_empty(), "no tags").map(drop)
}

async fn deleted(c: Context) -> Verdict {
    let (repository, image) = (c.repository(), Image::new(&c.unique()));
    repository.push("only", &image).await?;
    super::support::delete(&c, repository.manifest("only")).await?.expect(202)?;
    let list = c.get(repository.path("tags/list")).await?.expect_any(&[200, 404])?;
    if list.status == 404 || list.json()?["tags"].is_null() {
        return Ok(());
    }
    let tags = list.texts("tags")?;
    list.holds(tags.is_empty(), "no tags").map(drop)
}

async fn no_ghost(c: Context) -> Verdict {
    let (repository, image) = (c.repository(), Image::new(&c.unique()));
    repository.push("real", &image).await?;
    repository.put_manifest("refused", &image.media_type, b"nonsense").await?.expect(400)?;
    repository.get_manifest("absent").await?.expect(404)?;
    let absent = content::digest(c.unique().as_bytes());
    repository.put_manifest(&absent, &image.media_type, &image.manifest).await?.expect(400)?;
    let list = c.get(repository.path("tags/list")).await?.expect(200)?;
    let tags = list.texts("tags")?;
    list.holds(tags == ["real"], "the one tag that was pushed").map(drop)
}

async fn order(c: Context, bytes: bool) -> Verdict {
    let repository = tagged(&c).await?;
    let list = c.get(repository.path("tags/list")).await?.expect(200)?;
    let tags = list.texts("tags")?;
    let by_bytes = tags == TAGS;
    let folded: Vec<_> = tags.iter().map(|tag| tag.to_lowercase()).collect();
    let holds = by_bytes || (!bytes && tags.len() == TAGS.len() && folded.is_sorted());
    list.holds(holds, "the tags in order").map(drop)
}

async fn nothing(c: Context, query: &str) -> Verdict {
    let repository = tagged(&c).await?;
    let list = c.get(repository.path(&format!("tags/list?{query}"))).await?.expect(200)?;
    let tags = list.texts("tags")?;
    let holds = tags.is_empty() && list.get("link").is_none();
    list.holds(holds, "an empty list and no Link").map(drop)
}

async fn limited(c: Context, n: usize) -> Verdict {
    let repository = tagged(&c).await?;
    let list = c.get(repository.path(&format!("tags/list?n={n}"))).await?.expect(200)?;
    let tags = list.texts("tags")?;
    let all = c.get(repository.path("tags/list")).await?.expect(200)?.texts("tags")?;
    let expected = &all[..n.min(all.len())];
    let list = list.holds(tags == expected, format!("the first {n} of all tags"))?;
    let more = list.get("link").is_some();
    list.holds(more == (n < TAGS.len()), "a Link exactly if there are more").map(drop)
}

async fn behind(c: Context, last: &str, expected: &[&str]) -> Verdict {
    let repository = tagged(&c).await?;
    let list = c.get(repository.path(&format!("tags/list?last={last}"))).await?.expect(200)?;
    let tags = list.texts("tags")?;
    list.holds(tags == expected, format!("the tags behind {last:?}: {expected:?}")).map(drop)
}

async fn with_n(c: Context) -> Verdict {
    let repository = tagged(&c).await?;
    let list = c.get(repository.path("tags/list?n=2&last=a")).await?.expect(200)?;
    let tags = list.texts("tags")?;
    list.holds(tags == ["a-b", "a.b"], "the two tags behind a").map(drop)
}

async fn vanished(c: Context) -> Verdict {
    let repository = tagged(&c).await?;
    let first = c.get(repository.path("tags/list?n=3")).await?.expect(200)?.texts("tags")?;
    let last = first.last().cloned().unwrap_or_default();
    super::support::delete(&c, repository.manifest(&last)).await?.expect(202)?;
    let list = c.get(repository.path(&format!("tags/list?n=3&last={last}"))).await?.expect(200)?;
    let tags = list.texts("tags")?;
    list.holds(tags == TAGS[3..6], "the tags that followed the one that was deleted").map(drop)
}

async fn odd_last(c: Context) -> Verdict {
    let repository = tagged(&c).await?;
    for (last, expected) in [("a%2Db", &TAGS[5..]), ("%21%20no%2Ftag", &TAGS[..]), ("%7E", &[])] {
        let list = c.get(repository.path(&format!("tags/list?last={last}"))).await?.expect(200)?;
        let tags = list.texts("tags")?;
        list.holds(tags == expected, format!("the tags behind {last}"))?;
    }
    Ok(())
}
