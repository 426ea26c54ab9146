//! Manifests that are refused without need, or taken whatever they are.

use serde_json::Value;

use crate::faulty::fault::{Call, Doing, Fault};
use crate::faulty::message::{Reply, Request};

pub(super) const FAULTS: &[Fault] = &[
    Fault::answer("every manifest is taken", |request, reply| {
        if pushes(request) && matches!(reply.status, 400 | 413) {
            *reply = Reply::new(201);
        }
    }),
    Fault::doing("what is refused leaves a tag", leaves_a_tag),
    Fault::answer("Docker's manifests are refused", |request, reply| {
        if pushes(request) && String::from_utf8_lossy(&request.body).contains("vnd.docker.distribution") {
            *reply = Reply::refused(400, "MANIFEST_INVALID");
        }
    }),
    Fault::answer("unknown types are refused", |request, reply| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let unknown = [
            "vnd.example",
            "vnd.cncf",
            "vnd.aquasec",
            "in-toto",
            "oci.empty",
            "vnd.buildkit",
            "artifactType",
        ];
        if pushes(request) && unknown.iter().any(|kind| body.contains(kind)) {
            *reply = Reply::refused(400, "MANIFEST_INVALID");
        }
    }),
    Fault::answer("unknown members are refused", |request, reply| {
        let known = [
            "schemaVersion",
            "mediaType",
            "artifactType",
            "config",
            "layers",
            "manifests",
            "subject",
            "annotations",
        ];
        let body = json(request);
        let unknown = body.as_object().is_some_and(|body| body.keys().any(|name| !known.contains(&&**name)));
        let deep = body["layers"][0].as_object().is_some_and(|layer| layer.len() > 3);
        if pushes(request) && (unknown || deep) {
            *reply = Reply::refused(400, "MANIFEST_INVALID");
        }
    }),
    Fault::answer("an index is refused", |request, reply| {
        if pushes(request) && json(request)["manifests"].is_array() {
            *reply = Reply::refused(400, "MANIFEST_INVALID");
        }
    }),
    Fault::answer("an index of other things than images is refused", |request, reply| {
        let body = json(request);
        let children = body["manifests"].as_array().cloned().unwrap_or_default();
        let image =
            |child: &Value| child["mediaType"].as_str().is_some_and(|kind| kind.contains("image.manifest"));
        if pushes(request) && body["manifests"].is_array() && !children.iter().all(image) {
            *reply = Reply::refused(400, "MANIFEST_INVALID");
        }
    }),
    Fault::answer("an empty list is refused", |request, reply| {
        let body = json(request);
        let empty = |list: &Value| list.as_array().is_some_and(Vec::is_empty);
        if pushes(request) && (empty(&body["layers"]) || empty(&body["manifests"])) {
            *reply = Reply::refused(400, "MANIFEST_INVALID");
        }
    }),
    Fault::answer("a manifest must say its type itself", |request, reply| {
        if pushes(request) && json(request)["mediaType"].is_null() {
            *reply = Reply::refused(400, "MANIFEST_INVALID");
        }
    }),
    Fault::answer("a manifest must come with its type", |request, reply| {
        let good = request
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/vnd.") && !kind.contains(';'));
        if pushes(request) && !good {
            *reply = Reply::refused(400, "MANIFEST_INVALID");
        }
    }),
    Fault::answer("a push does not say where the manifest is", |request, reply| {
        if pushes(request) {
            reply.remove("location");
        }
    }),
    Fault::answer("only small manifests are taken", |request, reply| {
        if pushes(request) && request.body.len() > 30_000 {
            *reply = Reply::refused(413, "SIZE_INVALID");
        }
    }),
    Fault::answer("too large is only bad", |_, reply| {
        if reply.status == 413 {
            reply.status = 400;
        }
    }),
    Fault::ask("tag parameters are ignored", |request| request.keep_parameters(|name, _| name != "tag")),
    Fault::answer("another tag than the one that was set is confirmed", |_, reply| {
        if reply.get("oci-tag").is_some() {
            reply.set("oci-tag", "another");
        }
    }),
    Fault::answer("tag parameters are refused", |request, reply| {
        if request.parameter("tag").is_some() && reply.status == 201 {
            *reply = Reply::refused(414, "MANIFEST_INVALID");
        }
    }),
    Fault::answer("only the first missing blob is told", |_, reply| {
        reply.change_json(|body| {
            if let Some(errors) = body["errors"].as_array_mut() {
                errors.truncate(1);
            }
        });
    }),
    Fault::answer("missing blobs are not named", |_, reply| {
        reply.change_json(|body| {
            for error in body["errors"].as_array_mut().into_iter().flatten() {
                error["detail"] = Value::Null;
                error["message"] = "something is missing".into();
            }
        });
    }),
    Fault::doing("manifests are normalised before they are kept", normalised),
    Fault::answer("a manifest cannot be pushed again", |request, reply| {
        if pushes(request) && request.header("if-match").is_none() && request.body.len() % 3 == 0 {
            *reply = Reply::refused(409, "MANIFEST_INVALID");
        }
    }),
    Fault::answer("long tags are refused", |request, reply| {
        if request.is_manifest() && request.last().len() > 100 && !request.last().contains(':') {
            *reply = Reply::refused(400, "MANIFEST_INVALID");
        }
    }),
    Fault::ask("tags do not heed case", |request| {
        if request.is_manifest() {
            request.target = request.target.to_lowercase();
        }
    }),
    Fault::answer("odd names are refused", |request, reply| {
        let name = request.repository();
        if name.contains("__") || name.contains("--") || name.contains('.') || name.len() > 100 {
            *reply = Reply::refused(404, "NAME_INVALID");
        }
    }),
    Fault::answer("tags with other than letters are refused", |request, reply| {
        if request.is_manifest() && !request.last().contains(':') && request.last().contains(['_', '.', '-'])
        {
            *reply = Reply::refused(404, "MANIFEST_UNKNOWN");
        }
    }),
];

fn pushes(request: &Request) -> bool {
    request.is("PUT") && request.is_manifest()
}

fn json(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap_or_default()
}

/// A refused write is there nevertheless.
fn leaves_a_tag(call: Call) -> Doing {
    Box::pin(async move {
        let reply = call.forward().await;
        if reply.is_error() {
            let name = call.request.repository();
            let accept = "application/vnd.oci.image.manifest.v1+json";
            let latest = Request::new("GET", format!("{name}/manifests/latest")).with("Accept", accept);
            let latest = call.ask(&latest).await;
            if latest.status == 200 {
                let put = Request::new("PUT", format!("{name}/manifests/left")).with("Content-Type", accept);
                call.ask(&put.with_body(latest.body)).await;
            }
        }
        reply
    })
}

/// What is kept under a tag has other bytes, and so another digest.
fn normalised(mut call: Call) -> Doing {
    Box::pin(async move {
        if pushes(&call.request) && !call.request.last().contains(':') {
            let body = json(&call.request);
            if body.is_object() {
                call.request.body = body.to_string().into_bytes();
                call.request.raw.clear();
            }
        }
        call.forward().await
    })
}
