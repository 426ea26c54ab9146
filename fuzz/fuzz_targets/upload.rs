//! Sequences of requests about uploads against a model.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| registry_properties::run("upload", bytes));
