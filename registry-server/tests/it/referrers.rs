//! end-12: `GET …/referrers/<digest>`.

use registry_core::Link;
use serde_json::{Value, json};

use crate::support::{Ask, House, Reply, digest, image, index, referrer};

const SBOM: &str = "application/vnd.example.sbom.v1+json";
const SIGNATURE: &str = "application/vnd.example.signature";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn list(house: &House, target: &str) -> Reply {
    let reply = house.parity(&Ask::new("GET", target)).expect(200);
    assert_eq!(reply.header("content-type"), OCI_INDEX, "R13: exactly");
    let body = reply.json();
    assert_eq!((&body["schemaVersion"], &body["mediaType"]), (&json!(2), &json!(OCI_INDEX)));
    assert!(body["manifests"].is_array(), "{reply}");
    reply
}

fn manifests(reply: &Reply) -> Vec<Value> {
    reply.json()["manifests"].as_array().unwrap().clone()
}

#[test]
fn c50_r14_an_empty_list_for_whatever_has_none() {
    let house = House::new();
    house.push_image("a/b", "latest", &image("one"));
    let zeros = format!("sha256:{}", "0".repeat(64));
    for name in ["a/b", "nobody"] {
        for subject in [&*zeros, &digest(b"x"), "md5:abc", &zeros.replace(':', "%3A")] {
            let reply = list(&house, &format!("/v2/{name}/referrers/{subject}"));
            assert_eq!(manifests(&reply), Vec::<Value>::new());
            assert_eq!((reply.get("link"), reply.get("oci-filters-applied")), (None, None));
        }
    }
}

#[test]
fn c51_malformed_digests() {
    let house = House::new();
    for subject in ["sha256:abc", "latest", "sha256:", "sha256%3Aabc", ":"] {
        house.parity(&Ask::new("GET", format!("/v2/a/b/referrers/{subject}"))).refused(400, "DIGEST_INVALID");
    }
}

#[test]
fn c52_c54_descriptors_with_type_and_annotations() {
    let house = House::new();
    let subject = image("one");
    let own = house.push_image("a/b", "latest", &subject);
    for (kind, note) in [(SBOM, "s1"), (SBOM, "s2"), (SIGNATURE, "sig")] {
        let artifact = referrer(&subject.manifest, kind, note);
        house.push_image("a/b", &artifact.digest(), &artifact);
    }
    let all = manifests(&list(&house, &format!("/v2/a/b/referrers/{own}")));
    assert_eq!(all.len(), 3);
    let mut digests: Vec<_> = all.iter().map(|entry| entry["digest"].as_str().unwrap().to_owned()).collect();
    assert!(digests.is_sorted());
    digests.dedup();
    assert_eq!(digests.len(), 3);
    for entry in &all {
        let note = entry["annotations"]["note"].as_str().unwrap();
        assert_eq!(entry["artifactType"], if note == "sig" { SIGNATURE } else { SBOM });
        assert!(entry["size"].as_u64().is_some());
    }
    for encoded in [SBOM.to_owned(), SBOM.replace('+', "%2B").replace('/', "%2F")] {
        let reply = list(&house, &format!("/v2/a/b/referrers/{own}?artifactType={encoded}"));
        assert_eq!(reply.header("oci-filters-applied"), "artifactType");
        assert_eq!(manifests(&reply).len(), 2);
    }
    let none = list(&house, &format!("/v2/a/b/referrers/{own}?artifactType=application/x"));
    assert_eq!((none.header("oci-filters-applied"), manifests(&none).len()), ("artifactType", 0));
    let ask = Ask::new("GET", format!("/v2/a/b/referrers/{own}?artifactType=nonsense"));
    house.parity(&ask).refused(400, "UNSUPPORTED");
}

#[test]
fn c52_the_type_of_what_names_none() {
    let house = House::new();
    let subject = image("one");
    let own = house.push_image("a/b", "latest", &subject);
    let with_subject = |manifest: &[u8]| {
        let mut manifest: Value = serde_json::from_slice(manifest).unwrap();
        manifest["subject"] =
            json!({ "mediaType": subject.media_type, "digest": own, "size": subject.manifest.len() });
        serde_json::to_vec(&manifest).unwrap()
    };
    let plain = with_subject(&subject.manifest);
    let group = with_subject(&index(&[]));
    house.push_manifest("a/b", &digest(&plain), subject.media_type, &plain).expect(201);
    house.push_manifest("a/b", &digest(&group), OCI_INDEX, &group).expect(201);
    let all = manifests(&list(&house, &format!("/v2/a/b/referrers/{own}")));
    let of = |bytes: &[u8]| all.iter().find(|entry| entry["digest"] == digest(bytes)).unwrap().clone();
    assert_eq!(of(&plain)["artifactType"], "application/vnd.oci.image.config.v1+json");
    assert_eq!(of(&group).get("artifactType"), None);
    assert_eq!(of(&group)["mediaType"], OCI_INDEX);
}

#[test]
fn c53_pages_and_their_links() {
    let house = House::new();
    let subject = image("one");
    let own = house.push_image("a/b", "latest", &subject);
    for n in 0..7 {
        let artifact = referrer(&subject.manifest, SBOM, &n.to_string());
        house.push_image("a/b", &artifact.digest(), &artifact);
    }
    let whole = manifests(&list(&house, &format!("/v2/a/b/referrers/{own}")));
    assert_eq!(whole.len(), 7);
    let mut pages = Vec::new();
    let mut next = Some(format!("/v2/a/b/referrers/{own}?n=3&artifactType={SBOM}"));
    while let Some(target) = next {
        let reply = list(&house, &target);
        assert_eq!(
            reply.header("oci-filters-applied"),
            "artifactType",
            "the filter goes along with the link"
        );
        pages.push(manifests(&reply));
        next = reply.get("link").map(|link| Link::parse(link).unwrap().to_owned());
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
    assert_eq!(pages.concat(), whole);
    let none = list(&house, &format!("/v2/a/b/referrers/{own}?n=0"));
    assert_eq!((manifests(&none).len(), none.get("link")), (0, None));
    let ask = Ask::new("GET", format!("/v2/a/b/referrers/{own}?last=nonsense"));
    house.parity(&ask).refused(400, "UNSUPPORTED");
}

#[test]
fn c53_a_page_ends_before_it_is_too_large_for_clients() {
    let house = House::new();
    let subject = image("one");
    let own = house.push_image("a/b", "latest", &subject);
    for n in 0..4 {
        let artifact = referrer(&subject.manifest, SBOM, &format!("{n}{}", "x".repeat(1 << 20)));
        house.push_image("a/b", &artifact.digest(), &artifact);
    }
    let (mut seen, mut pages) = (0, 0);
    let mut next = Some(format!("/v2/a/b/referrers/{own}"));
    while let Some(target) = next {
        let reply = list(&house, &target);
        assert!(reply.body.len() < 4 << 20, "{} bytes", reply.body.len());
        seen += manifests(&reply).len();
        pages += 1;
        next = reply.get("link").map(|link| Link::parse(link).unwrap().to_owned());
    }
    assert_eq!((seen, pages), (4, 2));
}

#[test]
fn c56_r15_what_older_clients_tagged() {
    let house = House::new();
    let subject = image("one");
    let own = house.push_image("a/b", "latest", &subject);
    let old = image("old signature");
    let fallback = own.replace(':', "-");
    house.push_image("a/b", &format!("{fallback}.sig"), &old);
    let found = manifests(&list(&house, &format!("/v2/a/b/referrers/{own}")));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["digest"], old.digest());
}
