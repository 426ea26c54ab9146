//! Manifests of all four types against a slow reader.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| registry_properties::run("manifest", bytes));
