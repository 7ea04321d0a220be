//! Bodies that fail, end early, are too long or stall, and responses that come late or not at all.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener},
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http_body::{Body, Frame};
use oss_client::{
    BucketName, Client, Crc64, Credentials, Endpoint, Error, NewObject, Patience, Signature,
    Signing, StoredObject,
};
use strict_http::{Options, TransportKind};
use vectcut_sandbox::{Fault, Sandbox, Step};

use crate::bench::{Bench, full, key};

/// A body that gives these chunks, the last one first, and then ends or waits forever.
struct Script {
    chunks: Vec<io::Result<&'static [u8]>>,
    ends: bool,
}

impl Body for Script {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.chunks.pop() {
            Some(chunk) => Poll::Ready(Some(
                chunk.map(|bytes| Frame::data(Bytes::from_static(bytes))),
            )),
            None if self.ends => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

async fn put(bench: &Bench, body: Script) -> Result<StoredObject, Error> {
    let object_key = key("k");
    let object = NewObject::new(&bench.bucket, &object_key);
    let patience = Patience::default()
        .stalled(Duration::from_millis(200))
        .response(Duration::from_secs(5));
    bench
        .client
        .put_object(&object, 10, body, &bench.signing(Signature::V1), patience)
        .await
}

#[tokio::test]
async fn a_body_that_fails_says_why_and_stores_nothing() {
    let bench = Bench::with(Sandbox::builder()).await;
    let script = Script {
        chunks: vec![Err(io::Error::other("the disk is gone")), Ok(b"12345")],
        ends: true,
    };
    let error = put(&bench, script).await.unwrap_err();
    assert!(
        matches!(&error, Error::Body { source } if source.to_string() == "the disk is gone"),
        "{error:?}"
    );
    assert_eq!(bench.sandbox.objects(), []);
}

#[tokio::test]
async fn a_body_of_another_length_is_refused_and_stores_nothing() {
    for (chunks, given) in [
        (vec![Ok(&b"12345"[..])], 5),
        (vec![Ok(&b"67890x"[..]), Ok(b"12345")], 11),
    ] {
        let bench = Bench::with(Sandbox::builder()).await;
        let error = put(&bench, Script { chunks, ends: true })
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::BodyLength { announced_bytes: 10, given_bytes } if given_bytes == given),
            "{error:?}"
        );
        assert_eq!(bench.sandbox.objects(), []);
    }
}

#[tokio::test]
async fn a_body_that_stalls_is_given_up() {
    let bench = Bench::with(Sandbox::builder()).await;
    let error = put(
        &bench,
        Script {
            chunks: vec![Ok(b"12345")],
            ends: false,
        },
    )
    .await
    .unwrap_err();
    let Error::Transport { source, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(source.kind(), TransportKind::Timeout);
}

#[tokio::test]
async fn a_patience_without_an_end_is_no_limit() {
    let bench = Bench::new().await;
    let object_key = key("k");
    let object = NewObject::new(&bench.bucket, &object_key);
    let patience = Patience::default()
        .stalled(Duration::MAX)
        .response(Duration::MAX);
    let signing = bench.signing(Signature::V1);
    bench
        .client
        .put_object(&object, 5, full(b"12345"), &signing, patience)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_response_that_does_not_come_is_given_up() {
    let bench = Bench::with(
        Sandbox::builder()
            .strict()
            .fault(Fault::at(Step::PutObject).delays(Duration::from_secs(1))),
    )
    .await;
    let object_key = key("k");
    let object = NewObject::new(&bench.bucket, &object_key);
    let patience = Patience::default()
        .stalled(Duration::from_secs(5))
        .response(Duration::from_millis(200));
    let signing = bench.signing(Signature::V1);
    let error = bench
        .client
        .put_object(&object, 5, full(b"12345"), &signing, patience)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
}

/// Starts a server, on a thread of its own, that reads one request with the body `12345` and sends `response`.
/// It keeps the connection open until the other side closes it.
fn server(delay: Duration, response: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !request.ends_with(b"12345") {
            let count = socket.read(&mut buffer).unwrap();
            request.extend_from_slice(&buffer[..count]);
        }
        std::thread::sleep(delay);
        socket.write_all(response).unwrap();
        let _ = socket.read(&mut buffer);
    });
    address
}

/// Puts `12345` on a server and reads its response.
async fn put_on(address: SocketAddr, patience: Patience) -> Result<StoredObject, Error> {
    let endpoint = Endpoint::parse(&format!("http://{address}")).unwrap();
    let http = strict_http::client(&Options::for_servers([endpoint.server()])).unwrap();
    let (bucket, object_key) = (BucketName::parse("bucket").unwrap(), key("k"));
    let object = NewObject::new(&bucket, &object_key);
    let credentials = Credentials::new("id", "secret");
    let signing = Signing::new(credentials, Signature::V1, SystemTime::UNIX_EPOCH);
    Client::new(http, endpoint)
        .put_object(&object, 5, full(b"12345"), &signing, patience)
        .await
}

/// The headers of the response say that the object is stored; what its body does is no reason to send the bytes again.
#[tokio::test]
async fn a_response_that_breaks_off_after_its_headers_is_a_success() {
    let headers =
        b"HTTP/1.1 200 OK\r\netag: \"E\"\r\nx-oss-hash-crc64ecma: 7\r\ncontent-length: 9\r\n\r\n";
    let server = server(Duration::ZERO, headers);
    let stored = put_on(server, Patience::default()).await.unwrap();
    assert_eq!(stored.crc64, Some(Crc64::new(7)));
}

const STORED: &[u8] = b"HTTP/1.1 200 OK\r\nx-oss-request-id: 1\r\nx-oss-hash-crc64ecma: 7\r\ncontent-length: 0\r\n\r\n";

/// Puts on a server that responds after `delay`, by a process that stops after 0.1 s and continues after 2.6 s.
///
/// A thread that is blocked runs neither timers nor tasks, like a process after Ctrl-Z.
async fn put_while_stopped(delay: Duration) -> Result<StoredObject, Error> {
    let patience = Patience::default()
        .stalled(Duration::from_millis(1500))
        .response(Duration::from_millis(1500));
    let stopped = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        std::thread::sleep(Duration::from_millis(2500));
    };
    let (stored, ()) = tokio::join!(put_on(server(delay, STORED), patience), stopped);
    stored
}

#[tokio::test]
async fn the_response_that_came_while_the_process_was_stopped_counts() {
    let stored = put_while_stopped(Duration::from_millis(300)).await.unwrap();
    assert_eq!(stored.crc64, Some(Crc64::new(7)));
}

/// The response comes long after the limit, but the process waited for less than that.
#[tokio::test]
async fn the_timers_start_fresh_after_the_process_was_stopped() {
    let stored = put_while_stopped(Duration::from_millis(3000))
        .await
        .unwrap();
    assert_eq!(stored.crc64, Some(Crc64::new(7)));
}
