//! Lists that hold too much, too little, or in another order.

use serde_json::{Value, json};

use crate::faulty::fault::Fault;
use crate::faulty::message::{Reply, Request};

pub(super) const FAULTS: &[Fault] = &[
    Fault::answer("the first entry of a list is lost", |request, reply| {
        change(request, reply, |list| drop((!list.is_empty()).then(|| list.remove(0))));
    }),
    Fault::answer("the last entry of a list is lost", |request, reply| {
        change(request, reply, |list| drop(list.pop()));
    }),
    Fault::answer("a list holds what is not there", |request, reply| {
        change(request, reply, |list| list.push(json!("zz-ghost")));
    }),
    Fault::answer("an entry is listed twice", |request, reply| {
        change(request, reply, |list| list.extend(list.last().cloned()));
    }),
    Fault::answer("lists are in no order", |request, reply| change(request, reply, |list| list.reverse())),
    Fault::answer("an empty list is null", |request, reply| {
        if is_list(request) {
            reply.change_json(|body| {
                for name in ["tags", "repositories"] {
                    if body[name] == json!([]) {
                        body[name] = Value::Null;
                    }
                }
            });
        }
    }),
    Fault::answer("lists do not say of what they are", |request, reply| {
        if is_list(request) {
            reply.change_json(|body| {
                body.as_object_mut().map(|body| body.remove("name"));
            });
        }
    }),
    Fault::ask("n is ignored", |request| {
        if is_list(request) {
            request.keep_parameters(|name, _| name != "n");
        }
    }),
    Fault::ask("n is ignored when it is no number", |request| {
        let good = |value: &str| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        let twice = request.target.matches("n=").count() > 1;
        request.keep_parameters(|name, value| name != "n" || (good(value) && !twice));
    }),
    Fault::ask("n of 0 is ignored", |request| {
        request.keep_parameters(|name, value| name != "n" || value != "0");
    }),
    Fault::answer("a large n is refused", |request, reply| {
        if request.parameter("n").is_some_and(|n| n.len() > 4) {
            *reply = Reply::refused(400, "UNSUPPORTED");
        }
    }),
    Fault::ask("last is ignored", |request| request.keep_parameters(|name, _| name != "last")),
    Fault::answer("last must exist", |request, reply| {
        let odd = request.parameter("last").is_some_and(|last| last.contains(['0', '5', 'x', 'z', '-', 'm']));
        if odd && reply.is_success() {
            reply.change_json(|body| {
                for name in ["tags", "repositories"] {
                    if body[name].is_array() {
                        body[name] = json!([]);
                    }
                }
            });
        }
    }),
    Fault::ask("other parameters are ignored when they are malformed", |request| {
        let twice = request.target.matches("last=").count() > 1
            || request.target.matches("artifactType=").count() > 1;
        request.keep_parameters(|name, value| {
            !(["last", "artifactType"].contains(&name)
                && (twice || value.contains("%ff") || value == "nonsense"))
        });
    }),
    Fault::answer("the link to the next page is missing", |_, reply| reply.remove("link")),
    Fault::answer("the link leads to another host", |_, reply| {
        if let Some(link) = reply.get("link").map(|link| link.replace("</v2", "<http://elsewhere.example/v2"))
        {
            reply.set("link", link);
        }
    }),
    Fault::answer("the link has no relation", |_, reply| {
        if let Some(link) =
            reply.get("link").map(|link| link.split(';').next().unwrap_or_default().to_owned())
        {
            reply.set("link", link);
        }
    }),
    Fault::answer("the link forgets how many were asked for", |_, reply| {
        if let Some(link) = reply.get("link").map(|link| link.replace("?n=", "?x=")) {
            reply.set("link", link);
        }
    }),
    Fault::answer("there is always a link", |request, reply| {
        if is_list(request) && reply.is_success() && reply.get("link").is_none() {
            let link = format!("<{}?n=2&last=zzzz>; rel=\"next\"", request.path());
            reply.set("link", link);
        }
    }),
    Fault::answer("there is no catalog", |request, reply| {
        if request.path() == "/v2/_catalog" {
            *reply = Reply::refused(404, "UNSUPPORTED");
        }
    }),
    Fault::answer("a repository without tags is unknown", |request, reply| {
        if request.path().ends_with("/tags/list") && reply.json()["tags"] == json!([]) {
            *reply = Reply::refused(404, "NAME_UNKNOWN");
        }
    }),
];

fn is_list(request: &Request) -> bool {
    request.path().ends_with("/tags/list") || request.path() == "/v2/_catalog"
}

fn change(request: &Request, reply: &mut Reply, change: impl FnOnce(&mut Vec<Value>)) {
    if !is_list(request) || !reply.is_success() {
        return;
    }
    reply.change_json(|body| {
        let name = if body["tags"].is_array() { "tags" } else { "repositories" };
        if let Some(list) = body[name].as_array_mut() {
            change(list);
        }
    });
}
