//! Whatever a client writes to a connection.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| registry_properties::run("wire", bytes));
