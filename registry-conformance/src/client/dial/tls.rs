//! TLS, by the provider of cryptography that the program chose.

use std::io;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::Transport;
use crate::Error;

/// Whose certificates are taken: those of the platform's roots and of further ones, or anybody's.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trust {
    roots: Vec<CertificateDer<'static>>,
    anybody: bool,
}

impl Trust {
    /// Also these roots, in PEM.
    ///
    /// # Errors
    /// [`Error::Certificate`] when there is none, or one that cannot be read.
    pub(crate) fn and(mut self, pem: &[u8]) -> Result<Self, Error> {
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let read = read.map_err(|_| Error::Certificate { reason: "it is no PEM" })?;
        if read.is_empty() {
            return Err(Error::Certificate { reason: "there is none in PEM" });
        }
        self.roots.extend(read);
        Ok(self)
    }

    /// Anybody's.
    pub(crate) fn anybody(self) -> Self {
        Self { anybody: true, ..self }
    }

    pub(super) fn wrapper(&self) -> Result<Wrapper, String> {
        let provider = CryptoProvider::get_default().cloned().ok_or(
            "the program chose no provider of cryptography: rustls::crypto::CryptoProvider::install_default",
        )?;
        let verifier: Arc<dyn ServerCertVerifier> = if self.anybody {
            Arc::new(Anybody(Arc::clone(&provider)))
        } else {
            let roots = self.roots.iter().cloned();
            let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(&provider));
            Arc::new(verifier.map_err(|error| error.to_string())?)
        };
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|error| error.to_string())?;
        let config = config.dangerous().with_custom_certificate_verifier(verifier);
        let mut config = config.with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Wrapper(Arc::new(config)))
    }
}

/// Speaks TLS over a connection.
#[derive(Debug)]
pub(super) struct Wrapper(Arc<ClientConfig>);

impl Wrapper {
    pub(super) async fn wrap(&self, stream: TcpStream, host: &str) -> io::Result<Box<dyn Transport>> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let stream = TlsConnector::from(Arc::clone(&self.0)).connect(name, stream).await?;
        Ok(Box::new(stream))
    }
}

/// Takes every certificate, as `--insecure` asks for. Whoever shows it must still hold its key.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
