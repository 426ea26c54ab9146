//! `[postgres]`.

use std::num::NonZeroU64;
use std::time::Duration;

use super::super::shape::Secret;
use super::section;

section! {
    /// The database, where `storage.metadata` is `postgres`. Any number of registries may use it at a time.
    Postgres {
        /// Where it is, as libpq writes it: `postgres://registry@db.internal/registry`. It is a secret because it may hold
        /// the password.
        url: Option<Secret>,
        /// The password, in place of one in the address.
        password: Option<Secret>,
        /// Whether the address is that of a pooler which gives each transaction another connection, such as PgBouncer
        /// with `pool_mode = transaction`.
        pooler: bool = false,
        /// The most connections for queries and commits; there is one more that numbers events.
        max_connections: NonZeroU64 = NonZeroU64::MIN.saturating_add(15),
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
