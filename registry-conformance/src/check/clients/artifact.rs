//! What clients push besides images.

use serde_json::{Value, json};

use super::{Check, Context, Profile, check};
use crate::check::Verdict;
use crate::check::content::{Image, OCI_INDEX, OCI_MANIFEST, descriptor, digest};
use crate::client::{Request, Response};

const REFERRERS: &str = "distribution-spec, Listing referrers; seen from clients";
const FALLBACK: &str = "distribution-spec, Enabling the referrers API; seen from clients";
const TYPES: &str = "image-spec, Considerations: unknown types; seen from clients";

pub(super) fn checks() -> Vec<Check> {
    let full = Profile::Full;
    vec![
        check(
            "R14.zeros",
            full,
            "nothing refers to a digest that nothing has: 200 and an empty list",
            REFERRERS,
            zeros,
        ),
        check("R14.subject", full, "a push with a subject is told that it was noted", REFERRERS, noted),
        check("R15.fallback", full, "what a fallback tag lists is among the referrers", FALLBACK, fallback),
        check("R15.signature", full, "what cosign tagged is among the referrers", FALLBACK, signature),
        check("R25.blobs", full, "an index may list blobs", TYPES, index_of_blobs),
        check("R25.no-platform", full, "an index may list images without a platform", TYPES, no_platform),
        check(
            "R26.types",
            full,
            "unknown types of config, layers and artifact are kept",
            TYPES,
            unknown_types,
        ),
        check("R26.empty", full, "the empty config is a blob like any other", TYPES, empty_config),
        check("R27", full, "an attestation is a child and a referrer at once", REFERRERS, twice),
        check(
            "R34",
            full,
            "a tag with an underscore and a layer of a provenance file are kept",
            TYPES,
            chart,
        ),
    ]
}

/// What says something about an image, as BuildKit pushes it.
pub(super) fn attestation(seed: &str, image: &Image) -> Image {
    Image::shaped(seed, |manifest| {
        manifest["layers"][0]["mediaType"] = "application/vnd.in-toto+json".into();
        manifest["subject"] = descriptor(OCI_MANIFEST, &image.manifest);
    })
}

async fn referrers(cx: &Context, path: String) -> Result<(Response, Vec<Value>), crate::check::Stop> {
    let response = cx.get(path).await?.expect(200)?;
    let list = response.json()?["manifests"].as_array().cloned();
    let list = list.ok_or_else(|| response.not("a list manifests in the body"))?;
    Ok((response, list))
}

async fn zeros(cx: Context) -> Verdict {
    let repository = cx.repository();
    repository.push("latest", &Image::new(&cx.unique())).await?;
    let path = repository.path(&format!("referrers/sha256:{}", "0".repeat(64)));
    let (response, list) = referrers(&cx, path).await?;
    response.has("content-type", OCI_INDEX)?.holds(list.is_empty(), "an empty list").map(drop)
}

async fn noted(cx: Context) -> Verdict {
    let (repository, image) = (cx.repository(), Image::new(&cx.unique()));
    repository.push("latest", &image).await?;
    let artifact = Image::referrer(&cx.unique(), "application/vnd.example.sbom", &image.manifest);
    for blob in &artifact.blobs {
        repository.push_blob(blob).await?;
    }
    let response = repository.put_manifest(&artifact.digest(), OCI_MANIFEST, &artifact.manifest).await?;
    response.expect(201)?.has("oci-subject", &image.digest()).map(drop)
}

/// That exactly this refers to it.
async fn only_referrer(cx: &Context, path: String, wanted: &str) -> Verdict {
    let (response, list) = referrers(cx, path).await?;
    let found: Vec<&str> = list.iter().filter_map(|entry| entry["digest"].as_str()).collect();
    response.holds(found == [wanted], format!("a list with exactly {wanted}")).map(drop)
}

async fn fallback(cx: Context) -> Verdict {
    let (repository, subject) = (cx.repository(), Image::new(&cx.unique()));
    let digest = repository.push("latest", &subject).await?;
    // Pushed by a client that knew of no referrers: no subject, and the list under the fallback tag.
    let old = Image::new(&cx.unique());
    repository.push(&old.digest(), &old).await?;
    let list = Image::index(&[&old]);
    repository.push(&digest.replace(':', "-"), &list).await?;
    only_referrer(&cx, repository.path(&format!("referrers/{digest}")), &old.digest()).await
}

async fn signature(cx: Context) -> Verdict {
    let (repository, subject) = (cx.repository(), Image::new(&cx.unique()));
    let digest = repository.push("latest", &subject).await?;
    let old = Image::new(&cx.unique());
    let tag = format!("{}.sig", digest.replace(':', "-"));
    repository.push(&tag, &old).await?;
    repository.get_manifest(&tag).await?.expect(200)?.has_body(&old.manifest)?;
    only_referrer(&cx, repository.path(&format!("referrers/{digest}")), &old.digest()).await
}

async fn index_of_blobs(cx: Context) -> Verdict {
    let repository = cx.repository();
    let layer = cx.unique().into_bytes();
    let config = json!({ "layers": [], "records": [] }).to_string().into_bytes();
    for blob in [&layer, &config] {
        repository.push_blob(blob).await?;
    }
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [
            descriptor("application/vnd.oci.image.layer.v1.tar+gzip", &layer),
            descriptor("application/vnd.buildkit.cacheconfig.v0", &config),
        ],
    });
    kept(&cx, &repository, "cache", OCI_INDEX, manifest.to_string().as_bytes()).await
}

/// Pushes this and reads it back.
async fn kept(
    _: &Context,
    repository: &crate::check::Repository,
    tag: &str,
    media_type: &str,
    bytes: &[u8],
) -> Verdict {
    repository.put_manifest(tag, media_type, bytes).await?.expect(201)?;
    let response = repository.get_manifest(tag).await?.expect(200)?;
    response.has("content-type", media_type)?.has_body(bytes).map(drop)
}

async fn no_platform(cx: Context) -> Verdict {
    let (repository, image) = (cx.repository(), Image::new(&cx.unique()));
    repository.push("image", &image).await?;
    let index = Image::index(&[&image]);
    kept(&cx, &repository, "index", OCI_INDEX, &index.manifest).await
}

async fn unknown_types(cx: Context) -> Verdict {
    let repository = cx.repository();
    for kind in [
        "application/vnd.cncf.helm.config.v1+json",
        "application/vnd.aquasec.trivy.db.layer.v1.tar+gzip",
        "application/vnd.in-toto+json",
        "application/vnd.example.never-seen+x.y",
    ] {
        let image = Image::shaped(&cx.unique(), |manifest| {
            manifest["artifactType"] = kind.into();
            manifest["config"]["mediaType"] = kind.into();
            manifest["layers"][0]["mediaType"] = kind.into();
            manifest["x-unknown"] = json!({ "deep": [null, 1.5, "\u{1f980}"] });
        });
        repository.push("artifact", &image).await?;
        repository.get_manifest("artifact").await?.expect(200)?.has_body(&image.manifest)?;
    }
    Ok(())
}

async fn empty_config(cx: Context) -> Verdict {
    let repository = cx.repository();
    let empty = repository.push_blob(b"{}").await?;
    let response = repository.get_blob(&empty).await?.expect(200)?.has_body(b"{}")?;
    response.has("docker-content-digest", &digest(b"{}"))?;
    let artifact = json!({
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": "application/vnd.example",
        "config": descriptor("application/vnd.oci.empty.v1+json", b"{}"),
        "layers": [descriptor("application/vnd.oci.empty.v1+json", b"{}")],
    });
    kept(&cx, &repository, "empty", OCI_MANIFEST, artifact.to_string().as_bytes()).await
}

async fn twice(cx: Context) -> Verdict {
    let (repository, image) = (cx.repository(), Image::new(&cx.unique()));
    let digest = repository.push(&image.digest(), &image).await?;
    let statement = attestation(&cx.unique(), &image);
    repository.push(&statement.digest(), &statement).await?;
    repository.push("latest", &Image::index(&[&image, &statement])).await?;
    repository.get_manifest(&statement.digest()).await?.expect(200)?.has_body(&statement.manifest)?;
    only_referrer(&cx, repository.path(&format!("referrers/{digest}")), &statement.digest()).await
}

async fn chart(cx: Context) -> Verdict {
    let repository = cx.repository();
    let chart = Image::shaped(&cx.unique(), |manifest| {
        let provenance = json!({ "mediaType": "application/vnd.cncf.helm.chart.provenance.v1.prov" });
        let mut layer = manifest["layers"][0].clone();
        layer["mediaType"] = provenance["mediaType"].clone();
        manifest["config"]["mediaType"] = "application/vnd.cncf.helm.config.v1+json".into();
        manifest["layers"] = json!([manifest["layers"][0], layer]);
    });
    repository.push("1.0.0_build.5", &chart).await?;
    let response = cx.send(Request::get(repository.path("tags/list"))).await?.expect(200)?;
    let listed = response.texts("tags")? == ["1.0.0_build.5"];
    response.holds(listed, "the tag as it was pushed")?;
    repository.get_manifest("1.0.0_build.5").await?.expect(200)?.has_body(&chart.manifest).map(drop)
}
