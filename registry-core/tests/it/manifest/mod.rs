mod accepted;
mod embedded;
mod json;
mod model;
mod mutated;
mod refused;

use bytes::Bytes;
use registry_core::{Algorithm, Manifest, MediaType, Result};
use serde_json::{Value, json};

const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The four types and what Docker calls them in old schemas.
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

fn parse(body: impl AsRef<[u8]>, declared: Option<&MediaType>) -> Result<Manifest> {
    Manifest::parse(Bytes::copy_from_slice(body.as_ref()), declared, Algorithm::Sha256)
}

/// Parses under the type that the body names.
fn accept(body: &Value) -> Manifest {
    parse(body.to_string(), None).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// Why the body is refused under the declared type.
fn refusal(body: impl AsRef<[u8]>, declared: Option<&MediaType>) -> String {
    let body = body.as_ref();
    match parse(body, declared) {
        Err(error @ registry_core::Error::InvalidManifest { .. }) => error.to_string(),
        other => panic!("{other:?} for {}", String::from_utf8_lossy(body)),
    }
}

/// A descriptor with the members that must be there.
fn descriptor(media_type: &str) -> Value {
    json!({"mediaType": media_type, "digest": EMPTY, "size": 0})
}

/// The smallest image of a type.
fn image(media_type: &str) -> Value {
    json!({"schemaVersion": 2, "mediaType": media_type, "config": descriptor("a/config"), "layers": []})
}

/// The smallest index of a type.
fn index(media_type: &str) -> Value {
    json!({"schemaVersion": 2, "mediaType": media_type, "manifests": []})
}

/// The value with more members, or others.
fn with(mut value: Value, members: &Value) -> Value {
    let (Some(object), Some(members)) = (value.as_object_mut(), members.as_object()) else {
        panic!("both must be objects")
    };
    object.extend(members.clone());
    value
}
