//! Deletes that do too little or too much.

use crate::faulty::fault::{Call, Doing, Fault};
use crate::faulty::message::{Reply, Request};

pub(super) const FAULTS: &[Fault] = &[
    Fault::doing("deleting a tag deletes its manifest", with_manifest),
    Fault::doing("deleting a manifest leaves its tags", leaves_tags),
    Fault::doing("a deleted blob is still there", |call| {
        Box::pin(async move {
            let swallowed = call.request.is("DELETE") && call.request.is_blob();
            if swallowed { Reply::new(202) } else { call.forward().await }
        })
    }),
    Fault::doing("a deleted manifest is still there", |call| {
        Box::pin(async move {
            let swallowed = call.request.is("DELETE") && call.request.is_manifest();
            if swallowed { Reply::new(202) } else { call.forward().await }
        })
    }),
    Fault::answer("a delete is answered 200", |request, reply| {
        if request.is("DELETE") && reply.is_success() {
            reply.status = 200;
        }
    }),
    Fault::answer("deleting what is not there succeeds", |request, reply| {
        if request.is("DELETE") && reply.status == 404 {
            *reply = Reply::new(if request.is_session() { 204 } else { 202 });
        }
    }),
    Fault::answer("a blob in use is deleted", |request, reply| {
        if request.is("DELETE") && request.is_blob() && reply.status == 405 {
            *reply = Reply::new(202);
        }
    }),
    Fault::answer("nothing can be deleted", |request, reply| {
        if request.is("DELETE") {
            *reply = Reply::refused(403, "DENIED");
        }
    }),
];

fn with_manifest(call: Call) -> Doing {
    Box::pin(async move {
        let request = &call.request;
        if !request.is("DELETE") || !request.is_manifest() || request.last().contains(':') {
            return call.forward().await;
        }
        let head = call.ask(&Request::new("HEAD", request.target.clone())).await;
        let reply = call.forward().await;
        if let (202, Some(digest)) = (reply.status, head.get("docker-content-digest")) {
            let target = format!("{}/manifests/{digest}", request.repository());
            call.ask(&Request::new("DELETE", target)).await;
        }
        reply
    })
}

/// The digest is gone, and whoever asks by tag still gets the manifest.
fn leaves_tags(call: Call) -> Doing {
    Box::pin(async move {
        let request = &call.request;
        let by_digest = request.is_manifest() && request.last().contains(':');
        if by_digest && request.is("DELETE") {
            let head = call.ask(&Request::new("HEAD", request.target.clone())).await;
            call.memory().marks.insert(request.path().to_owned());
            return if head.status == 200 { Reply::new(202) } else { call.forward().await };
        }
        if by_digest && request.reads() && call.memory().marks.contains(request.path()) {
            return Reply::refused(404, "MANIFEST_UNKNOWN");
        }
        if by_digest && request.is("PUT") {
            call.memory().marks.remove(request.path());
        }
        call.forward().await
    })
}
