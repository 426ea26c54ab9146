//! Uploads that go elsewhere, tell something else, or take anything.

use crate::faulty::fault::Fault;
use crate::faulty::message::Reply;

pub(super) const FAULTS: &[Fault] = &[
    Fault::answer("there is no Location", |_, reply| reply.remove("location")),
    Fault::answer("Location is absolute, as the client called the host", |request, reply| {
        let forged =
            ["x-forwarded-host", "forwarded", "x-forwarded-proto", "x-forwarded-prefix", "x-original-url"];
        let host = forged.iter().find_map(|name| request.header(name)).or(request.header("host"));
        if let (Some(host), Some(location)) = (host, reply.get("location")) {
            let location = format!("http://{host}{location}");
            reply.set("location", location);
        }
    }),
    Fault::answer("Range of an upload is one too large", |_, reply| {
        let end = reply.get("range").and_then(|range| range.strip_prefix("0-")?.parse::<u64>().ok());
        if let Some(end) = end {
            reply.set("range", format!("0-{}", end + 1));
        }
    }),
    Fault::answer("Range of an upload is missing", |_, reply| reply.remove("range")),
    Fault::answer("a chunk in the wrong place is not told the right one", |_, reply| {
        if reply.status == 416 {
            reply.remove("range");
            reply.remove("location");
        }
    }),
    Fault::answer("a chunk in the wrong place is a bad request", |request, reply| {
        if reply.status == 416 && !request.reads() {
            reply.status = 400;
        }
    }),
    Fault::ask("Content-Range is ignored", |request| request.drop_header("content-range")),
    Fault::ask("a malformed Content-Range is ignored", |request| {
        let good = |text: &str| {
            text.split_once('-').is_some_and(|(a, b)| a.parse::<u32>().is_ok() && b.parse::<u32>().is_ok())
        };
        if request.header("content-range").is_some_and(|text| !good(text)) {
            request.drop_header("content-range");
        }
    }),
    Fault::answer("the status of an upload is 200", |request, reply| {
        if request.is_session() && request.reads() && reply.status == 204 {
            reply.status = 200;
            reply.set("content-length", "0");
        }
    }),
    Fault::answer("there is no status of an upload", |request, reply| {
        if request.is_session() && request.reads() {
            *reply = Reply::refused(404, "BLOB_UPLOAD_UNKNOWN");
        }
    }),
    Fault::answer("a cancelled upload is answered 202", |request, reply| {
        if request.is_session() && request.is("DELETE") && reply.status == 204 {
            *reply = Reply::new(202);
        }
    }),
    Fault::ask("an upload cannot be cancelled", |request| {
        if request.is_session() && request.is("DELETE") {
            "GET".clone_into(&mut request.method);
        }
    }),
    Fault::answer("an unknown upload is malformed", |request, reply| {
        if request.is_session() && reply.status == 404 {
            *reply = Reply::refused(400, "BLOB_UPLOAD_INVALID");
        }
    }),
    Fault::answer("a chunked body is refused", |request, reply| {
        if request.header("transfer-encoding").is_some() {
            *reply = Reply::refused(411, "SIZE_INVALID");
        }
    }),
    Fault::answer("a chunk needs a type", |request, reply| {
        if (request.is("PATCH") || request.is("PUT"))
            && request.is_session()
            && request.header("content-type").is_none()
        {
            *reply = Reply::refused(400, "BLOB_UPLOAD_INVALID");
        }
    }),
    Fault::answer("a closing PUT may have no body", |request, reply| {
        if request.is("PUT") && request.is_session() && !request.body.is_empty() {
            *reply = Reply::refused(400, "SIZE_INVALID");
        }
    }),
    Fault::ask("a closing PUT forgets its body", |request| {
        if request.is("PUT") && request.is_session() {
            request.body.clear();
        }
    }),
    Fault::answer("digest must come last", |request, reply| {
        let query = request.target.split_once('?').map(|(_, query)| query).unwrap_or_default();
        if request.is("PUT") && request.is_session() && query.contains("digest=") {
            let last = query.rsplit('&').next().unwrap_or_default();
            if !last.starts_with("digest=") || last.contains('%') {
                *reply = Reply::refused(400, "DIGEST_INVALID");
            }
        }
    }),
    Fault::answer("a blob in one POST is refused", |request, reply| {
        if request.is_start() && request.parameter("digest").is_some() {
            *reply = Reply::refused(405, "UNSUPPORTED");
        }
    }),
    Fault::answer("only sha256 is known", |request, reply| {
        if request.target.contains("sha512") {
            *reply = Reply::refused(400, "UNSUPPORTED");
        }
    }),
    Fault::ask("digest-algorithm is ignored", |request| {
        request.keep_parameters(|name, _| name != "digest-algorithm");
    }),
    Fault::answer("digest-algorithm is refused", |request, reply| {
        if request.parameter("digest-algorithm").is_some() {
            *reply = Reply::refused(400, "UNSUPPORTED");
        }
    }),
    Fault::answer("nothing is mounted", |request, reply| {
        if reply.status == 201 && request.parameter("mount").is_some() {
            *reply = Reply::refused(405, "UNSUPPORTED");
        }
    }),
    Fault::answer("a mount tells whether there is such a blob", |request, reply| {
        if reply.status == 202 && request.parameter("mount").is_some() {
            *reply = Reply::refused(404, "BLOB_UNKNOWN");
        }
    }),
    Fault::answer("a mount of nothing succeeds", |request, reply| {
        if reply.status == 202
            && let Some(digest) = request.parameter("mount")
        {
            let location = format!("{}/blobs/{digest}", request.repository());
            *reply = Reply::new(201);
            reply.set("location", location);
        }
    }),
    Fault::answer("an origin beside from is refused", |request, reply| {
        if request.parameter("origin").is_some() {
            *reply = Reply::refused(400, "UNSUPPORTED");
        }
    }),
    Fault::ask("from is not decoded", |request| {
        if request.target.contains("from=") {
            request.target = request.target.replace("%2F", "%252F").replace("%2f", "%252f");
        }
    }),
    Fault::answer("a blob that is pushed again is refused", |request, reply| {
        if request.is("PUT") && request.is_session() && request.body.len() > 50_000 {
            *reply = Reply::refused(409, "BLOB_UPLOAD_INVALID");
        }
    }),
    Fault::ask("parameters that come twice are taken once", |request| {
        let seen = std::cell::RefCell::new(Vec::new());
        request.keep_parameters(|name, _| {
            let first = !seen.borrow().contains(&name.to_owned());
            seen.borrow_mut().push(name.to_owned());
            first || name == "tag"
        });
    }),
    Fault::answer("a push does not name what was pushed", |_, reply| {
        if reply.status == 201 {
            reply.remove("docker-content-digest");
        }
    }),
    Fault::answer("a path without its last slash is unknown", |request, reply| {
        if request.path().ends_with("/blobs/uploads") || request.path() == "/v2" {
            *reply = Reply::refused(404, "UNSUPPORTED");
        }
    }),
    Fault::answer("empty blobs are refused", |request, reply| {
        if reply.status == 201 && request.target.contains("e3b0c44298fc1c149afbf4c8996fb924") {
            *reply = Reply::refused(400, "SIZE_INVALID");
        }
    }),
    Fault::answer("an empty chunk is refused", |request, reply| {
        if request.is("PATCH") && request.body.is_empty() {
            *reply = Reply::refused(400, "SIZE_INVALID");
        }
    }),
    Fault::answer("small chunks are refused", |request, reply| {
        if request.is("PATCH") && request.body.len() < 1024 {
            *reply = Reply::refused(400, "SIZE_INVALID");
        }
    }),
    Fault::answer("the smallest chunk is no number", |request, reply| {
        if request.is_start() {
            reply.set("oci-chunk-min-length", "1 KiB");
        }
    }),
];
