//! Digests that are none, and those of algorithms that nobody knows.

use super::case::{Case, ruled};

const SOURCE: &str = "distribution-spec, Pulling manifests: digests; image-spec, Digests";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = places();
    cases.extend(shapes());
    let rule = "a malformed digest is refused wherever it stands: 400 DIGEST_INVALID";
    let mut cases = ruled(cases, rule, SOURCE);
    cases.extend(ruled(unknown(), "no content has a digest of an unknown algorithm", SOURCE));
    cases
}

/// The same digest in every place.
fn places() -> Vec<Case> {
    let bad = "sha256:baddigeststring";
    let at = |what: &str, method, target: &str| {
        Case::new(format!("digest.in-{what}"), method, target.replace("BAD", bad))
            .refused(400, &["DIGEST_INVALID"])
    };
    vec![
        at("manifest.GET", "GET", "/v2/{repo}/manifests/BAD"),
        at("manifest.HEAD", "HEAD", "/v2/{repo}/manifests/BAD"),
        at("manifest.PUT", "PUT", "/v2/{repo}/manifests/BAD").manifest("{}"),
        at("manifest.DELETE", "DELETE", "/v2/{repo}/manifests/BAD"),
        at("blob.GET", "GET", "/v2/{repo}/blobs/BAD"),
        at("blob.HEAD", "HEAD", "/v2/{repo}/blobs/BAD"),
        at("blob.DELETE", "DELETE", "/v2/{repo}/blobs/BAD"),
        at("upload.POST", "POST", "/v2/{repo}/blobs/uploads/?digest=BAD").body("abc"),
        at("upload.PUT", "PUT", "{session}?digest=BAD").body(""),
        at("mount.POST", "POST", "/v2/{repo}/blobs/uploads/?mount=BAD&from={repo}"),
        at("referrers.GET", "GET", "/v2/{repo}/referrers/BAD"),
        Case::new("digest.missing.PUT", "PUT", "{session}").body("").refused(400, &["DIGEST_INVALID"]),
        Case::new("digest.empty.PUT", "PUT", "{session}?digest=").body("").refused(400, &["DIGEST_INVALID"]),
        Case::new("digest.empty.POST", "POST", "/v2/{repo}/blobs/uploads/?digest=")
            .body("abc")
            .refused(400, &["DIGEST_INVALID"]),
    ]
}

/// Every kind of malformed digest in one place.
fn shapes() -> Vec<Case> {
    let hex = "0123456789abcdef".repeat(4);
    let table = [
        ("short", format!("sha256:{}", &hex[1..])),
        ("long", format!("sha256:{hex}0")),
        ("upper-case", format!("sha256:{}", hex.to_uppercase())),
        ("no-hex", format!("sha256:{}g", &hex[1..])),
        ("nothing-behind-the-colon", "sha256:".to_owned()),
        ("nothing-before-the-colon", format!(":{hex}")),
        ("escaped-parents", "sha256:..%2f..%2f..%2fetc%2fpasswd".to_owned()),
        ("of-sha512-length", format!("sha512:{hex}")),
    ];
    let case = |(what, digest): (&str, String)| {
        let target = format!("/v2/{{repo}}/blobs/{digest}");
        Case::new(format!("digest.{what}.GET"), "GET", target).refused(400, &["DIGEST_INVALID"])
    };
    table.into_iter().map(case).collect()
}

fn unknown() -> Vec<Case> {
    let md5 = "md5:d41d8cd98f00b204e9800998ecf8427e";
    let target = |rest: &str| format!("/v2/{{repo}}/{rest}{md5}");
    vec![
        Case::new("algorithm.blob.GET", "GET", target("blobs/")).refused(404, &["BLOB_UNKNOWN"]),
        Case::new("algorithm.manifest.GET", "GET", target("manifests/")).refused(404, &["MANIFEST_UNKNOWN"]),
        Case::new("algorithm.manifest.PUT", "PUT", target("manifests/"))
            .manifest("{}")
            .refused(400, &["UNSUPPORTED", "DIGEST_INVALID"]),
        Case::new("algorithm.upload.POST", "POST", target("blobs/uploads/?digest="))
            .body("")
            .refused(400, &["UNSUPPORTED", "DIGEST_INVALID"]),
        Case::new("algorithm.mount.POST", "POST", target("blobs/uploads/?from={repo}&mount="))
            .refused(400, &["UNSUPPORTED", "DIGEST_INVALID"]),
        Case::new("algorithm.start.POST", "POST", "/v2/{repo}/blobs/uploads/?digest-algorithm=md5")
            .refused(400, &["UNSUPPORTED", "DIGEST_INVALID"]),
    ]
}
