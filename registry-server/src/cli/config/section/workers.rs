//! `[workers]`.

use std::time::Duration;

use super::section;

section! {
    /// Jobs that one replica does at a time: ending uploads that nobody goes on with, and telling webhooks what happened.
    Workers {
        /// How long a lease is: a replica that is lost is replaced within it. All replicas need the same. It is of no effect
        /// where the metadata lies in the data folder or in memory, because there is one process then.
        lease: Duration = Duration::from_secs(15),
    }
}
