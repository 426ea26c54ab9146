//! Docker's image manifests and lists, version 2, schema 2, against a slow reader.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| registry_properties::run("docker_schema2", bytes));
