//! Tags beside a digest (C-39, C-40).

use super::support::stocked;
use crate::check::Profile::{Core, Full};
use crate::check::{Check, Context, Image, Stop, Verdict, check};
use crate::client::Response;

const SOURCE: &str = "distribution-spec, Pushing manifests: tag";

pub(super) fn checks() -> Vec<Check> {
    vec![
        check("C-39.one", Core, "a tag beside a digest is set", SOURCE, |c| sets(c, 1)),
        check("C-39.ten", Core, "ten tags beside a digest are set", SOURCE, |c| sets(c, 10)),
        check("C-39.moved", Core, "a tag beside a digest may be there already", SOURCE, moved),
        check("C-39.twice", Full, "the same tag may be given twice", SOURCE, twice),
        check("C-39.bad", Full, "one malformed tag, and none is set", SOURCE, all_or_nothing),
        check("C-39.too-many", Full, "too many tags are refused: 414, and none is set", SOURCE, too_many),
        check("C-40.beside-tag", Full, "tags beside a tag are refused: 400 UNSUPPORTED", SOURCE, beside_tag),
    ]
}

/// The tags that `OCI-Tag` names, in one line or several; the check is skipped where the registry sets none.
fn named(response: &Response) -> Result<Vec<String>, Stop> {
    let lines: Vec<&str> = response.all("oci-tag").collect();
    if lines.is_empty() {
        return Err(Stop::Skipped("the registry sets no tags beside a digest".to_owned()));
    }
    let mut tags: Vec<_> = lines.join(",").split(',').map(|tag| tag.trim().to_owned()).collect();
    tags.sort();
    Ok(tags)
}

async fn sets(c: Context, count: usize) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    let mut tags: Vec<String> = (0..count).map(|n| format!("t{n}")).collect();
    let query = tags.iter().map(|tag| format!("tag={tag}")).collect::<Vec<_>>().join("&");
    let put =
        repository.put_manifest(&format!("{digest}?{query}"), &image.media_type, &image.manifest).await?;
    let put = put.expect(201)?;
    let named = named(&put)?;
    tags.sort();
    put.holds(named == tags, "all tags in OCI-Tag")?;
    for tag in &tags {
        repository.get_manifest(tag).await?.expect(200)?.has_body(&image.manifest)?;
    }
    tags.insert(0, "latest".to_owned());
    let list = c.get(repository.path("tags/list")).await?.expect(200)?;
    let listed = list.texts("tags")?;
    list.holds(listed == tags, "all tags in the list").map(drop)
}

async fn moved(c: Context) -> Verdict {
    let (repository, ..) = stocked(&c).await?;
    let new = Image::new(&c.unique());
    let digest = repository.push(&new.digest(), &new).await?;
    let reference = format!("{digest}?tag=latest");
    named(&repository.put_manifest(&reference, &new.media_type, &new.manifest).await?.expect(201)?)?;
    repository.get_manifest("latest").await?.expect(200)?.has_body(&new.manifest).map(drop)
}

async fn twice(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    let reference = format!("{digest}?tag=one&tag=one");
    let put = repository.put_manifest(&reference, &image.media_type, &image.manifest).await?.expect(201)?;
    let named = named(&put)?;
    put.holds(named == ["one"], "the tag once")?;
    repository.get_manifest("one").await?.expect(200)?.has_body(&image.manifest).map(drop)
}

async fn all_or_nothing(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    let reference = format!("{digest}?tag=good&tag=.bad");
    let put = repository.put_manifest(&reference, &image.media_type, &image.manifest).await?;
    put.refused(400, &["MANIFEST_INVALID"])?;
    repository.get_manifest("good").await?.expect(404).map(drop)
}

async fn too_many(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    let query = (0..1000).map(|n| format!("tag=t{n}")).collect::<Vec<_>>().join("&");
    let put =
        repository.put_manifest(&format!("{digest}?{query}"), &image.media_type, &image.manifest).await?;
    put.expect(414)?.check_error_body()?;
    repository.get_manifest("t0").await?.expect(404).map(drop)
}

async fn beside_tag(c: Context) -> Verdict {
    let (repository, image, _) = stocked(&c).await?;
    let put = repository.put_manifest("one?tag=two", &image.media_type, &image.manifest).await?;
    put.refused(400, &["UNSUPPORTED"])?;
    for tag in ["one", "two"] {
        repository.get_manifest(tag).await?.expect(404)?;
    }
    Ok(())
}
