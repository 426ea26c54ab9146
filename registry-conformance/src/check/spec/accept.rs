//! Which types a client says it takes (C-6, C-7).

use super::support::stocked;
use crate::check::Profile::{Core, Full};
use crate::check::content::{DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST};
use crate::check::{Check, Context, Verdict, check};
use crate::client::Request;

const SOURCE: &str = "distribution-spec, Pulling manifests: Accept; RFC 9110, section 12.5.1";

/// Lines of `Accept`, parted by a bar, that an OCI image manifest fits.
const TAKEN: [(&str, &str); 10] = [
    ("absent", ""),
    ("anything", "*/*"),
    ("application", "application/*"),
    ("exact", OCI_MANIFEST),
    (
        "one-line",
        "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json",
    ),
    ("lines", "application/vnd.oci.image.index.v1+json|application/vnd.oci.image.manifest.v1+json"),
    ("weights", "application/vnd.oci.image.manifest.v1+json;q=0.1, text/html"),
    ("no-spaces", "text/html,application/vnd.oci.image.manifest.v1+json"),
    ("last-line", "text/html|application/json|*/*"),
    ("json-too", "application/json, application/vnd.oci.image.manifest.v1+json"),
];

const NOT_TAKEN: [(&str, &str); 4] = [
    ("index-alone", OCI_INDEX),
    ("docker-alone", DOCKER_MANIFEST),
    ("list-alone", DOCKER_LIST),
    ("ruled-out", "application/vnd.oci.image.manifest.v1+json;q=0, application/vnd.oci.image.index.v1+json"),
];

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for (id, lines) in TAKEN {
        let rule = "a manifest is sent with its type to whoever takes it, however that is said";
        checks.push(check(format!("C-6.{id}"), Core, rule, SOURCE, move |c| taken(c, lines)));
    }
    for (id, lines) in NOT_TAKEN {
        let rule = "a manifest is not there for whoever does not take its type, and is never converted: 404";
        checks.push(check(format!("C-6.{id}"), Full, rule, SOURCE, move |c| not_taken(c, lines)));
    }
    checks
}

fn with_lines(request: Request, lines: &str) -> Request {
    lines
        .split('|')
        .filter(|line| !line.is_empty())
        .fold(request, |request, line| request.header("Accept", line))
}

async fn taken(c: Context, lines: &str) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    for reference in ["latest", &digest] {
        let get = with_lines(Request::get(repository.manifest(reference)), lines);
        let read = c.send(get).await?.expect(200)?.has("content-type", OCI_MANIFEST)?;
        read.has_body(&image.manifest)?;
        let head = with_lines(Request::head(repository.manifest(reference)), lines);
        c.send(head).await?.expect(200)?.has("content-type", OCI_MANIFEST)?;
    }
    Ok(())
}

async fn not_taken(c: Context, lines: &str) -> Verdict {
    let (repository, ..) = stocked(&c).await?;
    let get = with_lines(Request::get(repository.manifest("latest")), lines);
    c.send(get).await?.refused(404, &["MANIFEST_UNKNOWN"])?;
    let head = with_lines(Request::head(repository.manifest("latest")), lines);
    c.send(head).await?.expect(404).map(drop)
}
