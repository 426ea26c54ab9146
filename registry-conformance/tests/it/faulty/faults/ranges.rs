//! Parts that are none, or others.

use crate::faulty::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault::ask("ranges are ignored", |request| request.drop_header("range")),
    Fault::ask("If-Range is ignored", |request| request.drop_header("if-range")),
    Fault::ask("If-Range is never fulfilled", |request| {
        if request.header("if-range").is_some() {
            request.drop_header("range");
        }
    }),
    Fault::answer("parts are a byte off", |_, reply| {
        if reply.status == 206 {
            reply.body.rotate_left(1);
        }
    }),
    Fault::answer("parts do not say where they belong", |_, reply| {
        if reply.status == 206 {
            reply.remove("content-range");
        }
    }),
    Fault::answer("parts say that they belong elsewhere", |_, reply| {
        if reply.status == 206 {
            reply.set("content-range", "bytes 0-0/1");
        }
    }),
    Fault::answer("parts are called the whole", |_, reply| {
        if reply.status == 206 {
            reply.status = 200;
        }
    }),
    Fault::answer("parts have no digest", |_, reply| {
        if reply.status == 206 {
            reply.remove("docker-content-digest");
        }
    }),
    Fault::ask("of several ranges only the first is sent", |request| {
        if let Some(first) =
            request.header("range").and_then(|text| text.split(',').next()).map(str::to_owned)
        {
            request.drop_header("range");
            request.headers.push(("Range".to_owned(), first));
        }
    }),
    Fault::answer("several ranges are refused", |request, reply| {
        if request.header("range").is_some_and(|text| text.contains(',')) {
            *reply = crate::faulty::message::Reply::refused(400, "UNSUPPORTED");
        }
    }),
    Fault::answer("a range that is outside does not tell the length", |request, reply| {
        if reply.status == 416 && request.is("GET") {
            reply.remove("content-range");
        }
    }),
    Fault::answer("a range that is outside is nothing", |request, reply| {
        if reply.status == 416 && request.is("GET") {
            reply.status = 206;
            reply.set_body("");
        }
    }),
    Fault::answer("a malformed range is refused", |request, reply| {
        if request.header("range").is_some() && reply.status == 200 {
            *reply = crate::faulty::message::Reply::refused(416, "SIZE_INVALID");
        }
    }),
    Fault::answer("nothing says that there are ranges", |_, reply| reply.remove("accept-ranges")),
    Fault::answer("HEAD heeds ranges", |request, reply| {
        if request.is("HEAD") && request.header("range").is_some() {
            reply.status = 206;
        }
    }),
];
