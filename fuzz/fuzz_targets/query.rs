//! Query parameters against a slow decoder.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| registry_properties::run("query", bytes));
