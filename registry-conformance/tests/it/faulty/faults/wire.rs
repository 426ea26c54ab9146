//! HTTP that is taken too leniently, or ends too early.

use crate::faulty::fault::Fault;
use crate::faulty::message::{Reply, Request};

pub(super) const FAULTS: &[Fault] = &[
    Fault::ask("whatever looks like a request is one", mended),
    Fault::ask("large requests are cut to size", |request| {
        request.headers.retain(|(name, value)| name.len() + value.len() < 8000);
        request.headers.truncate(40);
        if request.target.len() > 4000 {
            request.target.truncate(300);
        }
    }),
    Fault::ask("paths are tidied up", |request| {
        let path = request.path().replace("%2F", "/").replace("%2f", "/").replace("%2e", ".");
        let query = request.target.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        let mut kept: Vec<&str> = Vec::new();
        for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
            if part == ".." {
                kept.pop();
            } else {
                kept.push(part);
            }
        }
        let end = if path.ends_with('/') { "/" } else { "" };
        request.target = format!("/{}{end}{query}", kept.join("/"));
    }),
    Fault::answer("each connection is for one request", |_, reply| reply.closes = true),
    Fault::answer("connections never end", |_, reply| reply.stays = true),
    Fault::ask("a method may be overridden", |request| {
        if let Some(method) = request.header("x-http-method-override").map(str::to_owned) {
            request.method = method;
        }
    }),
    Fault::ask("a method that is unknown is another", |request| {
        if !["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"].contains(&&*request.method) {
            "GET".clone_into(&mut request.method);
        }
    }),
    Fault::answer("a method that is not for this is simply not there", |_, reply| {
        if reply.status == 405 {
            reply.status = 404;
        }
    }),
    Fault::answer("methods that are for this are not told", |_, reply| reply.remove("allow")),
    Fault::answer("who expects to be asked is refused", |request, reply| {
        if request.header("expect").is_some() {
            *reply = Reply::refused(417, "UNSUPPORTED");
        }
    }),
    Fault::answer("who sends nonsense beside the request is refused", |request, reply| {
        let odd = ["authorization", "cookie", "if-none-match"];
        if odd.iter().any(|name| request.header(name).is_some_and(|value| !value.contains("sha256"))) {
            *reply = Reply::refused(400, "UNSUPPORTED");
        }
    }),
    Fault::answer("GET may have no body", |request, reply| {
        if request.is("GET") && request.header("content-length").is_some() {
            *reply = Reply::refused(400, "UNSUPPORTED");
        }
    }),
    Fault::answer("an absolute target is refused", |request, reply| {
        if request.target.starts_with("http") {
            *reply = Reply::refused(400, "UNSUPPORTED");
        }
    }),
    Fault::answer("headers that are no ASCII are a fault", |request, reply| {
        if request.headers.iter().any(|(_, value)| !value.is_ascii()) {
            *reply = Reply::refused(500, "UNKNOWN");
        }
    }),
    Fault::answer("a body that is in doubt is cut off", |request, reply| {
        let (length, coding) = (request.header("content-length"), request.header("transfer-encoding"));
        if length.is_some() && coding.is_some() {
            *reply = Reply::default();
        }
    }),
    Fault::answer("odd lines are dropped", |request, reply| {
        let folded = request.headers.iter().any(|(name, _)| name.starts_with(' '));
        if folded
            || request.path().contains(' ')
            || request.headers.iter().any(|(name, _)| name.contains('\u{e4}'))
        {
            *reply = Reply::default();
        }
    }),
];

/// What a lenient parser makes of a request: the last of several headers, nothing that it does not understand.
fn mended(request: &mut Request) {
    request.raw.clear();
    if request.target.is_empty() || !request.target.starts_with(['/', 'h']) {
        "/v2/".clone_into(&mut request.target);
    }
    if !request.method.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        "GET".clone_into(&mut request.method);
    }
    let name = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    request.headers.retain(|(header, value)| name(header) && !value.bytes().any(|byte| byte < 32));
    request.drop_header("host");
    // What is rebuilt has to differ from what came.
    request.headers.push(("X-Mended".to_owned(), "1".to_owned()));
}
