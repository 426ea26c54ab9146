//! From method, path and query to an endpoint.
#![allow(missing_docs, clippy::expect_used)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use http::Method;
use registry_server::route;

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("route");
    let cases = [
        ("base", Method::GET, "/v2/".to_owned(), None),
        ("manifest by tag", Method::GET, "/v2/library/alpine/manifests/3.22".to_owned(), None),
        ("blob", Method::GET, format!("/v2/some/team/project/app/blobs/{DIGEST}"), None),
        (
            "upload with escapes",
            Method::PUT,
            "/v2/library/alpine/blobs/uploads/0123456789abcdef0123456789abcdef".to_owned(),
            Some(format!("digest={}", DIGEST.replace(':', "%3A"))),
        ),
        (
            "tags page",
            Method::GET,
            "/v2/library/alpine/tags/list".to_owned(),
            Some("n=100&last=3.20".to_owned()),
        ),
    ];
    for (name, method, path, query) in cases {
        group.bench_function(BenchmarkId::new("parse", name), |bencher| {
            bencher.iter(|| {
                route::parse(black_box(&method), black_box(&path), black_box(query.as_deref()))
                    .expect("an endpoint")
            });
        });
    }
    let unknown = "/v2/library/alpine/manifests/3.22/extra";
    group.bench_function(BenchmarkId::new("refuse", "unknown path"), |bencher| {
        bencher.iter(|| {
            route::parse(black_box(&Method::GET), black_box(unknown), None).expect_err("no endpoint")
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(700));
    targets = parse
}
criterion_main!(benches);
