//! `[s3]`.

use std::num::NonZeroU64;
use std::path::PathBuf;

use registry_storage::blob::ObjectOptions;

use super::super::shape::{Secret, Size, Url, choice, count};
use super::section;

section! {
    /// The bucket, where `storage.blobs` is `s3`. Any number of registries may use it at a time. Without a key or a file
    /// of credentials it is the environment that says who asks, as for the tools of Amazon (`AWS_ACCESS_KEY_ID`, web
    /// identities, roles of containers), and then the machine.
    S3 {
        /// The name of the bucket.
        bucket: Option<String>,
        /// What all keys begin with.
        prefix: String = String::new(),
        /// The region of the bucket.
        region: String = "us-east-1".to_owned(),
        /// Where the service is, such as `https://minio.example.com:9000`; Amazon's where there is none.
        endpoint: Option<Url>,
        /// Where clients reach the service, when that is elsewhere: addresses of `[redirects]` begin with it.
        public_endpoint: Option<Url>,
        /// Whether the bucket stands in the name of the host at an endpoint of one's own, and not in the path.
        virtual_host: bool = false,
        /// The id of the access key.
        access_key: Option<Secret>,
        /// The secret of the access key.
        secret_key: Option<Secret>,
        /// The token of a temporary key.
        session_token: Option<Secret>,
        /// A file of credentials as Amazon's tools write it.
        credentials_file: Option<PathBuf>,
        /// The profile in that file.
        profile: String = "default".to_owned(),
        /// How the service encrypts what it stores: as the bucket says, with its own keys, with a key of the key
        /// management service, twice with such a key, or with a key that is sent along.
        encryption: Encryption = Encryption::Bucket,
        /// The id, name or alias of the key of the key management service.
        kms_key: Option<String>,
        /// The key of 256 bits in Base64 that is sent along.
        customer_key: Option<Secret>,
        /// Whether bodies are checked by a CRC-64/NVME in place of the SHA-256 that signs them: less work, for services
        /// that know it, over HTTPS.
        unsigned_payload: bool = false,
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

choice! {
    /// How a service encrypts.
    Encryption {
        Bucket = "bucket",
        S3 = "s3",
        Kms = "kms",
        DualKms = "dual-kms",
        Customer = "customer",
    }
}
