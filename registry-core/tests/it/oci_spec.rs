use oci_spec::image;
use registry_core::{Descriptor, Digest, Error, MediaType, Platform};

fn platform() -> Platform {
    let mut platform = Platform::new("windows", "my-arch");
    platform.os_version = Some("10.0.14393.1066".to_owned());
    platform.os_features = vec!["win32k".to_owned()];
    platform.variant = Some("v2".to_owned());
    platform.features = vec!["sse4".to_owned()];
    platform
}

#[test]
fn every_member_of_a_descriptor_survives_both_ways() {
    let mut ours = Descriptor::new(MediaType::OCI_LAYER_GZIP, Digest::sha256_of(b""), 7);
    assert_eq!(Descriptor::try_from(&image::Descriptor::try_from(&ours).unwrap()).unwrap(), ours);
    ours.urls = vec!["https://example.org/a".to_owned()];
    ours.annotations.insert("k".to_owned(), "v".to_owned());
    ours.data = Some("e30=".to_owned());
    ours.artifact_type = Some("application/vnd.example".parse().unwrap());
    ours.platform = Some(platform());
    let theirs = image::Descriptor::try_from(&ours).unwrap();
    assert_eq!(theirs.media_type(), &image::MediaType::ImageLayerGzip);
    assert_eq!(theirs.size(), 7);
    assert_eq!(Descriptor::try_from(&theirs).unwrap(), ours);
}

#[test]
fn a_platform_survives_both_ways() {
    for ours in [platform(), Platform::new("linux", "amd64"), Platform::new("", "")] {
        assert_eq!(Platform::from(&image::Platform::from(&ours)), ours);
    }
}

#[test]
fn the_platform_of_an_image_is_read_from_its_config() {
    let json = r#"{"architecture": "arm64", "os": "linux", "variant": "v8", "os.version": "1",
                   "rootfs": {"type": "layers", "diff_ids": []}}"#;
    let config: image::ImageConfiguration = serde_json::from_str(json).unwrap();
    let platform = Platform::from(&config);
    assert_eq!((platform.os.as_str(), platform.architecture.as_str()), ("linux", "arm64"));
    assert_eq!(platform.variant.as_deref(), Some("v8"));
}

#[test]
fn what_the_other_side_does_not_take_is_an_error() {
    let short =
        Descriptor::new(MediaType::OCI_LAYER, "sha384:00".parse::<registry_core::AnyDigest>().unwrap(), 0);
    assert!(matches!(image::Descriptor::try_from(&short), Err(Error::InvalidDigest { .. })));
    let digest: image::Digest = Digest::sha256_of(b"").to_string().parse().unwrap();
    let theirs = image::Descriptor::new(image::MediaType::Other("no slash".to_owned()), 0, digest);
    assert!(matches!(Descriptor::try_from(&theirs), Err(Error::InvalidMediaType { .. })));
}
