//! Builds the one `reqwest::Client` of a run; what it trusts is in `trust.rs`, whom it resolves in `localhost.rs`.

use std::{path::PathBuf, sync::Arc, time::Duration};

use reqwest::{Client, redirect};
use rustls::ClientConfig;

use crate::{ServerUrl, localhost::LocalhostResolver, trust::LazyPlatformTrust};

/// How long a TCP connection and its TLS handshake may take.
///
/// The vendor's SDKs allow 5 to 60 s; ten survives one lost SYN (retransmitted after 1, 3 and 7 s).
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection waits unused in the pool.
///
/// Shorter than the minute after which common servers close it, so that a request seldom meets a closing connection.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// What a client is built from.
#[derive(Debug, Clone)]
pub struct Options {
    extra_ca: Option<PathBuf>,
    direct: bool,
    user_agent: Option<String>,
}

impl Options {
    /// Returns the options for a client that speaks to these servers.
    ///
    /// Proxies of the environment are passed by when any of the servers is on loopback: plain http is allowed there, and
    /// a proxy would read it. Servers of both kinds want a client each.
    pub fn for_servers<'a>(servers: impl IntoIterator<Item = &'a ServerUrl>) -> Self {
        Self {
            extra_ca: None,
            direct: servers.into_iter().any(ServerUrl::is_loopback),
            user_agent: None,
        }
    }

    /// Trusts the certificate authorities of this PEM file besides the platform's.
    #[must_use]
    pub fn extra_ca(mut self, pem_file: impl Into<PathBuf>) -> Self {
        self.extra_ca = Some(pem_file.into());
        self
    }

    /// Sends this `User-Agent` with every request; without it, none is sent.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }
}

/// Returns a client that keeps the promises on this crate's front page.
///
/// It sets no time-out on a whole request or on reading: how long is too long depends on the request.
///
/// # Errors
///
/// Fails when the extra CA cannot be read or holds no certificate.
/// A proxy of the environment that is not a URL counts as none.
pub fn client(options: &Options) -> Result<Client, SetupError> {
    let extra_roots = match &options.extra_ca {
        Some(path) => read_certificates(path)?,
        None => Vec::new(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|source| SetupError::Tls { source })?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(LazyPlatformTrust::new(extra_roots, provider)))
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];

    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .dns_resolver(LocalhostResolver)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .tcp_nodelay(true);
    if let Some(user_agent) = &options.user_agent {
        builder = builder.user_agent(user_agent);
    }
    if options.direct {
        builder = builder.no_proxy();
    }
    builder
        .build()
        .map_err(|source| SetupError::Client { source })
}

fn read_certificates(
    path: &std::path::Path,
) -> Result<Vec<rustls::pki_types::CertificateDer<'static>>, SetupError> {
    use rustls::pki_types::{CertificateDer, pem::PemObject};

    let pem = std::fs::read(path).map_err(|source| SetupError::ReadCa {
        path: path.into(),
        source,
    })?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|_| SetupError::NotACertificate { path: path.into() })?;
    if certificates.is_empty() {
        return Err(SetupError::NotACertificate { path: path.into() });
    }
    // Found out here, where the path is known, and not in the middle of the first handshake.
    let mut roots = rustls::RootCertStore::empty();
    for certificate in &certificates {
        roots
            .add(certificate.clone())
            .map_err(|_| SetupError::NotACertificate { path: path.into() })?;
    }
    Ok(certificates)
}

/// Why no client could be built. Nothing was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The file of the extra CA could not be read.
    #[error("could not read the CA certificate `{}`", path.display())]
    ReadCa {
        /// The file as it was given.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file of the extra CA holds no usable PEM certificate.
    #[error("`{}` holds no PEM certificate of an authority", path.display())]
    NotACertificate {
        /// The file as it was given.
        path: PathBuf,
    },
    /// rustls refused its own configuration.
    #[error("could not set up TLS")]
    Tls {
        /// What rustls said.
        source: rustls::Error,
    },
    /// reqwest refused the configuration.
    #[error("could not set up the HTTP client")]
    Client {
        /// What reqwest said.
        source: reqwest::Error,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        Options::for_servers([])
    }

    #[test]
    fn a_client_without_an_extra_ca_is_built() {
        client(&options()).expect("the defaults are usable");
    }

    #[test]
    fn a_missing_ca_file_is_named() {
        let error =
            client(&options().extra_ca("no/such/ca.pem")).expect_err("there is no such file");
        assert_eq!(
            error.to_string(),
            "could not read the CA certificate `no/such/ca.pem`"
        );
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let error =
            client(&options().extra_ca(manifest)).expect_err("a manifest is no certificate");
        assert!(
            matches!(error, SetupError::NotACertificate { .. }),
            "{error:?}"
        );
    }
}
