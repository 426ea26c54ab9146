//! How much memory reading a manifest takes: a small multiple of its bytes, whatever they are.
//!
//! A test of its own, because the counting allocator is one for the whole process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

use bytes::Bytes;
use peak_alloc::PeakAlloc;
use registry_core::{Algorithm, Manifest, MediaType};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// So many bytes per byte of the manifest, and so many for any manifest.
const PER_BYTE: usize = 32;
const IN_ALL: usize = 16 * 1024;

/// The most bytes that were held at once while the manifest was read, beside its own.
fn peak(document: &str) -> usize {
    let bytes = Bytes::copy_from_slice(document.as_bytes());
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let read = Manifest::parse(bytes, Some(&MediaType::OCI_INDEX), Algorithm::Sha256);
    let peak = MEMORY.peak_usage() - before;
    drop(read);
    peak
}

fn index(entry: &str, count: usize, more: &str) -> String {
    format!("{{\"schemaVersion\":2,\"manifests\":[{}]{more}}}", vec![entry; count].join(","))
}

#[test]
fn s13_reading_a_manifest_takes_a_small_multiple_of_its_bytes() {
    let smallest = r#"{"mediaType":"a/b","digest":"a:b","size":0}"#;
    let rich = r#"{"mediaType":"a/b","digest":"a:b","size":0,"platform":{},"urls":["","",""],"annotations":{"":""}}"#;
    let names: Vec<String> = (0..10_000).map(|n| format!("\"{n:x}\":\"\"")).collect();
    let unknown: Vec<String> = (0..100_000).map(|n| format!("\"{n:x}\":0")).collect();
    let mut worst = 0.0_f64;
    for (what, document) in [
        ("nothing", "{}".to_owned()),
        ("the smallest descriptors", index(smallest, 10_000, "")),
        ("descriptors with everything", index(rich, 10_000, "")),
        ("short annotations", index(smallest, 0, &format!(",\"annotations\":{{{}}}", names.join(",")))),
        ("unknown names", index(smallest, 0, &format!(",\"x\":{{{}}}", unknown.join(",")))),
        ("escapes", index(smallest, 0, &format!(",\"annotations\":{{\"a\":\"{}\"}}", "\\n".repeat(100_000)))),
        ("depth", index(smallest, 0, &format!(",\"x\":{}", "[".repeat(100_000)))),
        ("too many entries", index(smallest, 20_000, "")),
    ] {
        let peak = peak(&document);
        let limit = document.len() * PER_BYTE + IN_ALL;
        #[allow(clippy::cast_precision_loss, reason = "for people")]
        let per_byte = peak as f64 / document.len() as f64;
        eprintln!("{what}: {peak} bytes for {} bytes, {per_byte:.1} each", document.len());
        assert!(peak <= limit, "{what}: {peak} bytes for a manifest of {}", document.len());
        worst = worst.max(if document.len() > 1000 { per_byte } else { 0.0 });
    }
    assert!(worst > 1.0, "nothing was measured");
}
