//! What is read is not what was pushed, or is told wrongly.

use crate::faulty::fault::Fault;
use crate::faulty::message::{Reply, Request};

const DIGEST: &str = "docker-content-digest";

pub(super) const FAULTS: &[Fault] = &[
    Fault::answer("manifests come without their digest", |request, reply| {
        if request.reads() && request.is_manifest() {
            reply.remove(DIGEST);
        }
    }),
    Fault::answer("manifests come with another digest", |request, reply| {
        if request.reads() && request.is_manifest() {
            other_digest(reply);
        }
    }),
    Fault::answer("blobs come without their digest", |request, reply| {
        if request.reads() && request.is_blob() {
            reply.remove(DIGEST);
        }
    }),
    Fault::answer("blobs come with another digest", |request, reply| {
        if request.reads() && request.is_blob() {
            other_digest(reply);
        }
    }),
    Fault::answer("manifests are written anew", |request, reply| {
        if request.reads() && request.is_manifest() && reply.is_success() {
            reply.change_json(|_| {});
        }
    }),
    Fault::answer("a byte of each blob is another", |request, reply| {
        if request.is_blob()
            && let Some(byte) = reply.body.last_mut()
        {
            *byte ^= 1;
        }
    }),
    Fault::answer("manifests come with a charset", |request, reply| {
        if request.is_manifest()
            && let Some(media_type) = reply.get("content-type").map(|text| format!("{text}; charset=utf-8"))
        {
            reply.set("content-type", media_type);
        }
    }),
    Fault::answer("every index is called an image", |request, reply| {
        if request.is_manifest()
            && reply.get("content-type").is_some_and(|text| !text.contains("image.manifest"))
        {
            reply.set("content-type", "application/vnd.oci.image.manifest.v1+json");
        }
    }),
    Fault::answer("blobs have no type", |request, reply| {
        if request.is_blob() {
            reply.remove("content-type");
        }
    }),
    Fault::answer("bodies end early", |request, reply| {
        if request.is("GET") && reply.is_success() && reply.body.len() > 1 {
            reply.torn = Some(reply.body.len() / 2);
        }
    }),
    Fault::answer("the answer to a HEAD has no length", |request, reply| {
        if request.is("HEAD") {
            reply.remove("content-length");
        }
    }),
    Fault::answer("the answer to a HEAD has the length 0", |request, reply| {
        if request.is("HEAD") {
            reply.set("content-length", "0");
        }
    }),
    Fault::answer("the answer to a HEAD has a body", |request, reply| {
        if request.is("HEAD") {
            reply.set_body("body");
            reply.forced = true;
        }
    }),
    Fault::answer("the answer to a HEAD lacks headers", |request, reply| {
        if request.is("HEAD") {
            for name in ["etag", "accept-ranges", "content-type", "x-content-type-options", "link"] {
                reply.remove(name);
            }
        }
    }),
    Fault::answer("content is encoded", |request, reply| {
        if request.reads() && reply.is_success() && request.header("accept-encoding").is_some() {
            reply.set("content-encoding", "gzip");
        }
    }),
    Fault::answer("content has no entity tag", |_, reply| reply.remove("etag")),
    Fault::answer("entity tags are weak", |_, reply| {
        if let Some(tag) = reply.get("etag").map(|tag| format!("W/{tag}")) {
            reply.set("etag", tag);
        }
    }),
    Fault::ask("If-None-Match is ignored", |request| request.drop_header("if-none-match")),
    Fault::ask("If-Match is ignored", |request| request.drop_header("if-match")),
    Fault::answer("conditions are answered 304 only for one tag", |request, reply| {
        let several = request.header("if-none-match").is_some_and(|text| text.contains([',', '*', 'W']));
        if reply.status == 304 && several {
            reply.status = 200;
            reply.set_body("");
        }
    }),
    Fault::answer("the type must be accepted first of all", |request, reply| {
        let first =
            request.header("accept").map(|text| text.split([',', ';']).next().unwrap_or_default().to_owned());
        if request.reads()
            && reply.is_success()
            && request.is_manifest()
            && first.as_deref() != reply.get("content-type")
        {
            *reply = Reply::refused(404, "MANIFEST_UNKNOWN");
        }
    }),
    Fault::ask("what is not accepted is sent", |request| request.drop_header("accept")),
    Fault::answer("a parameter ns hides everything", |request, reply| {
        if request.parameter("ns").is_some() {
            *reply = Reply::refused(404, "NAME_UNKNOWN");
        }
    }),
    Fault::answer("the base is not there", |request, reply| {
        if request.path().trim_end_matches('/') == "/v2" {
            *reply = Reply::refused(404, "UNSUPPORTED");
        }
    }),
    Fault::answer("the version is not told", |_, reply| reply.remove("docker-distribution-api-version")),
    Fault::answer("there are no extensions and no search", |request, reply| {
        if request.about("/_oci/") || request.about("/v1/") {
            *reply = Reply::refused(404, "NAME_UNKNOWN");
        }
    }),
    Fault::ask("a name within another is the other", |request| {
        request.target = request.target.replacen("/inner", "", 1).replacen("/nested", "", 1);
    }),
    Fault::ask("names do not end at their slash", shorter),
];

/// `a/b/c` is taken for `a/b`.
fn shorter(request: &mut Request) {
    let name = request.repository();
    if name.matches('/').count() > 4
        && let Some((outer, _)) = name.rsplit_once('/')
    {
        request.target = request.target.replacen(&name, outer, 1);
    }
}

fn other_digest(reply: &mut Reply) {
    if let Some(digest) = reply.get(DIGEST).map(str::to_owned) {
        let last = if digest.ends_with('0') { '1' } else { '0' };
        reply.set(DIGEST, format!("{}{last}", &digest[..digest.len() - 1]));
    }
}
