//! What went wrong on the way to a server, as a kind: decided here, once, from reqwest's chain of causes.

use std::{error::Error, fmt, io};

/// A request that got no usable answer.
///
/// Its source is the innermost cause ("Connection refused"): the links between only name layers of the HTTP library.
/// The URL is gone, the host stays.
pub struct TransportError {
    kind: TransportKind,
    host: String,
    inner: Option<reqwest::Error>,
}

/// The stage at which a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportKind {
    /// The host has no address, or the resolver did not answer. Worth a retry: a laptop that wakes has no resolver yet.
    Resolve,
    /// No connection came about. Worth a retry.
    Connect,
    /// The TLS handshake failed, most often because the certificate is not trusted. A retry meets the same certificate.
    Tls,
    /// Nothing happened for too long. Worth a retry.
    Timeout,
    /// The connection broke after it was made. Worth a retry.
    Interrupted,
    /// What came back is not HTTP. Worth a retry: a portal or a proxy may stand in between for a while.
    NotHttp,
    /// The request could not be formed. A fault of the caller; a retry is useless.
    Unsendable,
}

impl TransportError {
    /// Classifies an error of reqwest and takes the URL out of it.
    pub fn new(error: reqwest::Error) -> Self {
        let host = error.url().map(authority).unwrap_or_default();
        Self {
            kind: classify(&error),
            host,
            inner: Some(error.without_url()),
        }
    }

    /// Returns the error of a request to `host` that the caller gave up because nothing happened for too long.
    pub fn timeout(host: &str) -> Self {
        Self {
            kind: TransportKind::Timeout,
            host: host.to_owned(),
            inner: None,
        }
    }

    /// Returns the stage at which the request failed.
    pub fn kind(&self) -> TransportKind {
        self.kind
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
            TransportKind::Resolve => write!(f, "could not find the address of `{host}`"),
            TransportKind::Connect => write!(f, "could not connect to `{host}`"),
            TransportKind::Tls => write!(f, "could not agree on TLS with `{host}`"),
            TransportKind::Timeout => write!(f, "`{host}` did not respond in time"),
            TransportKind::Interrupted => write!(f, "the connection to `{host}` broke"),
            TransportKind::NotHttp => write!(f, "the answer of `{host}` is not HTTP"),
            TransportKind::Unsendable => write!(f, "the request to `{host}` could not be formed"),
        }
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportError")
            .field("kind", &self.kind)
            .field("host", &self.host)
            .field("cause", &self.source().map(ToString::to_string))
            .finish()
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // A time-out says it all; its innermost cause would only repeat it.
        if self.kind == TransportKind::Timeout {
            return None;
        }
        chain(self.inner.as_ref()?.source()?).last()
    }
}

/// The host, with its port when that is not the scheme's own.
fn authority(url: &reqwest::Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        // `io::Error` passes over the error it wraps and names that one's source instead.
        match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

fn classify(error: &reqwest::Error) -> TransportKind {
    let causes = || error.source().into_iter().flat_map(chain);
    let io_kind = || {
        causes()
            .filter_map(|cause| cause.downcast_ref::<io::Error>())
            .last()
            .map(io::Error::kind)
    };
    if error.is_builder() {
        TransportKind::Unsendable
    } else if error.is_timeout() || io_kind() == Some(io::ErrorKind::TimedOut) {
        TransportKind::Timeout
    } else if error.is_dns() {
        TransportKind::Resolve
    } else if causes().any(|cause| cause.is::<rustls::Error>()) {
        TransportKind::Tls
    } else if error.is_connect() {
        TransportKind::Connect
    } else if causes()
        .filter_map(|cause| cause.downcast_ref::<hyper::Error>())
        .any(hyper::Error::is_parse)
    {
        TransportKind::NotHttp
    } else {
        TransportKind::Interrupted
    }
}
