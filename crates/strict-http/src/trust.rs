//! Which certificate authorities a TLS connection trusts: the platform's and the extra ones.

use std::sync::{Arc, OnceLock};

use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use rustls_platform_verifier::Verifier;

/// The platform's verifier, created when the first server certificate arrives.
///
/// Reading a system's certificates takes some milliseconds, and fails on a machine that has none.
/// A run that uses only plain http on loopback pays for neither.
/// The platform's verifier makes every decision.
#[derive(Debug)]
pub(crate) struct LazyPlatformTrust {
    extra_roots: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
    verifier: OnceLock<Result<Verifier, Error>>,
    witness: Option<Arc<Witness>>,
}

/// Sees a server's certificate, whether it verifies or not.
#[derive(Debug, Default)]
pub(crate) struct Witness(OnceLock<Vec<u8>>);

impl Witness {
    /// Returns the certificate, in DER, once one came.
    pub(crate) fn certificate(&self) -> Option<Vec<u8>> {
        self.0.get().cloned()
    }
}

impl LazyPlatformTrust {
    pub(crate) fn new(
        extra_roots: Vec<CertificateDer<'static>>,
        provider: Arc<CryptoProvider>,
        witness: Option<Arc<Witness>>,
    ) -> Self {
        Self {
            extra_roots,
            provider,
            verifier: OnceLock::new(),
            witness,
        }
    }

    fn verifier(&self) -> Result<&Verifier, Error> {
        self.verifier
            .get_or_init(|| match self.extra_roots.is_empty() {
                // Extra roots take a second engine on Windows. Wine makes none, and a user without them needs none.
                true => Verifier::new(self.provider.clone()),
                false => Verifier::new_with_extra_roots(
                    self.extra_roots.iter().cloned(),
                    self.provider.clone(),
                ),
            })
            .as_ref()
            // No retry helps, so it counts as a certificate that does not verify.
            .map_err(|error| {
                let cause = OtherError(Arc::new(error.clone()));
                Error::InvalidCertificate(CertificateError::Other(cause))
            })
    }
}

impl ServerCertVerifier for LazyPlatformTrust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(witness) = &self.witness {
            witness.0.get_or_init(|| end_entity.to_vec());
        }
        self.verifier()?.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier()?
            .verify_tls12_signature(message, certificate, signature)
            .map_err(damaged_handshake)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier()?
            .verify_tls13_signature(message, certificate, signature)
            .map_err(damaged_handshake)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// The certificate was fine, so a retry may be too; rustls would report a bad certificate.
fn damaged_handshake(_: Error) -> Error {
    Error::General("the signature of the TLS handshake does not verify".to_owned())
}
