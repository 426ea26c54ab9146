//! Integration tests of the stores; the modules mirror the sources.
