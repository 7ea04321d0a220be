//! Why a request got no response, as a kind: decided here, once, from reqwest's chain of causes.

use std::{error::Error, fmt, io};

use reqwest::Url;
use rustls::AlertDescription;

use crate::{ServerText, connecting::ConnectError};

/// A request that got no usable response.
///
/// Its source is the innermost cause, such as "Connection refused"; the errors between only name layers of the HTTP
/// library. It names the host and never the URL.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportKind,
    host: ServerText,
    via_proxy: Option<String>,
    cause: Option<Cause>,
}

/// The stage at which a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportKind {
    /// The host has no address, or the resolver did not respond. Worth a retry: a laptop that wakes has no resolver yet.
    Resolve,
    /// There is no connection: it was refused, took too long, or its TLS handshake was damaged. Worth a retry.
    Connect,
    /// The server's certificate does not verify, or there is no common TLS version. A retry meets the same.
    Tls,
    /// Nothing happened for too long after the connection was made. Worth a retry.
    Timeout,
    /// The connection broke after it was made, or its data was damaged. Worth a retry.
    Interrupted,
    /// What came back is not HTTP. Worth a retry: a portal or a proxy may stand in between for a while.
    NotHttp,
    /// The request could not be formed, which is a fault of the caller. A retry meets the same.
    Unsendable,
}

impl TransportError {
    /// Classifies an error of reqwest and drops its URL.
    pub fn new(error: reqwest::Error) -> Self {
        let kind = classify(&error);
        let connecting = causes(&error).find_map(|cause| cause.downcast_ref::<ConnectError>());
        let via_proxy = connecting
            .zip(error.url())
            .and_then(|(connecting, url)| connecting.proxies.before(url));
        let host = error.url().map(authority).unwrap_or_default();
        let error = error.without_url();
        Self {
            kind,
            host: message(&host),
            via_proxy,
            // A time-out says it all; its innermost cause would only repeat it.
            cause: causes(&error)
                .last()
                .filter(|_| kind != TransportKind::Timeout)
                .map(|cause| Cause(message(&cause.to_string()))),
        }
    }

    /// Returns the error of a request to `host` that the caller gave up because nothing happened for too long.
    pub fn timeout(host: &str) -> Self {
        Self {
            kind: TransportKind::Timeout,
            host: message(host),
            via_proxy: None,
            cause: None,
        }
    }

    /// Returns the stage at which the request failed.
    pub fn kind(&self) -> TransportKind {
        self.kind
    }

    /// Returns host and port of the proxy of a failed attempt to connect, without user name and password.
    pub fn via_proxy(&self) -> Option<&str> {
        self.via_proxy.as_deref()
    }

    /// Returns whether the same request may succeed later.
    pub fn is_transient(&self) -> bool {
        !matches!(self.kind, TransportKind::Tls | TransportKind::Unsendable)
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.host;
        match self.kind {
            // Whose address it is, the proxy's or the host's, depends on the kind of proxy.
            TransportKind::Resolve if self.via_proxy.is_none() => {
                write!(f, "could not find the address of `{host}`")
            }
            TransportKind::Resolve | TransportKind::Connect => {
                write!(f, "could not connect to `{host}`")
            }
            TransportKind::Tls => write!(f, "TLS handshake with `{host}` failed"),
            TransportKind::Timeout => write!(f, "`{host}` did not respond in time"),
            TransportKind::Interrupted => write!(f, "the connection to `{host}` broke"),
            TransportKind::NotHttp => write!(f, "the response of `{host}` is not HTTP"),
            TransportKind::Unsendable => write!(f, "the request to `{host}` could not be formed"),
        }?;
        match &self.via_proxy {
            Some(proxy) => write!(f, " through the proxy `{proxy}`"),
            None => Ok(()),
        }
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.cause.as_ref()?)
    }
}

/// The words of the innermost cause. A certificate's names are among them, so they count as a server's.
#[derive(Debug)]
struct Cause(ServerText);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Cause {}

fn message(text: &str) -> ServerText {
    ServerText::clean(text, ServerText::MESSAGE_MAX_CHARS, &[])
}

/// The host, with its port when that is not the scheme's own.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The causes of an error, outermost first.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| {
        // `io::Error` skips the error it wraps and names that one's source instead.
        match cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => cause.source(),
        }
    })
}

fn classify(error: &reqwest::Error) -> TransportKind {
    let io_kind = || {
        causes(error)
            .filter_map(|cause| cause.downcast_ref::<io::Error>())
            .last()
            .map(io::Error::kind)
    };
    if error.is_builder() {
        TransportKind::Unsendable
    } else if error.is_dns() {
        TransportKind::Resolve
    } else if causes(error)
        .filter_map(|cause| cause.downcast_ref())
        .any(is_final)
    {
        TransportKind::Tls
    } else if error.is_connect() {
        TransportKind::Connect
    } else if error.is_timeout() || io_kind() == Some(io::ErrorKind::TimedOut) {
        TransportKind::Timeout
    } else if causes(error)
        .filter_map(|cause| cause.downcast_ref::<hyper::Error>())
        .any(hyper::Error::is_parse)
    {
        TransportKind::NotHttp
    } else {
        TransportKind::Interrupted
    }
}

/// Returns whether every retry would meet the same TLS error.
///
/// All others may come from a damaged packet, a server that restarts, or something between that speaks no TLS.
fn is_final(error: &rustls::Error) -> bool {
    use rustls::{
        Error::{AlertReceived, InvalidCertificate, PeerIncompatible},
        PeerIncompatible::{ServerDoesNotSupportTls12Or13, ServerTlsVersionIsDisabledByOurConfig},
    };
    matches!(
        error,
        InvalidCertificate(_)
            | AlertReceived(AlertDescription::ProtocolVersion)
            | PeerIncompatible(
                ServerDoesNotSupportTls12Or13 | ServerTlsVersionIsDisabledByOurConfig
            )
    )
}
