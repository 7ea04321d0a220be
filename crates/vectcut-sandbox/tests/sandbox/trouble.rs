//! Faults of a whole upload: what vanishes, what is refused, what a network cuts, and what complete publishes.

use std::io;
use std::time::Duration;

use jiff::Timestamp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use vectcut_sandbox::{Fault, Link, OssCode, Policy, Sandbox, Step, Target};

use crate::client::{Client, Request, Response, Ticket, init, port, send, try_send};

/// A ticket with an open upload and its one part.
struct Upload {
    ticket: Ticket,
    id: String,
    etag: String,
}

impl Upload {
    async fn begin(sandbox: &Sandbox) -> Self {
        let ticket = init(sandbox, "a.mp4", 4).await;
        let initiate = Request::new("POST", format!("/{}?uploads", ticket.key)).body("");
        let id = send(sandbox, &ticket.sign(sandbox, initiate))
            .await
            .element("UploadId");
        let part = format!("/{}?partNumber=1&uploadId={id}", ticket.key);
        let part = Request::new("PUT", part).body("part");
        let response = send(sandbox, &ticket.sign(sandbox, part)).await;
        let etag = response.header("etag").to_owned();
        Self { ticket, id, etag }
    }

    fn complete(&self, sandbox: &Sandbox) -> Request {
        let list = format!(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part></CompleteMultipartUpload>",
            self.etag
        );
        let target = format!("/{}?uploadId={}", self.ticket.key, self.id);
        self.ticket
            .sign(sandbox, Request::new("POST", target).body(list))
    }
}

async fn with(fault: Fault) -> Sandbox {
    Sandbox::builder()
        .fault(fault)
        .strict()
        .start()
        .await
        .unwrap()
}

/// Uploads one object and returns the URL that complete publishes.
async fn published(sandbox: &Sandbox) -> String {
    let ticket = init(sandbox, "a.mp4", 4).await;
    assert_eq!(
        send(sandbox, &ticket.put(sandbox, "film")).await.status,
        200
    );
    let response = send(sandbox, &ticket.complete(sandbox)).await;
    response.json()["public_signed_url"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Fetches the first byte of a published URL.
async fn first_byte(sandbox: &Sandbox, url: &str) -> Response {
    let target = url.strip_prefix(&sandbox.settings().base_url).unwrap();
    let request = Request::new("GET", target)
        .header("host", format!("127.0.0.1:{}", port(sandbox)))
        .header("range", "bytes=0-0");
    send(sandbox, &request).await
}

#[tokio::test]
async fn a_business_refusal_has_an_error_text_and_a_purchase_link() {
    for step in [Step::Init, Step::Complete] {
        let sandbox = with(Fault::at(step).refuses(402)).await;
        let any = Ticket {
            key: "k".into(),
            ..init(&Sandbox::start().await.unwrap(), "a", 1).await
        };
        let request = match step {
            Step::Init => Request {
                target: "/sts/upload/init".into(),
                ..any.complete(&sandbox)
            },
            _ => any.complete(&sandbox),
        };
        let response = send(&sandbox, &request).await;
        assert_eq!(response.status, 402);
        assert_eq!(response.json()["success"], false);
        assert_eq!(response.json()["error"], "the quota is used up");
        assert_eq!(response.json()["purchase_link"], "https://www.vectcut.com");
    }
}

#[tokio::test]
async fn a_lifecycle_rule_can_take_an_upload_before_it_is_completed() {
    let sandbox = with(Fault::at(Step::CompleteUpload).forgets_uploads()).await;
    let upload = Upload::begin(&sandbox).await;
    let response = send(&sandbox, &upload.complete(&sandbox)).await;
    assert_eq!(
        (response.status, response.element("Code").as_str()),
        (404, "NoSuchUpload")
    );
    assert_eq!(sandbox.objects(), []);

    let upload = Upload::begin(&sandbox).await;
    sandbox.forget_uploads().unwrap();
    let response = send(&sandbox, &upload.complete(&sandbox)).await;
    assert_eq!(response.element("Code"), "NoSuchUpload");
}

#[tokio::test]
async fn a_cut_response_leaves_the_object_and_half_a_document() {
    let sandbox = with(Fault::at(Step::CompleteUpload).cuts_response()).await;
    let upload = Upload::begin(&sandbox).await;
    let error = try_send(&sandbox, &upload.complete(&sandbox))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(sandbox.objects().len(), 1);
}

#[tokio::test]
async fn complete_can_be_refused_as_a_conflict() {
    let sandbox = with(Fault::at(Step::CompleteUpload).status(409)).await;
    let upload = Upload::begin(&sandbox).await;
    let complete = upload.complete(&sandbox);
    assert_eq!(send(&sandbox, &complete).await.status, 409);
    assert_eq!(send(&sandbox, &complete).await.status, 200);
}

#[tokio::test]
async fn head_can_be_denied_with_a_document_and_without() {
    let fault = Fault::at(Step::HeadObject).status(403).skipping(1);
    let sandbox = with(fault).await;
    let ticket = init(&sandbox, "a.mp4", 4).await;
    let head = ticket.sign(&sandbox, Request::new("HEAD", format!("/{}", ticket.key)));
    let denied = send(&sandbox, &head).await;
    assert_eq!(denied.status, 403);
    assert!(!denied.header("x-oss-err").is_empty());
    let bare = send(&sandbox, &head).await;
    assert_eq!((bare.status, bare.header("x-oss-err")), (403, ""));
}

#[tokio::test]
async fn every_connection_is_reset_after_the_bytes_that_the_link_allows() {
    let link = Link::default().cut_after(1024 * 1024);
    let sandbox = Sandbox::builder().link(link).start().await.unwrap();
    let ticket = init(&sandbox, "a.mp4", 4).await;
    let large = ticket.put(&sandbox, vec![7; 2 * 1024 * 1024]);
    for _ in 0..2 {
        try_send(&sandbox, &large).await.unwrap_err();
    }
    assert_eq!(sandbox.objects(), []);

    // The bytes of several requests on one connection add up.
    let mut client = Client::connect(&sandbox).await;
    let small = ticket.put(&sandbox, vec![7; 700 * 1024]);
    assert_eq!(client.send(&small).await.status, 200);
    client.try_send(&small).await.unwrap_err();
}

#[tokio::test]
async fn a_flipped_bit_changes_what_arrives() {
    let sandbox = with(Fault::at(Step::PutObject).flips_bit()).await;
    let ticket = init(&sandbox, "a.mp4", 4).await;
    let request = ticket.put(&sandbox, "film");
    let head_len = request.bytes().len() - 4;
    let mut client = Client::connect(&sandbox).await;
    // The fault strikes when the head has come, and then the body follows.
    client.write(&request.bytes()[..head_len]).await.unwrap();
    while sandbox.journal().len() < 2 {
        tokio::task::yield_now().await;
    }
    client.write(b"film").await.unwrap();
    assert_eq!(client.response("PUT").await.unwrap().status, 200);
    let stored = sandbox.object(&ticket.bucket, &ticket.key).unwrap();
    assert_eq!(std::fs::read(stored.path).unwrap(), b"fill");
}

#[tokio::test]
async fn credentials_that_end_while_a_body_arrives_are_good_for_that_request() {
    let sandbox = Sandbox::start().await.unwrap();
    let ticket = init(&sandbox, "a.mp4", 4).await;
    let request = ticket.put(&sandbox, "film");
    let head_len = request.bytes().len() - 4;
    let mut client = Client::connect(&sandbox).await;
    client.write(&request.bytes()[..head_len]).await.unwrap();
    while sandbox.journal().len() < 2 {
        tokio::task::yield_now().await;
    }
    sandbox.set_clock_offset(16 * 60);
    client.write(b"film").await.unwrap();
    assert_eq!(client.response("PUT").await.unwrap().status, 200);

    let later = Timestamp::now() + jiff::SignedDuration::from_mins(16);
    let again = Request::new("PUT", format!("/{}", ticket.key)).body("film");
    let again = ticket.access.sign_at(&sandbox, again, &ticket.key, later);
    let refused = send(&sandbox, &again).await;
    assert_eq!(refused.element("Code"), "SecurityTokenExpired");
}

#[tokio::test]
async fn a_published_url_shows_length_and_checksum_of_the_whole() {
    let sandbox = Sandbox::start().await.unwrap();
    let url = published(&sandbox).await;
    let response = first_byte(&sandbox, &url).await;
    assert_eq!((response.status, response.text().as_str()), (206, "f"));
    assert_eq!(response.header("content-range"), "bytes 0-0/4");
    let stored = sandbox.objects().pop().unwrap();
    let stored = sandbox.object(&stored.0, &stored.1).unwrap();
    assert_eq!(
        response.header("x-oss-hash-crc64ecma"),
        stored.crc64.to_string()
    );

    sandbox.inject(Fault::at(Step::GetObject).hides_crc());
    let response = first_byte(&sandbox, &url).await;
    assert_eq!(
        (response.status, response.header("x-oss-hash-crc64ecma")),
        (206, "")
    );
}

#[tokio::test]
async fn the_first_byte_of_an_empty_object_is_out_of_its_range() {
    let sandbox = Sandbox::start().await.unwrap();
    let ticket = init(&sandbox, "a.mp4", 0).await;
    send(&sandbox, &ticket.put(&sandbox, "")).await;
    let response = send(&sandbox, &ticket.complete(&sandbox)).await;
    let url = response.json()["public_signed_url"].clone();
    let response = first_byte(&sandbox, url.as_str().unwrap()).await;
    assert_eq!(
        (response.status, response.header("content-range")),
        (416, "bytes */0")
    );
}

#[tokio::test]
async fn a_published_url_can_be_anything() {
    let sandbox = with(Fault::at(Step::Complete).publishes_url("javascript:alert(1)".into())).await;
    assert_eq!(published(&sandbox).await, "javascript:alert(1)");
}

#[tokio::test]
async fn a_published_url_can_have_expired_with_both_signatures() {
    for policy in [Policy::default(), Policy::default().refuse_v1()] {
        let sandbox = Sandbox::start().await.unwrap();
        let ticket = init(&sandbox, "a.mp4", 4).await;
        send(&sandbox, &ticket.put(&sandbox, "film")).await;
        sandbox.set_policy(policy);
        for (seconds, status) in [(-60, 403), (60, 206)] {
            sandbox.inject(Fault::at(Step::Complete).publishes_url_for(seconds));
            let response = send(&sandbox, &ticket.complete(&sandbox)).await;
            let url = response.json()["public_signed_url"].clone();
            let response = first_byte(&sandbox, url.as_str().unwrap()).await;
            assert_eq!(response.status, status, "{seconds} s, {policy:?}");
        }
    }
}

#[tokio::test]
async fn an_object_can_vanish_or_change_behind_the_clients_back() {
    let sandbox = Sandbox::start().await.unwrap();
    let url = published(&sandbox).await;
    let (bucket, key) = sandbox.objects().pop().unwrap();
    sandbox
        .replace_object(&bucket, &key, b"another film")
        .unwrap();
    let response = first_byte(&sandbox, &url).await;
    assert_eq!(
        (response.text().as_str(), response.header("content-range")),
        ("a", "bytes 0-0/12")
    );
    sandbox.delete_object(&bucket, &key).unwrap();
    assert_eq!(first_byte(&sandbox, &url).await.status, 404);
    sandbox.delete_object(&bucket, &key).unwrap();
}

#[tokio::test]
async fn a_backend_that_does_not_look_publishes_a_url_of_nothing() {
    let sandbox = with(Fault::at(Step::Complete).completes_unchecked()).await;
    sandbox.inject(Fault::at(Step::Complete).forgets_objects());
    let url = published(&sandbox).await;
    assert_eq!(first_byte(&sandbox, &url).await.status, 404);
}

#[tokio::test]
async fn an_error_of_oss_strikes_get_too() {
    let sandbox = with(
        Fault::at(Target::Oss)
            .oss_error(OssCode::AccessDenied)
            .skipping(1),
    )
    .await;
    let url = published(&sandbox).await;
    assert_eq!(first_byte(&sandbox, &url).await.status, 403);
}

#[tokio::test]
async fn headers_that_never_end_close_the_connection() {
    let sandbox = Sandbox::builder()
        .header_timeout(Duration::from_millis(100))
        .start()
        .await
        .unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port(&sandbox)))
        .await
        .unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert!(sandbox.journal().is_empty());
}
