//! Registries over HTTPS: whose certificates are taken, and that everything works as it does without TLS.

use std::net::SocketAddr;
use std::sync::{Arc, Once};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use registry_conformance::{Error, Suite};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::own::Own;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_its_root_a_registry_is_checked_as_without_tls() {
    let secure = Secure::start().await;
    let suite =
        Suite::new(&secure.url("127.0.0.1")).unwrap().roots(secure.root.as_bytes()).unwrap().tidy(false);
    let families = ["C-1.", "C-12.", "C-14.", "C-27.", "C-49.", "R31.", "race.one-tag", "malformed.line."];
    let suite = families.into_iter().fold(suite, Suite::only);
    let framing = ["malformed.host.", "malformed.length.", "malformed.chunk.", "malformed.large."];
    let report = framing.into_iter().fold(suite, Suite::only).run().await.unwrap();
    assert!(report.is_clean() && report.passed > 80, "{report}");
    assert!(report.to_json().contains("https://127.0.0.1:"), "{report}");
}

#[tokio::test]
async fn without_its_root_a_registry_is_not_spoken_to() {
    let secure = Secure::start().await;
    let error = Suite::new(&secure.url("127.0.0.1")).unwrap().only("C-65.get").run().await.unwrap_err();
    // A platform without roots says so.
    let told = |text: &str| text.to_lowercase().contains("certificate");
    assert!(told(&error.to_string()), "{error}");
    assert!(matches!(error, Error::Unreachable { .. } | Error::Tls { .. }), "{error:?}");
}

#[tokio::test]
async fn whoever_wants_it_takes_any_certificate() {
    let secure = Secure::start().await;
    let suite = Suite::new(&secure.url("localhost")).unwrap().insecure_any_certificate();
    let report = suite.only("C-65.get").run().await.unwrap();
    assert!(report.is_clean(), "{report}");
}

#[test]
fn roots_are_certificates_in_pem() {
    let key = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let odd = b"-----BEGIN CERTIFICATE-----\n%\n-----END CERTIFICATE-----\n";
    for bad in [b"".as_slice(), b"no PEM", key, odd] {
        let suite = Suite::new("https://127.0.0.1:1").unwrap().roots(bad);
        assert!(matches!(suite, Err(Error::Certificate { .. })), "{suite:?}");
    }
}

/// Our own registry behind TLS. It ends when it is dropped.
struct Secure {
    address: SocketAddr,
    /// The root of its certificate, in PEM.
    root: String,
    serving: JoinHandle<()>,
    _own: Own,
}

impl Secure {
    async fn start() -> Self {
        let own = Own::start().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (root, config) = certified();
        let serving = tokio::spawn(terminate(listener, own.address(), config));
        Self { address, root, serving, _own: own }
    }

    fn url(&self, host: &str) -> String {
        format!("https://{host}:{}", self.address.port())
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The program chooses, not the suite.
fn choose_provider() {
    static CHOSEN: Once = Once::new();
    CHOSEN.call_once(|| rustls::crypto::aws_lc_rs::default_provider().install_default().unwrap());
}

/// A root in PEM, and a server with a certificate of it for `127.0.0.1`.
fn certified() -> (String, ServerConfig) {
    choose_provider();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &root).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    let pem =
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(root.der()));
    (pem, config.with_single_cert(vec![certificate.der().clone()], key).unwrap())
}

async fn terminate(listener: TcpListener, upstream: SocketAddr, config: ServerConfig) {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let (Ok(mut stream), Ok(mut other)) =
                (acceptor.accept(stream).await, TcpStream::connect(upstream).await)
            else {
                return;
            };
            let _ = tokio::io::copy_bidirectional(&mut stream, &mut other).await;
        });
    }
}
