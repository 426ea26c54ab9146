//! What refers to a manifest (C-50 to C-54, C-56, C-57).

use serde_json::{Value, json};

use super::support::stocked;
use crate::check::Profile::{Core, Full};
use crate::check::content::{self, OCI_INDEX, OCI_MANIFEST, descriptor};
use crate::check::{Check, Context, Image, Repository, Stop, Verdict, check};
use crate::client::Response;

const LIST: &str = "distribution-spec, Listing Referrers";
const FALLBACK: &str = "distribution-spec, Enabling the Referrers API; Referrers Tag Schema";

pub(super) const SBOM: &str = "application/vnd.example.sbom.v1+json";
pub(super) const SIGNATURE: &str = "application/vnd.example.signature";

pub(super) fn checks() -> Vec<Check> {
    let mut checks = empty_lists();
    checks.extend(vec![
        check(
            "C-52.listed",
            Core,
            "a referrer is listed with type, digest, size and annotations",
            LIST,
            |c| listed(c, false),
        ),
        check("C-52.early", Core, "a referrer that came before its subject is listed", LIST, |c| {
            listed(c, true)
        }),
        check(
            "C-52.config-type",
            Core,
            "an image without artifactType is listed with its config's",
            LIST,
            plain,
        ),
        check("C-52.index", Core, "an index is listed with its artifactType, or without one", LIST, of_index),
        check("C-52.index-subject", Core, "an index may be the subject", LIST, index_subject),
        check("C-52.chain", Core, "a referrer may be a subject itself", LIST, chain),
        check("C-52.once", Core, "a referrer that was pushed twice is listed once", LIST, once),
        check(
            "C-52.own-repository",
            Core,
            "referrers are those of the repository alone",
            LIST,
            own_repository,
        ),
        check("C-52.deleted", Core, "a referrer that was deleted is not listed", LIST, deleted),
        check("C-52.sha512", Core, "a subject may be named by sha512", LIST, by_sha512),
        check("C-54.filter", Core, "artifactType filters, and OCI-Filters-Applied says so", LIST, filter),
        check("C-54.escaped", Core, "the type may be escaped", LIST, escaped_filter),
        check("C-54.none", Core, "a type that nothing has gives an empty list", LIST, empty_filter),
        check("C-54.config-type", Core, "the filter knows the types of configs", LIST, config_filter),
        check(
            "C-56.adopted",
            Full,
            "what older clients listed under the fallback tag is listed",
            FALLBACK,
            adopted,
        ),
        check("C-56.both", Full, "beside what was pushed since, each once", FALLBACK, adopted_and_pushed),
    ]);
    for (id, subject) in BAD_DIGESTS {
        let rule = "a malformed digest is refused: 400 DIGEST_INVALID";
        checks.push(check(format!("C-51.{id}"), Core, rule, LIST, move |c| malformed(c, subject)));
    }
    checks
}

const BAD_DIGESTS: [(&str, &str); 5] = [
    ("short", "sha256:abc"),
    ("tag", "latest"),
    ("no-hex", "sha256:zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"),
    ("upper-case", "sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"),
    ("no-value", "sha256:"),
];

fn empty_lists() -> Vec<Check> {
    let rule = "where nothing refers to a manifest the list is empty: 200, and the type of an index exactly";
    vec![
        check("C-50.none", Core, rule, LIST, |c| empty(c, Subject::Known)),
        check("C-50.unknown-digest", Core, rule, LIST, |c| empty(c, Subject::Unknown)),
        check("C-50.unknown-repository", Core, rule, LIST, |c| empty(c, Subject::Nowhere)),
        check("C-50.algorithm", Full, rule, LIST, |c| empty(c, Subject::Algorithm)),
    ]
}

/// The descriptors of a list of referrers, which must be one.
pub(super) fn manifests(response: &Response) -> Result<Vec<Value>, Stop> {
    let response = response.clone().expect(200)?.has("content-type", OCI_INDEX)?;
    let body = response.json()?;
    let is_index = body["schemaVersion"] == 2 && body["mediaType"] == OCI_INDEX;
    let list = body["manifests"].as_array().filter(|_| is_index).cloned();
    list.ok_or_else(|| response.not("an image index"))
}

async fn list(c: &Context, repository: &Repository, subject: &str) -> Result<(Response, Vec<Value>), Stop> {
    let response = c.get(repository.path(&format!("referrers/{subject}"))).await?;
    let manifests = manifests(&response)?;
    Ok((response, manifests))
}

/// Whether the list holds exactly these descriptors, in whatever order; members that are null do not count.
fn are(response: &Response, found: &[Value], expected: &[Value]) -> Verdict {
    let same = found.len() == expected.len() && expected.iter().all(|one| found.contains(one));
    if same { Ok(()) } else { Err(response.not(format!("exactly {}", json!(expected)))) }
}

/// How the list must show an artifact.
fn shown(image: &Image, artifact_type: &str) -> Value {
    let mut entry = descriptor(&image.media_type, &image.manifest);
    let body: Value = serde_json::from_slice(&image.manifest).unwrap_or_default();
    if !artifact_type.is_empty() {
        entry["artifactType"] = json!(artifact_type);
    }
    if !body["annotations"].is_null() {
        entry["annotations"] = body["annotations"].clone();
    }
    entry
}

enum Subject {
    Known,
    Unknown,
    Nowhere,
    Algorithm,
}

async fn empty(c: Context, subject: Subject) -> Verdict {
    let (mut repository, _, mut digest) = stocked(&c).await?;
    match subject {
        Subject::Known => {}
        Subject::Unknown => digest = content::digest(c.unique().as_bytes()),
        Subject::Nowhere => repository = c.repository(),
        Subject::Algorithm => "md5:d41d8cd98f00b204e9800998ecf8427e".clone_into(&mut digest),
    }
    let (response, found) = list(&c, &repository, &digest).await?;
    are(&response, &found, &[])
}

async fn malformed(c: Context, subject: &str) -> Verdict {
    let (repository, ..) = stocked(&c).await?;
    let response = c.get(repository.path(&format!("referrers/{subject}"))).await?;
    response.refused(400, &["DIGEST_INVALID"]).map(drop)
}

async fn listed(c: Context, early: bool) -> Verdict {
    let (repository, subject) = (c.repository(), Image::new(&c.unique()));
    if !early {
        repository.push("latest", &subject).await?;
    }
    let sbom = Image::referrer(&c.unique(), SBOM, &subject.manifest);
    let signature = Image::referrer(&c.unique(), SIGNATURE, &subject.manifest);
    repository.push("sbom", &sbom).await?;
    repository.push(&signature.digest(), &signature).await?;
    if early {
        repository.push("latest", &subject).await?;
    }
    let (response, found) = list(&c, &repository, &subject.digest()).await?;
    are(&response, &found, &[shown(&sbom, SBOM), shown(&signature, SIGNATURE)])
}

/// The same document with a subject.
fn refers(image: Image, subject: &Image) -> Image {
    let mut json: Value = serde_json::from_slice(&image.manifest).unwrap_or_default();
    json["subject"] = descriptor(&subject.media_type, &subject.manifest);
    Image { manifest: json.to_string().into_bytes(), ..image }
}

async fn plain(c: Context) -> Verdict {
    let (repository, subject, digest) = stocked(&c).await?;
    let image = refers(Image::new(&c.unique()), &subject);
    repository.push(&image.digest(), &image).await?;
    let (response, found) = list(&c, &repository, &digest).await?;
    are(&response, &found, &[shown(&image, content::OCI_CONFIG)])
}

async fn of_index(c: Context) -> Verdict {
    let (repository, subject, digest) = stocked(&c).await?;
    let untyped = refers(Image::index(&[]), &subject);
    let mut typed: Value = serde_json::from_slice(&untyped.manifest).unwrap_or_default();
    typed["artifactType"] = json!(SBOM);
    let typed = Image { manifest: typed.to_string().into_bytes(), ..untyped.clone() };
    for index in [&untyped, &typed] {
        repository.push(&index.digest(), index).await?;
    }
    let (response, found) = list(&c, &repository, &digest).await?;
    are(&response, &found, &[shown(&untyped, ""), shown(&typed, SBOM)])
}

async fn index_subject(c: Context) -> Verdict {
    let (repository, image, _) = stocked(&c).await?;
    let index = Image::index(&[&image]);
    let digest = repository.push("index", &index).await?;
    let referrer = refers(Image::referrer(&c.unique(), SBOM, b""), &index);
    repository.push(&referrer.digest(), &referrer).await?;
    let (response, found) = list(&c, &repository, &digest).await?;
    are(&response, &found, &[shown(&referrer, SBOM)])
}

async fn chain(c: Context) -> Verdict {
    let (repository, subject, digest) = stocked(&c).await?;
    let sbom = Image::referrer(&c.unique(), SBOM, &subject.manifest);
    let signature = Image::referrer(&c.unique(), SIGNATURE, &sbom.manifest);
    let middle = repository.push(&sbom.digest(), &sbom).await?;
    repository.push(&signature.digest(), &signature).await?;
    let (response, found) = list(&c, &repository, &digest).await?;
    are(&response, &found, &[shown(&sbom, SBOM)])?;
    let (response, found) = list(&c, &repository, &middle).await?;
    are(&response, &found, &[shown(&signature, SIGNATURE)])
}

async fn once(c: Context) -> Verdict {
    let (repository, subject, digest) = stocked(&c).await?;
    let sbom = Image::referrer(&c.unique(), SBOM, &subject.manifest);
    for reference in [&*sbom.digest(), "one", "two", "one"] {
        repository.push(reference, &sbom).await?;
    }
    let (response, found) = list(&c, &repository, &digest).await?;
    are(&response, &found, &[shown(&sbom, SBOM)])
}

async fn own_repository(c: Context) -> Verdict {
    let (repository, subject, digest) = stocked(&c).await?;
    let other = c.repository();
    let sbom = Image::referrer(&c.unique(), SBOM, &subject.manifest);
    other.push("latest", &subject).await?;
    other.push(&sbom.digest(), &sbom).await?;
    let (response, found) = list(&c, &repository, &digest).await?;
    are(&response, &found, &[])
}

async fn deleted(c: Context) -> Verdict {
    let (repository, subject, digest) = stocked(&c).await?;
    let sbom = Image::referrer(&c.unique(), SBOM, &subject.manifest);
    let signature = Image::referrer(&c.unique(), SIGNATURE, &subject.manifest);
    repository.push(&sbom.digest(), &sbom).await?;
    repository.push(&signature.digest(), &signature).await?;
    super::support::delete(&c, repository.manifest(&sbom.digest())).await?.expect(202)?;
    let (response, found) = list(&c, &repository, &digest).await?;
    are(&response, &found, &[shown(&signature, SIGNATURE)])
}

async fn by_sha512(c: Context) -> Verdict {
    let (repository, subject, _) = stocked(&c).await?;
    let digest = content::sha512(&subject.manifest);
    let sbom = Image::referrer(&c.unique(), SBOM, &subject.manifest);
    let mut json: Value = serde_json::from_slice(&sbom.manifest).unwrap_or_default();
    json["subject"]["digest"] = json!(digest);
    let sbom = Image { manifest: json.to_string().into_bytes(), ..sbom };
    repository.push(&sbom.digest(), &sbom).await?;
    let (response, found) = list(&c, &repository, &digest).await?;
    are(&response, &found, &[shown(&sbom, SBOM)])
}

/// A subject with two SBOMs and a signature; what the list must show of the SBOMs.
async fn mixed(c: &Context) -> Result<(Repository, String, Vec<Value>), Stop> {
    let (repository, subject, digest) = stocked(c).await?;
    let mut expected = Vec::new();
    for artifact_type in [SBOM, SBOM, SIGNATURE] {
        let artifact = Image::referrer(&c.unique(), artifact_type, &subject.manifest);
        repository.push(&artifact.digest(), &artifact).await?;
        expected.push(shown(&artifact, artifact_type));
    }
    expected.truncate(2);
    Ok((repository, digest, expected))
}

/// The list with a filter; the check is skipped where the registry does not filter.
async fn filtered(
    c: &Context,
    repository: &Repository,
    subject: &str,
    wanted: &str,
) -> Result<(Response, Vec<Value>), Stop> {
    let (response, found) = list(c, repository, &format!("{subject}?artifactType={wanted}")).await?;
    if response.get("oci-filters-applied").is_none() && !found.is_empty() {
        return Err(Stop::Skipped("the registry does not filter referrers".to_owned()));
    }
    let response = response.has("oci-filters-applied", "artifactType")?;
    Ok((response, found))
}

async fn filter(c: Context) -> Verdict {
    let (repository, digest, expected) = mixed(&c).await?;
    let (response, found) = filtered(&c, &repository, &digest, SBOM).await?;
    are(&response, &found, &expected)?;
    let (response, found) = list(&c, &repository, &digest).await?;
    let holds = found.len() == 3 && response.get("oci-filters-applied").is_none();
    response.holds(holds, "all three without a filter").map(drop)
}

async fn escaped_filter(c: Context) -> Verdict {
    let (repository, digest, expected) = mixed(&c).await?;
    let wanted = SBOM.replace('/', "%2F").replace('+', "%2B");
    let (response, found) = filtered(&c, &repository, &digest, &wanted).await?;
    are(&response, &found, &expected)
}

async fn empty_filter(c: Context) -> Verdict {
    let (repository, digest, _) = mixed(&c).await?;
    let (response, found) = filtered(&c, &repository, &digest, "application/vnd.example.absent").await?;
    are(&response, &found, &[])
}

async fn config_filter(c: Context) -> Verdict {
    let (repository, subject, digest) = stocked(&c).await?;
    let image = refers(Image::new(&c.unique()), &subject);
    let sbom = Image::referrer(&c.unique(), SBOM, &subject.manifest);
    for referrer in [&image, &sbom] {
        repository.push(&referrer.digest(), referrer).await?;
    }
    let wanted = content::OCI_CONFIG.replace('+', "%2B");
    let (response, found) = filtered(&c, &repository, &digest, &wanted).await?;
    are(&response, &found, &[shown(&image, content::OCI_CONFIG)])
}

/// Pushes an artifact without a subject, and lists it under the fallback tag of the subject as older clients do.
async fn fallback(c: &Context, repository: &Repository, subject: &Image) -> Result<Image, Stop> {
    let old = Image::referrer(&c.unique(), SIGNATURE, &subject.manifest);
    repository.push(&old.digest(), &old).await?;
    let entry = shown(&old, SIGNATURE);
    let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry] }).to_string();
    let tag = subject.digest().replace(':', "-");
    repository.put_manifest(&tag, OCI_INDEX, index.as_bytes()).await?.expect(201)?;
    Ok(old)
}

async fn adopted(c: Context) -> Verdict {
    let (repository, subject, digest) = stocked(&c).await?;
    let old = fallback(&c, &repository, &subject).await?;
    let (response, found) = list(&c, &repository, &digest).await?;
    are(&response, &found, &[shown(&old, SIGNATURE)])?;
    let tag = digest.replace(':', "-");
    repository.get_manifest(&tag).await?.expect(200)?.has("content-type", OCI_INDEX).map(drop)
}

async fn adopted_and_pushed(c: Context) -> Verdict {
    let (repository, subject, digest) = stocked(&c).await?;
    let old = fallback(&c, &repository, &subject).await?;
    let new = Image::referrer(&c.unique(), SBOM, &subject.manifest);
    repository.push(&new.digest(), &new).await?;
    let (response, found) = list(&c, &repository, &digest).await?;
    are(&response, &found, &[shown(&old, SIGNATURE), shown(&new, SBOM)])?;
    let is_image = found.iter().all(|entry| entry["mediaType"] == OCI_MANIFEST);
    response.holds(is_image, "images only").map(drop)
}
