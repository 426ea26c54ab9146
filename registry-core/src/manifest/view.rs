//! What a manifest says, once its members were held against each other.

use std::collections::BTreeMap;

use super::document::Document;
use crate::{Descriptor, MediaType};

/// What a manifest says. With a config it is an image, without one an index.
#[derive(Debug)]
pub(super) struct View {
    pub(super) media_type: MediaType,
    pub(super) artifact_type: Option<MediaType>,
    pub(super) config: Option<Descriptor>,
    pub(super) layers: Vec<Descriptor>,
    pub(super) manifests: Vec<Descriptor>,
    pub(super) subject: Option<Descriptor>,
    pub(super) annotations: BTreeMap<String, String>,
}

impl View {
    /// The view of the document under the type that was declared for it.
    pub(super) fn new(document: Document, declared: Option<&MediaType>) -> Result<Self, String> {
        refuse_schema_1(&document, declared)?;
        let media_type = media_type(&document, declared)?;
        match document.schema_version {
            Some(2) => {}
            Some(other) => return Err(format!("schemaVersion is {other}, not 2")),
            None => return Err("schemaVersion is missing".to_owned()),
        }
        let is_docker = media_type == MediaType::DOCKER_MANIFEST || media_type == MediaType::DOCKER_LIST;
        let is_index = media_type == MediaType::OCI_INDEX || media_type == MediaType::DOCKER_LIST;
        if is_index { check_index(&document) } else { check_image(&document) }?;
        Ok(Self {
            media_type,
            artifact_type: document.artifact_type,
            config: document.config.flatten(),
            layers: document.layers.unwrap_or_default(),
            manifests: document.manifests.unwrap_or_default(),
            // Docker's types know no subject: there it is one of the members that mean nothing.
            subject: document.subject.filter(|_| !is_docker),
            annotations: document.annotations,
        })
    }
}

/// Checks that the document has the members of an image, and none of an index.
fn check_image(document: &Document) -> Result<(), &'static str> {
    match document {
        Document { manifests: Some(_), .. } => Err("an image must not have manifests"),
        Document { config: None | Some(None), .. } => Err("config is missing"),
        Document { layers: None, .. } => Err("layers is missing"),
        _ => Ok(()),
    }
}

/// Checks that the document has the members of an index, and none of an image.
fn check_index(document: &Document) -> Result<(), &'static str> {
    match document {
        Document { config: Some(_), .. } => Err("an index must not have config"),
        Document { layers: Some(_), .. } => Err("an index must not have layers"),
        Document { manifests: None, .. } => Err("manifests is missing"),
        _ => Ok(()),
    }
}

/// Refuses Docker's image manifest version 2, schema 1, whatever it is declared to be, in words that tell the client
/// what is wrong: old clients fall back to it.
fn refuse_schema_1(document: &Document, declared: Option<&MediaType>) -> Result<(), String> {
    let is_named = |media_type: Option<&MediaType>| {
        media_type.is_some_and(|t| t.as_str().starts_with("application/vnd.docker.distribution.manifest.v1+"))
    };
    let is_schema_1 = document.schema_version == Some(1)
        || document.fs_layers
        || is_named(document.media_type.as_ref())
        || is_named(declared);
    if is_schema_1 {
        Err("docker image manifest version 2, schema 1 is not supported".to_owned())
    } else {
        Ok(())
    }
}

/// The one type that declaration and body agree on.
fn media_type(document: &Document, declared: Option<&MediaType>) -> Result<MediaType, String> {
    let media_type = match (declared, &document.media_type) {
        (Some(declared), Some(body)) if declared != body => {
            return Err(format!("mediaType is {body}, but the content type is {declared}"));
        }
        (_, Some(media_type)) => media_type,
        (Some(declared), None)
            if *declared == MediaType::DOCKER_MANIFEST || *declared == MediaType::DOCKER_LIST =>
        {
            return Err("mediaType is missing, and docker manifests must carry it".to_owned());
        }
        (Some(declared), None) => declared,
        (None, None) => return Err("mediaType is missing, and there is no content type either".to_owned()),
    };
    let known = [
        &MediaType::OCI_MANIFEST,
        &MediaType::OCI_INDEX,
        &MediaType::DOCKER_MANIFEST,
        &MediaType::DOCKER_LIST,
    ];
    if known.contains(&media_type) {
        Ok(media_type.clone())
    } else {
        Err(format!("unsupported manifest media type {media_type}"))
    }
}
