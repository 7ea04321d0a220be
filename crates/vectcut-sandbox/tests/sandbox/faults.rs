//! One test for each thing that a fault does.

use std::io;
use std::time::{Duration, Instant};

use serde_json::json;
use vectcut_sandbox::{Fault, OssCode, Policy, Renewal, Response, Rights, Sandbox, Step, Target};

use crate::client::{Client, Request, backend, init, send, try_send};

const MIB: usize = 1024 * 1024;

async fn with(fault: Fault) -> Sandbox {
    Sandbox::builder()
        .fault(fault)
        .strict()
        .start()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_response_stands_in_for_the_work() {
    let response = Response::status(503)
        .body("busy")
        .header("x-why", "because")
        .retry_after(Duration::from_secs(2));
    let sandbox = with(Fault::at(Step::Init).responds(response)).await;
    let request = backend(
        &sandbox,
        "/sts/upload/init",
        &json!({ "file_name": "a", "file_size_bytes": 1 }),
    );
    let response = send(&sandbox, &request).await;
    assert_eq!((response.status, response.text().as_str()), (503, "busy"));
    assert_eq!(
        (response.header("x-why"), response.header("retry-after")),
        ("because", "2")
    );
    assert_eq!(send(&sandbox, &request).await.status, 200);
}

#[tokio::test]
async fn an_oss_error_has_its_status_and_ec_and_repeats_the_token() {
    let sandbox = with(Fault::at(Step::PutObject).oss_error(OssCode::SecurityTokenExpired)).await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let response = send(&sandbox, &ticket.put(&sandbox, "x")).await;
    assert_eq!(
        response.oss_error(),
        (403, "SecurityTokenExpired".into(), "0002-00000007".into())
    );
    assert_eq!(Some(response.element("SecurityToken")), ticket.access.token);
    assert_eq!(sandbox.objects(), []);
}

#[tokio::test]
async fn a_rewritten_content_type_breaks_the_signature() {
    let sandbox = with(Fault::at(Step::PutObject).rewrites_content_type("text/plain".into())).await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let response = send(&sandbox, &ticket.put(&sandbox, "x")).await;
    assert_eq!(response.oss_error().1, "SignatureDoesNotMatch");
    let signed = response.element("StringToSign");
    assert_eq!(signed.lines().nth(2), Some("text/plain"), "{signed}");
    assert_eq!(sandbox.objects(), []);
}

#[tokio::test]
async fn html_stands_in_for_json() {
    let sandbox = with(Fault::at(Target::Backend).html()).await;
    let response = send(&sandbox, &backend(&sandbox, "/sts/upload/init", &json!({}))).await;
    assert_eq!(
        (response.status, response.header("content-type")),
        (200, "text/html")
    );
}

#[tokio::test]
async fn json_can_be_cut_short() {
    let sandbox = with(Fault::at(Step::Init).cuts_json()).await;
    let request = backend(
        &sandbox,
        "/sts/upload/init",
        &json!({ "file_name": "a", "file_size_bytes": 1 }),
    );
    let cut = send(&sandbox, &request).await;
    assert_eq!(cut.status, 200);
    assert!(
        cut.text().starts_with('{')
            && serde_json::from_slice::<serde_json::Value>(&cut.body).is_err()
    );
}

#[tokio::test]
async fn a_reset_in_the_middle_of_the_body_stores_nothing() {
    let sandbox = with(Fault::at(Step::PutObject).resets_after(MIB as u64)).await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let error = try_send(&sandbox, &ticket.put(&sandbox, vec![7; 16 * MIB]))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
        ),
        "{error}"
    );
    let arrival = sandbox.journal().pop().unwrap();
    assert!(
        arrival.status.is_none() && arrival.body_len_bytes >= MIB as u64,
        "{arrival:?}"
    );
    assert_eq!(sandbox.objects(), []);
    assert_eq!(send(&sandbox, &ticket.put(&sandbox, "x")).await.status, 200);
}

#[tokio::test]
async fn a_body_shorter_than_the_reset_is_reset_at_its_end() {
    let sandbox = with(Fault::at(Step::Init).resets_after(MIB as u64)).await;
    let request = backend(
        &sandbox,
        "/sts/upload/init",
        &json!({ "file_name": "a", "file_size_bytes": 1 }),
    );
    assert_eq!(
        try_send(&sandbox, &request).await.unwrap_err().kind(),
        io::ErrorKind::ConnectionReset
    );
}

#[tokio::test]
async fn an_early_response_reaches_a_client_that_is_still_sending() {
    let response = Response::oss(OssCode::AccessDenied).after_bytes(64 * 1024);
    let sandbox = with(Fault::at(Step::PutObject).responds(response)).await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let mut client = Client::connect(&sandbox).await;
    assert_eq!(
        client
            .send(&ticket.put(&sandbox, vec![7; 16 * MIB]))
            .await
            .status,
        403
    );
    // All of the body was read, so the connection is still good.
    assert_eq!(client.send(&ticket.put(&sandbox, "x")).await.status, 200);
    // The rest of the body is counted on a thread of its own.
    while sandbox.journal()[1].body_len_bytes < 16 * MIB as u64 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_delay_a_stall_and_a_trickle_take_their_time() {
    let pause = Duration::from_millis(200);
    for fault in [
        Fault::at(Step::PutObject).delays(pause),
        Fault::at(Step::PutObject).stalls(10, pause),
        Fault::at(Step::PutObject).trickles(5 * 20_000),
    ] {
        let sandbox = with(fault.clone()).await;
        let ticket = init(&sandbox, "a.mp4", 1).await;
        let start = now();
        assert_eq!(
            send(&sandbox, &ticket.put(&sandbox, [7; 20_000]))
                .await
                .status,
            200
        );
        assert!(
            start.elapsed() >= pause,
            "{fault}: only {:?}",
            start.elapsed()
        );
    }
}

#[tokio::test]
async fn a_stalled_body_stops_the_sender() {
    let sandbox = Sandbox::builder()
        .receive_buffer_bytes(64 * 1024)
        .fault(Fault::at(Step::PutObject).stalls(1, Duration::from_secs(600)))
        .start()
        .await
        .unwrap();
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let request = ticket.put(&sandbox, vec![7; 64 * MIB]);
    let sent = tokio::time::timeout(Duration::from_millis(300), try_send(&sandbox, &request)).await;
    assert!(
        sent.is_err(),
        "64 MiB went into a server that does not read"
    );
}

#[tokio::test]
async fn a_wrong_crc_is_answered_for_the_right_bytes() {
    let sandbox = with(Fault::at(Step::PutObject).wrong_crc()).await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let response = send(&sandbox, &ticket.put(&sandbox, "hello world")).await;
    assert_ne!(
        response.header("x-oss-hash-crc64ecma"),
        "5981764153023615706"
    );
    let stored = sandbox.object(&ticket.bucket, &ticket.key).unwrap();
    assert_eq!(
        (stored.crc64, std::fs::read(stored.path).unwrap()),
        (5_981_764_153_023_615_706, b"hello world".to_vec())
    );
}

#[tokio::test]
async fn damaged_bytes_are_stored_under_their_own_crc() {
    let sandbox = with(Fault::at(Step::PutObject).damages()).await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let response = send(&sandbox, &ticket.put(&sandbox, "hello world")).await;
    let stored = sandbox.object(&ticket.bucket, &ticket.key).unwrap();
    let bytes = std::fs::read(stored.path).unwrap();
    assert_eq!(bytes, b"iello world");
    assert_eq!(
        response.header("x-oss-hash-crc64ecma"),
        stored.crc64.to_string()
    );
}

#[tokio::test]
async fn a_lost_response_leaves_the_work_done() {
    let sandbox = with(Fault::at(Step::PutObject).loses_response()).await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let error = try_send(&sandbox, &ticket.put(&sandbox, "x"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert!(sandbox.object(&ticket.bucket, &ticket.key).is_some());
    assert_eq!(sandbox.journal()[1].status, None);
}

#[tokio::test]
async fn the_clock_can_be_wrong_for_one_request() {
    let sandbox = with(Fault::at(Step::PutObject).skews_clock(-7200)).await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    assert_eq!(
        send(&sandbox, &ticket.put(&sandbox, "x"))
            .await
            .element("Code"),
        "RequestTimeTooSkewed"
    );
    assert_eq!(send(&sandbox, &ticket.put(&sandbox, "x")).await.status, 200);
}

#[tokio::test]
async fn credentials_can_end_after_some_requests() {
    let sandbox = with(
        Fault::at(Target::Any)
            .expires_credentials()
            .after_requests(2),
    )
    .await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    assert_eq!(send(&sandbox, &ticket.put(&sandbox, "x")).await.status, 200);
    assert_eq!(
        send(&sandbox, &ticket.put(&sandbox, "x"))
            .await
            .element("Code"),
        "SecurityTokenExpired"
    );
    let renewed = init(&sandbox, "a.mp4", 1).await;
    assert_eq!(
        send(&sandbox, &renewed.put(&sandbox, "x")).await.status,
        200
    );
}

#[tokio::test]
async fn open_uploads_can_be_forgotten() {
    let sandbox = with(Fault::at(Step::UploadPart).forgets_uploads()).await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let initiate = ticket.sign(
        &sandbox,
        Request::new("POST", format!("/{}?uploads", ticket.key)).body(""),
    );
    let id = send(&sandbox, &initiate).await.element("UploadId");
    let part = Request::new("PUT", format!("/{}?partNumber=1&uploadId={id}", ticket.key)).body("x");
    assert_eq!(
        send(&sandbox, &ticket.sign(&sandbox, part))
            .await
            .element("Code"),
        "NoSuchUpload"
    );
}

#[tokio::test]
async fn one_part_can_be_struck() {
    let sandbox = with(Fault::at(Step::UploadPart).wrong_crc().on_part(2)).await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let initiate = ticket.sign(
        &sandbox,
        Request::new("POST", format!("/{}?uploads", ticket.key)).body(""),
    );
    let id = send(&sandbox, &initiate).await.element("UploadId");
    let mut crcs = Vec::new();
    for number in [1, 2, 2] {
        let part = Request::new(
            "PUT",
            format!("/{}?partNumber={number}&uploadId={id}", ticket.key),
        )
        .body("hello world");
        crcs.push(
            send(&sandbox, &ticket.sign(&sandbox, part))
                .await
                .header("x-oss-hash-crc64ecma")
                == "5981764153023615706",
        );
    }
    assert_eq!(crcs, [true, false, true]);
}

#[tokio::test]
async fn a_renewal_can_name_the_same_key_or_keep_access_to_the_old_one() {
    let sandbox = with(Fault::at(Step::Init).renews(Renewal::SameKey).skipping(1)).await;
    sandbox.inject(
        Fault::at(Step::Init)
            .renews(Renewal::NewKeyWithAccess)
            .skipping(2),
    );
    let first = init(&sandbox, "a.mp4", 1).await;
    let same = init(&sandbox, "a.mp4", 1).await;
    assert_eq!(same.key, first.key);
    let other = init(&sandbox, "a.mp4", 1).await;
    assert_ne!(other.key, first.key);
    let old_key = other.access.sign(
        &sandbox,
        Request::new("PUT", format!("/{}", first.key)).body("x"),
        &first.key,
    );
    assert_eq!(send(&sandbox, &old_key).await.status, 200);
}

#[tokio::test]
async fn throttling_is_told_in_a_header() {
    let sandbox = with(Fault::at(Target::Oss).slowed_by(Duration::from_millis(1500))).await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    assert_eq!(
        send(&sandbox, &ticket.put(&sandbox, "x"))
            .await
            .header("x-oss-qos-delay-time"),
        "1500"
    );
}

#[tokio::test]
async fn a_silent_link_comes_back_with_everything_on_it() {
    let pause = Duration::from_millis(300);
    let sandbox = with(Fault::at(Step::PutObject).goes_silent_for(pause)).await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let start = now();
    assert_eq!(send(&sandbox, &ticket.put(&sandbox, "x")).await.status, 200);
    assert!(
        start.elapsed() >= pause,
        "answered after {:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn a_link_that_is_down_resets_everything_until_it_is_back() {
    let sandbox = with(Fault::at(Step::PutObject).goes_down_for(Duration::from_millis(300))).await;
    let ticket = init(&sandbox, "a.mp4", 1).await;
    let start = now();
    let mut refused = 0;
    while try_send(&sandbox, &ticket.put(&sandbox, "x"))
        .await
        .is_err()
    {
        refused += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(
        refused >= 2 && start.elapsed() >= Duration::from_millis(300),
        "{refused} refusals in {:?}",
        start.elapsed()
    );
}

#[tokio::test]
#[should_panic(expected = "faults that the sandbox never served: [\"put:damage\"]")]
async fn a_strict_sandbox_wants_its_faults_served() {
    let sandbox = with(Fault::at(Step::PutObject).damages()).await;
    sandbox.set_policy(Policy::default().rights(Rights::Full));
    init(&sandbox, "a.mp4", 1).await;
}

#[tokio::test]
#[should_panic(expected = "nothing arrived at the sandbox")]
async fn a_strict_sandbox_wants_to_be_called() {
    drop(Sandbox::builder().strict().start().await.unwrap());
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test that measures how long a fault takes"
)]
fn now() -> Instant {
    Instant::now()
}
