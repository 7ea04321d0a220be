//! A certificate authority for one run, and the certificate of the sink's hosts.

use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, version};

/// Returns the TLS settings of the server, and the file with the authority to trust, in the temporary folder.
pub(crate) fn make() -> io::Result<(Arc<ServerConfig>, PathBuf)> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority
        .distinguished_name
        .push(DnType::CommonName, "vectcut sink CA");
    let authority_key = KeyPair::generate().map_err(io::Error::other)?;
    let authority_certificate = authority
        .self_signed(&authority_key)
        .map_err(io::Error::other)?;
    let ca_cert = env::temp_dir().join(format!("vectcut-sink-{}.pem", process::id()));
    fs::write(&ca_cert, authority_certificate.pem())?;

    // `rcgen` turns a name that is an IP address into an address entry.
    let mut hosts = CertificateParams::new(
        [
            "127.0.0.1",
            "localhost",
            "oss.localhost",
            "*.oss.localhost",
            "oss.test",
            "*.oss.test",
        ]
        .map(str::to_owned),
    )
    .map_err(io::Error::other)?;
    hosts.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let certificate = hosts
        .signed_by(&key, &Issuer::new(authority, authority_key))
        .map_err(io::Error::other)?;

    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(vec![certificate.der().clone()], key)
        })
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((Arc::new(config), ca_cert))
}
