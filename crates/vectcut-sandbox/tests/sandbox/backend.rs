//! The backend's calls: what they need, and what they give.

use serde_json::json;
use vectcut_sandbox::Sandbox;

use crate::client::{Request, backend, init, port, send};

#[tokio::test]
async fn one_file_goes_up_and_its_url_gives_it_back() {
    let sandbox = Sandbox::builder().strict().start().await.unwrap();
    let ticket = init(&sandbox, "clip 1.mp4", 11).await;
    let put = send(&sandbox, &ticket.put(&sandbox, "hello world")).await;
    assert_eq!(
        (put.status, put.header("x-oss-hash-crc64ecma")),
        (200, "5981764153023615706")
    );
    assert_eq!(put.header("etag"), "\"5EB63BBBE01EEED093CB22BB8F5ACDC3\"");

    let completed = send(&sandbox, &ticket.complete(&sandbox)).await;
    let url = completed.json()["public_signed_url"]
        .as_str()
        .unwrap()
        .to_owned();
    let (host, target) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let got = send(
        &sandbox,
        &Request::new("GET", format!("/{target}")).header("host", host),
    )
    .await;
    assert_eq!((got.status, got.text().as_str()), (200, "hello world"));

    let stored = sandbox.object(&ticket.bucket, &ticket.key).unwrap();
    assert_eq!(std::fs::read(stored.path).unwrap(), b"hello world");
    assert_eq!(
        (stored.len_bytes, stored.crc64),
        (11, 5_981_764_153_023_615_706)
    );
}

#[tokio::test]
async fn every_init_names_another_key_with_the_extension_of_the_file() {
    let sandbox = Sandbox::start().await.unwrap();
    let (one, two) = (
        init(&sandbox, "片 段.MP4", 1).await,
        init(&sandbox, "片 段.MP4", 1).await,
    );
    assert_ne!(one.key, two.key);
    assert!(
        one.key.starts_with("uploads/") && one.key.ends_with("/片_段.MP4"),
        "{}",
        one.key
    );
}

#[tokio::test]
async fn init_says_when_the_credentials_end() {
    let sandbox = Sandbox::builder().clock_offset(-60).start().await.unwrap();
    let body = json!({ "file_name": "a.mp4", "file_size_bytes": 0, "unknown": null });
    let response = send(&sandbox, &backend(&sandbox, "/sts/upload/init", &body))
        .await
        .json();
    let expiration: jiff::Timestamp = response["credentials"]["Expiration"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let seconds = expiration.as_second() - jiff::Timestamp::now().as_second();
    assert!(
        (835..=845).contains(&seconds),
        "the credentials live for {seconds} seconds"
    );
}

#[tokio::test]
async fn a_bad_key_is_refused_in_the_shape_of_the_backend() {
    let sandbox = Sandbox::start().await.unwrap();
    for path in [
        "/sts/upload/init",
        "/sts/upload/complete",
        "/cut_jianying/task_status",
    ] {
        let mut request = backend(&sandbox, path, &json!({}));
        for wrong in ["Bearer nobody", "nobody", "bearer"] {
            request.headers[1].1 = wrong.to_owned();
            let response = send(&sandbox, &request).await;
            assert_eq!(response.status, 401);
            assert_eq!(response.json()["success"], false);
            assert_eq!(response.json()["error"], "the API key is invalid");
        }
    }
}

#[tokio::test]
async fn the_right_key_is_accepted_when_it_is_checked() {
    let sandbox = Sandbox::start().await.unwrap();
    let body = json!({ "task_id": "DEFA35C07BEE7F95161F787A7EEC4877" });
    assert_eq!(
        send(
            &sandbox,
            &backend(&sandbox, "/cut_jianying/task_status", &body)
        )
        .await
        .status,
        200
    );
}

#[tokio::test]
async fn init_refuses_requests_of_the_wrong_shape() {
    let sandbox = Sandbox::start().await.unwrap();
    for body in [
        json!({ "file_size_bytes": 1 }),
        json!({ "file_name": "", "file_size_bytes": 1 }),
        json!({ "file_name": 7, "file_size_bytes": 1 }),
        json!({ "file_name": "a" }),
        json!({ "file_name": "a", "file_size_bytes": -1 }),
        json!({ "file_name": "a", "file_size_bytes": 1.5 }),
        json!({ "file_name": "a", "file_size_bytes": "1" }),
        json!(["a", 1]),
    ] {
        assert_eq!(
            send(&sandbox, &backend(&sandbox, "/sts/upload/init", &body))
                .await
                .status,
            400,
            "{body}"
        );
    }
    let not_post = Request::new("GET", "/sts/upload/init")
        .header("host", format!("localhost:{}", port(&sandbox)));
    assert_eq!(send(&sandbox, &not_post).await.status, 405);
}

#[tokio::test]
async fn complete_needs_a_key_of_its_own_whose_object_is_there_and_may_be_repeated() {
    let sandbox = Sandbox::start().await.unwrap();
    let unknown = backend(
        &sandbox,
        "/sts/upload/complete",
        &json!({ "object_key": "uploads/none.mp4" }),
    );
    assert_eq!(send(&sandbox, &unknown).await.status, 404);
    let ticket = init(&sandbox, "a.mp4", 1).await;
    assert_eq!(send(&sandbox, &ticket.complete(&sandbox)).await.status, 400);
    send(&sandbox, &ticket.put(&sandbox, "x")).await;
    for _ in 0..2 {
        assert_eq!(
            send(&sandbox, &ticket.complete(&sandbox)).await.json()["success"],
            true
        );
    }
}
