//! Cryptography for TLS.

/// Chooses the provider for this process.
pub(super) fn choose() {
    // It is chosen already when this is not the first call.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
