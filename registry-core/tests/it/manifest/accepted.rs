//! Shapes that real clients push.

use registry_core::{Algorithm, AnyDigest, Digest, Manifest, ManifestKind, MediaType};
use serde_json::json;

use super::{
    DOCKER_LIST, DOCKER_MANIFEST, EMPTY, OCI_INDEX, OCI_MANIFEST, accept, descriptor, image, index, parse,
    with,
};

fn types(list: &[registry_core::Descriptor]) -> Vec<&str> {
    list.iter().map(|descriptor| descriptor.media_type.as_str()).collect()
}

#[test]
fn an_oci_image_shows_config_layers_and_annotations() {
    let body = with(
        image(OCI_MANIFEST),
        &json!({
            "layers": [descriptor("application/vnd.oci.image.layer.v1.tar+gzip"), descriptor("a/b")],
            "annotations": {"org.opencontainers.image.title": "é \u{1f980}", "": ""},
            "org.example.unknown": {"a": [1, 2.5, null, true, {"b": "c"}]},
        }),
    );
    let manifest = accept(&body);
    assert_eq!(manifest.kind(), ManifestKind::Image);
    assert_eq!(manifest.media_type(), &MediaType::OCI_MANIFEST);
    assert_eq!(manifest.config().unwrap().media_type.as_str(), "a/config");
    assert_eq!(types(manifest.layers()), ["application/vnd.oci.image.layer.v1.tar+gzip", "a/b"]);
    assert!(manifest.children().is_empty());
    assert_eq!(manifest.subject(), None);
    assert_eq!(manifest.annotations()["org.opencontainers.image.title"], "é \u{1f980}");
    assert_eq!(manifest.annotations().len(), 2);
}

#[test]
fn an_oci_index_shows_its_children_with_their_platforms() {
    let platform = json!({"os": "windows", "architecture": "amd64", "os.version": "10.0.1",
                          "os.features": ["win32k"], "variant": "v2", "features": ["sse4"], "new": 1});
    let child = with(descriptor(OCI_MANIFEST), &json!({"platform": platform, "artifactType": "a/b"}));
    let manifest = accept(&with(index(OCI_INDEX), &json!({"manifests": [child]})));
    assert_eq!(manifest.kind(), ManifestKind::Index);
    assert_eq!((manifest.config(), manifest.layers()), (None, &[][..]));
    let [child] = manifest.children() else { panic!("one child") };
    let platform = child.platform.as_ref().unwrap();
    assert_eq!(platform.os_version.as_deref(), Some("10.0.1"));
    assert_eq!((&platform.os_features, &platform.features), (&vec!["win32k".into()], &vec!["sse4".into()]));
    assert_eq!(platform.variant.as_deref(), Some("v2"));
    assert_eq!(child.artifact_type.as_ref().unwrap().as_str(), "a/b");
}

#[test]
fn r1_docker_images_and_lists_are_images_and_indexes() {
    let manifest = accept(&with(image(DOCKER_MANIFEST), &json!({"layers": [descriptor("a/b")]})));
    assert_eq!((manifest.kind(), manifest.layers().len()), (ManifestKind::Image, 1));
    assert_eq!(manifest.media_type(), &MediaType::DOCKER_MANIFEST);
    let manifest = accept(&with(index(DOCKER_LIST), &json!({"manifests": [descriptor(DOCKER_MANIFEST)]})));
    assert_eq!((manifest.kind(), manifest.children().len()), (ManifestKind::Index, 1));
    assert_eq!(manifest.media_type(), &MediaType::DOCKER_LIST);
}

#[test]
fn c_37_the_bytes_are_kept_and_the_digest_is_theirs() {
    let body = format!("{}\n\n  ", serde_json::to_string_pretty(&image(OCI_MANIFEST)).unwrap());
    for algorithm in Algorithm::ALL {
        let manifest =
            Manifest::parse(body.clone().into(), Some(&MediaType::OCI_MANIFEST), algorithm).unwrap();
        assert_eq!(manifest.bytes(), body.as_bytes());
        assert_eq!(manifest.digest(), Digest::of(algorithm, body.as_bytes()));
        assert_eq!(manifest.size(), body.len() as u64);
    }
}

#[test]
fn c_38_one_of_declared_and_body_type_is_enough_for_oci() {
    for (body, declared) in
        [(image(OCI_MANIFEST), MediaType::OCI_MANIFEST), (index(OCI_INDEX), MediaType::OCI_INDEX)]
    {
        assert_eq!(accept(&body).media_type(), &declared);
        let mut silent = body;
        silent.as_object_mut().unwrap().remove("mediaType");
        assert_eq!(parse(silent.to_string(), Some(&declared)).unwrap().media_type(), &declared);
    }
}

#[test]
fn c_16_a_subject_is_shown() {
    let subject = json!({"subject": descriptor(OCI_MANIFEST)});
    for body in [image(OCI_MANIFEST), index(OCI_INDEX)] {
        let manifest = accept(&with(body, &subject));
        assert_eq!(manifest.subject().unwrap().digest, EMPTY.parse().unwrap());
    }
    for body in [image(DOCKER_MANIFEST), index(DOCKER_LIST)] {
        assert_eq!(accept(&with(body, &subject)).subject(), None, "docker types know none");
    }
}

#[test]
fn c_52_the_artifact_type_falls_back_to_the_config_type_of_an_image() {
    let artifact_type = json!({"artifactType": "a/artifact"});
    for (body, expected) in [
        (image(OCI_MANIFEST), Some("a/config")),
        (with(image(OCI_MANIFEST), &artifact_type), Some("a/artifact")),
        (index(OCI_INDEX), None),
        (with(index(OCI_INDEX), &artifact_type), Some("a/artifact")),
    ] {
        let manifest = accept(&with(body, &json!({"annotations": {"k": "v"}})));
        assert_eq!(manifest.artifact_type().map(MediaType::as_str), expected);
        let descriptor = manifest.descriptor();
        assert_eq!(&descriptor.media_type, manifest.media_type());
        assert_eq!(descriptor.digest, AnyDigest::from(manifest.digest()));
        assert_eq!(descriptor.size, manifest.size());
        assert_eq!(descriptor.artifact_type.as_ref(), manifest.artifact_type());
        assert_eq!(&descriptor.annotations, manifest.annotations());
    }
}

#[test]
fn r25_an_index_of_blobs_without_platforms_is_an_index() {
    // BuildKit's cache as it was before it became an image manifest.
    let body = with(
        index(OCI_INDEX),
        &json!({"manifests": [
            with(descriptor("application/vnd.oci.image.layer.v1.tar+gzip"), &json!({"annotations": {"buildkit/createdat": "x"}})),
            descriptor("application/vnd.buildkit.cacheconfig.v0"),
        ]}),
    );
    let manifest = accept(&body);
    assert_eq!(
        types(manifest.children()),
        ["application/vnd.oci.image.layer.v1.tar+gzip", "application/vnd.buildkit.cacheconfig.v0"]
    );
    assert!(manifest.children().iter().all(|child| child.platform.is_none()));
}

#[test]
fn r27_an_attestation_is_an_unknown_platform_in_an_index() {
    let child = with(
        descriptor(OCI_MANIFEST),
        &json!({
            "platform": {"architecture": "unknown", "os": "unknown"},
            "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
        }),
    );
    let manifest = accept(&with(index(OCI_INDEX), &json!({"manifests": [child]})));
    assert_eq!(manifest.children()[0].platform.as_ref().unwrap().os, "unknown");
}

#[test]
fn r26_unknown_types_of_configs_layers_and_artifacts_are_no_errors() {
    let empty = json!({"mediaType": "application/vnd.oci.empty.v1+json", "size": 2, "data": "e30=",
        "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"});
    for (config, layer) in [
        (empty.clone(), descriptor("application/vnd.dev.sigstore.bundle+json;version=0.2")),
        (
            descriptor("application/vnd.cncf.helm.config.v1+json"),
            descriptor("application/vnd.cncf.helm.chart.provenance.v1.prov"),
        ),
        (
            descriptor("application/vnd.aquasec.trivy.config.v1+json"),
            descriptor("application/vnd.aquasec.trivy.db.layer.v1.tar+gzip"),
        ),
        (descriptor("application/vnd.buildkit.cacheconfig.v0"), empty),
    ] {
        let body =
            with(image(OCI_MANIFEST), &json!({"config": config, "layers": [layer], "artifactType": "x/y"}));
        assert_eq!(accept(&body).layers().len(), 1);
    }
}

#[test]
fn c_69_descriptors_may_carry_unknown_algorithms() {
    let layer = with(descriptor("a/b"), &json!({"digest": "sha384:00", "size": i64::MAX}));
    let manifest = accept(&with(image(OCI_MANIFEST), &json!({"layers": [layer]})));
    assert_eq!(manifest.layers()[0].known_digest(), None);
    assert_eq!(manifest.layers()[0].size, i64::MAX as u64);
}

/// Go writes an empty slice, map or pointer as `null` when it is not told to leave it out.
#[test]
fn null_counts_as_nothing() {
    let body = with(
        image(OCI_MANIFEST),
        &json!({"layers": null, "annotations": null, "subject": null, "artifactType": null}),
    );
    let manifest = accept(&body);
    assert!(
        manifest.layers().is_empty() && manifest.annotations().is_empty() && manifest.subject().is_none()
    );
    assert!(accept(&with(index(OCI_INDEX), &json!({"manifests": null}))).children().is_empty());
    let nothing =
        json!({"urls": null, "annotations": null, "data": null, "platform": null, "artifactType": null});
    let layer = &accept(&with(image(OCI_MANIFEST), &json!({"layers": [with(descriptor("a/b"), &nothing)]})))
        .layers()[0]
        .clone();
    assert!(layer.urls.is_empty() && layer.platform.is_none() && layer.data.is_none());
    let platform =
        json!({"os": null, "architecture": null, "os.version": null, "os.features": null, "variant": null});
    let child = with(descriptor("a/b"), &json!({"platform": platform}));
    let manifest = accept(&with(index(OCI_INDEX), &json!({"manifests": [child]})));
    assert_eq!(manifest.children()[0].platform.as_ref().unwrap().os, "");
}

#[test]
fn equality_is_that_of_the_bytes_under_one_digest_and_type() {
    let text = image(OCI_MANIFEST).to_string();
    let manifest = parse(&text, None).unwrap();
    assert_eq!(manifest, manifest.clone());
    assert_eq!(manifest, parse(&text, Some(&MediaType::OCI_MANIFEST)).unwrap());
    assert_ne!(manifest, parse(format!("{text} "), None).unwrap());
    assert_ne!(manifest, Manifest::parse(text.into(), None, Algorithm::Sha512).unwrap());
}
