//! A client that is safe to send credentials with.

use std::{path::PathBuf, sync::Arc, time::Duration};

use reqwest::{IntoUrl, Method, RequestBuilder, redirect};
use rustls::{ClientConfig, crypto::CryptoProvider};

use crate::{
    ServerUrl, SetupError,
    connecting::ConnectLayer,
    extra_ca::read_certificates,
    localhost::LocalhostResolver,
    proxies::Proxies,
    trust::{LazyPlatformTrust, Witness},
};

/// How long a connection waits unused in the pool.
///
/// Common servers close it after a minute. A shorter wait keeps most requests off a connection that is closing.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// What a client is built from.
#[derive(Debug, Clone)]
pub struct Options {
    extra_ca: Option<PathBuf>,
    direct: bool,
    user_agent: Option<String>,
}

impl Options {
    /// Returns the options for a client of these servers.
    ///
    /// If any of them is on loopback, the client ignores all proxies: plain http is allowed there, and a proxy would
    /// read it. So a loopback server and another one need a client each.
    pub fn for_servers<'a>(servers: impl IntoIterator<Item = &'a ServerUrl>) -> Self {
        Self {
            extra_ca: None,
            direct: servers.into_iter().any(ServerUrl::is_loopback),
            user_agent: None,
        }
    }

    /// Trusts the certificate authorities of this PEM file in addition to the platform's.
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

/// An HTTP client that keeps the promises on this crate's front page. Only [`client`] makes one, so whoever asks for this
/// type never follows a redirect with credentials.
///
/// A clone uses the same connections.
#[derive(Debug, Clone)]
pub struct Client(reqwest::Client);

impl Client {
    /// Begins a request. A URL that cannot be used fails when the request is sent.
    pub fn request(&self, method: Method, url: impl IntoUrl) -> RequestBuilder {
        self.0.request(method, url)
    }

    /// Begins a `GET`, as [`request`](Self::request).
    pub fn get(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::GET, url)
    }
}

/// Returns a client that keeps the promises on this crate's front page.
///
/// It limits the time to connect (10 s) and no other: how long a request may take depends on the request.
/// The operating system's limit on unacknowledged data (`TCP_USER_TIMEOUT`) is off for the same reason.
///
/// # Errors
///
/// Fails when the extra CA cannot be read or holds no certificate, when a variable of the environment names a proxy that
/// cannot be used, and when the user agent cannot stand in a header.
#[expect(
    clippy::disallowed_methods,
    reason = "every program on this computer reads its proxy from the environment"
)]
pub fn client(options: &Options) -> Result<Client, SetupError> {
    let proxies = match options.direct {
        true => Proxies::none(),
        false => Proxies::from_environment(|name| std::env::var_os(name))?,
    };
    build(options, proxies)
}

fn build(options: &Options, proxies: Proxies) -> Result<Client, SetupError> {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls(options, None)?)
        .http1_only()
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .dns_resolver(LocalhostResolver)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .tcp_nodelay(true);
    // reqwest's default of 30 s ends a healthy connection when something on the way reads seldom.
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    let builder = builder.tcp_user_timeout(None);
    let builder = match &options.user_agent {
        Some(user_agent) => builder.user_agent(user_agent),
        None => builder,
    };
    let proxies = Arc::new(proxies);
    proxies
        .apply(builder)
        .connector_layer(ConnectLayer { proxies })
        .build()
        .map(Client)
        .map_err(|source| SetupError::Client { source })
}

/// Returns how TLS connections are made. A witness sees the certificate of each server.
pub(crate) fn tls(
    options: &Options,
    witness: Option<Arc<Witness>>,
) -> Result<ClientConfig, SetupError> {
    let extra_roots = match &options.extra_ca {
        Some(path) => read_certificates(path)?,
        None => Vec::new(),
    };
    let provider: Arc<CryptoProvider> = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|source| SetupError::Tls { source })?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(LazyPlatformTrust::new(
            extra_roots,
            provider,
            witness,
        )))
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(tls)
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsString, net::TcpListener};

    use super::*;
    use crate::{TransportError, TransportKind};

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

    #[test]
    fn a_user_agent_that_cannot_stand_in_a_header_is_refused() {
        let error = client(&options().user_agent("a\nb")).expect_err("a line break");
        assert!(matches!(error, SetupError::Client { .. }), "{error:?}");
    }

    /// How a request to a host behind this proxy fails.
    async fn failure_through(proxy: &str) -> TransportError {
        let variable = |name: &str| (name == "HTTPS_PROXY").then(|| OsString::from(proxy));
        let proxies = Proxies::from_environment(variable).expect("a usable proxy");
        let client = build(&options(), proxies).expect("a client");
        let request = client.get("https://oss.example/k?Signature=canary");
        TransportError::new(request.send().await.expect_err("the proxy is dead"))
    }

    #[tokio::test]
    async fn a_dead_proxy_is_named_and_its_password_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let closed = listener.local_addr().expect("its address");
        drop(listener);
        for scheme in ["http", "socks5h"] {
            let error = failure_through(&format!("{scheme}://user:hunter2@{closed}")).await;
            assert_eq!(error.kind(), TransportKind::Connect, "{error:?}");
            assert_eq!(error.via_proxy(), Some(closed.to_string().as_str()));
            assert_eq!(
                error.to_string(),
                format!("could not connect to `oss.example` through the proxy `{closed}`")
            );
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[tokio::test]
    async fn a_proxy_whose_name_has_no_address_is_named() {
        let error = failure_through("http://no-such-host.invalid:8080").await;
        assert_eq!(error.via_proxy(), Some("no-such-host.invalid:8080"));
        assert!(error.is_transient());
    }
}
