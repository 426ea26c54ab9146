//! `[gcs]`.

use std::num::NonZeroU64;
use std::path::PathBuf;

use registry_storage::blob::ObjectOptions;

use super::super::shape::{Secret, Size, Url, count};
use super::section;

section! {
    /// The bucket of Google Cloud Storage, where `storage.blobs` is `gcs`. Any number of registries may use it at a time.
    /// Without the key of a service account it is the environment that says who asks, as for the tools of Google
    /// (`GOOGLE_APPLICATION_CREDENTIALS`, the file of `gcloud`), and then the machine.
    Gcs {
        /// The name of the bucket.
        bucket: Option<String>,
        /// What all keys begin with.
        prefix: String = String::new(),
        /// Where the service is, when it is not at `https://storage.googleapis.com`.
        endpoint: Option<Url>,
        /// The key of a service account, in JSON as Google's tools write it.
        service_account: Option<Secret>,
        /// A token in place of it, which is never made anew: for emulators.
        token: Option<Secret>,
        /// A file of certificates in PEM of authorities that are trusted besides those of the system.
        ca_file: Option<PathBuf>,
        /// How many bytes a part of a large upload has: at least 5 MiB.
        part_size: Size = Size::of(ObjectOptions::default().part_size),
        /// How many parts of one upload are on their way at once.
        concurrency: NonZeroU64 = count(ObjectOptions::default().concurrency),
        /// How many bytes of parts all uploads together hold in memory.
        memory: Size = Size::of(ObjectOptions::default().memory),
    }
}
