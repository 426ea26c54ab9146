//! What must be refused is taken, one rule at a time.

use registry_core::{Digest, RepositoryName, Tag};
use serde_json::Value;

use crate::faulty::fault::Fault;
use crate::faulty::message::Request;

pub(super) const FAULTS: &[Fault] = &[
    // Names and tags.
    Fault::taking("names with capital letters are taken", |r| name(r, |name| name.contains("/A"))),
    Fault::taking("names with escapes are taken", |r| name(r, |name| name.contains('%'))),
    Fault::taking("names with odd characters are taken", |r| name(r, |name| name.contains(['+', '\\', ' ']))),
    Fault::taking("names with separators anywhere are taken", |r| {
        name(r, |name| {
            ["//", "..", "___", "/-", "/.", "./"].iter().any(|odd| name.contains(odd)) || name.ends_with('.')
        })
    }),
    Fault::taking("names of any length are taken", |r| name(r, |name| name.len() > 255)),
    Fault::taking("tags with escapes are taken", |r| tag(r, |tag| tag.contains('%'))),
    Fault::taking("tags with odd characters are taken", |r| tag(r, |tag| tag.contains('+'))),
    Fault::taking("tags may begin with anything", |r| tag(r, |tag| tag.starts_with(['.', '-']))),
    Fault::taking("tags of any length are taken", |r| {
        tag(r, |tag| tag.len() > 128 && tag[..128].parse::<Tag>().is_ok())
    }),
    Fault::taking("any tag parameter is taken", |r| r.is_manifest() && r.parameter("tag").is_some()),
    // Digests.
    Fault::taking("malformed digests of manifests are taken", |r| {
        r.is_manifest() && r.last().contains(':') && odd(r.last())
    }),
    Fault::taking("malformed digests of blobs are taken", |r| r.is_blob() && odd(r.last())),
    Fault::taking("malformed subjects are taken", |r| r.about("/referrers/") && odd(r.last())),
    Fault::taking("malformed digests of uploads are taken", |r| {
        writes_blob(r) && r.parameter("digest").is_none_or(odd)
    }),
    Fault::taking("malformed digests of mounts are taken", |r| r.parameter("mount").is_some_and(odd)),
    Fault::taking("any algorithm is taken", |r| {
        r.target.contains("md5") || r.target.contains("digest-algorithm=")
    }),
    // Documents.
    Fault::taking("manifests that are no JSON are taken", |r| pushes(r) && document(r).is_none()),
    Fault::taking("documents without members of a manifest are taken", |r| {
        pushes(r)
            && document(r).is_some_and(|body| !body["config"].is_object() && !body["manifests"].is_array())
    }),
    Fault::taking("any schemaVersion is taken", |r| {
        pushes(r) && document(r).is_some_and(|body| body["schemaVersion"] != 2)
    }),
    Fault::taking("any layers are taken", |r| {
        pushes(r) && document(r).is_some_and(|body| !body["layers"].is_array())
    }),
    Fault::taking("members that come twice are taken", |r| pushes(r) && twice(r)),
    Fault::taking("what is image and index at once is taken", |r| {
        pushes(r) && document(r).is_some_and(|body| body["layers"].is_array() && body["manifests"].is_array())
    }),
    Fault::taking("the type of a manifest need not be that of its body", |r| {
        let said = document(r).and_then(|body| Some(body["mediaType"].as_str()?.to_owned()));
        pushes(r) && said.is_none_or(|said| r.header("content-type") != Some(&*said))
    }),
    Fault::taking("two types of one manifest are taken", |r| {
        pushes(r)
            && r.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-type")).count() > 1
    }),
    Fault::taking("digests of descriptors are not looked at", |r| {
        pushes(r) && layer(r).is_some_and(|layer| layer["digest"].as_str().is_some_and(odd))
    }),
    Fault::taking("sizes of descriptors are not looked at", |r| {
        pushes(r) && layer(r).is_some_and(|layer| layer["size"].as_u64() != Some(2))
    }),
    Fault::taking("layers may be anything", |r| {
        pushes(r) && layer(r).is_some_and(|layer| !layer["mediaType"].is_string())
    }),
    Fault::taking("data need not be the content", |r| {
        pushes(r) && layer(r).is_some_and(|layer| layer["data"].is_string())
    }),
    Fault::taking("subjects are not looked at", |r| {
        pushes(r) && document(r).is_some_and(|body| !body["subject"].is_null())
    }),
    Fault::taking("annotations may be anything", |r| {
        pushes(r) && document(r).is_some_and(|body| !body["annotations"].is_null())
    }),
    Fault::taking("manifests of any size are taken", |r| pushes(r) && r.body.len() > 4 << 20),
    Fault::taking("what is missing may come later", |r| {
        pushes(r) && document(r).is_some_and(|body| body["schemaVersion"] == 2 && !twice(r))
    }),
    // Chunks and sessions.
    Fault::taking("chunks of another length than their range are taken", |r| {
        let ends = r.header("content-range").and_then(|text| text.split_once('-'));
        let length = ends.and_then(|(from, to)| to.parse::<usize>().ok()?.checked_sub(from.parse().ok()?));
        length.is_some_and(|length| length + 1 != r.body.len())
    }),
    Fault::taking("chunks in any place are taken", |r| r.header("content-range").is_some()),
    Fault::taking("uploads that nobody began are taken", Request::is_session),
    // Methods, paths and queries.
    Fault::taking("any method is taken", |r| {
        !["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"].contains(&&*r.method)
    }),
    Fault::taking("lists may be written", |r| {
        !r.reads() && ["/v2/", "/v2/_catalog"].contains(&r.path())
            || !r.reads() && (r.about("/tags/list") || r.about("/referrers/"))
    }),
    Fault::taking("what is no endpoint is answered", |r| {
        let ends = ["/tags/list", "/manifests/", "/blobs/", "/referrers/", "/_catalog"];
        r.reads() && !r.is_base() && !ends.iter().any(|end| r.about(end))
    }),
    Fault::taking("endpoints without their last part are answered", |r| {
        r.reads() && !r.is_base() && (r.path().ends_with('/') || r.path().ends_with("/tags"))
    }),
    Fault::taking("paths with dots and slashes are answered", |r| {
        ["/../", "/./", "//", "%2e", "%2F", "%2f"].iter().any(|odd| r.about(odd))
    }),
    Fault::taking("conditions that are none are taken", |r| {
        let header = |name: &str| r.header(name).map(str::to_owned);
        let (matches, none) = (header("if-match"), header("if-none-match"));
        let good = |text: &String| {
            text == "*" || (text.starts_with('"') && text.ends_with('"') && !text.contains("\" \""))
        };
        !r.reads()
            && (matches.as_ref().is_some_and(|text| !good(text))
                || none.as_ref().is_some_and(|text| !good(text))
                || (matches.is_some() && none.is_some()))
    }),
    Fault::taking("parameters with two values are taken", |r| {
        ["digest=", "mount=", "last=", "artifactType="].iter().any(|name| r.target.matches(name).count() > 1)
    }),
    // Framing.
    Fault::taking("any version of HTTP is taken", |r| r.version != "HTTP/1.1"),
    Fault::taking("any target is taken", |r| !r.target.starts_with(['/', 'h'])),
    Fault::taking("any name of a header is taken", |r| {
        r.headers.iter().any(|(name, _)| {
            name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
    }),
    Fault::taking("any value of a header is taken", |r| {
        r.headers.iter().any(|(_, value)| value.contains(['\0', '\r']))
    }),
    Fault::taking("headers without a colon are taken", |r| {
        r.headers.iter().any(|(name, value)| name == "X-Odd" && value.is_empty())
    }),
    Fault::taking("any number of hosts is taken", |r| {
        r.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("host")).count() != 1
    }),
    Fault::taking("any host is taken", |r| {
        r.header("host").is_some_and(|host| host.contains([' ', '/', '@', ',']))
    }),
    Fault::taking("any length is taken", |r| {
        let lengths: Vec<&str> = lengths(r).collect();
        lengths.len() > 1
            || lengths
                .iter()
                .any(|length| !length.bytes().all(|byte| byte.is_ascii_digit()) || length.len() > 18)
    }),
    Fault::taking("any coding is taken", |r| {
        r.header("transfer-encoding").is_some_and(|coding| coding != "chunked")
    }),
    Fault::taking("chunks of no size are taken", |r| {
        r.header("transfer-encoding") == Some("chunked") && r.body.is_empty()
    }),
    Fault::taking("chunks that are too long are taken", |r| r.header("transfer-encoding") == Some("chunked")),
    Fault::taking("heads of any size are taken", |r| r.raw.len() > 16 << 10 && r.body.is_empty()),
];

fn name(request: &Request, odd: impl Fn(&str) -> bool) -> bool {
    let path = request.repository();
    path.strip_prefix("/v2/").is_some_and(|name| name.parse::<RepositoryName>().is_err() && odd(name))
}

fn tag(request: &Request, odd: impl Fn(&str) -> bool) -> bool {
    request.is_manifest()
        && !request.last().contains(':')
        && request.last().parse::<Tag>().is_err()
        && odd(request.last())
}

fn odd(digest: &str) -> bool {
    digest.replace("%3A", ":").parse::<Digest>().is_err()
}

fn writes_blob(request: &Request) -> bool {
    (request.is("PUT") && request.is_session())
        || (request.is_start() && request.parameter("digest").is_some())
}

fn pushes(request: &Request) -> bool {
    request.is("PUT") && request.is_manifest()
}

fn document(request: &Request) -> Option<Value> {
    serde_json::from_slice(&request.body).ok()
}

/// The first layer that is not the config.
fn layer(request: &Request) -> Option<Value> {
    document(request)?["layers"].as_array()?.first().cloned()
}

fn twice(request: &Request) -> bool {
    let body = String::from_utf8_lossy(&request.body);
    ["\"config\":", "\"a\":", "\"mediaType\":\"application/vnd.oci.image"]
        .iter()
        .any(|member| body.matches(member).count() > 1)
        || body.contains("conf\\u0069g")
}

fn lengths(request: &Request) -> impl Iterator<Item = &str> {
    let named = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    named.map(|(_, value)| &**value)
}
