use registry_core::{AnyDigest, Descriptor, Digest, MediaType, Platform};
use serde_json::json;

const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn descriptor(media_type: &str) -> Descriptor {
    Descriptor::new(media_type.parse().unwrap(), Digest::sha256_of(b""), 0)
}

#[test]
fn c_17_layers_that_are_not_to_be_distributed_are_told_apart() {
    for media_type in [
        "application/vnd.oci.image.layer.nondistributable.v1.tar",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
        "application/vnd.docker.image.rootfs.foreign.diff.tar",
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    ] {
        assert!(!descriptor(media_type).is_distributable(), "{media_type}");
    }
    for media_type in [
        "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "application/vnd.oci.image.config.v1+json",
        "text/plain",
    ] {
        let mut descriptor = descriptor(media_type);
        assert!(descriptor.is_distributable(), "{media_type}");
        descriptor.urls.push("https://example.org/layer".to_owned());
        assert!(!descriptor.is_distributable(), "{media_type} with urls");
    }
}

#[test]
fn only_members_that_are_there_are_written() {
    let plain = descriptor("text/plain");
    let expected = json!({"mediaType": "text/plain", "digest": EMPTY, "size": 0});
    assert_eq!(serde_json::to_value(&plain).unwrap(), expected);
    assert_eq!(serde_json::from_value::<Descriptor>(expected).unwrap(), plain);
}

#[test]
fn every_member_round_trips() {
    let mut full = descriptor("text/plain");
    full.urls = vec!["https://example.org/a".to_owned()];
    full.annotations.insert("k".to_owned(), "v".to_owned());
    full.data = Some(String::new());
    full.artifact_type = Some(MediaType::OCI_CONFIG);
    let mut platform = Platform::new("windows", "amd64");
    platform.os_version = Some("10.0.14393.1066".to_owned());
    platform.os_features = vec!["win32k".to_owned()];
    platform.variant = Some("v2".to_owned());
    platform.features = vec!["sse4".to_owned()];
    full.platform = Some(platform);
    let expected = json!({
        "mediaType": "text/plain", "digest": EMPTY, "size": 0, "urls": ["https://example.org/a"],
        "annotations": {"k": "v"}, "data": "", "artifactType": "application/vnd.oci.image.config.v1+json",
        "platform": {"os": "windows", "architecture": "amd64", "os.version": "10.0.14393.1066",
                     "os.features": ["win32k"], "variant": "v2", "features": ["sse4"]},
    });
    assert_eq!(serde_json::to_value(&full).unwrap(), expected);
    assert_eq!(serde_json::from_value::<Descriptor>(expected).unwrap(), full);
}

#[test]
fn c_69_a_descriptor_may_carry_a_digest_of_an_unknown_algorithm() {
    let digest: AnyDigest = "md5:d41d8cd98f00b204e9800998ecf8427e".parse().unwrap();
    let unknown = Descriptor::new(MediaType::OCI_LAYER, digest, 0);
    assert_eq!(unknown.known_digest(), None);
    assert_eq!(descriptor("a/b").known_digest(), Some(&Digest::sha256_of(b"")));
}
