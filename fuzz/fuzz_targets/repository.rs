//! Sequences of puts and deletes of manifests and tags against a model.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| registry_properties::run("repository", bytes));
