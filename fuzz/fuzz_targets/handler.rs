//! The whole server in process: no 5xx, well-formed refusals that change nothing.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| registry_properties::run("handler", bytes));
