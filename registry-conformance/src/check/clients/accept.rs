//! How clients say what they take.

use super::{Check, Context, Profile, check};
use crate::check::Verdict;
use crate::check::content::{ALL_TYPES, DOCKER_LIST, DOCKER_MANIFEST, Image, OCI_INDEX, OCI_MANIFEST};
use crate::client::Request;

const SOURCE: &str = "RFC 9110, section 12.5.1; seen from clients";
const TYPES: &str = "distribution-spec, Pulling manifests: Content-Type; seen from clients";

pub(super) fn checks() -> Vec<Check> {
    let table: [(&str, &str, &[&str]); 5] = [
        (
            "R12.lines",
            "each type in a header of its own",
            &[DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST, OCI_INDEX],
        ),
        ("R12.list", "all types in one list, and anything else", &[ALL_TYPES, "*/*"]),
        ("R12.only", "the OCI manifest alone", &[OCI_MANIFEST]),
        (
            "R12.shuffled",
            "the types in another order",
            &[DOCKER_MANIFEST, "*/*", OCI_INDEX, OCI_MANIFEST, DOCKER_LIST],
        ),
        (
            "R12.weights",
            "types with weights",
            &["application/vnd.oci.image.manifest.v1+json;q=0.1, */*;q=0.01"],
        ),
    ];
    let accepted = |(id, what, lines): (&'static str, &'static str, &'static [&'static str])| {
        let rule = format!("a manifest is served as it is to who takes {what}");
        check(id, Profile::Full, rule, SOURCE, move |cx: Context| async move {
            let (repository, image) = (cx.repository(), Image::new(&cx.unique()));
            repository.push("latest", &image).await?;
            let mut get = Request::get(repository.manifest("latest"));
            for line in lines {
                get = get.header("Accept", *line);
            }
            cx.send(get)
                .await?
                .expect(200)?
                .has("content-type", OCI_MANIFEST)?
                .has_body(&image.manifest)
                .map(drop)
        })
    };
    let mut checks: Vec<Check> = table.into_iter().map(accepted).collect();
    let full = Profile::Full;
    checks.extend([
        check("R13.manifest", full, "the type of an image comes back exactly", TYPES, |cx| exact(cx, false)),
        check("R13.index", full, "the type of an index comes back exactly", TYPES, |cx| exact(cx, true)),
        check(
            "R13.referrers",
            full,
            "the type of a list of referrers is exactly that of an index",
            TYPES,
            |cx| async move {
                let repository = cx.repository();
                let digest = repository.push("latest", &Image::new(&cx.unique())).await?;
                let response = cx.get(repository.path(&format!("referrers/{digest}"))).await?.expect(200)?;
                response.has("content-type", OCI_INDEX).map(drop)
            },
        ),
        check("R1.image", full, "a Docker schema 2 image is kept as it is", TYPES, |cx| docker(cx, false)),
        check("R1.list", full, "a Docker manifest list is kept as it is", TYPES, |cx| docker(cx, true)),
    ]);
    checks
}

async fn exact(cx: Context, of_index: bool) -> Verdict {
    let (repository, image) = (cx.repository(), Image::new(&cx.unique()));
    repository.push("image", &image).await?;
    let index = Image::index(&[&image]);
    repository.push("index", &index).await?;
    let (tag, pushed) = if of_index { ("index", index) } else { ("image", image) };
    let response = repository.get_manifest(tag).await?.expect(200)?;
    response.has("content-type", &pushed.media_type)?.has_body(&pushed.manifest).map(drop)
}

async fn docker(cx: Context, of_list: bool) -> Verdict {
    let repository = cx.repository();
    let image = Image::shaped(&cx.unique(), |manifest| {
        manifest["mediaType"] = DOCKER_MANIFEST.into();
        manifest["config"]["mediaType"] = "application/vnd.docker.container.image.v1+json".into();
        manifest["layers"][0]["mediaType"] = "application/vnd.docker.image.rootfs.diff.tar.gzip".into();
    });
    repository.push("image", &image).await?;
    let list = serde_json::json!({
        "schemaVersion": 2,
        "mediaType": DOCKER_LIST,
        "manifests": [{
            "mediaType": DOCKER_MANIFEST,
            "digest": image.digest(),
            "size": image.manifest.len(),
            "platform": { "architecture": "amd64", "os": "linux" },
        }],
    });
    let list = Image {
        media_type: DOCKER_LIST.to_owned(),
        blobs: Vec::new(),
        manifest: list.to_string().into_bytes(),
    };
    repository.push("list", &list).await?;
    let (tag, pushed) = if of_list { ("list", list) } else { ("image", image) };
    let response =
        repository.get_manifest(tag).await?.expect(200)?.has("docker-content-digest", &pushed.digest())?;
    response.has("content-type", &pushed.media_type)?.has_body(&pushed.manifest).map(drop)
}
