//! Repository names, tags, references and image references by their grammars.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| registry_properties::run("reference", bytes));
