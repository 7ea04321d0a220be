//! Bodies that fail, end early, go on too long or stand still.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http_body::{Body, Frame};
use oss_client::{
    BucketName, Client, Crc64, Credentials, Endpoint, Error, Patience, PutObject, Signature,
    Signing, StoredObject,
};
use strict_http::{Options, TransportKind};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use vectcut_sandbox::{Fault, Sandbox, Step};

use crate::bench::{Bench, full, key};

/// A body that gives these chunks and then ends, or waits for ever.
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
    let put = PutObject {
        bucket: &bench.bucket,
        object_key: &object_key,
        content_type: "text/plain",
        len_bytes: 10,
    };
    let patience = Patience {
        stalled: Duration::from_millis(200),
        answer: Duration::from_secs(5),
    };
    bench
        .client
        .put_object(&put, body, &bench.signing(Signature::V1), patience)
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
async fn a_body_that_stands_still_is_given_up() {
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
async fn an_answer_that_does_not_come_is_given_up() {
    let bench = Bench::with(
        Sandbox::builder()
            .strict()
            .fault(Fault::at(Step::PutObject).delays(Duration::from_secs(1))),
    )
    .await;
    let object_key = key("k");
    let put = PutObject {
        bucket: &bench.bucket,
        object_key: &object_key,
        content_type: "text/plain",
        len_bytes: 5,
    };
    let patience = Patience {
        stalled: Duration::from_secs(5),
        answer: Duration::from_millis(200),
    };
    let signing = bench.signing(Signature::V1);
    let error = bench
        .client
        .put_object(&put, full(b"12345"), &signing, patience)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
}

/// The head of the answer says that the object is stored; what its body does is no reason to send the bytes again.
#[tokio::test]
async fn an_answer_that_breaks_off_after_its_head_is_a_success() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        while !request.ends_with(b"12345") {
            let read = socket.read(&mut request).await.unwrap();
            request.rotate_left(read);
        }
        let head = b"HTTP/1.1 200 OK\r\nx-oss-hash-crc64ecma: 7\r\ncontent-length: 9\r\n\r\n";
        socket.write_all(head).await.unwrap();
        std::future::pending::<()>().await;
    });
    let endpoint = Endpoint::parse(&format!("http://{address}")).unwrap();
    let http = strict_http::client(&Options::for_servers([endpoint.server()])).unwrap();
    let (bucket, object_key) = (BucketName::parse("bucket").unwrap(), key("k"));
    let put = PutObject {
        bucket: &bucket,
        object_key: &object_key,
        content_type: "text/plain",
        len_bytes: 5,
    };
    let signing = Signing {
        credentials: Credentials::new("id", "secret"),
        signature: Signature::V1,
        time: SystemTime::UNIX_EPOCH,
    };
    let stored = Client::new(http, endpoint)
        .put_object(&put, full(b"12345"), &signing, Patience::default())
        .await
        .unwrap();
    assert_eq!(stored.crc64, Some(Crc64::new(7)));
}
