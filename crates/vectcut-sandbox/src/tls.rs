//! A certificate authority of the sandbox's own, and the certificate of its two hosts.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::store::write_file;

const CA_FILE: &str = "ca.pem";
const CA_KEY_FILE: &str = "ca-key.pem";

/// Returns what accepts TLS connections, and the file with the authority to trust.
///
/// The authority stays in `state_dir`; the certificate of the hosts is made anew every time.
pub(crate) fn acceptor(state_dir: &Path) -> io::Result<(TlsAcceptor, PathBuf)> {
    let issuer = authority(state_dir)?;
    let mut params = CertificateParams::new(
        ["localhost", "oss.localhost", "*.oss.localhost"].map(str::to_owned),
    )
    .map_err(io::Error::other)?;
    params
        .subject_alt_names
        .push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    params
        .subject_alt_names
        .push(SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)));
    params
        .distinguished_name
        .push(DnType::CommonName, "vectcut sandbox");
    params
        .extended_key_usages
        .push(ExtendedKeyUsagePurpose::ServerAuth);
    live_long(&mut params);
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let certificate = params.signed_by(&key, &issuer).map_err(io::Error::other)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(vec![certificate.der().clone()], key)
        })
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), state_dir.join(CA_FILE)))
}

/// Reads the key of the authority that an earlier sandbox left, or makes one and leaves it with its certificate.
fn authority(state_dir: &Path) -> io::Result<Issuer<'static, KeyPair>> {
    let (certificate_path, key_path) = (state_dir.join(CA_FILE), state_dir.join(CA_KEY_FILE));
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "vectcut sandbox CA");
    live_long(&mut params);
    if certificate_path.exists() && key_path.exists() {
        // Name and key are all that a certificate takes from its issuer.
        let key = KeyPair::from_pem(&fs::read_to_string(key_path)?).map_err(io::Error::other)?;
        return Ok(Issuer::new(params, key));
    }
    let key = KeyPair::generate().map_err(io::Error::other)?;
    write_file(&key_path, key.serialize_pem().as_bytes())?;
    let certificate = params.self_signed(&key).map_err(io::Error::other)?;
    write_file(&certificate_path, certificate.pem().as_bytes())?;
    Ok(Issuer::new(params, key))
}

/// Sets a span around any clock that a test may have.
fn live_long(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
}
