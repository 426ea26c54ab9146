//! Documents made member by member, most of them near to a manifest, against a slow reader.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| registry_properties::run("document", bytes));
