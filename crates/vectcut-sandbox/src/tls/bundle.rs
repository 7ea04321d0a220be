//! The authorities of the system and that of the sandbox in one file.
//!
//! Many programs can only replace their list of authorities. A list with the sandbox alone would cut them off from every
//! other server.

use base64::prelude::{BASE64_STANDARD, Engine as _};

/// The columns of a line of PEM.
const LINE_COLUMNS: usize = 64;

/// Returns the PEM of `authority`, and behind it that of every authority which the system trusts.
///
/// It honours `SSL_CERT_FILE` and `SSL_CERT_DIR`, as the programs do that read the file. A system without authorities
/// adds none.
pub(super) fn with_system(authority: &str) -> String {
    let system = rustls_native_certs::load_native_certs();
    for error in &system.errors {
        tracing::debug!(%error, "some authorities of the system cannot be read");
    }
    let mut bundle = authority.to_owned();
    for certificate in &system.certs {
        bundle.push_str(&pem(certificate));
    }
    bundle
}

fn pem(certificate: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(certificate);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        // Base64 is ASCII, so every index is a boundary.
        let (line, after) = rest.split_at(rest.len().min(LINE_COLUMNS));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}

#[cfg(test)]
mod tests {
    use tokio_rustls::rustls::pki_types::CertificateDer;
    use tokio_rustls::rustls::pki_types::pem::PemObject as _;

    use super::*;

    #[test]
    fn a_certificate_is_read_back_from_its_pem() {
        let bytes: Vec<u8> = (0..200).collect();
        let text = pem(&bytes);
        assert!(text.lines().all(|line| line.len() <= LINE_COLUMNS));
        assert_eq!(
            CertificateDer::from_pem_slice(text.as_bytes())
                .unwrap()
                .as_ref(),
            bytes
        );
    }

    #[test]
    fn the_sandbox_comes_first_and_the_system_after_it() {
        let authority = pem(b"sandbox");
        let bundle = with_system(&authority);
        assert!(bundle.starts_with(&authority));
        let all = CertificateDer::pem_slice_iter(bundle.as_bytes());
        let system = rustls_native_certs::load_native_certs().certs.len();
        assert_eq!(all.filter(Result::is_ok).count(), 1 + system);
    }
}
