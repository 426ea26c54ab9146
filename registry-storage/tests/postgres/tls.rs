//! Connections over TLS: which are made, and which are refused with what reason.

use std::path::Path;
use std::sync::{Once, OnceLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use registry_storage::metadata::{EventLog, PostgresMetadataStore, PostgresOptions};
use registry_storage::{Error, MetadataStore};

use crate::cluster::{Cluster, own};
use crate::support::{commit, whole_log, write};

/// Who may come in over TCP, and only over TLS: one with a password, one with a certificate of that name, and everybody.
const WHO: &str = "local all all trust\n\
    hostssl all password 127.0.0.1/32 scram-sha-256\n\
    hostssl all certified 127.0.0.1/32 trust clientcert=verify-full\n\
    hostssl all postgres 127.0.0.1/32 trust\n";

/// A certificate and its key, in PEM.
struct Certified {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // By hashes of another length than those of passwords.
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    fn pem(&self) -> Vec<u8> {
        pem("CERTIFICATE", self.0.der())
    }

    fn sign(&self, name: &str) -> Certified {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Certified {
            certificate: pem("CERTIFICATE", certificate.der()),
            key: pem("PRIVATE KEY", &key.serialize_der()),
        }
    }
}

fn pem(what: &str, der: &[u8]) -> Vec<u8> {
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", STANDARD.encode(der)).into_bytes()
}

/// A server that demands TLS, whose certificate is for `localhost`.
struct Encrypted {
    cluster: Cluster,
    authority: Authority,
}

impl Encrypted {
    fn shared() -> &'static Self {
        static SHARED: OnceLock<Encrypted> = OnceLock::new();
        SHARED.get_or_init(|| {
            let authority = Authority::new();
            let server = authority.sign("localhost");
            let prepare = |data: &Path| {
                for (file, content) in [
                    ("pg_hba.conf", WHO.as_bytes()),
                    ("server.crt", &server.certificate),
                    ("server.key", &server.key),
                    ("root.crt", &authority.pem()),
                ] {
                    std::fs::write(data.join(file), content).unwrap();
                }
                own(data);
                let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
                std::fs::set_permissions(data.join("server.key"), private).unwrap();
            };
            let settings = "-c ssl=on -c ssl_ca_file=root.crt -c fsync=off";
            let cluster = Cluster::on_tcp(settings, &prepare);
            cluster.sql("postgres", "CREATE ROLE password SUPERUSER LOGIN PASSWORD 'secret'");
            cluster.sql("postgres", "CREATE ROLE certified SUPERUSER LOGIN");
            Self { cluster, authority }
        })
    }

    /// A new database as this role sees it, at a host that is always this machine.
    async fn options(&self, role: &str, host: &str, rest: &str) -> PostgresOptions {
        static CHOSEN: Once = Once::new();
        CHOSEN.call_once(|| rustls::crypto::aws_lc_rs::default_provider().install_default().unwrap());
        let (database, port) = (self.cluster.database().await, self.cluster.port());
        let mut options = PostgresOptions::new(format!(
            "host={host} hostaddr=127.0.0.1 port={port} user={role} dbname={database} {rest}"
        ));
        options.patience = Duration::from_millis(200);
        options
    }
}

/// How it went: nothing, or what the store says with its cause.
async fn told(options: &PostgresOptions) -> Result<PostgresMetadataStore, String> {
    PostgresMetadataStore::connect(options).await.map_err(|error| {
        assert!(!format!("{error:?}").contains("secret"));
        let source = std::error::Error::source(&error).map(ToString::to_string);
        format!("{error}: {}", source.unwrap_or_default())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_certificate_of_the_server_is_verified_as_the_mode_says() {
    const HOST: &str = "it is for another host";
    const WHOSE: &str = "it is not from an authority that is trusted";
    let encrypted = Encrypted::shared();
    let (right, wrong) = (encrypted.authority.pem(), Authority::new().pem());
    let (right, wrong) = (Some(&right), Some(&wrong));
    for (mode, host, authorities, expected) in [
        ("sslmode=verify-full", "localhost", right, Ok(())),
        ("sslmode=verify-full", "127.0.0.1", right, Err(HOST)),
        ("sslmode=verify-full", "localhost", wrong, Err(WHOSE)),
        ("sslmode=verify-ca", "127.0.0.1", right, Ok(())),
        ("sslmode=verify-ca", "localhost", wrong, Err(WHOSE)),
        ("sslmode=verify-ca", "localhost", None, Err("needs authorities")),
        ("sslmode=require", "127.0.0.1", right, Ok(())),
        ("sslmode=require", "localhost", wrong, Err(WHOSE)),
        ("sslmode=require", "127.0.0.1", None, Ok(())),
        ("sslmode=prefer", "localhost", right, Ok(())),
        ("sslmode=prefer", "localhost", wrong, Err(WHOSE)),
        ("", "localhost", right, Ok(())),
        ("", "127.0.0.1", right, Err(HOST)),
        ("sslmode=disable", "localhost", right, Err("no encryption")),
    ] {
        let mut options = encrypted.options("postgres", host, mode).await;
        options.certificate_authorities = authorities.cloned();
        match (told(&options).await, expected) {
            (Ok(_), Ok(())) => {}
            (Err(told), Err(expected)) if told.contains(expected) => {}
            (told, expected) => panic!("{mode} {host}: {expected:?} is not {told:?}"),
        }
    }
    // Those of the platform, where there are any, have not signed it.
    let options = encrypted.options("postgres", "localhost", "sslmode=verify-full").await;
    let told = told(&options).await.unwrap_err();
    assert!(told.contains(WHOSE) || told.contains("TLS for PostgreSQL"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_connections_are_encrypted_and_tell_of_news() {
    let encrypted = Encrypted::shared();
    let mut options = encrypted.options("postgres", "localhost", "").await;
    options.certificate_authorities = Some(encrypted.authority.pem());
    let [writer, reader] = [told(&options).await.unwrap(), told(&options).await.unwrap()];
    let write = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        writer.commit(commit([write("key", &"x".repeat(300_000))])).await.unwrap();
    };
    let news = tokio::time::timeout(Duration::from_secs(20), reader.news(0));
    let (news, ()) = tokio::join!(news, write);
    news.expect("nobody tells");
    assert_eq!(whole_log(&reader).await, 1);
    let plain = "SELECT count(*) || ' ' || count(*) FILTER (WHERE NOT ssl) FROM pg_stat_ssl
        JOIN pg_stat_activity USING (pid) WHERE application_name = 'registry' AND client_addr IS NOT NULL";
    let counted = encrypted.cluster.sql("postgres", plain);
    let (all, plain) = counted.split_once(' ').unwrap();
    assert!(all.parse::<u32>().unwrap() >= 4 && plain == "0", "{counted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_tied_to_the_connection() {
    let encrypted = Encrypted::shared();
    for (mode, password, expected) in [
        ("channel_binding=require", "secret", None),
        ("sslmode=require channel_binding=disable", "secret", None),
        ("channel_binding=require", "not secret", Some("password authentication failed")),
    ] {
        let mut options = encrypted.options("password", "localhost", mode).await;
        options.certificate_authorities = Some(encrypted.authority.pem());
        options.password = Some(password.to_owned());
        match (told(&options).await, expected) {
            (Ok(_), None) => {}
            (Err(told), Some(expected)) if told.contains(expected) => {}
            (told, _) => panic!("{mode}: {told:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_may_demand_the_certificate_of_its_client() {
    let encrypted = Encrypted::shared();
    let [own, other] = ["certified", "other"].map(|name| encrypted.authority.sign(name));
    let foreign = Authority::new().sign("certified");
    for (client, expected) in [
        (Some(&own), Ok(())),
        (None, Err("requires a valid client certificate")),
        (Some(&other), Err("(28000)")),
        (Some(&foreign), Err("the store is unavailable")),
    ] {
        let mut options = encrypted.options("certified", "localhost", "sslmode=verify-full").await;
        options.certificate_authorities = Some(encrypted.authority.pem());
        options.client_certificate = client.map(|client| client.certificate.clone());
        options.client_key = client.map(|client| client.key.clone());
        match (told(&options).await, expected) {
            (Ok(_), Ok(())) => {}
            (Err(told), Err(expected)) if told.contains(expected) => {}
            (told, expected) => panic!("{expected:?} is not {told:?}"),
        }
    }
}

#[tokio::test]
async fn a_server_without_tls_is_not_spoken_to_when_tls_is_asked_for() {
    let cluster = Cluster::on_tcp("-c fsync=off", &|_| ());
    let (database, port) = (cluster.database().await, cluster.port());
    for (mode, works) in
        [("", true), ("prefer", true), ("disable", true), ("require", false), ("verify-full", false)]
    {
        let mode = if mode.is_empty() { String::new() } else { format!("?sslmode={mode}") };
        let mut options =
            PostgresOptions::new(format!("postgres://postgres@127.0.0.1:{port}/{database}{mode}"));
        options.patience = Duration::from_millis(50);
        options.certificate_authorities = Some(Authority::new().pem());
        let told = told(&options).await;
        assert_eq!(told.is_ok(), works, "{mode}: {told:?}");
        assert!(told.is_ok() || told.unwrap_err().contains("server does not support TLS"));
    }
}

#[tokio::test]
async fn certificates_that_are_none_are_told() {
    let encrypted = Encrypted::shared();
    let own = encrypted.authority.sign("certified");
    let base = encrypted.options("certified", "localhost", "").await;
    let with = |set: &dyn Fn(&mut PostgresOptions)| {
        let mut options = base.clone();
        set(&mut options);
        options
    };
    let wrong = [
        with(&|options| options.certificate_authorities = Some(b"no PEM".to_vec())),
        with(&|options| options.certificate_authorities = Some(own.key.clone())),
        with(&|options| options.client_certificate = Some(own.certificate.clone())),
        with(&|options| options.client_key = Some(own.key.clone())),
        with(&|options| {
            options.client_certificate = Some(own.certificate.clone());
            options.client_key = Some(encrypted.authority.sign("other").key);
        }),
    ];
    for mut options in wrong {
        options.certificate_authorities.get_or_insert_with(|| encrypted.authority.pem());
        let error = PostgresMetadataStore::connect(&options).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    }
}
