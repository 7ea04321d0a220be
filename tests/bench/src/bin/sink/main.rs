//! A server to measure clients with: it responds to the backend's two calls and to OSS uploads, and does nothing else.
//!
//! It checks no signature and stores no byte. It computes the CRC-64 of each body, because clients require it.
//! So a benchmark against it measures the client. One blocking thread serves each connection, with a large buffer.
//!
//! `cargo run --locked --profile dist -p bench --bin sink [-- --tls [ADDRESS]]` runs it until it is killed. It listens on
//! 127.0.0.1, or on another address, where its OSS endpoint is `oss.test`.
//! Once it is ready it prints the settings to export, as `vectcut sandbox` does.
#![expect(
    clippy::print_stdout,
    reason = "the settings are printed for a shell to read"
)]

mod certificate;
mod exchange;
mod wire;

use std::env;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use tokio_rustls::rustls::ServerConfig;

use exchange::Exchanges;
use wire::{Plain, Tls, Wire};

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let tls = match arguments.next().as_deref() {
        None => None,
        Some("--tls") => Some(certificate::make()?),
        Some(other) => return Err(io::Error::other(format!("`{other}` is not `--tls`"))),
    };
    let address = match arguments.next() {
        None => Ipv4Addr::LOCALHOST,
        Some(address) => address.parse().map_err(io::Error::other)?,
    };
    let listener = TcpListener::bind((address, 0))?;
    let (config, ca_cert) = tls.unzip();
    print_settings(listener.local_addr()?, ca_cert);
    for socket in listener.incoming() {
        // The client closed the connection before it was accepted.
        let Ok(socket) = socket else { continue };
        let config = config.clone();
        thread::spawn(move || serve(socket, config));
    }
    Ok(())
}

/// Serves one connection until either side closes it.
fn serve(socket: TcpStream, config: Option<Arc<ServerConfig>>) {
    drop(socket.set_nodelay(true));
    match config {
        None => converse(&mut Plain::new(socket)),
        Some(config) => {
            if let Ok(mut tls) = Tls::new(socket, config) {
                converse(&mut tls);
            }
        }
    }
}

fn converse(wire: &mut impl Wire) {
    let mut exchanges = Exchanges::default();
    loop {
        match wire.receive(|bytes| exchanges.take(bytes)) {
            Ok(true) => {}
            Ok(false) | Err(_) => return,
        }
        let responses = exchanges.responses();
        if !responses.is_empty() && wire.send(&responses).is_err() {
            return;
        }
    }
}

fn print_settings(address: SocketAddr, ca_cert: Option<PathBuf>) {
    let port = address.port();
    let (backend, oss) = match address.ip().is_loopback() {
        true => ("127.0.0.1", "oss.localhost"),
        false => ("oss.test", "oss.test"),
    };
    let scheme = if ca_cert.is_some() { "https" } else { "http" };
    println!("export VECTCUT_API_KEY='key-of-the-benchmark'");
    println!("export VECTCUT_BASE_URL='{scheme}://{backend}:{port}'");
    println!("export VECTCUT_OSS_ENDPOINT='{scheme}://{oss}:{port}'");
    println!("export VECTCUT_OSS_REGION='cn-hangzhou'");
    if let Some(ca_cert) = ca_cert {
        println!("export VECTCUT_CA_CERT='{}'", ca_cert.display());
    }
    println!("export OSS_ENDPOINT='{scheme}://{backend}:{port}'");
    println!("export OSS_REGION='cn-hangzhou'");
    println!("export OSS_BUCKET='{}'", exchange::BUCKET);
    println!("export OSS_ACCESS_KEY_ID='sink'");
    println!("export OSS_ACCESS_KEY_SECRET='sink'");
}
