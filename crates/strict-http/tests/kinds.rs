//! Each way for a request to fail, over a real socket, and the kind and words of its error.
#![expect(
    clippy::expect_used,
    reason = "a test says what it expects by panicking"
)]

use std::{error::Error, future::Future, net::SocketAddr, time::Duration};

use strict_http::{Options, ServerUrl, TransportError, TransportKind};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Serves one connection with `serve`, sends a GET with a secret in its URL, and returns how it failed.
async fn failure<F>(
    scheme: &str,
    serve: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> TransportError
where
    F: Future<Output = ()> + Send,
{
    failure_within(Duration::from_secs(20), scheme, serve).await
}

async fn failure_within<F>(
    patience: Duration,
    scheme: &str,
    serve: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> TransportError
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.expect("one client");
        serve(socket).await;
    });
    let origin = format!("{scheme}://bucket.oss.localhost:{}", address.port());
    get(patience, &origin).await
}

async fn get(patience: Duration, origin: &str) -> TransportError {
    let server = ServerUrl::parse(origin).expect("a loopback URL");
    let client = strict_http::client(&Options::for_servers([&server])).expect("a client");
    let request = client
        .get(format!("{origin}/?signature=canary"))
        .timeout(patience);
    TransportError::new(request.send().await.expect_err("the server misbehaves"))
}

async fn closed_port() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("its address")
}

#[tokio::test]
async fn a_closed_port_is_a_connect_error_with_the_words_of_the_system() {
    let address = closed_port().await;
    let error = get(Duration::from_secs(20), &format!("http://{address}")).await;
    assert_eq!(error.kind(), TransportKind::Connect);
    assert_eq!(
        error.to_string(),
        format!("could not connect to `{address}`")
    );
    let cause = error.source().expect("the system's error").to_string();
    assert!(cause.contains("refused"), "{cause}");
}

#[tokio::test]
async fn silence_is_a_timeout() {
    let short = Duration::from_millis(200);
    let error = failure_within(short, "http", |socket| async move {
        std::future::pending::<()>().await;
        drop(socket);
    })
    .await;
    assert_eq!(error.kind(), TransportKind::Timeout);
    let words = error.to_string();
    assert!(
        words.starts_with("`bucket.oss.localhost:") && words.ends_with("` did not respond in time"),
        "{words}"
    );
    assert!(error.source().is_none());
}

#[tokio::test]
async fn a_connection_closed_without_a_response_is_interrupted() {
    let error = failure("http", |mut socket| async move {
        let mut request = [0; 4096];
        let _ = socket.read(&mut request).await;
    })
    .await;
    assert_eq!(error.kind(), TransportKind::Interrupted, "{error:?}");
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_response_that_is_not_http_has_its_own_kind() {
    let error = failure("http", |mut socket| async move {
        let mut request = [0; 4096];
        let _ = socket.read(&mut request).await;
        let _ = socket.write_all(b"220 mail.example ESMTP\r\n\r\n").await;
    })
    .await;
    assert_eq!(error.kind(), TransportKind::NotHttp, "{error:?}");
}

/// The portal of a network disappears after somebody has signed in.
#[tokio::test]
async fn a_server_that_speaks_no_tls_is_worth_a_retry() {
    let error = failure("https", |mut socket| async move {
        let mut hello = [0; 4096];
        let _ = socket.read(&mut hello).await;
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    })
    .await;
    assert_eq!(error.kind(), TransportKind::Connect, "{error:?}");
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_server_without_a_common_tls_version_is_final() {
    let error = failure("https", |mut socket| async move {
        let mut hello = [0; 4096];
        let _ = socket.read(&mut hello).await;
        // The fatal alert `protocol_version`.
        let _ = socket.write_all(&[21, 3, 1, 0, 2, 2, 70]).await;
    })
    .await;
    assert_eq!(error.kind(), TransportKind::Tls, "{error:?}");
    assert!(!error.is_transient());
}

#[tokio::test]
async fn no_words_carry_the_query() {
    let error = get(
        Duration::from_secs(20),
        &format!("http://{}", closed_port().await),
    )
    .await;
    let mut words = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(&format!("{error} {error:?}"));
        cause = error.source();
    }
    assert!(!words.contains("canary"), "{words}");
}
