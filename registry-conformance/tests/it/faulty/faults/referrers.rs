//! Referrers that are lost, invented, or told wrongly.

use serde_json::{Value, json};

use crate::faulty::fault::Fault;
use crate::faulty::message::{Reply, Request};

pub(super) const FAULTS: &[Fault] = &[
    Fault::answer("a referrer is lost", |request, reply| list(request, reply, |list| drop(list.pop()))),
    Fault::answer("a referrer is invented", |request, reply| {
        list(request, reply, |list| {
            let digest = format!("sha256:{}", "0".repeat(64));
            list.push(json!({ "mediaType": "application/x", "digest": digest, "size": 1 }));
        });
    }),
    Fault::answer("a referrer is listed twice", |request, reply| {
        list(request, reply, |list| list.extend(list.last().cloned()));
    }),
    Fault::answer("referrers have no annotations", |request, reply| without(request, reply, "annotations")),
    Fault::answer("referrers have no type", |request, reply| without(request, reply, "artifactType")),
    Fault::answer("every referrer has a type", |request, reply| {
        list(request, reply, |list| {
            for entry in list {
                entry["artifactType"] = "application/vnd.example".into();
            }
        });
    }),
    Fault::answer("the list of referrers is called JSON", |request, reply| {
        if request.about("/referrers/") && reply.is_success() {
            reply.set("content-type", "application/json");
        }
    }),
    Fault::answer("referrers that have none are not found", |request, reply| {
        if request.about("/referrers/") && reply.json()["manifests"] == json!([]) {
            *reply = Reply::refused(404, "MANIFEST_UNKNOWN");
        }
    }),
    Fault::ask("referrers are not filtered", |request| {
        request.keep_parameters(|name, _| name != "artifactType");
    }),
    Fault::answer("nothing tells that referrers were filtered", |_, reply| {
        reply.remove("oci-filters-applied");
    }),
    Fault::answer("the next page of referrers is not filtered", |request, reply| {
        if request.about("/referrers/")
            && let Some(link) = reply.get("link").map(|link| link.replace("artifactType", "x"))
        {
            reply.set("link", link);
        }
    }),
    Fault::answer("nothing tells that a subject was noted", |_, reply| reply.remove("oci-subject")),
    Fault::answer("every push is told that a subject was noted", |request, reply| {
        if request.is("PUT") && reply.status == 201 && request.is_manifest() {
            reply.set("oci-subject", format!("sha256:{}", "0".repeat(64)));
        }
    }),
    Fault::answer("a subject must exist", |request, reply| {
        if request.is("PUT") && reply.get("oci-subject").is_some() {
            *reply = Reply::refused(404, "MANIFEST_UNKNOWN");
        }
    }),
    Fault::answer("nothing has referrers", |request, reply| list(request, reply, Vec::clear)),
    Fault::answer("referrers of malformed digests are an empty list", |request, reply| {
        if request.about("/referrers/") && reply.status == 400 {
            *reply = Reply::new(200);
            reply.set_body(json!({ "schemaVersion": 2, "manifests": [] }).to_string());
        }
    }),
    Fault::ask("referrers come on one page", |request| {
        if request.about("/referrers/") {
            request.keep_parameters(|name, _| name != "n");
        }
    }),
];

fn list(request: &Request, reply: &mut Reply, change: impl FnOnce(&mut Vec<Value>)) {
    if request.about("/referrers/") && reply.is_success() {
        reply.change_json(|body| {
            let _ = body["manifests"].as_array_mut().map(change);
        });
    }
}

fn without(request: &Request, reply: &mut Reply, member: &str) {
    list(request, reply, |list| {
        for entry in list {
            entry.as_object_mut().map(|entry| entry.remove(member));
        }
    });
}
