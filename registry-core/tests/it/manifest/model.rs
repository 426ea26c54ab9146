//! Generated documents, whose view is known without parsing.

use std::collections::BTreeMap;

use proptest::prelude::*;
use registry_core::{AnyDigest, Descriptor, Manifest, MediaType, Platform};
use serde_json::{Map, Value, json};

use super::{DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, parse};
use crate::digest::digests;

/// Any JSON that no reader takes for a member it knows.
fn unknown() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(".{0,6}", inner, 0..5)
                .prop_map(|members| Value::from(Map::from_iter(members))),
        ]
    })
}

fn media_types() -> impl Strategy<Value = MediaType> {
    "[a-z0-9]{1,8}/[a-z0-9][a-z0-9.+-]{0,8}(;v=[0-9])?".prop_map(|text| text.parse().unwrap())
}

fn any_digests() -> impl Strategy<Value = AnyDigest> {
    prop_oneof![
        digests().prop_map(AnyDigest::from),
        "[a-z]{1,4}x:[a-zA-Z0-9]{1,9}".prop_map(|text| text.parse().unwrap())
    ]
}

fn strings() -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map(".{0,8}", ".{0,8}", 0..4)
}

fn platforms() -> impl Strategy<Value = Platform> {
    let list = || prop::collection::vec(".{0,4}", 0..3);
    ("[a-z]{0,8}", "[a-z0-9]{0,8}", prop::option::of(".{0,4}"), list(), prop::option::of("v[0-9]"), list())
        .prop_map(|(os, architecture, version, os_features, variant, features)| {
            let mut platform = Platform::new(os, architecture);
            platform.os_version = version;
            platform.os_features = os_features;
            platform.variant = variant;
            platform.features = features;
            platform
        })
}

fn descriptors() -> impl Strategy<Value = Descriptor> {
    let required = (media_types(), any_digests(), 0..=i64::MAX as u64);
    let optional = (
        prop::collection::vec(".{0,6}", 0..3),
        strings(),
        prop::option::of(platforms()),
        prop::option::of(media_types()),
    );
    (required, optional).prop_map(
        |((media_type, digest, size), (urls, annotations, platform, artifact_type))| {
            let mut descriptor = Descriptor::new(media_type, digest, size);
            descriptor.urls = urls;
            descriptor.annotations = annotations;
            descriptor.platform = platform;
            descriptor.artifact_type = artifact_type;
            descriptor
        },
    )
}

/// What a generated document says.
#[derive(Debug, Clone)]
pub(super) struct Model {
    is_index: bool,
    is_docker: bool,
    config: Descriptor,
    list: Vec<Descriptor>,
    subject: Option<Descriptor>,
    artifact_type: Option<MediaType>,
    annotations: BTreeMap<String, String>,
    unknown: BTreeMap<String, Value>,
}

impl Model {
    fn media_type(&self) -> &'static str {
        match (self.is_index, self.is_docker) {
            (false, false) => OCI_MANIFEST,
            (true, false) => OCI_INDEX,
            (false, true) => DOCKER_MANIFEST,
            (true, true) => DOCKER_LIST,
        }
    }

    /// The document, with unknown members in it and in its descriptors.
    pub(super) fn document(&self) -> Value {
        let mark = |descriptor: &Descriptor| {
            let mut value = serde_json::to_value(descriptor).unwrap();
            value.as_object_mut().unwrap().extend(self.unknown.clone());
            value
        };
        let list: Vec<Value> = self.list.iter().map(mark).collect();
        let mut document =
            json!({"schemaVersion": 2, "mediaType": self.media_type(), "annotations": self.annotations});
        let members = document.as_object_mut().unwrap();
        members.extend(self.unknown.clone());
        if self.is_index {
            members.insert("manifests".to_owned(), Value::from(list));
        } else {
            members.insert("config".to_owned(), mark(&self.config));
            members.insert("layers".to_owned(), Value::from(list));
        }
        members.extend(self.subject.as_ref().map(|subject| ("subject".to_owned(), mark(subject))));
        members.extend(self.artifact_type.as_ref().map(|t| ("artifactType".to_owned(), json!(t))));
        document
    }

    fn check(&self, manifest: &Manifest) {
        let (config, layers, children): (_, &[_], &[_]) = match self.is_index {
            true => (None, &[], &self.list),
            false => (Some(&self.config), &self.list, &[]),
        };
        assert_eq!(manifest.media_type().as_str(), self.media_type());
        assert_eq!((manifest.config(), manifest.layers(), manifest.children()), (config, layers, children));
        assert_eq!(manifest.subject(), self.subject.as_ref().filter(|_| !self.is_docker));
        let config_type = config.map(|config| &config.media_type);
        assert_eq!(manifest.artifact_type(), self.artifact_type.as_ref().or(config_type));
        assert_eq!(manifest.annotations(), &self.annotations);
    }
}

pub(super) fn models() -> impl Strategy<Value = Model> {
    let shape = (any::<bool>(), any::<bool>(), descriptors(), prop::collection::vec(descriptors(), 0..4));
    let rest = (
        prop::option::of(descriptors()),
        prop::option::of(media_types()),
        strings(),
        prop::collection::btree_map("x-.{0,6}", unknown(), 0..3),
    );
    (shape, rest).prop_map(
        |((is_index, is_docker, config, list), (subject, artifact_type, annotations, unknown))| Model {
            is_index,
            is_docker,
            config,
            list,
            subject,
            artifact_type,
            annotations,
            unknown,
        },
    )
}

proptest! {
    #[test]
    fn the_view_says_what_the_document_says(model in models(), pretty in any::<bool>()) {
        let document = model.document();
        let text = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) }.unwrap();
        let manifest = parse(&text, None).unwrap();
        model.check(&manifest);
        prop_assert_eq!(manifest.bytes(), text.as_bytes());
        let declared: MediaType = model.media_type().parse().unwrap();
        prop_assert_eq!(parse(&text, Some(&declared)).unwrap(), manifest);
    }

    #[test]
    fn no_other_type_may_be_declared(model in models()) {
        for other in [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST] {
            if other != model.media_type() {
                prop_assert!(parse(model.document().to_string(), Some(&other.parse().unwrap())).is_err());
            }
        }
    }
}
