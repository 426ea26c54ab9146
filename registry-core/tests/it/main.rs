//! Integration tests of the vocabulary; the modules mirror the sources.

mod digest;
