//! The server loop: accepts connections, and serves each to its end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::link::{Connection, Control};
use crate::respond::respond;
use crate::site::Site;

/// What the loop needs to serve a connection.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) site: Arc<Site>,
    pub(crate) tls: Option<TlsAcceptor>,
    /// How long the handshake, and the headers of each request, may take.
    pub(crate) header_timeout: Duration,
}

/// Accepts connections until `stop` changes, then drops them all.
pub(crate) async fn run(
    listener: std::net::TcpListener,
    service: Service,
    mut stop: watch::Receiver<bool>,
) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "the sandbox cannot listen"),
    };
    let mut connections = JoinSet::new();
    loop {
        let socket = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return,
            Some(_) = connections.join_next() => continue,
        };
        match socket {
            Ok((socket, _)) => drop(connections.spawn(service.clone().serve(socket))),
            // Usually there are no file handles left; others will be closed.
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
    }
}

impl Service {
    /// Serves one connection to its end.
    async fn serve(self, socket: TcpStream) {
        // Waiting to fill packets would add a delay of the server's own.
        drop(socket.set_nodelay(true));
        let network = &self.site.network;
        let control = network.register();
        if network.resets() {
            control.reset();
        }
        let connection = Connection::new(socket, Arc::clone(network), Arc::clone(&control));
        let served = async {
            match &self.tls {
                None => self.serve_http(connection, &control).await,
                // A handshake that fails or takes too long has no request to record.
                Some(tls) => {
                    if let Ok(Ok(stream)) =
                        timeout(self.header_timeout, tls.accept(connection)).await
                    {
                        self.serve_http(stream, &control).await;
                    }
                }
            }
        };
        tokio::select! {
            biased;
            () = control.cut() => {}
            () = served => {}
        }
    }

    async fn serve_http(&self, io: impl AsyncRead + AsyncWrite + Unpin, control: &Arc<Control>) {
        let service = service_fn(|request| {
            let (site, control) = (Arc::clone(&self.site), Arc::clone(control));
            async move { Ok::<_, Infallible>(respond(site, control, request).await) }
        });
        let served = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_timeout)
            .serve_connection(TokioIo::new(io), service)
            .await;
        if let Err(error) = served {
            tracing::debug!(connection = control.id, %error, "a connection ended early");
        }
    }
}
