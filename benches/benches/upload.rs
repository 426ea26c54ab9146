//! Uploads through the rules: bytes hashed, written, made durable and linked, without HTTP.
//!
//! Every upload goes to a registry of its own, made and removed while the clock stands, so that neither memory nor disk
//! fills up. The folders lie in the build's own folder, which is on the disk that the figures speak of.
#![allow(missing_docs, clippy::expect_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use registry_core::{Actor, Digest, UploadRange};
use registry_engine::{BodyStream, BoxError, Chunk, Registry, Repository, StartUpload};
use registry_storage::blob::{FsBlobStore, MemoryBlobStore};
use registry_storage::metadata::{MemoryMetadataStore, SqliteMetadataStore};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// What one read of a busy connection brings.
const FRAME: usize = 64 * 1024;

#[derive(Clone, Copy, Debug)]
enum Kind {
    Memory,
    Disk,
}

/// How the bytes of a blob are divided into requests.
#[derive(Clone, Copy, Debug)]
struct Case {
    name: &'static str,
    size: usize,
    chunk: usize,
}

const CASES: [Case; 3] = [
    Case { name: "1 MiB", size: 1 << 20, chunk: 1 << 20 },
    Case { name: "64 MiB", size: 64 << 20, chunk: 64 << 20 },
    Case { name: "64 MiB in chunks of 5 MiB", size: 64 << 20, chunk: 5 << 20 },
];

fn uploads(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let bytes: Bytes = (0..64_u32 << 20).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut group = criterion.benchmark_group("upload");
    group.sampling_mode(SamplingMode::Flat);
    for (kind, place) in [(Kind::Memory, "memory"), (Kind::Disk, "files and SQLite")] {
        for case in CASES {
            let bytes = bytes.slice(..case.size);
            let digest = Digest::sha256_of(&bytes);
            group.throughput(Throughput::Bytes(case.size as u64));
            group.bench_function(BenchmarkId::new(place, case.name), |bencher| {
                bencher.to_async(&runtime).iter_custom(|iterations| {
                    let bytes = bytes.clone();
                    async move {
                        let mut sum = Duration::ZERO;
                        for _ in 0..iterations {
                            let (repository, _folder) = repository(kind).await;
                            let begin = Instant::now();
                            upload(&repository, case, &bytes, &digest).await;
                            sum += begin.elapsed();
                        }
                        sum
                    }
                });
            });
        }
    }
    group.finish();
}

async fn repository(kind: Kind) -> (Repository, Option<TempDir>) {
    let (registry, folder) = match kind {
        Kind::Memory => {
            let blobs = Arc::new(MemoryBlobStore::new());
            (Registry::new(blobs, Arc::new(MemoryMetadataStore::new())), None)
        }
        Kind::Disk => {
            let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
            let blobs = FsBlobStore::open(folder.path().join("blobs")).await.expect("a new store");
            let metadata =
                SqliteMetadataStore::open(folder.path().join("metadata.sqlite")).expect("a new database");
            (Registry::new(Arc::new(blobs), Arc::new(metadata)), Some(folder))
        }
    };
    (registry.repository("bench/upload".parse().expect("a valid name")), folder)
}

/// A session of one or more chunks, finished without a body, as docker does.
async fn upload(repository: &Repository, case: Case, bytes: &Bytes, digest: &Digest) {
    let actor = Actor::anonymous();
    let status = repository.start_upload(&actor, StartUpload::default()).await.expect("a session");
    for from in (0..case.size).step_by(case.chunk) {
        let part = bytes.slice(from..case.size.min(from + case.chunk));
        let last = from + part.len() - 1;
        let range: UploadRange = format!("{from}-{last}").parse().expect("a valid range");
        let chunk = Chunk { range: Some(range), length: Some(part.len() as u64) };
        repository.append_upload(&actor, &status.id, chunk, body(&part)).await.expect("a chunk");
    }
    let none = body(&Bytes::new());
    repository.finish_upload(&actor, &status.id, digest, Chunk::default(), none).await.expect("a blob");
}

fn body(bytes: &Bytes) -> BodyStream<'static> {
    let bytes = bytes.clone();
    let frames: Vec<Result<Bytes, BoxError>> = (0..bytes.len())
        .step_by(FRAME)
        .map(|from| Ok(bytes.slice(from..bytes.len().min(from + FRAME))))
        .collect();
    Box::pin(futures_util::stream::iter(frames))
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = uploads
}
criterion_main!(benches);
