//! Webhooks over HTTPS: who is trusted, and what is seen of a receiver that is not.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use registry_engine::delivery::EndpointState;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

use super::{Post, Receiver, hook, provide};

/// An authority that was made for one test.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut own = CertificateParams::new(Vec::new()).unwrap();
        own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(own, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        let der = STANDARD.encode(self.0.der());
        let lines: Vec<&str> = der.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }

    /// What a server that bears this name speaks.
    fn vouches_for(&self, name: &str, valid: bool) -> ServerConfig {
        provide();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        if !valid {
            params.not_after = rcgen::date_time_ymd(2001, 1, 1);
        }
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let chain = vec![certificate.der().clone()];
        ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap()
    }
}

#[test]
fn events_are_taken_over_tls_by_whoever_the_authority_vouches_for() {
    let (other, authority) = (Authority::new(), Authority::new());
    let receiver = Receiver::secure(authority.vouches_for("127.0.0.1", true), []);
    assert!(receiver.url().starts_with("https://"));
    let both = other.pem() + &authority.pem();
    for pem in [authority.pem(), both] {
        let post = Post::new([hook("one", receiver.url()).authorities(pem).secret("key")]);
        post.house.push_blob("a", b"one");
        let status = post.until(|status| status.delivered == 1);
        assert_eq!((status.failures, status.last_error), (0, None));
    }
    let sent = receiver.sent();
    assert!(
        sent.len() == 2 && sent.iter().all(|sent| sent.taken && sent.header("webhook-signature").is_some())
    );
}

#[test]
fn a_receiver_that_nobody_vouches_for_gets_nothing_and_is_seen_in_the_status() {
    let authority = Authority::new();
    let (trusted, other) = (authority.pem(), Authority::new());
    for (tls, why) in [
        (other.vouches_for("127.0.0.1", true), "another authority"),
        (authority.vouches_for("hooks.example.com", true), "another name"),
        (authority.vouches_for("127.0.0.1", false), "long ago"),
    ] {
        let receiver = Receiver::secure(tls, []);
        let post =
            Post::new([hook("one", receiver.url()).authorities(trusted.clone()).authorization("canary")]);
        post.house.push_blob("a", b"one");
        let held = post.until(|status| status.state == EndpointState::Held);
        assert_eq!((held.last_error.as_deref(), held.delivered), (Some("certificate"), 0), "{why}");
        let told = post.house.get("/v2/_registry/webhooks/status").expect(200).json();
        assert_eq!(told["webhooks"][0]["last_error"], "certificate", "{why}");
        assert_eq!(receiver.sent().len(), 0, "{why}");
    }
}

#[test]
fn the_authorities_of_the_system_are_not_asked_where_others_are_named() {
    // Whatever the system trusts, it is none that was made just now.
    let receiver = Receiver::secure(Authority::new().vouches_for("127.0.0.1", true), []);
    let post = Post::new([hook("one", receiver.url()).authorities(Authority::new().pem())]);
    post.house.push_blob("a", b"one");
    let failed = post.until(|status| status.failures > 1);
    assert_eq!((failed.last_error.as_deref(), receiver.sent().len()), (Some("certificate"), 0));
}

#[test]
fn whoever_speaks_no_tls_gets_nothing_by_https() {
    let receiver = Receiver::new([]);
    let url = receiver.url().replace("http://", "https://");
    let post = Post::new([hook("one", url).authorities(Authority::new().pem()).authorization("canary")]);
    post.house.push_blob("a", b"one");
    let failed = post.until(|status| status.failures > 1);
    assert!(matches!(failed.last_error.as_deref(), Some("tls" | "connect")), "{failed:?}");
    assert_eq!(receiver.sent().len(), 0);
}
