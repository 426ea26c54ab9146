//! end-11: `POST …/blobs/uploads/?mount=<digest>`.

use crate::support::{Allow, Ask, House, Switch, digest};
use registry_auth::{Action, Resource};

fn mount(house: &House, digest: &str, rest: &str) -> crate::support::Reply {
    house.post(format!("/v2/to/here/blobs/uploads/?mount={digest}{rest}"))
}

fn mounted(house: &House, digest: &str, rest: &str) {
    let reply = mount(house, digest, rest).expect(201);
    assert_eq!(reply.header("location"), format!("/v2/to/here/blobs/{digest}"));
    assert_eq!(reply.header("docker-content-digest"), digest);
    house.get(reply.header("location")).expect(200);
}

/// A mount that cannot be done is an upload like any other.
fn not_mounted(house: &House, own: &str, rest: &str) {
    let reply = mount(house, own, rest).expect(202);
    assert_eq!(reply.header("range"), "0-0");
    assert!(reply.header("location").starts_with("/v2/to/here/blobs/uploads/"));
    house.delete(reply.header("location")).expect(204);
    house.get(format!("/v2/to/here/blobs/{own}")).refused(404, "BLOB_UNKNOWN");
}

#[test]
fn c35_r8_from_a_repository_however_it_is_written() {
    for rest in ["&from=from/there", "&from=from%2Fthere", "&from=from/there&origin=registry.example"] {
        let house = House::new();
        let own = house.push_blob("from/there", b"shared");
        mounted(&house, &own, rest);
    }
}

#[test]
fn c36_from_anywhere_when_no_source_is_named() {
    let house = House::new();
    let own = house.push_blob("from/there", b"shared");
    mounted(&house, &own, "");
}

#[test]
fn c35_what_cannot_be_mounted_is_uploaded() {
    let house = House::new();
    let own = house.push_blob("from/there", b"shared");
    not_mounted(&house, &own, "&from=no/such");
    not_mounted(&house, &own, "&from=NOT%20A%20NAME");
    not_mounted(&house, &digest(b"absent"), "&from=from/there");
    not_mounted(&house, &digest(b"absent"), "");
}

#[test]
fn c18_malformed_and_unsupported_digests() {
    let house = House::new();
    mount(&house, "sha256:abc", "&from=a").refused(400, "DIGEST_INVALID");
    mount(&house, "md5:abc", "&from=a").refused(400, "UNSUPPORTED");
}

#[test]
fn d3_r8_a_source_that_may_not_be_read_looks_like_one_that_is_absent() {
    let house = House::built(|builder| {
        builder.authorizer(Allow::by(|_, access| match &access.resource {
            Resource::Repository(name) => name.as_str() != "secret" || access.action == Action::Push,
            _ => true,
        }))
    });
    // Pushed into the open, mounted into the hidden one, and then deleted in the open.
    let own = house.push_blob("open", b"hidden");
    assert_eq!(house.post(format!("/v2/secret/blobs/uploads/?mount={own}&from=open")).status, 403);
    for rest in ["&from=secret", "&from=no/such"] {
        let reply = mount(&house, &own, rest).expect(202);
        assert_eq!(reply.header("range"), "0-0");
    }
}

#[test]
fn c36_no_source_is_looked_at_that_the_caller_may_not_read() {
    // Everybody may push anywhere, and read everywhere but in `secret` from now on.
    let closed = Switch::default();
    let close = closed.clone();
    let house = House::built(|builder| {
        builder.authorizer(Allow::by(move |_, access| match &access.resource {
            Resource::Repository(name) if name.as_str() == "secret" => !closed.is_on(),
            _ => true,
        }))
    });
    let own = house.push_blob("secret", b"hidden");
    close.turn(true);
    not_mounted(&house, &own, "");
    not_mounted(&house, &own, "&from=secret");
    house.send(&Ask::new("GET", format!("/v2/secret/blobs/{own}"))).refused(403, "DENIED");
    close.turn(false);
    mounted(&house, &own, "");
}
