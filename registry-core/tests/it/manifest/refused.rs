//! Bodies that are no manifest, each with the place that its refusal names.

use registry_core::MediaType;
use serde_json::{Value, json};

use super::{DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, descriptor, image, index, refusal, with};

/// Checks that the body is refused under its own type, in words that hold `expected`.
fn refuse(body: &Value, expected: &str) {
    let reason = refusal(body.to_string(), None);
    assert!(reason.contains(expected), "{reason:?} does not hold {expected:?} for {body}");
}

fn layer(members: &Value) -> Value {
    with(image(OCI_MANIFEST), &json!({"layers": [descriptor("a/b"), with(descriptor("a/b"), members)]}))
}

#[test]
fn cve_2021_41190_a_body_has_exactly_one_shape() {
    let list = json!({"manifests": []});
    let config = json!({"config": descriptor("a/b")});
    let layers = json!({"layers": []});
    for media_type in [OCI_MANIFEST, DOCKER_MANIFEST] {
        refuse(&with(image(media_type), &list), "an image must not have manifests");
        refuse(&with(image(media_type), &json!({"manifests": null})), "an image must not have manifests");
        let mislabelled = with(index(OCI_INDEX), &json!({"mediaType": media_type}));
        refuse(&mislabelled, "an image must not have manifests");
    }
    for media_type in [OCI_INDEX, DOCKER_LIST] {
        refuse(&with(index(media_type), &config), "an index must not have config");
        refuse(&with(index(media_type), &layers), "an index must not have layers");
        refuse(&with(index(media_type), &json!({"layers": null})), "an index must not have layers");
        refuse(&with(index(media_type), &json!({"config": null})), "an index must not have config");
        let mislabelled = with(image(OCI_MANIFEST), &json!({"mediaType": media_type}));
        refuse(&mislabelled, "an index must not have config");
    }
}

#[test]
fn cve_2021_41190_names_that_differ_in_case_would_be_a_second_shape_for_some() {
    for name in ["Manifests", "MANIFESTS", "manifest\u{17f}"] {
        let expected = "differs from \"manifests\" only in case";
        refuse(&with(image(OCI_MANIFEST), &json!({name: []})), expected);
    }
    refuse(&with(index(OCI_INDEX), &json!({"Layers": []})), "Layers differs from \"layers\"");
    refuse(
        &with(index(OCI_INDEX), &json!({"mediatype": OCI_MANIFEST})),
        "mediatype differs from \"mediaType\"",
    );
    refuse(&layer(&json!({"Digest": "x"})), "layers[1].Digest differs from \"digest\"");
    let child = with(descriptor("a/b"), &json!({"platform": {"OS": "linux"}}));
    refuse(
        &with(index(OCI_INDEX), &json!({"manifests": [child]})),
        "manifests[0].platform.OS differs from \"os\"",
    );
    super::accept(&with(
        image(OCI_MANIFEST),
        &json!({"annotations": {"a": "", "A": ""}, "x": {"Layers": 1}}),
    ));
}

#[test]
fn c_38_declared_type_and_body_type_are_the_same() {
    let types = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST];
    for body_type in types {
        for declared in types.into_iter().filter(|declared| *declared != body_type) {
            let declared: MediaType = declared.parse().unwrap();
            for body in [image(body_type), index(body_type)] {
                let reason = refusal(body.to_string(), Some(&declared));
                assert!(
                    reason.contains(&format!("mediaType is {body_type}, but the content type is {declared}")),
                    "{reason}"
                );
            }
        }
    }
}

#[test]
fn c_38_only_four_types_are_manifests() {
    for media_type in [
        "application/json",
        "application/vnd.oci.artifact.manifest.v1+json",
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.oci.image.manifest.v1+json;charset=utf-8",
    ] {
        refuse(&image(media_type), &format!("unsupported manifest media type {media_type}"));
        let mut silent = index(media_type);
        silent.as_object_mut().unwrap().remove("mediaType");
        let reason = refusal(silent.to_string(), Some(&media_type.parse().unwrap()));
        assert!(reason.contains("unsupported manifest media type"), "{reason}");
    }
}

#[test]
fn c_38_some_type_must_be_named() {
    for body in [image(OCI_MANIFEST), image(DOCKER_MANIFEST), index(DOCKER_LIST)] {
        let declared: MediaType = body["mediaType"].as_str().unwrap().parse().unwrap();
        for missing in [Value::Null, Value::Bool(true)] {
            let mut silent = body.clone();
            if missing.is_null() {
                silent["mediaType"] = missing;
            } else {
                silent.as_object_mut().unwrap().remove("mediaType");
            }
            let reason = refusal(silent.to_string(), None);
            assert!(reason.contains("mediaType is missing, and there is no content type"), "{reason}");
            if declared != MediaType::OCI_MANIFEST {
                let reason = refusal(silent.to_string(), Some(&declared));
                assert!(
                    reason.contains("mediaType is missing, and docker manifests must carry it"),
                    "{reason}"
                );
            }
        }
    }
}

#[test]
fn schema_1_is_refused_in_clear_words_whatever_it_is_called() {
    let signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    let plain = "application/vnd.docker.distribution.manifest.v1+json";
    let body = json!({
        "schemaVersion": 1, "name": "a/b", "tag": "t", "architecture": "amd64",
        "fsLayers": [{"blobSum": "sha256:00"}], "history": [{"v1Compatibility": "{}"}], "signatures": [{}],
    });
    let expected = "docker image manifest version 2, schema 1 is not supported";
    for declared in [signed, plain, "application/json", OCI_MANIFEST, DOCKER_MANIFEST, DOCKER_LIST] {
        let reason = refusal(body.to_string(), Some(&declared.parse().unwrap()));
        assert!(reason.contains(expected), "{declared}: {reason}");
    }
    refuse(&body, expected);
    refuse(&with(image(OCI_MANIFEST), &json!({"fsLayers": []})), expected);
    refuse(&with(image(DOCKER_MANIFEST), &json!({"schemaVersion": 1})), expected);
    refuse(&image(signed), expected);
    let reason = refusal(image(OCI_MANIFEST).to_string(), Some(&signed.parse().unwrap()));
    assert!(reason.contains(expected), "{reason}");
}

#[test]
fn the_schema_version_is_the_number_2() {
    for body in [image(OCI_MANIFEST), index(OCI_INDEX), image(DOCKER_MANIFEST), index(DOCKER_LIST)] {
        for (version, expected) in [
            (json!(0), "schemaVersion is 0, not 2"),
            (json!(3), "schemaVersion is 3, not 2"),
            (json!(-2), "schemaVersion is negative"),
            (json!(2.0), "expected schemaVersion to be an integer"),
            (json!("2"), "expected schemaVersion to be an integer"),
            (json!(null), "schemaVersion is missing"),
            (json!([2]), "expected schemaVersion to be an integer"),
        ] {
            refuse(&with(body.clone(), &json!({"schemaVersion": version})), expected);
        }
        let mut silent = body;
        silent.as_object_mut().unwrap().remove("schemaVersion");
        refuse(&silent, "schemaVersion is missing");
    }
}

#[test]
fn what_a_shape_needs_must_be_there() {
    for (body, name) in [
        (image(OCI_MANIFEST), "config"),
        (image(OCI_MANIFEST), "layers"),
        (image(DOCKER_MANIFEST), "config"),
        (image(DOCKER_MANIFEST), "layers"),
        (index(OCI_INDEX), "manifests"),
        (index(DOCKER_LIST), "manifests"),
    ] {
        let mut body = body;
        body.as_object_mut().unwrap().remove(name);
        refuse(&body, &format!("{name} is missing"));
    }
    refuse(&with(image(OCI_MANIFEST), &json!({"config": null})), "config is missing");
    refuse(&json!({}), "mediaType is missing");
}

#[test]
fn c_70_sizes_are_integers_from_0_to_the_largest_signed_one() {
    for (size, expected) in [
        (json!(-1), "layers[1].size is negative"),
        (json!(i64::MIN), "layers[1].size is negative"),
        (json!(1.5), "expected layers[1].size to be an integer"),
        (json!(1.0), "expected layers[1].size to be an integer"),
        (json!("1"), "expected layers[1].size to be an integer"),
        (json!(null), "expected layers[1].size to be an integer"),
        (json!(true), "expected layers[1].size to be an integer"),
        (json!([1]), "expected layers[1].size to be an integer"),
        (json!({"1": 1}), "expected layers[1].size to be an integer"),
        (json!(i64::MAX as u64 + 1), "layers[1].size is larger than 9223372036854775807"),
        (json!(u64::MAX), "layers[1].size is larger than 9223372036854775807"),
    ] {
        refuse(&layer(&json!({"size": size})), expected);
    }
    for number in ["-0", "1e2", "18446744073709551616", "-9223372036854775809", "99999999999999999999999999"]
    {
        let body = layer(&json!({"size": 4242})).to_string().replace("4242", number);
        let reason = refusal(body, None);
        assert!(reason.contains("layers[1].size"), "{number}: {reason}");
    }
    for number in ["01", "+1", ".5", "1.", "0x1", "NaN", "1_000", "--1", "1e999"] {
        let body = layer(&json!({"size": 4242})).to_string().replace("4242", number);
        refusal(body, None);
    }
}

#[test]
fn t30_digests_of_descriptors_follow_the_grammar() {
    for digest in [
        "foo",
        "",
        "sha256:abc",
        "sha256:../../../../etc/passwd",
        &"sha256:A".repeat(9),
        "md5:",
        ":",
        "sha256:é",
    ] {
        refuse(&layer(&json!({"digest": digest})), "layers[1].digest: invalid digest");
        refuse(
            &with(
                image(OCI_MANIFEST),
                &json!({"subject": with(descriptor("a/b"), &json!({"digest": digest}))}),
            ),
            "subject.digest: invalid digest",
        );
        refuse(
            &with(
                index(OCI_INDEX),
                &json!({"manifests": [with(descriptor("a/b"), &json!({"digest": digest}))]}),
            ),
            "manifests[0].digest: invalid digest",
        );
        refuse(
            &with(
                image(OCI_MANIFEST),
                &json!({"config": with(descriptor("a/b"), &json!({"digest": digest}))}),
            ),
            "config.digest: invalid digest",
        );
    }
}

#[test]
fn members_of_the_wrong_kind_are_refused_with_their_place() {
    for (members, expected) in [
        (json!({"layers": {}}), "expected layers to be an array"),
        (json!({"layers": "x"}), "expected layers to be an array"),
        (json!({"layers": [1]}), "expected layers[0] to be an object"),
        (json!({"layers": [null]}), "expected layers[0] to be an object"),
        (json!({"config": []}), "expected config to be an object"),
        (json!({"config": "x"}), "expected config to be an object"),
        (json!({"subject": 1}), "expected subject to be an object"),
        (json!({"annotations": []}), "expected annotations to be an object of strings"),
        (json!({"annotations": {"a.b/c": 1}}), "expected annotations[\"a.b/c\"] to be a string"),
        (json!({"annotations": {"n": null}}), "expected annotations.n to be a string"),
        (json!({"artifactType": 1}), "expected artifactType to be a string"),
        (json!({"artifactType": ""}), "artifactType: invalid media type"),
        (json!({"mediaType": "x"}), "mediaType: invalid media type"),
    ] {
        refuse(&with(image(OCI_MANIFEST), &members), expected);
    }
    for (members, expected) in [
        (json!({"urls": "x"}), "expected layers[1].urls to be an array"),
        (json!({"urls": [1]}), "expected layers[1].urls[0] to be a string"),
        (json!({"platform": []}), "expected layers[1].platform to be an object"),
        (json!({"platform": {"os": 1}}), "expected layers[1].platform.os to be a string"),
        (
            json!({"platform": {"os.features": [1]}}),
            "expected layers[1].platform[\"os.features\"][0] to be a string",
        ),
        (json!({"mediaType": ""}), "layers[1].mediaType: invalid media type"),
        (json!({"mediaType": null}), "expected layers[1].mediaType to be a string"),
    ] {
        refuse(&layer(&members), expected);
    }
    for name in ["mediaType", "digest", "size"] {
        let mut body = layer(&json!({}));
        body["layers"][1].as_object_mut().unwrap().remove(name);
        refuse(&body, &format!("layers[1].{name} is missing"));
    }
}

#[test]
fn lists_and_maps_have_at_most_10_000_entries() {
    let strings =
        |count: u32| (0..count).map(|i| (i.to_string(), json!(""))).collect::<serde_json::Map<_, _>>();
    let list = |count| vec![descriptor("a/b"); count];
    super::accept(&with(
        image(OCI_MANIFEST),
        &json!({"layers": list(10_000), "annotations": strings(10_000)}),
    ));
    refuse(
        &with(image(OCI_MANIFEST), &json!({"layers": list(10_001)})),
        "layers has more than 10000 entries",
    );
    refuse(
        &with(index(OCI_INDEX), &json!({"manifests": list(10_001)})),
        "manifests has more than 10000 entries",
    );
    refuse(
        &with(image(OCI_MANIFEST), &json!({"annotations": strings(10_001)})),
        "annotations has more than 10000 entries",
    );
    refuse(&layer(&json!({"urls": vec![""; 10_001]})), "layers[1].urls has more than 10000 entries");
}
