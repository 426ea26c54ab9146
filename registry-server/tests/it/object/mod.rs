//! The server on a bucket: a double of S3 in this process.

mod calls;
mod redirect;
mod replicas;
mod weather;

use std::sync::Arc;
use std::time::Duration;

use registry_auth::EveryoneMay;
use registry_doubles::s3::Double;
use registry_engine::{Registry, Settings};
use registry_server::{Server, ServerBuilder};
use registry_storage::MetadataStore;
use registry_storage::blob::{Credentials, ObjectBlobStore, ObjectOptions, S3Options};
use registry_storage::metadata::MemoryMetadataStore;
use tokio::runtime::Runtime;

use super::support::{Ask, Connection, House, Reply, digest};

const NAME: &str = "library/busybox";
/// The least size of a part.
const PART: usize = 5 << 20;

/// A bucket, and metadata beside it. To be dropped behind the houses on it.
struct Bucket {
    runtime: Runtime,
    double: Double,
    metadata: Arc<dyn MetadataStore>,
}

impl Bucket {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let double = runtime.block_on(Double::start());
        Self { runtime, double, metadata: Arc::new(MemoryMetadataStore::new()) }
    }

    /// One more registry on it.
    fn registry(&self) -> Registry {
        self.registry_by(options(&self.double.endpoint(), quick()))
    }

    /// One more registry, which reaches it as the options say.
    fn registry_by(&self, options: S3Options) -> Registry {
        let store = self.runtime.block_on(ObjectBlobStore::open_s3(options)).unwrap();
        Registry::new(Arc::new(store), Arc::clone(&self.metadata))
    }

    /// One more server, on which everybody may do everything.
    fn house(&self) -> House {
        house(self.registry(), |builder| builder)
    }

    /// How many objects lie below this.
    fn objects(&self, prefix: &str) -> usize {
        self.double.kept(|keep| keep.objects.keys().filter(|key| key.starts_with(prefix)).count())
    }

    /// Ends all sessions and uploads, as if they had rested for long; nothing but blobs is left then.
    fn expire(&self, registry: &Registry) {
        let mut settings = Settings::clone(&registry.settings());
        settings.upload_expiry = Duration::ZERO;
        registry.set_settings(settings);
        // A multipart upload that was begun twice, because the first answer was lost, is found in the round after.
        for _ in 0..8 {
            self.runtime.block_on(registry.expire_uploads()).unwrap();
            if self.double.kept(|keep| keep.uploads.is_empty()) {
                break;
            }
        }
        assert!(self.double.kept(|keep| keep.uploads.is_empty()), "parts were left");
        assert_eq!(self.objects("uploads/"), 0, "objects beside uploads were left");
    }

    /// How many requests of each kind came since the last call.
    fn counted(&self) -> String {
        let counts = self.double.counted();
        counts.iter().map(|(kind, count)| format!("{kind} {count}")).collect::<Vec<_>>().join(", ")
    }
}

fn house(registry: Registry, finish: impl FnOnce(ServerBuilder) -> ServerBuilder) -> House {
    House::of(finish(Server::builder(registry).authorizer(Arc::new(EveryoneMay))).build())
}

fn options(endpoint: &str, objects: ObjectOptions) -> S3Options {
    let credentials = Credentials::key("testtest", "testsecret");
    S3Options::new("test").endpoint(endpoint).allow_http(true).credentials(credentials).objects(objects)
}

fn quick() -> ObjectOptions {
    let mut objects = ObjectOptions::default();
    objects.part_size = PART;
    objects.attempt_timeout = Duration::from_secs(10);
    objects.stall_timeout = Duration::from_secs(10);
    objects
}

/// Bytes that differ from seed to seed and do not repeat soon.
fn content(seed: usize, len: usize) -> Vec<u8> {
    (0..len).map(|at| u8::try_from((at * 7 + at / 251 + seed * 13 + seed / 19) % 256).unwrap()).collect()
}

fn blob(digest: &str) -> String {
    format!("/v2/{NAME}/blobs/{digest}")
}

/// Sends a chunk and answers where the upload goes on.
fn patch(house: &House, location: &str, offset: usize, chunk: &[u8]) -> String {
    let range = format!("{offset}-{}", offset + chunk.len() - 1);
    let reply =
        house.send(&Ask::new("PATCH", location).header("Content-Range", range).body(chunk)).expect(202);
    assert_eq!(reply.header("range"), format!("0-{}", offset + chunk.len() - 1));
    reply.header("location").to_owned()
}

fn finish(house: &House, location: &str, digest: &str) -> Reply {
    let separator = if location.contains('?') { '&' } else { '?' };
    house.put(format!("{location}{separator}digest={digest}"), "")
}
