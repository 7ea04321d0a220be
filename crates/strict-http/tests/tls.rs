//! TLS over real sockets: what is final, and what a damaged bit is.
#![expect(
    clippy::unwrap_used,
    reason = "a test says what it expects by panicking"
)]

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use rcgen::{CertificateParams, CertifiedKey, KeyPair};
use reqwest::Method;
use rustls::pki_types::PrivateKeyDer;
use strict_http::{Options, ServerUrl, TransportError, TransportKind};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// How much is sent in each direction after the handshake.
const BODY_BYTES: usize = 256 * 1024;

/// A bit to flip: the server's or the client's byte with this number.
#[derive(Debug, Clone, Copy)]
enum Flip {
    FromServer(usize),
    FromClient(usize),
}

/// Makes a certificate for `localhost` that is its own authority.
fn certificate() -> CertifiedKey<KeyPair> {
    let signing_key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let cert = params.self_signed(&signing_key).unwrap();
    CertifiedKey { cert, signing_key }
}

/// Writes the authority to trust into a file.
fn ca_file(name: &str, certificate: &CertifiedKey<KeyPair>) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pem"));
    std::fs::write(&path, certificate.cert.pem()).unwrap();
    path
}

/// Starts a server that reads a whole request and responds with a long body.
async fn server(certificate: &CertifiedKey<KeyPair>) -> SocketAddr {
    let key = PrivateKeyDer::try_from(certificate.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut tls) = acceptor.accept(socket).await else {
                    return;
                };
                let mut request = vec![0; 64 * 1024];
                let mut received = 0;
                while received < BODY_BYTES {
                    match tls.read(&mut request).await {
                        Ok(count @ 1..) => received += count,
                        _ => return,
                    }
                }
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {BODY_BYTES}\r\n\r\n");
                let _ = tls.write_all(head.as_bytes()).await;
                let _ = tls.write_all(&vec![b'x'; BODY_BYTES]).await;
                let _ = tls.shutdown().await;
            });
        }
    });
    address
}

/// Starts something between that flips one bit.
async fn between(server: SocketAddr, flip: Flip) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        let server = TcpStream::connect(server).await.unwrap();
        let (client_reads, client_writes) = client.into_split();
        let (server_reads, server_writes) = server.into_split();
        let (up, down) = match flip {
            Flip::FromClient(number) => (Some(number), None),
            Flip::FromServer(number) => (None, Some(number)),
        };
        tokio::join!(
            pump(client_reads, server_writes, up),
            pump(server_reads, client_writes, down),
        );
    });
    address
}

async fn pump(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    flip: Option<usize>,
) {
    let (mut buffer, mut passed) = (vec![0; 16 * 1024], 0);
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if let Some(number) = flip
            && (passed..passed + count).contains(&number)
        {
            buffer[number - passed] ^= 1;
        }
        passed += count;
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

/// Sends a long request to the address, trusting the authority in `ca`, and reads the whole response.
async fn exchange(address: SocketAddr, host: &str, ca: PathBuf) -> Result<usize, TransportError> {
    let url = format!("https://{host}:{}", address.port());
    let server = ServerUrl::parse(&url).unwrap();
    let options = Options::for_servers([&server]).extra_ca(ca);
    let request = strict_http::client(&options)
        .unwrap()
        .request(Method::POST, url)
        .body(vec![b'x'; BODY_BYTES]);
    let response = request.send().await.map_err(TransportError::new)?;
    let body = response.bytes().await.map_err(TransportError::new)?;
    Ok(body.len())
}

async fn failure_with(flip: Flip, certificate: &CertifiedKey<KeyPair>) -> TransportError {
    let ca = ca_file(&format!("{flip:?}"), certificate);
    let address = between(server(certificate).await, flip).await;
    exchange(address, "localhost", ca).await.unwrap_err()
}

#[tokio::test]
async fn a_connection_that_nothing_damages_carries_everything() {
    let certificate = certificate();
    let ca = ca_file("undamaged", &certificate);
    let address = server(&certificate).await;
    assert_eq!(
        exchange(address, "localhost", ca).await.unwrap(),
        BODY_BYTES
    );
}

#[tokio::test]
async fn one_flipped_bit_after_the_handshake_is_a_broken_connection_and_worth_a_retry() {
    let certificate = certificate();
    for flip in [
        Flip::FromServer(100_000),
        Flip::FromServer(3_000),
        Flip::FromClient(100_000),
        Flip::FromClient(3_000),
    ] {
        let error = failure_with(flip, &certificate).await;
        assert_eq!(
            error.kind(),
            TransportKind::Interrupted,
            "{flip:?} {error:?}"
        );
        assert!(error.is_transient());
    }
}

#[tokio::test]
async fn one_flipped_bit_in_the_handshake_is_no_connection_and_worth_a_retry() {
    let certificate = certificate();
    for flip in [
        Flip::FromServer(60),
        Flip::FromServer(300),
        Flip::FromServer(600),
        Flip::FromClient(60),
        Flip::FromClient(160),
    ] {
        let error = failure_with(flip, &certificate).await;
        assert!(error.is_transient(), "{flip:?} {error:?}");
    }
}

#[tokio::test]
async fn a_certificate_that_does_not_verify_is_final() {
    let (trusted, other) = (certificate(), certificate());
    let ca = ca_file("other", &other);
    let unknown = exchange(server(&trusted).await, "localhost", ca).await;
    let ca = ca_file("trusted", &trusted);
    let another_name = exchange(server(&trusted).await, "other.localhost", ca).await;
    for error in [unknown.unwrap_err(), another_name.unwrap_err()] {
        assert_eq!(error.kind(), TransportKind::Tls, "{error:?}");
        assert!(!error.is_transient());
    }
}
