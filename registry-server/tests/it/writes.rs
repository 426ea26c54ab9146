//! What can be written at all, whoever asks.

use std::sync::Arc;

use registry_auth::EveryoneMay;
use registry_engine::Settings;
use registry_server::{Server, Writes};

use crate::support::{Ask, House, digest, image, registry};

/// A registry that holds an image, and the server with which its writes are set.
fn house() -> (House, Server, String) {
    let server = Server::builder(registry(Settings::default())).authorizer(Arc::new(EveryoneMay)).build();
    let house = House::of(server.clone());
    let manifest = house.push_image("a/b", "one", &image("one"));
    (house, server, manifest)
}

#[test]
fn c58_c61_a_registry_that_keeps_all_refuses_deletes_alone() {
    let (house, server, manifest) = house();
    let blob = house.push_blob("a/b", b"x");
    server.set_writes(Writes::KeepAll);
    for (target, allow) in [
        (format!("/v2/a/b/manifests/{manifest}"), "GET, HEAD, PUT"),
        ("/v2/a/b/manifests/one".to_owned(), "GET, HEAD, PUT"),
        (format!("/v2/a/b/blobs/{blob}"), "GET, HEAD"),
        // Whether it is there or not makes no difference.
        ("/v2/a/b/manifests/absent".to_owned(), "GET, HEAD, PUT"),
    ] {
        let reply = house.delete(&*target).refused(405, "UNSUPPORTED");
        assert_eq!(reply.header("allow"), allow, "{target}");
    }
    house.get("/v2/a/b/manifests/one").expect(200);
    house.get(format!("/v2/a/b/blobs/{blob}")).expect(200);
    house.push_image("a/b", "two", &image("two"));
    let upload = house.start("a/b");
    house.delete(upload).expect(204);
}

#[test]
fn a_registry_that_can_only_be_read_refuses_every_write() {
    let (house, server, manifest) = house();
    let upload = house.start("a/b");
    server.set_writes(Writes::Nothing);
    let own = digest(b"y");
    for (method, target) in [
        ("POST", "/v2/a/b/blobs/uploads/".to_owned()),
        ("POST", format!("/v2/a/b/blobs/uploads/?digest={own}")),
        ("POST", format!("/v2/a/b/blobs/uploads/?mount={own}&from=c")),
        ("PATCH", upload.clone()),
        ("PUT", format!("{upload}?digest={own}")),
        ("DELETE", upload.clone()),
        ("PUT", "/v2/a/b/manifests/two".to_owned()),
        ("DELETE", format!("/v2/a/b/manifests/{manifest}")),
        ("DELETE", "/v2/a/b/manifests/one".to_owned()),
        ("DELETE", format!("/v2/a/b/blobs/{own}")),
        ("POST", "/v2/a/b/_registry/tags/restore".to_owned()),
    ] {
        let ask = Ask::new(method, target.clone()).header("Content-Type", "application/json").body("y");
        let reply = house.send(&ask).refused(405, "UNSUPPORTED");
        assert!(!reply.header("allow").contains(method), "{method} {target}: {reply}");
    }
    for target in ["/v2/", "/v2/_catalog", "/v2/a/b/tags/list", "/v2/a/b/manifests/one"] {
        house.get(target).expect(200);
    }
    house.get(upload).expect(204);
    // And back again.
    server.set_writes(Writes::All);
    house.delete(format!("/v2/a/b/manifests/{manifest}")).expect(202);
}
