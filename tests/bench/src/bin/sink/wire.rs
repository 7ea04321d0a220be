//! The bytes of a connection, plain or decrypted from TLS, read in large pieces.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use tokio_rustls::rustls::server::UnbufferedServerConnection;
use tokio_rustls::rustls::unbuffered::{
    ConnectionState, EncodeError, EncryptError, InsufficientSizeError, UnbufferedStatus,
};
use tokio_rustls::rustls::{Error, ServerConfig};

/// Size of one read, in bytes: many TLS records, and small enough for the cache of one core.
const READ_BYTES: usize = 256 * 1024;

/// One connection.
pub(crate) trait Wire {
    /// Reads once and gives the bytes to `take` in pieces; returns `false` at the end of the connection.
    fn receive(&mut self, take: impl FnMut(&[u8])) -> io::Result<bool>;

    /// Writes all of `bytes`.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// A connection without TLS.
pub(crate) struct Plain {
    socket: TcpStream,
    buffer: Vec<u8>,
}

impl Plain {
    pub(crate) fn new(socket: TcpStream) -> Self {
        Self {
            socket,
            buffer: vec![0; READ_BYTES],
        }
    }
}

impl Wire for Plain {
    fn receive(&mut self, mut take: impl FnMut(&[u8])) -> io::Result<bool> {
        let read = self.socket.read(&mut self.buffer)?;
        take(&self.buffer[..read]);
        Ok(read > 0)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.write_all(bytes)
    }
}

/// A connection with TLS; records are decrypted in the buffer that the socket filled.
pub(crate) struct Tls {
    socket: TcpStream,
    tls: UnbufferedServerConnection,
    incoming: Vec<u8>,
    /// How much of `incoming` is filled, in bytes.
    filled: usize,
    outgoing: Vec<u8>,
    /// How much of `outgoing` waits to be sent, in bytes.
    encoded: usize,
}

impl Tls {
    pub(crate) fn new(socket: TcpStream, config: Arc<ServerConfig>) -> Result<Self, Error> {
        Ok(Self {
            socket,
            tls: UnbufferedServerConnection::new(config)?,
            incoming: vec![0; READ_BYTES],
            filled: 0,
            outgoing: Vec::new(),
            encoded: 0,
        })
    }

    fn flush(socket: &mut TcpStream, outgoing: &[u8], encoded: &mut usize) -> io::Result<()> {
        let sent = socket.write_all(&outgoing[..*encoded]);
        *encoded = 0;
        sent
    }
}

impl Wire for Tls {
    fn receive(&mut self, mut take: impl FnMut(&[u8])) -> io::Result<bool> {
        let read = self.socket.read(&mut self.incoming[self.filled..])?;
        self.filled += read;
        let mut used = 0;
        let mut open = read > 0;
        loop {
            let UnbufferedStatus {
                mut discard, state, ..
            } = self
                .tls
                .process_tls_records(&mut self.incoming[used..self.filled]);
            let mut waits = false;
            match state.map_err(io::Error::other)? {
                ConnectionState::ReadTraffic(mut traffic) => {
                    while let Some(record) = traffic.next_record() {
                        let record = record.map_err(io::Error::other)?;
                        discard += record.discard;
                        take(record.payload);
                    }
                }
                ConnectionState::EncodeTlsData(mut data) => {
                    let encoded = match data.encode(&mut self.outgoing[self.encoded..]) {
                        Err(EncodeError::InsufficientSize(InsufficientSizeError {
                            required_size,
                        })) => {
                            self.outgoing.resize(self.encoded + required_size, 0);
                            data.encode(&mut self.outgoing[self.encoded..])
                        }
                        encoded => encoded,
                    };
                    self.encoded += encoded.map_err(io::Error::other)?;
                }
                ConnectionState::TransmitTlsData(data) => {
                    Self::flush(&mut self.socket, &self.outgoing, &mut self.encoded)?;
                    data.done();
                }
                ConnectionState::PeerClosed | ConnectionState::Closed => {
                    open = false;
                    waits = true;
                }
                // Nothing is left to do until more bytes arrive.
                _ => waits = true,
            }
            used += discard;
            if waits {
                break;
            }
        }
        self.incoming.copy_within(used..self.filled, 0);
        self.filled -= used;
        Ok(open)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let UnbufferedStatus { state, .. } = self.tls.process_tls_records(&mut []);
        let ConnectionState::WriteTraffic(mut traffic) = state.map_err(io::Error::other)? else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        let encrypted = match traffic.encrypt(bytes, &mut self.outgoing) {
            Err(EncryptError::InsufficientSize(InsufficientSizeError { required_size })) => {
                self.outgoing.resize(required_size, 0);
                traffic.encrypt(bytes, &mut self.outgoing)
            }
            encrypted => encrypted,
        };
        self.encoded = encrypted.map_err(io::Error::other)?;
        Self::flush(&mut self.socket, &self.outgoing, &mut self.encoded)
    }
}
