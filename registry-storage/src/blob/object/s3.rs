//! What can be chosen about a bucket of S3, or of a service that speaks like it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use http::header::IF_NONE_MATCH;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, AwsAuthorizer, AwsCredentialProvider};
use object_store::client::HttpRequest;
use url::Url;

use super::ObjectOptions;
use super::client::{self, Connector};
use super::credentials::Credentials;
use super::raw::Raw;
use super::service::{Objects, Service};
use super::transport::Transport;
use super::xml::{Sign, Xml};
use crate::{Error, Result};

/// What the list of the parts of an object begins with.
const NAMESPACE: &str = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

/// A bucket of Amazon S3, or of a service that speaks like it. Secrets are not printed by `Debug`.
///
/// ```
/// use registry_storage::blob::{Credentials, ObjectOptions, S3Encryption, S3Options};
///
/// let mut objects = ObjectOptions::default();
/// objects.prefix = "registry".to_owned();
/// let options = S3Options::new("images")
///     .region("eu-central-1")
///     .credentials(Credentials::key("AKIA…", "secret"))
///     .encryption(S3Encryption::Kms { key: "alias/registry".to_owned() })
///     .objects(objects);
/// // A server of one's own:
/// let options = S3Options::new("images")
///     .endpoint("http://127.0.0.1:9000")
///     .allow_http(true)
///     .credentials(Credentials::key("user", "secret"));
/// ```
#[derive(Clone)]
#[must_use]
pub struct S3Options {
    bucket: String,
    region: String,
    endpoint: Option<String>,
    public_endpoint: Option<String>,
    virtual_host: Option<bool>,
    credentials: Credentials,
    encryption: Option<S3Encryption>,
    unsigned_payload: bool,
    allow_http: bool,
    ca: Vec<u8>,
    objects: ObjectOptions,
}

/// How the service encrypts what it stores.
#[derive(Clone)]
#[non_exhaustive]
pub enum S3Encryption {
    /// With keys of the service (SSE-S3).
    S3,
    /// With a key of the key management service (SSE-KMS).
    Kms {
        /// Its id, name or alias.
        key: String,
    },
    /// Twice, with a key of the key management service (DSSE-KMS).
    DualKms {
        /// Its id, name or alias.
        key: String,
    },
    /// With a key that is sent along with every request (SSE-C). There are no direct addresses then.
    Customer {
        /// The key of 256 bits in Base64.
        key: String,
    },
}

impl S3Options {
    /// A bucket of this name, in the region `us-east-1`, with the credentials of the machine that it runs on.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            region: "us-east-1".to_owned(),
            endpoint: None,
            public_endpoint: None,
            virtual_host: None,
            credentials: Credentials::machine(),
            encryption: None,
            unsigned_payload: false,
            allow_http: false,
            ca: Vec::new(),
            objects: ObjectOptions::default(),
        }
    }

    /// The region of the bucket.
    pub fn region(self, region: impl Into<String>) -> Self {
        Self { region: region.into(), ..self }
    }

    /// Where the service is, without the bucket: `https://minio.example.com:9000`. That of Amazon unless said
    /// otherwise.
    pub fn endpoint(self, endpoint: impl Into<String>) -> Self {
        Self { endpoint: Some(endpoint.into()), ..self }
    }

    /// Where clients reach the service, without the bucket, when that is not where this process does: the addresses that
    /// [`direct_url`](crate::BlobStore::direct_url) answers begin with it, and nothing is sent there.
    pub fn public_endpoint(self, endpoint: impl Into<String>) -> Self {
        Self { public_endpoint: Some(endpoint.into()), ..self }
    }

    /// Whether the bucket stands in the name of the host, and not in the path. Unless said otherwise it does at
    /// Amazon, and does not at an endpoint of its own.
    pub fn virtual_host(self, virtual_host: bool) -> Self {
        Self { virtual_host: Some(virtual_host), ..self }
    }

    /// Who asks.
    pub fn credentials(self, credentials: Credentials) -> Self {
        Self { credentials, ..self }
    }

    /// How the service encrypts what it stores; as the bucket says, unless said otherwise.
    pub fn encryption(self, encryption: S3Encryption) -> Self {
        Self { encryption: Some(encryption), ..self }
    }

    /// Whether bodies are checked by a CRC-64/NVME in place of the SHA-256 that signs them. It costs a fraction of the
    /// processor time, and the service must know it. To be used with TLS only, since nothing signs the body.
    pub fn unsigned_payload(self, unsigned: bool) -> Self {
        Self { unsigned_payload: unsigned, ..self }
    }

    /// Whether the endpoints may be of plain HTTP.
    pub fn allow_http(self, allow: bool) -> Self {
        Self { allow_http: allow, ..self }
    }

    /// Certificates in PEM of authorities that are trusted besides those of the system.
    pub fn certificate_authorities(self, pem: impl Into<Vec<u8>>) -> Self {
        Self { ca: pem.into(), ..self }
    }

    /// As [`certificate_authorities`](Self::certificate_authorities), from a file, which is read now.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn ca_file(self, file: impl AsRef<Path>) -> Result<Self> {
        Ok(self.certificate_authorities(client::certificates(file.as_ref())?))
    }

    /// What does not depend on the service.
    pub fn objects(self, objects: ObjectOptions) -> Self {
        Self { objects, ..self }
    }

    pub(super) const fn object_options(&self) -> &ObjectOptions {
        &self.objects
    }

    /// Whether a client can fetch an object by an address alone.
    pub(super) const fn has_addresses(&self) -> bool {
        !matches!(self.encryption, Some(S3Encryption::Customer { .. }))
    }

    /// The service that these options tell of. Nothing is asked yet.
    pub(super) fn connect(&self) -> Result<Service> {
        let transport = client::transport(&self.objects, &self.ca)?;
        let bucket = self.address(self.endpoint.as_deref())?;
        let failed = |error| Error::internal("set up the client of S3", error);
        let builder = self.builder(&bucket, &transport);
        let builder = self.credentials.apply(self.encrypted(self.checked(builder)));
        let store = builder.build().map_err(failed)?;
        let credentials = Arc::clone(store.credentials());
        let signer = match &self.public_endpoint {
            Some(endpoint) => {
                let builder = self.builder(&self.address(Some(endpoint))?, &transport);
                builder.with_credentials(Arc::clone(&credentials)).build().map_err(failed)?
            }
            None => store.clone(),
        };
        let store: Arc<dyn Objects> = Arc::new(store);
        let dialect = Xml {
            store: Arc::clone(&store),
            raw: Raw::new(&transport, bucket),
            signer: Signature {
                credentials,
                region: self.region.clone(),
                anonymous: self.credentials.is_anonymous(),
            },
            opening: NAMESPACE,
            only_new: Some((IF_NONE_MATCH, "*")),
        };
        Ok(Service { store, signer: Arc::new(signer), dialect: Arc::new(dialect) })
    }

    fn builder(&self, bucket: &Url, transport: &Transport) -> AmazonS3Builder {
        AmazonS3Builder::new()
            .with_bucket_name(&self.bucket)
            .with_region(&self.region)
            // The address of the bucket is complete, which is what this says.
            .with_endpoint(bucket.as_str().trim_end_matches('/'))
            .with_virtual_hosted_style_request(true)
            .with_allow_http(self.allow_http)
            .with_disable_bulk_delete(true)
            .with_disable_tagging(true)
            .with_retry(client::no_retries())
            .with_http_connector(Connector(transport.clone()))
    }

    /// The address of the bucket, as it is compared with that of another.
    pub(super) fn bucket_address(&self) -> Result<String> {
        Ok(self.address(self.endpoint.as_deref())?.as_str().trim_end_matches('/').to_owned())
    }

    /// The address of the bucket at an endpoint, or at Amazon.
    fn address(&self, endpoint: Option<&str>) -> Result<Url> {
        let amazon = || format!("https://s3.{}.amazonaws.com", self.region);
        let mut url = client::address(&endpoint.map_or_else(amazon, str::to_owned), self.allow_http)?;
        if !self.virtual_host.unwrap_or(self.endpoint.is_none()) {
            return client::below(&url, &self.bucket);
        }
        let host = format!("{}.{}", self.bucket, url.host_str().unwrap_or_default());
        if self.bucket.is_empty() || url.set_host(Some(&host)).is_err() {
            return Err(Error::Invalid { reason: "the endpoint or the name of the bucket makes no address" });
        }
        Ok(url)
    }

    fn checked(&self, builder: AmazonS3Builder) -> AmazonS3Builder {
        if !self.unsigned_payload {
            return builder;
        }
        builder.with_unsigned_payload(true).with_checksum_algorithm(object_store::aws::Checksum::CRC64NVME)
    }

    fn encrypted(&self, builder: AmazonS3Builder) -> AmazonS3Builder {
        use object_store::aws::AmazonS3ConfigKey::Encryption;

        let server_side = "aws_server_side_encryption".parse::<AmazonS3ConfigKey>();
        match (&self.encryption, server_side) {
            (Some(S3Encryption::S3), Ok(key @ Encryption(_))) => builder.with_config(key, "AES256"),
            (Some(S3Encryption::Kms { key }), _) => builder.with_sse_kms_encryption(key),
            (Some(S3Encryption::DualKms { key }), _) => builder.with_dsse_kms_encryption(key),
            (Some(S3Encryption::Customer { key }), _) => builder.with_ssec_encryption(key),
            _ => builder,
        }
    }
}

/// Signs requests of our own as Amazon wants it (version 4).
#[derive(Debug)]
struct Signature {
    credentials: AwsCredentialProvider,
    region: String,
    anonymous: bool,
}

#[async_trait]
impl Sign for Signature {
    async fn sign(&self, request: &mut HttpRequest) -> object_store::Result<()> {
        if self.anonymous {
            return Ok(());
        }
        let credential = self.credentials.get_credential().await?;
        AwsAuthorizer::new(&credential, "s3", &self.region).try_authorize(request, None)
    }
}

impl fmt::Debug for S3Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::S3 => "S3",
            Self::Kms { .. } => "Kms",
            Self::DualKms { .. } => "DualKms",
            Self::Customer { .. } => "Customer",
        })
    }
}

impl fmt::Debug for S3Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Options")
            .field("bucket", &self.bucket)
            .field("region", &self.region)
            .field("endpoint", &self.endpoint)
            .field("public_endpoint", &self.public_endpoint)
            .field("virtual_host", &self.virtual_host)
            .field("credentials", &self.credentials)
            .field("encryption", &self.encryption)
            .field("allow_http", &self.allow_http)
            .field("objects", &self.objects)
            .finish_non_exhaustive()
    }
}
