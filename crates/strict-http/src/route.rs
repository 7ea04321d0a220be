//! The way to a server, a step at a time: its addresses, a TCP connection, a TLS handshake. For diagnosis only; requests
//! take the client. No proxy is used here.

use std::{fmt, io, net::SocketAddr, sync::Arc};

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::{
    Options, ServerText, ServerUrl, SetupError,
    client::tls,
    issuer::issuer,
    localhost::{is_localhost, loopback},
    trust::Witness,
};

/// The addresses of a server.
#[derive(Debug)]
pub struct Route {
    server: ServerUrl,
    addresses: Vec<SocketAddr>,
}

/// A TCP connection to a server.
#[derive(Debug)]
pub struct Connection {
    server: ServerUrl,
    peer: SocketAddr,
    tcp: TcpStream,
}

/// What a TLS handshake showed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handshake {
    /// The version, such as `TLS 1.3`.
    pub version: &'static str,
    /// Who issued the server's certificate, if it says so.
    pub issuer: Option<ServerText>,
}

/// A TLS handshake that failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct HandshakeError {
    /// Who issued the server's certificate, if one came.
    pub issuer: Option<ServerText>,
    source: io::Error,
}

impl Route {
    /// Looks a server up.
    ///
    /// # Errors
    ///
    /// Fails when the host has no address, or the resolver does not respond.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves nothing behind.
    pub async fn find(server: &ServerUrl) -> io::Result<Self> {
        let port = server.as_url().port_or_known_default().unwrap_or(443);
        let addresses: Vec<_> = if let Some(ip) = server.ip() {
            vec![SocketAddr::new(ip, port)]
        } else if is_localhost(server.host()) {
            let addresses = loopback().into_iter();
            addresses
                .map(|found| SocketAddr::new(found.ip(), port))
                .collect()
        } else {
            tokio::net::lookup_host((server.host(), port))
                .await?
                .collect()
        };
        Ok(Self {
            server: server.clone(),
            addresses,
        })
    }

    /// Returns how many addresses the server has.
    pub fn addresses(&self) -> usize {
        self.addresses.len()
    }

    /// Connects to the first address that accepts.
    ///
    /// # Errors
    ///
    /// Fails when none of them does.
    ///
    /// # Cancellation
    ///
    /// Dropping the future closes the connection.
    pub async fn connect(self) -> io::Result<Connection> {
        let tcp = TcpStream::connect(self.addresses.as_slice()).await?;
        Ok(Connection {
            peer: tcp.peer_addr()?,
            server: self.server,
            tcp,
        })
    }
}

impl Connection {
    /// Returns the address at the other end.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Shakes hands and closes the connection. Trust is that of a client with these options.
    ///
    /// # Errors
    ///
    /// The outer error: the options cannot be used. The inner one: the handshake failed.
    ///
    /// # Cancellation
    ///
    /// Dropping the future closes the connection.
    pub async fn handshake(
        self,
        options: &Options,
    ) -> Result<Result<Handshake, HandshakeError>, SetupError> {
        let witness = Arc::new(Witness::default());
        let config = tls(options, Some(witness.clone()))?;
        let seen = || witness.certificate().and_then(|der| issuer(&der));
        let host = self.server.host().trim_matches(['[', ']']).to_owned();
        let failed = |source| HandshakeError {
            issuer: seen(),
            source,
        };
        let name = match ServerName::try_from(host) {
            Ok(name) => name,
            Err(error) => return Ok(Err(failed(io::Error::other(error)))),
        };
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, self.tcp)
            .await;
        Ok(stream.map_err(failed).map(|stream| Handshake {
            version: match stream.get_ref().1.protocol_version() {
                Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
                _ => "TLS 1.2",
            },
            issuer: seen(),
        }))
    }
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.source.to_string();
        ServerText::clean(&words, ServerText::MESSAGE_MAX_CHARS, &[]).fmt(f)
    }
}

impl std::error::Error for HandshakeError {}
