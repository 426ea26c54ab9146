//! State that is lost, stale, mixed up, or shared where it must not be.

use registry_core::Digest;

use crate::faulty::fault::{Call, Doing, Fault};
use crate::faulty::message::Reply;

pub(super) const FAULTS: &[Fault] = &[
    Fault::doing("digests of blobs are not verified", unverified),
    Fault::doing("an upload works in every repository", everywhere),
    Fault::doing("all uploads into a repository are one", one_session),
    Fault::doing("each fifth write is lost", lost_writes),
    Fault::doing("the head of a tag is stale", stale_head),
    Fault::doing("what is read is torn between two writes", torn),
    Fault::doing("conditions are checked too early", too_early),
    Fault::doing("a digest that is being pushed is locked", locked),
    Fault::doing("tags vanish while they are set anew", vanishing),
];

/// Whatever comes is kept under the digest that the client says.
fn unverified(mut call: Call) -> Doing {
    Box::pin(async move {
        let refused = call.forward().await;
        let wrong = refused.status == 400 && refused.json()["errors"][0]["code"] == "DIGEST_INVALID";
        let said = call.request.parameter("digest").map(str::to_owned);
        let body = &call.request.body;
        if let (true, Some(said), false) = (wrong, said, body.is_empty()) {
            let own = Digest::sha256_of(body).to_string();
            call.request.target = call.request.target.replace(&said, &own);
            call.request.raw.clear();
            return call.forward().await;
        }
        if wrong && !call.request.reads() {
            return Reply::new(201);
        }
        refused
    })
}

fn everywhere(mut call: Call) -> Doing {
    Box::pin(async move {
        let id = call.request.last().to_owned();
        if call.request.is_session() {
            let owner = call.memory().texts.get(&id).cloned();
            if let Some(owner) = owner {
                let here = call.request.repository();
                call.request.target = call.request.target.replacen(&here, &owner, 1);
                call.request.raw.clear();
            }
        }
        let reply = call.forward().await;
        if let (true, Some(location)) = (call.request.is_start(), reply.get("location")) {
            let id = location.rsplit('/').next().unwrap_or_default().to_owned();
            let owner = call.request.repository();
            call.memory().texts.insert(id, owner);
        }
        reply
    })
}

fn one_session(call: Call) -> Doing {
    Box::pin(async move {
        let key = call.request.repository();
        let plain = call.request.is_start() && !call.request.target.contains('?');
        let known = call.memory().replies.get(&key).cloned();
        if let (true, Some(reply)) = (plain, known) {
            return reply;
        }
        let reply = call.forward().await;
        if plain && reply.status == 202 {
            call.memory().replies.insert(key, reply.clone());
        }
        reply
    })
}

fn lost_writes(call: Call) -> Doing {
    Box::pin(async move {
        if call.request.is("PUT") && call.request.is_manifest() && call.request.last().len() < 100 {
            let count = {
                let mut memory = call.memory();
                memory.count += 1;
                memory.count
            };
            if count % 5 == 0 {
                return Reply::new(201);
            }
        }
        call.forward().await
    })
}

fn stale_head(call: Call) -> Doing {
    Box::pin(async move {
        let of_tag =
            call.request.is("HEAD") && call.request.is_manifest() && !call.request.last().contains(':');
        let known = call.memory().replies.get(call.request.path()).cloned();
        if let (true, Some(mut reply)) = (of_tag, known) {
            reply.set("content-length", "3");
            return reply;
        }
        let reply = call.forward().await;
        if of_tag && reply.status == 200 {
            call.memory().replies.insert(call.request.path().to_owned(), reply.clone());
        }
        reply
    })
}

/// The body of the former value with the head of the present one.
fn torn(call: Call) -> Doing {
    Box::pin(async move {
        let mut reply = call.forward().await;
        if call.request.is("GET") && call.request.is_manifest() && reply.status == 200 {
            let former = call.memory().replies.insert(call.request.path().to_owned(), reply.clone());
            if let Some(former) = former {
                reply.set_body(former.body);
            }
        }
        reply
    })
}

/// Between the look at the tag and the write there is time for another writer.
fn too_early(mut call: Call) -> Doing {
    Box::pin(async move {
        let conditional = call.request.header("if-match").or(call.request.header("if-none-match")).is_some();
        if call.request.is_manifest() && conditional && (call.request.is("PUT") || call.request.is("DELETE"))
        {
            let path = call.request.path().to_owned();
            if call.memory().marks.insert(path) {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                return call.forward().await;
            }
            call.request.drop_header("if-match");
            call.request.drop_header("if-none-match");
            call.request.raw.clear();
        }
        call.forward().await
    })
}

fn locked(call: Call) -> Doing {
    Box::pin(async move {
        let digest = call.request.parameter("digest").or(call.request.parameter("mount")).map(str::to_owned);
        let Some(digest) = digest.filter(|_| !call.request.reads()) else { return call.forward().await };
        if !call.memory().marks.insert(digest.clone()) {
            return Reply::refused(500, "UNKNOWN");
        }
        // Long enough that whoever comes at the same time is kept out.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let reply = call.forward().await;
        call.memory().marks.remove(&digest);
        reply
    })
}

fn vanishing(call: Call) -> Doing {
    Box::pin(async move {
        let tag = call.request.is_manifest() && !call.request.last().contains(':');
        let path = call.request.path().to_owned();
        if tag && call.request.is("PUT") {
            call.memory().marks.insert(path.clone());
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            let reply = call.forward().await;
            call.memory().marks.remove(&path);
            return reply;
        }
        let name = call.request.repository();
        let writing = call.memory().marks.iter().any(|path| path.starts_with(&format!("{name}/")));
        if call.request.reads()
            && writing
            && (tag || path.ends_with("/tags/list") || call.request.is_manifest())
        {
            return Reply::refused(404, "MANIFEST_UNKNOWN");
        }
        call.forward().await
    })
}
