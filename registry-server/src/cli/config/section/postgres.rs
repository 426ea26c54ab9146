//! `[postgres]`.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use super::super::shape::{Secret, Size};
use super::section;

section! {
    /// The database, where `storage.metadata` is `postgres`. Any number of registries may use it at a time.
    Postgres {
        /// Where it is, as libpq writes it: `postgres://registry@db.internal/registry?sslmode=verify-full`. It is a secret
        /// because it may hold the password.
        url: Option<Secret>,
        /// Where it is reached without a pooler, to be told at once of what others write. Without it `url`, unless that is
        /// the address of a pooler; then the log is looked at every second.
        listen_url: Option<Secret>,
        /// The password, in place of one in the address.
        password: Option<Secret>,
        /// A file of certificates in PEM of the authorities that may sign that of the database, and no others; those of the
        /// system where there is none.
        ca_file: Option<PathBuf>,
        /// A file with the certificate in PEM by which the registry is known to the database.
        client_cert_file: Option<PathBuf>,
        /// A file with the key of that certificate in PEM.
        client_key_file: Option<PathBuf>,
        /// Whether the address is that of a pooler which gives each transaction another connection, such as PgBouncer
        /// with `pool_mode = transaction`.
        pooler: bool = false,
        /// The most connections for queries and commits; there is one more that numbers events.
        max_connections: NonZeroU64 = NonZeroU64::MIN.saturating_add(15),
        /// How much memory may be spent on manifests, tags and places of blobs that were read before. They are answered
        /// without reading them again while the log of events shows that they are as they were. 0 means none.
        cache: Size = Size(32 << 20),
        /// How long connecting may take.
        connect_timeout: Duration = Duration::from_secs(5),
        /// How long a query or a commit may take.
        statement_timeout: Duration = Duration::from_secs(30),
        /// How long a commit waits for others that change the same.
        lock_timeout: Duration = Duration::from_secs(10),
        /// How long is tried again what was certainly not carried out, as while the database restarts.
        patience: Duration = Duration::from_secs(5),
    }
}
