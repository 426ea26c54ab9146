//! How a store on PostgreSQL connects and behaves.

use std::fmt;
use std::time::Duration;

use super::connect::target;
use crate::Result;

/// How a store on PostgreSQL connects and behaves.
///
/// The address is that of libpq, as URL or as words: `postgres://registry@db.internal/registry`, or
/// `host=/run/postgresql user=registry dbname=registry`. A registry has a database of its own; all that it keeps is in
/// the schema `registry` there, which it makes and brings to the newest version by itself.
///
/// # Encryption
/// `sslmode` in the address says whether connections over TCP are encrypted, which needs the feature `postgres-tls`, and
/// whose certificate is taken:
///
/// | `sslmode` | encrypted | the certificate |
/// |---|---|---|
/// | `disable` | no | |
/// | `prefer`, or nothing | when the server offers it | is verified as by `verify-full` |
/// | `require` | yes | is verified as by `verify-ca` where authorities are given, and else is not looked at |
/// | `verify-ca` | yes | must be from one of the authorities, which must be given |
/// | `verify-full` | yes | must be from one of the authorities, those of the platform unless given, and name the host |
///
/// Only `verify-full` keeps out whoever is able to stand between. Passwords are tied to the connection
/// (`SCRAM-SHA-256-PLUS`) where the server can do that, and always with `channel_binding=require`.
///
/// ```
/// use registry_storage::metadata::PostgresOptions;
///
/// let mut options = PostgresOptions::new("postgres://registry@db.internal/registry");
/// options.password = Some("from a file".to_owned());
/// options.connections = 32;
/// assert!(!format!("{options:?}").contains("from a file"));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PostgresOptions {
    /// Where the database is. It may hold the password, and is never shown.
    pub url: String,
    /// The password, instead of one in the address.
    pub password: Option<String>,
    /// Where the database can be reached without a pooler, to be told at once what other replicas have written. By
    /// default `url`; behind a pooler nothing, and what others have written is seen when the log is read next.
    pub listen_url: Option<String>,
    /// Certificates in PEM of the authorities that may sign that of the server, and no others. Those of the platform unless
    /// they are given.
    pub certificate_authorities: Option<Vec<u8>>,
    /// The certificate in PEM by which this client is known to the server, with those that lead to its authority.
    pub client_certificate: Option<Vec<u8>>,
    /// The key of that certificate, in PEM.
    pub client_key: Option<Vec<u8>>,
    /// Whether `url` leads to a pooler that gives each transaction another connection, such as PgBouncer with
    /// `pool_mode = transaction`. No statement is then prepared under a name, and nothing is asked of the session. The
    /// timeouts of the server must then be set for the role. Default no.
    pub pooler: bool,
    /// How many connections there are at most for queries and commits, besides one that numbers events and one that
    /// listens. At least one. Default 16.
    pub connections: usize,
    /// How long to try to connect. Default 5 s.
    pub connect_timeout: Duration,
    /// How long a query or a commit may take, measured here and by the server. Default 30 s.
    pub statement_timeout: Duration,
    /// How long a commit waits for others that change the same. Default 10 s.
    pub lock_timeout: Duration,
    /// How long is tried again what was certainly not carried out, as while the database restarts. Default 5 s.
    pub patience: Duration,
}

impl PostgresOptions {
    /// The default options for the database at this address.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            password: None,
            listen_url: None,
            certificate_authorities: None,
            client_certificate: None,
            client_key: None,
            pooler: false,
            connections: 16,
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            lock_timeout: Duration::from_secs(10),
            patience: Duration::from_secs(5),
        }
    }

    /// Whether `listen_url` is an address, where it is given, so that a mistake there is not looked for in `url`.
    ///
    /// ```
    /// use registry_storage::metadata::PostgresOptions;
    ///
    /// let mut options = PostgresOptions::new("postgres://registry@pooler.internal/registry");
    /// options.listen_url = Some("db.internal".to_owned());
    /// assert!(options.check_listen_url().is_err());
    /// ```
    ///
    /// # Errors
    /// As of [`connect`](super::PostgresMetadataStore::connect) for an address; none where `url` is no better.
    pub fn check_listen_url(&self) -> Result<()> {
        match (&self.listen_url, target(&self.url, self, !self.pooler)) {
            (Some(url), Ok(_)) => target(url, self, true).map(drop),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("pooler", &self.pooler)
            .field("connections", &self.connections)
            .field("connect_timeout", &self.connect_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("lock_timeout", &self.lock_timeout)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}
