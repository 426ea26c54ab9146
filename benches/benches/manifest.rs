//! Reading and checking manifests, their digest included.
#![allow(missing_docs, clippy::expect_used)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use registry_core::{Algorithm, Digest, Manifest, MediaType};

fn descriptor(media_type: &str, number: usize) -> String {
    let digest = Digest::sha256_of(&number.to_le_bytes());
    format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{}}}"#, number * 1000 + 7)
}

/// An image with as many layers as fit into `size` bytes.
fn image(size: usize) -> Bytes {
    let config = descriptor("application/vnd.oci.image.config.v1+json", 0);
    let mut text = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{config},"layers":["#
    );
    let mut number = 1;
    loop {
        let layer = descriptor("application/vnd.oci.image.layer.v1.tar+gzip", number);
        if text.len() + layer.len() + 3 > size {
            break;
        }
        let comma = if number > 1 { "," } else { "" };
        write!(text, "{comma}{layer}").expect("strings take what is written");
        number += 1;
    }
    text.push_str("]}");
    text.into()
}

/// An index of so many platforms.
fn index(entries: usize) -> Bytes {
    let children: Vec<String> = (0..entries)
        .map(|number| {
            let child = descriptor("application/vnd.oci.image.manifest.v1+json", number);
            let open = child.trim_end_matches('}');
            format!(r#"{open},"platform":{{"architecture":"amd64","os":"linux","os.version":"{number}"}}}}"#)
        })
        .collect();
    let children = children.join(",");
    format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{children}]}}"#
    )
    .into()
}

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("manifest");
    for (name, bytes, media_type) in [
        ("image of 1 KB", image(1000), MediaType::OCI_MANIFEST),
        ("image of 4 KB", image(4000), MediaType::OCI_MANIFEST),
        ("index of 1,000 entries", index(1000), MediaType::OCI_INDEX),
    ] {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(BenchmarkId::new("parse", name), |bencher| {
            bencher.iter(|| {
                Manifest::parse(black_box(bytes.clone()), Some(&media_type), Algorithm::Sha256)
                    .expect("a valid manifest")
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = parse
}
criterion_main!(benches);
