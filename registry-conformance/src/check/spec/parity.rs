//! `HEAD` is answered as `GET`, without the body (C-14).

use crate::check::Profile::{Core, Full};
use crate::check::{Check, Context, Image, Stop, Verdict, check, content};
use crate::client::{Request, Response};

const SOURCE: &str = "distribution-spec, Checking if content exists in the registry; RFC 9110, section 9.3.2";

/// A repository with one of everything.
struct Stock {
    /// The path of the repository, with the slash behind it.
    path: String,
    image: String,
    sha512: String,
    layer: String,
    upload: String,
}

type Place = fn(&Stock) -> String;

/// What is there.
const CONTENT: [(&str, Place); 8] = [
    ("tag", |stock| format!("{}manifests/latest", stock.path)),
    ("digest", |stock| format!("{}manifests/{}", stock.path, stock.image)),
    ("sha512", |stock| format!("{}manifests/{}", stock.path, stock.sha512)),
    ("index", |stock| format!("{}manifests/index", stock.path)),
    ("blob", |stock| format!("{}blobs/{}", stock.path, stock.layer)),
    ("empty-blob", |stock| format!("{}blobs/{}", stock.path, content::digest(b""))),
    ("json-blob", |stock| format!("{}blobs/{}", stock.path, content::digest(b"{}"))),
    ("large-blob", |stock| format!("{}blobs/{}", stock.path, content::digest(&large()))),
];

/// What is not.
const ABSENT: [(&str, Place); 6] = [
    ("no-tag", |stock| format!("{}manifests/absent", stock.path)),
    ("no-digest", |stock| format!("{}manifests/{}", stock.path, stock.layer)),
    ("no-blob", |stock| format!("{}blobs/{}", stock.path, stock.image.replace(['0', '1'], "2"))),
    ("no-repository", |stock| format!("{}none/manifests/latest", stock.path)),
    ("no-repository-blob", |stock| format!("{}none/blobs/{}", stock.path, stock.layer)),
    ("bad-tag", |stock| format!("{}manifests/.x", stock.path)),
];

/// What need not know `HEAD`.
const MORE: [(&str, Place); 7] = [
    ("base", |_| "/v2/".to_owned()),
    ("tags", |stock| format!("{}tags/list", stock.path)),
    ("tags-page", |stock| format!("{}tags/list?n=1", stock.path)),
    ("catalog", |_| "/v2/_catalog?n=1".to_owned()),
    ("referrers", |stock| format!("{}referrers/{}", stock.path, stock.image)),
    ("upload", |stock| stock.upload.clone()),
    ("bad-page", |stock| format!("{}tags/list?n=x", stock.path)),
];

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for (id, place) in CONTENT {
        let rule = "a HEAD has the status, type, length and digest of a GET, and no body";
        checks.push(check(format!("C-14.{id}"), Core, rule, SOURCE, move |c| same_content(c, place)));
    }
    for (id, place) in ABSENT {
        let rule = "a HEAD of what is not there is 404 without a body";
        checks.push(check(format!("C-14.{id}"), Core, rule, SOURCE, move |c| absent(c, place)));
    }
    for (id, place) in CONTENT.into_iter().chain(ABSENT).chain(MORE) {
        let rule = "a HEAD has all headers of a GET";
        checks.push(check(format!("C-14.all-headers.{id}"), Full, rule, SOURCE, move |c| same(c, place)));
    }
    checks
}

fn large() -> Vec<u8> {
    content::noise("large", 200_000)
}

async fn stock(c: &Context) -> Result<Stock, Stop> {
    let (repository, image) = (c.repository(), Image::new(&c.unique()));
    for blob in [&b""[..], b"{}", &large()] {
        repository.push_blob(blob).await?;
    }
    let digest = repository.push("latest", &image).await?;
    let sha512 = content::sha512(&image.manifest);
    repository.put_manifest(&sha512, &image.media_type, &image.manifest).await?;
    c.leaves(repository.manifest(&sha512));
    repository.push("index", &Image::index(&[&image])).await?;
    let upload = repository.start().await?;
    let layer = content::digest(&image.blobs[1]);
    Ok(Stock { path: repository.path(""), image: digest, sha512, layer, upload })
}

async fn both(c: &Context, place: Place) -> Result<(Response, Response), Stop> {
    let target = place(&stock(c).await?);
    let get = Request::get(&*target).header("Accept", content::ALL_TYPES);
    let head = Request::head(&*target).header("Accept", content::ALL_TYPES);
    let (get, head) = (c.send(get).await?, c.send(head).await?);
    let status = get.status;
    // Whatever stood behind the head would be noticed here.
    Ok((get, head.expect(status)?))
}

async fn same_content(c: Context, place: Place) -> Verdict {
    let (get, head) = both(&c, place).await?;
    let get = get.expect(200)?;
    for name in ["content-type", "content-length", "docker-content-digest"] {
        let value =
            if name == "content-length" { get.body.len().to_string() } else { get.header(name)?.to_owned() };
        if head.header(name)? != value {
            return Err(head.not(format!("{name}: {value}")));
        }
    }
    Ok(())
}

async fn absent(c: Context, place: Place) -> Verdict {
    both(&c, place).await?.1.expect(404).map(drop)
}

async fn same(c: Context, place: Place) -> Verdict {
    let (get, head) = both(&c, place).await?;
    let (expected, seen) = (lasting(&get), lasting(&head));
    head.holds(seen == expected, format!("the headers of a GET: {expected:?}")).map(drop)
}

/// The headers but for those that differ from answer to answer by their nature.
fn lasting(response: &Response) -> Vec<(String, String)> {
    const FLEETING: [&str; 6] = ["date", "x-request-id", "connection", "keep-alive", "traceparent", "age"];
    let mut headers = response.headers.clone();
    headers.retain(|(name, _)| !FLEETING.contains(&&**name));
    headers.sort();
    headers
}
