//! `[azure]`.

use std::num::NonZeroU64;
use std::path::PathBuf;

use registry_storage::blob::ObjectOptions;

use super::super::shape::{Secret, Size, Url, count};
use super::section;

section! {
    /// The container of Azure Blob Storage, where `storage.blobs` is `azure`. Any number of registries may use it at a
    /// time. Without a key, a signature or a client with its secret it is the environment that says who asks, as for the
    /// tools of Azure (`AZURE_CLIENT_ID`, `AZURE_TENANT_ID`, `AZURE_FEDERATED_TOKEN_FILE`), and then the machine.
    Azure {
        /// The name of the storage account.
        account: Option<String>,
        /// The name of the container.
        container: Option<String>,
        /// What all keys begin with.
        prefix: String = String::new(),
        /// Where the account is, when it is not at `https://<account>.blob.core.windows.net`.
        endpoint: Option<Url>,
        /// The access key of the account.
        access_key: Option<Secret>,
        /// A shared access signature in place of it, such as `sv=…&sig=…`.
        sas_token: Option<Secret>,
        /// The tenant of a client that has a secret.
        tenant_id: Option<String>,
        /// That client.
        client_id: Option<String>,
        /// Its secret.
        client_secret: Option<Secret>,
        /// A file of certificates in PEM of authorities that are trusted besides those of the system.
        ca_file: Option<PathBuf>,
        /// How many bytes a block of a large upload has: at least 5 MiB.
        part_size: Size = Size::of(ObjectOptions::default().part_size),
        /// How many blocks of one upload are on their way at once.
        concurrency: NonZeroU64 = count(ObjectOptions::default().concurrency),
        /// How many bytes of blocks all uploads together hold in memory.
        memory: Size = Size::of(ObjectOptions::default().memory),
    }
}
