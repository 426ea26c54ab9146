//! Routes: what is found is written and found again.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| registry_properties::run("route", bytes));
