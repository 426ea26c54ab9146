//! Whether there is a registry, and what it says about itself (C-1, C-62, C-65, C-68, C-74).

use serde_json::Value;

use super::support::{delete, stocked};
use crate::check::Profile::{Core, Full};
use crate::check::{Check, Context, Image, Verdict, check, content};

const BASE: &str = "distribution-spec, Determining Support";
const ALL: &str = "distribution-spec, Conformance: the categories";
const VERSION: &str = "Docker Registry HTTP API V2, API Version Check";
const EXTENSIONS: &str = "distribution-spec, Extensions: _oci";

pub(super) fn checks() -> Vec<Check> {
    vec![
        check("C-1.pull", Core, "manifest, config and layers of an image are pulled as they were", ALL, pull),
        check("C-1.push", Core, "an image is pushed by digest, by tag, and within an index", ALL, push),
        check("C-1.discovery", Core, "tags and referrers of what was pushed are listed", ALL, discovery),
        check(
            "C-1.management",
            Core,
            "tags, manifests and blobs are deleted, in this order",
            ALL,
            management,
        ),
        check("C-65.get", Core, "GET /v2/ is answered 200, or 401 with a challenge", BASE, base),
        check("C-65.no-slash", Full, "GET /v2 is answered as GET /v2/", VERSION, no_slash),
        check("C-65.version", Full, "Docker-Distribution-API-Version is registry/2.0", VERSION, version),
        check(
            "C-62.ns",
            Core,
            "a registry that is no proxy answers the same whether ns is given or not",
            "distribution-spec, Registry Proxying",
            ns,
        ),
        check(
            "C-68.form",
            Core,
            "a Warning is 299 with a text, without agent and date, of 4096 bytes at most",
            "distribution-spec, Warnings",
            warnings,
        ),
        check(
            "C-74.discover",
            Full,
            "extensions are listed with name, url and endpoints",
            EXTENSIONS,
            discover,
        ),
        check("C-74.of-repository", Full, "and those of a repository as well", EXTENSIONS, discover_in),
        check(
            "C-74.unknown",
            Full,
            "an extension that is not there is answered 404",
            EXTENSIONS,
            no_extension,
        ),
    ]
}

async fn base(c: Context) -> Verdict {
    let response = c.get("/v2/").await?.expect_any(&[200, 401])?;
    if response.status == 401 {
        response.header("www-authenticate")?;
    }
    Ok(())
}

async fn no_slash(c: Context) -> Verdict {
    let expected = c.get("/v2/").await?.status;
    c.get("/v2").await?.expect(expected).map(drop)
}

async fn version(c: Context) -> Verdict {
    c.get("/v2/").await?.has("docker-distribution-api-version", "registry/2.0").map(drop)
}

async fn pull(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    for reference in ["latest", &digest] {
        repository.get_manifest(reference).await?.expect(200)?.has_body(&image.manifest)?;
    }
    for blob in &image.blobs {
        repository.get_blob(&content::digest(blob)).await?.expect(200)?.has_body(blob)?;
    }
    Ok(())
}

async fn push(c: Context) -> Verdict {
    let (repository, image) = (c.repository(), Image::new(&c.unique()));
    repository.push(&image.digest(), &image).await?;
    repository.put_manifest("latest", &image.media_type, &image.manifest).await?.expect(201)?;
    let index = Image::index(&[&image]);
    repository.push("index", &index).await?;
    repository.get_manifest("latest").await?.expect(200)?.has_body(&image.manifest)?;
    repository.get_manifest("index").await?.expect(200)?.has_body(&index.manifest).map(drop)
}

async fn discovery(c: Context) -> Verdict {
    let (repository, _, digest) = stocked(&c).await?;
    let list = c.get(repository.path("tags/list")).await?.expect(200)?;
    let tags = list.texts("tags")?;
    list.holds(tags == ["latest"], "the one tag that was pushed")?;
    c.get(repository.path(&format!("referrers/{digest}"))).await?.expect(200).map(drop)
}

async fn management(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    let mut targets = vec![repository.manifest("latest"), repository.manifest(&digest)];
    targets.extend(image.blobs.iter().map(|blob| repository.blob(&content::digest(blob))));
    for target in targets {
        delete(&c, &*target).await?.expect(202)?;
        c.get(target).await?.expect(404)?;
    }
    Ok(())
}

async fn warnings(c: Context) -> Verdict {
    let (repository, _, digest) = stocked(&c).await?;
    let absent = repository.manifest("absent");
    for target in ["/v2/".to_owned(), repository.manifest(&digest), repository.path("tags/list"), absent] {
        let response = c.get(target).await?;
        let warnings: Vec<&str> = response.all("warning").collect();
        let formed = |text: &&str| text.starts_with("299 - \"") && text.ends_with('"') && text.len() > 8;
        let holds = warnings.iter().all(formed) && warnings.concat().len() <= 4096;
        response.holds(holds, "Warning: 299 - \"…\", of 4096 bytes at most")?;
    }
    Ok(())
}

async fn ns(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    let blob = repository.blob(&content::digest(&image.blobs[1]));
    for target in [repository.manifest(&digest), blob, repository.path("tags/list")] {
        let plain = c.get(&*target).await?.expect(200)?;
        c.get(format!("{target}?ns=registry.example")).await?.expect(200)?.has_body(&plain.body)?;
    }
    Ok(())
}

async fn discover(c: Context) -> Verdict {
    extensions(&c, "/v2/_oci/ext/discover".to_owned()).await
}

async fn discover_in(c: Context) -> Verdict {
    let (repository, ..) = stocked(&c).await?;
    extensions(&c, repository.path("_oci/ext/discover")).await
}

async fn extensions(c: &Context, target: String) -> Verdict {
    let response = c.get(target).await?.expect(200)?;
    let body = response.json()?;
    let formed = |extension: &Value| {
        extension["name"].as_str().is_some_and(|name| name.starts_with('_'))
            && extension["url"].is_string()
            && extension["endpoints"].as_array().is_some_and(|list| list.iter().all(Value::is_string))
    };
    let holds = body["extensions"].as_array().is_some_and(|list| list.iter().all(formed));
    response.holds(holds, "a list of extensions, each with name, url and endpoints").map(drop)
}

async fn no_extension(c: Context) -> Verdict {
    let response = c.get("/v2/_no_such/ext/thing").await?;
    response.refused(404, &["UNSUPPORTED", "NAME_UNKNOWN", "NAME_INVALID"]).map(drop)
}
