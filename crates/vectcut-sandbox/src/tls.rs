//! A certificate authority for one run of the sandbox, and the certificate of its two hosts.
//!
//! Whoever trusts the authority risks little: it vouches for names and addresses of this machine only, for a month, and its
//! key is gone before the first connection comes. The next start makes another authority in the same file.

mod bundle;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, SanType, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::hosts::{CUSTOM_DOMAIN, OSS_HOST};
use crate::store::write_file;

const CA_FILE: &str = "ca.pem";
const BUNDLE_FILE: &str = "ca-bundle.pem";
/// How long the certificates are valid, in seconds: 30 days.
const LIFETIME_SECONDS: u64 = 30 * 24 * 60 * 60;
/// How long before the start they become valid, in seconds: a day, for a client whose clock is behind.
const HEAD_START_SECONDS: u64 = 24 * 60 * 60;
/// The names that the sandbox is reached by.
const NAMES: [&str; 4] = ["localhost", OSS_HOST, "*.oss.localhost", CUSTOM_DOMAIN];
const ADDRESSES: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
];

/// The files with which clients trust the sandbox.
#[derive(Debug)]
pub(crate) struct Trust {
    /// The authority of the sandbox.
    pub(crate) ca_cert: PathBuf,
    /// The authorities of the system, and that of the sandbox.
    pub(crate) ca_bundle: PathBuf,
}

/// Returns what accepts TLS connections, and the files with the authority to trust.
pub(crate) fn acceptor(state_dir: &Path, now: Timestamp) -> io::Result<(TlsAcceptor, Trust)> {
    let (issuer, authority) = authority(now).map_err(io::Error::other)?;
    let (certificate, key) = host(&issuer, &NAMES, now).map_err(io::Error::other)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(vec![certificate], key)
        })
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let trust = Trust {
        ca_cert: state_dir.join(CA_FILE),
        ca_bundle: state_dir.join(BUNDLE_FILE),
    };
    write_file(&trust.ca_cert, authority.as_bytes())?;
    write_file(&trust.ca_bundle, bundle::with_system(&authority).as_bytes())?;
    Ok((TlsAcceptor::from(Arc::new(config)), trust))
}

/// Makes an authority that may vouch for this machine alone. Returns what signs, and its certificate as PEM.
fn authority(now: Timestamp) -> Result<(Issuer<'static, KeyPair>, String), rcgen::Error> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "vectcut sandbox CA");
    let addresses = ADDRESSES.map(|address| {
        let prefix = if address.is_ipv4() { 32 } else { 128 };
        GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, prefix))
    });
    // A name stands for those below it, too.
    let mut permitted = vec![GeneralSubtree::DnsName("localhost".to_owned())];
    permitted.extend(addresses);
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: permitted,
        excluded_subtrees: Vec::new(),
    });
    limit(&mut params, now);
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?.pem();
    Ok((Issuer::new(params, key), certificate))
}

/// Makes the certificate of a host with these names and the loopback addresses, and its key.
fn host(
    issuer: &Issuer<'static, KeyPair>,
    names: &[&str],
    now: Timestamp,
) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params
        .subject_alt_names
        .extend(ADDRESSES.map(SanType::IpAddress));
    params
        .distinguished_name
        .push(DnType::CommonName, "vectcut sandbox");
    params
        .extended_key_usages
        .push(ExtendedKeyUsagePurpose::ServerAuth);
    limit(&mut params, now);
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, issuer)?.der().clone();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    Ok((certificate, key))
}

/// Sets the span in which a certificate is valid.
fn limit(params: &mut CertificateParams, now: Timestamp) {
    let now = u64::try_from(now.as_second()).unwrap_or(0);
    let at = |second| date_time_ymd(1970, 1, 1) + Duration::from_secs(second);
    params.not_before = at(now.saturating_sub(HEAD_START_SECONDS));
    params.not_after = at(now.saturating_add(LIFETIME_SECONDS));
}

#[cfg(test)]
mod tests {
    use tokio_rustls::rustls::client::WebPkiServerVerifier;
    use tokio_rustls::rustls::client::danger::ServerCertVerifier as _;
    use tokio_rustls::rustls::pki_types::pem::PemObject as _;
    use tokio_rustls::rustls::pki_types::{ServerName, UnixTime};
    use tokio_rustls::rustls::{CertificateError, Error, RootCertStore};

    use super::*;

    const DAY: u64 = 24 * 60 * 60;

    /// Returns what a client that trusts the authority says, `days` after the start, to a host that claims `name`.
    fn verdict(name: &str, days: u64) -> Result<(), Error> {
        let now = Timestamp::from_second(1_767_229_323).unwrap();
        let (issuer, authority) = authority(now).unwrap();
        let (certificate, _) = host(&issuer, &[name], now).unwrap();
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap())
            .unwrap();
        let verifier = WebPkiServerVerifier::builder_with_provider(
            Arc::new(roots),
            Arc::new(ring::default_provider()),
        )
        .build()
        .unwrap();
        let at = UnixTime::since_unix_epoch(Duration::from_secs(1_767_229_323 + days * DAY));
        let asked = ServerName::try_from(name.replace('*', "bucket")).unwrap();
        verifier
            .verify_server_cert(&certificate, &[], &asked, &[], at)
            .map(|_| ())
    }

    #[test]
    fn the_authority_vouches_for_this_machine_alone() {
        for name in NAMES {
            assert_eq!(verdict(name, 0), Ok(()), "{name}");
        }
        for name in [
            "example.com",
            "oss-cn-hangzhou.aliyuncs.com",
            "localhost.example.com",
        ] {
            assert!(verdict(name, 0).is_err(), "{name}");
        }
    }

    #[test]
    fn the_authority_ends_after_a_month() {
        assert_eq!(verdict("localhost", 29), Ok(()));
        assert!(matches!(
            verdict("localhost", 31),
            Err(Error::InvalidCertificate(
                CertificateError::Expired | CertificateError::ExpiredContext { .. }
            ))
        ));
    }
}
