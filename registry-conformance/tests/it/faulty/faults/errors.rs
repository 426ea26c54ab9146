//! Refusals that are none, or that tell too little or too much.

use serde_json::{Value, json};

use crate::faulty::fault::Fault;
use crate::faulty::message::Reply;

pub(super) const FAULTS: &[Fault] = &[
    Fault::answer("an unknown blob is an empty one", |request, reply| {
        if reply.status == 404 && request.reads() && request.is_blob() {
            *reply = Reply::new(200);
        }
    }),
    Fault::answer("an unknown manifest is an empty one", |request, reply| {
        if reply.status == 404 && request.reads() && request.is_manifest() {
            *reply = Reply::new(200);
        }
    }),
    Fault::answer("blobs are not there", |request, reply| {
        if request.reads() && request.is_blob() {
            *reply = Reply::refused(404, "BLOB_UNKNOWN");
        }
    }),
    Fault::answer("what is unknown says UNKNOWN", |_, reply| with_code(reply, &[404], "UNKNOWN")),
    Fault::answer("what is malformed says UNKNOWN", |_, reply| with_code(reply, &[400, 413, 416], "UNKNOWN")),
    Fault::answer("a wrong condition says UNKNOWN", |_, reply| with_code(reply, &[405, 412, 414], "UNKNOWN")),
    Fault::answer("what is unknown is denied", |_, reply| with_code(reply, &[404], "DENIED")),
    Fault::answer("errors are plain text", |_, reply| {
        if reply.is_error() {
            reply.set("content-type", "text/plain");
            reply.set_body("error");
        }
    }),
    Fault::answer("errors have no body", |_, reply| {
        if reply.is_error() {
            reply.set_body("");
        }
    }),
    Fault::answer("errors are called text", |_, reply| {
        if reply.is_error() {
            reply.set("content-type", "text/plain");
        }
    }),
    Fault::answer("errors have no message", |_, reply| {
        reply.change_json(|body| {
            for error in body["errors"].as_array_mut().into_iter().flatten() {
                error["message"] = Value::Null;
            }
        });
    }),
    Fault::answer("errors tell of the inside", |_, reply| {
        reply.change_json(|body| {
            for error in body["errors"].as_array_mut().into_iter().flatten() {
                error["detail"] = json!("open /var/lib/registry/v2: os error 2");
            }
        });
    }),
    Fault::answer("errors come with a member too much, twice", |_, reply| {
        if reply.is_error() && !reply.body.is_empty() {
            let body =
                String::from_utf8_lossy(&reply.body).replacen("\"code\"", "\"code\":\"DENIED\",\"code\"", 1);
            reply.set_body(body);
        }
    }),
    Fault::answer("a mistake of a client is a fault of the registry", |_, reply| {
        if matches!(reply.status, 400 | 404 | 405 | 412..=417 | 431) {
            *reply = Reply::refused(500, "UNKNOWN");
        }
    }),
    Fault::answer("a mistake of a client ends the connection", |_, reply| {
        if reply.is_error() && reply.status < 500 {
            *reply = Reply::default();
        }
    }),
    Fault::answer("every request is answered 200", |request, reply| {
        if reply.is_error() && request.reads() {
            *reply = Reply::new(200);
        }
    }),
    Fault::answer("what is right is too much", |request, reply| {
        if reply.is_success() && !request.reads() {
            *reply = Reply::refused(500, "UNKNOWN");
        }
    }),
    Fault::answer("nothing is read", |request, reply| {
        if reply.is_success() && request.reads() {
            *reply = Reply::refused(503, "UNAVAILABLE");
        }
    }),
];

fn with_code(reply: &mut Reply, statuses: &[u16], code: &str) {
    if statuses.contains(&reply.status) {
        reply.change_json(|body| {
            for error in body["errors"].as_array_mut().into_iter().flatten() {
                error["code"] = code.into();
            }
        });
    }
}
