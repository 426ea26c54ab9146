//! What is told to the other side and asked of it.

use std::fmt;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsConnector;

use super::super::PostgresOptions;
use super::{Mode, verify};
use crate::{Error, Result};

/// The name of the protocol, RFC 7301; the server asks for it where TLS comes before all else.
const PROTOCOL: &[u8] = b"postgresql";

/// How connections are encrypted.
///
/// # Errors
/// [`Error::Invalid`] for certificates that are none, [`Error::Unsupported`] when there is no provider of cryptography or
/// nobody to trust.
pub(super) fn connector(options: &PostgresOptions, mode: Mode) -> Result<TlsConnector> {
    let provider = CryptoProvider::get_default().cloned().ok_or_else(|| {
        unsupported(
            &"the program chose no provider of cryptography: rustls::crypto::CryptoProvider::install_default",
        )
    })?;
    let roots = options.certificate_authorities.as_deref().map(certificates).transpose()?;
    let verifier = verify::verifier(mode, roots, &provider)?;
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config =
        config.map_err(|error| unsupported(&error))?.dangerous().with_custom_certificate_verifier(verifier);
    let mut config = match (&options.client_certificate, &options.client_key) {
        (None, None) => config.with_no_client_auth(),
        (Some(chain), Some(key)) => {
            let key = PrivateKeyDer::from_pem_slice(key);
            let key = key.map_err(|_| Error::Invalid { reason: "the key of the client is none in PEM" })?;
            let mismatch = "the certificate of the client and its key do not belong together";
            let config = config.with_client_auth_cert(certificates(chain)?, key);
            config.map_err(|_| Error::Invalid { reason: mismatch })?
        }
        _ => {
            let reason = "the certificate of the client and its key come together";
            return Err(Error::Invalid { reason });
        }
    };
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(Arc::new(config).into())
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match read {
        Ok(read) if !read.is_empty() => Ok(read),
        _ => Err(Error::Invalid { reason: "there is no certificate in PEM where one is needed" }),
    }
}

pub(super) fn unsupported(reason: &dyn fmt::Display) -> Error {
    Error::Unsupported { reason: format!("TLS for PostgreSQL: {reason}") }
}
