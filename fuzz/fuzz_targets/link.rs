//! The `Link` header, read and written.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| registry_properties::run("link", bytes));
