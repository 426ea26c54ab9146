//! The `Range` header of downloads against a look at each position.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| registry_properties::run("range", bytes));
