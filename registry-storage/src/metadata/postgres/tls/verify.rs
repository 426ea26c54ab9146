//! Whose certificates are taken.

use std::error::Error as StdError;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;

use super::Mode;
use super::rustls::unsupported;
use crate::{Error, Result};

/// What verifies the certificate of the server: with roots they alone are trusted, and else those of the platform.
pub(super) fn verifier(
    mode: Mode,
    roots: Option<Vec<CertificateDer<'static>>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    let own = roots.map(|roots| of_roots(roots, provider)).transpose()?;
    match (mode, own) {
        (Mode::Require, None) => Ok(Arc::new(Lenient { inner: None, provider: Arc::clone(provider) })),
        (Mode::Require | Mode::VerifyCa, Some(own)) => {
            Ok(Arc::new(Lenient { inner: Some(own), provider: Arc::clone(provider) }))
        }
        // Anybody can have a certificate of some authority of the platform.
        (Mode::VerifyCa, None) => {
            Err(Error::Invalid { reason: "sslmode=verify-ca needs authorities of its own" })
        }
        (_, Some(own)) => Ok(own),
        (_, None) => Ok(Arc::new(Verifier::new(Arc::clone(provider)).map_err(|error| unsupported(&error))?)),
    }
}

fn of_roots(
    roots: Vec<CertificateDer<'static>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>> {
    const REASON: Error = Error::Invalid { reason: "an authority is none that can sign certificates" };
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(root).map_err(|_| REASON)?;
    }
    WebPkiServerVerifier::builder_with_provider(store.into(), Arc::clone(provider))
        .build()
        .map_err(|_| REASON)
}

/// Takes a certificate whatever host it names, or with nothing inside whoever it is from. Whoever shows it must still hold
/// its key.
#[derive(Debug)]
struct Lenient {
    inner: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(inner) = &self.inner else { return Ok(ServerCertVerified::assertion()) };
        match inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The name is looked at when all else is right.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Why a certificate was not taken, if that is what went wrong.
pub(super) fn refusal(error: &tokio_postgres::Error) -> Option<String> {
    let mut next = error.source();
    while let Some(cause) = next {
        // An error of I/O shows that of TLS by its own means alone.
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = inner.and_then(|inner| inner.downcast_ref()).or_else(|| cause.downcast_ref());
        if let Some(rustls::Error::InvalidCertificate(reason)) = tls {
            return Some(format!("the certificate of the database is not taken: {}", words(reason)));
        }
        next = cause.source();
    }
    None
}

fn words(reason: &CertificateError) -> String {
    match reason {
        // A bad signature is that of somebody who has the name of an authority.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "it is not from an authority that is trusted".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another host".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet".to_owned()
        }
        other => other.to_string(),
    }
}
