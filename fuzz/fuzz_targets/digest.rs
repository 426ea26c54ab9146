//! Digests by their grammar, and hashers that are saved and restored.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| registry_properties::run("digest", bytes));
