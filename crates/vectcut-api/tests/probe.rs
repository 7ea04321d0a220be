//! The proof of a public URL over a real socket: what is sent, and what each response proves.
#![expect(
    clippy::unwrap_used,
    reason = "a test says what it expects by panicking"
)]

use strict_http::{Options, ServerUrl};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};
use vectcut_api::{ApiKey, Client, Probe, ProbeError, SignedUrl};

/// Starts a host that gives one response, and returns the probe's result and the request.
async fn probe_of(response: &'static str) -> (Result<Probe, ProbeError>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "http://{}/k.mp4?Signature=canary%2B",
        listener.local_addr().unwrap()
    );
    let host: JoinHandle<String> = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let count = socket.read(&mut request).await.unwrap();
        socket.write_all(response.as_bytes()).await.unwrap();
        // A probe that waits for a body would wait here, until the client's limit.
        let _ = socket.read(&mut [0]).await;
        String::from_utf8_lossy(&request[..count]).into_owned()
    });
    let server = ServerUrl::parse("http://127.0.0.1").unwrap();
    let http = strict_http::client(&Options::for_servers([&server])).unwrap();
    let client = Client::new(http, server, ApiKey::parse("canary-key").unwrap());
    let probe = client.probe(&SignedUrl::parse(&url).unwrap()).await;
    drop(client);
    (probe, host.await.unwrap())
}

#[tokio::test]
async fn one_byte_is_asked_for_without_the_api_key() {
    let (probe, request) = probe_of(
        "HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 0-0/12345\r\n\
         x-oss-hash-crc64ecma: 7\r\ncontent-length: 1\r\n\r\nx",
    )
    .await;
    let probe = probe.unwrap();
    assert_eq!((probe.len_bytes, probe.crc64), (Some(12345), Some(7)));
    let request = request.to_ascii_lowercase();
    assert!(
        request.starts_with("get /k.mp4?signature=canary%2b http/1.1\r\n"),
        "{request}"
    );
    assert!(request.contains("\r\nrange: bytes=0-0\r\n"), "{request}");
    assert!(!request.contains("authorization"), "{request}");
    assert!(!request.contains("canary-key"), "{request}");
}

#[tokio::test]
async fn a_host_that_ignores_the_range_tells_the_length_and_its_body_is_not_read() {
    let (probe, _) = probe_of("HTTP/1.1 200 OK\r\ncontent-length: 5000000000\r\n\r\nxxxx").await;
    assert_eq!(probe.unwrap().len_bytes, Some(5_000_000_000));
}

#[tokio::test]
async fn an_empty_object_has_no_first_byte() {
    let (probe, _) = probe_of(
        "HTTP/1.1 416 Range Not Satisfiable\r\ncontent-range: bytes */0\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    assert_eq!(probe.unwrap().len_bytes, Some(0));
}

#[tokio::test]
async fn each_way_to_prove_nothing_has_its_own_error_without_the_url() {
    for (response, expected, is_transient) in [
        (
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
            "NotThere",
            false,
        ),
        (
            "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n",
            "Denied { status: 403 }",
            false,
        ),
        (
            "HTTP/1.1 302 Found\r\nlocation: https://login.example/\r\ncontent-length: 0\r\n\r\n",
            "Status { status: 302, retry_after: None }",
            false,
        ),
        (
            "HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n",
            "Status { status: 503, retry_after: Some(7s) }",
            true,
        ),
        (
            "no HTTP\r\n\r\n",
            "Transport { source: TransportError { kind: NotHttp, ",
            true,
        ),
    ] {
        let error = probe_of(response).await.0.unwrap_err();
        let debug = format!("{error:?}");
        assert!(debug.starts_with(expected), "{response}: {debug}");
        assert_eq!(error.is_transient(), is_transient, "{debug}");
        assert!(!format!("{error} {debug}").contains("canary"), "{debug}");
    }
}
