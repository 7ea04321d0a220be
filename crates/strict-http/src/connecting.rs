//! Making a connection: how long it may take, and what a failure needs to know about proxies.

use std::{
    error::Error,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tower_layer::Layer;
use tower_service::Service;

use crate::proxies::Proxies;

/// How long a TCP connection and its TLS handshake may take, those of a proxy included.
///
/// The vendor's SDKs allow 5 to 60 s; ten survives one lost SYN (retransmitted after 1, 3 and 7 s).
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

type BoxError = Box<dyn Error + Send + Sync>;

/// Puts a time limit on connecting, and marks what fails there as [`ConnectError`].
#[derive(Clone)]
pub(crate) struct ConnectLayer {
    pub(crate) proxies: Arc<Proxies>,
}

impl<S> Layer<S> for ConnectLayer {
    type Service = Connect<S>;

    fn layer(&self, inner: S) -> Connect<S> {
        Connect {
            inner,
            proxies: self.proxies.clone(),
        }
    }
}

/// The connector of the HTTP library inside [`ConnectLayer`].
#[derive(Clone)]
pub(crate) struct Connect<S> {
    inner: S,
    proxies: Arc<Proxies>,
}

impl<S, R> Service<R> for Connect<S>
where
    S: Service<R, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, destination: R) -> Self::Future {
        let (connecting, proxies) = (self.inner.call(destination), self.proxies.clone());
        Box::pin(async move {
            let source = match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
                Ok(Ok(connection)) => return Ok(connection),
                Ok(Err(source)) => source,
                Err(_) => Box::new(NoConnection),
            };
            Err(Box::new(ConnectError { proxies, source }) as BoxError)
        })
    }
}

/// A failed attempt to connect.
#[derive(Debug)]
pub(crate) struct ConnectError {
    pub(crate) proxies: Arc<Proxies>,
    source: BoxError,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("could not connect")
    }
}

impl Error for ConnectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.source.as_ref())
    }
}

/// Connecting took longer than [`CONNECT_TIMEOUT`].
#[derive(Debug)]
struct NoConnection;

impl fmt::Display for NoConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no connection within {} s", CONNECT_TIMEOUT.as_secs())
    }
}

impl Error for NoConnection {}
