//! Hashing: bytes a second by algorithm and size, and what it costs to put a hasher away and take it up again.
#![allow(missing_docs, clippy::expect_used)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use registry_core::{Algorithm, Digest, Hasher};

const SIZES: [(usize, &str); 5] =
    [(64, "64 B"), (4 << 10, "4 KiB"), (64 << 10, "64 KiB"), (1 << 20, "1 MiB"), (16 << 20, "16 MiB")];

fn whole(criterion: &mut Criterion) {
    let bytes: Vec<u8> = (0..16_u32 << 20).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut group = criterion.benchmark_group("digest");
    for algorithm in Algorithm::ALL {
        for (size, name) in SIZES {
            group.throughput(Throughput::Bytes(size as u64));
            group.bench_function(BenchmarkId::new(algorithm.as_str(), name), |bencher| {
                bencher.iter(|| Digest::of(algorithm, black_box(&bytes[..size])));
            });
        }
    }
    group.finish();
}

/// What every chunk of an upload pays: the state is restored, goes on over the chunk, and is saved again.
fn saved(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hasher");
    for algorithm in Algorithm::ALL {
        let mut hasher = Hasher::new(algorithm);
        // An odd number of bytes, so that a part of a block is pending.
        hasher.update(&vec![7; 5_000_001]);
        let state = hasher.save();
        group.bench_function(BenchmarkId::new("save", algorithm.as_str()), |bencher| {
            bencher.iter(|| black_box(&hasher).save());
        });
        group.bench_function(BenchmarkId::new("restore", algorithm.as_str()), |bencher| {
            bencher.iter(|| Hasher::restore(black_box(&state)).expect("a state that was just saved"));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(700));
    targets = whole, saved
}
criterion_main!(benches);
