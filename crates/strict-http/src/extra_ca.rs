//! Reads the file of an extra certificate authority.

use std::path::Path;

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::SetupError;

/// Returns the certificates of a PEM file, of which there is at least one.
pub(crate) fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, SetupError> {
    let not_a_certificate = || SetupError::NotACertificate { path: path.into() };
    let pem = std::fs::read(path).map_err(|source| SetupError::ReadCa {
        path: path.into(),
        source,
    })?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|_| not_a_certificate())?;
    if certificates.is_empty() {
        return Err(not_a_certificate());
    }
    // Checked here, where the path is known, and not in the first handshake.
    let mut roots = RootCertStore::empty();
    for certificate in &certificates {
        roots
            .add(certificate.clone())
            .map_err(|_| not_a_certificate())?;
    }
    Ok(certificates)
}
