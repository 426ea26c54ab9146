//! The `Content-Range` header of chunks.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| registry_properties::run("content_range", bytes));
