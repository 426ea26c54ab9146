//! What a push with a subject is answered (C-43).

use serde_json::Value;

use super::support::stocked;
use crate::check::Profile::{Core, Full};
use crate::check::content::{OCI_MANIFEST, descriptor};
use crate::check::{Check, Context, Image, Verdict, check};

const SOURCE: &str = "distribution-spec, Pushing manifests with subject: OCI-Subject";

pub(super) fn checks() -> Vec<Check> {
    let rule = "the digest of the subject is in OCI-Subject";
    vec![
        check("C-43.by-tag", Core, rule, SOURCE, |c| names_subject(c, true, false)),
        check("C-43.by-digest", Core, rule, SOURCE, |c| names_subject(c, false, false)),
        check("C-43.index", Core, rule, SOURCE, |c| names_subject(c, true, true)),
        check("C-43.again", Core, "also when it is pushed again", SOURCE, again),
        check("C-43.absent", Core, "also when the subject is not there", SOURCE, absent),
        check("C-43.none", Full, "a push without a subject has no OCI-Subject", SOURCE, none),
    ]
}

async fn names_subject(c: Context, by_tag: bool, is_index: bool) -> Verdict {
    let (repository, subject, digest) = stocked(&c).await?;
    let mut image = if is_index { Image::index(&[]) } else { Image::new(&c.unique()) };
    let mut json: Value = serde_json::from_slice(&image.manifest).unwrap_or_default();
    json["subject"] = descriptor(OCI_MANIFEST, &subject.manifest);
    image.manifest = json.to_string().into_bytes();
    for blob in &image.blobs {
        repository.push_blob(blob).await?;
    }
    let own = image.digest();
    let reference = if by_tag { "more" } else { &own };
    let put = repository.put_manifest(reference, &image.media_type, &image.manifest).await?;
    put.expect(201)?.has("oci-subject", &digest).map(drop)
}

async fn again(c: Context) -> Verdict {
    let (repository, subject, digest) = stocked(&c).await?;
    let referrer = Image::referrer(&c.unique(), "application/vnd.example", &subject.manifest);
    repository.push("more", &referrer).await?;
    let put = repository.put_manifest("more", &referrer.media_type, &referrer.manifest).await?;
    put.expect(201)?.has("oci-subject", &digest).map(drop)
}

async fn absent(c: Context) -> Verdict {
    let (repository, subject) = (c.repository(), Image::new(&c.unique()));
    let referrer = Image::referrer(&c.unique(), "application/vnd.example", &subject.manifest);
    for blob in &referrer.blobs {
        repository.push_blob(blob).await?;
    }
    let put = repository.put_manifest("more", &referrer.media_type, &referrer.manifest).await?;
    put.expect(201)?.has("oci-subject", &subject.digest()).map(drop)
}

async fn none(c: Context) -> Verdict {
    let (repository, image, _) = stocked(&c).await?;
    let put = repository.put_manifest("more", &image.media_type, &image.manifest).await?.expect(201)?;
    let holds = put.get("oci-subject").is_none();
    put.holds(holds, "no OCI-Subject").map(drop)
}
