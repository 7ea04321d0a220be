//! PutObject: what is stored, what is refused, and that a refusal stores nothing.

use vectcut_sandbox::Sandbox;

use crate::client::{Access, Client, Request, Response, init, send};

/// Puts under a fixed key with the long-lived access key.
async fn put(sandbox: &Sandbox, request: Request) -> Response {
    let key = request.target.trim_start_matches('/').to_owned();
    send(
        sandbox,
        &Access::long_lived(sandbox).sign(sandbox, request, &key),
    )
    .await
}

#[tokio::test]
async fn headers_that_belong_to_the_object_are_kept() {
    let sandbox = Sandbox::start().await.unwrap();
    let request = Request::new("PUT", "/k")
        .header("content-type", "video/mp4")
        .header("x-oss-meta-who", "me")
        .body("x");
    assert_eq!(put(&sandbox, request).await.status, 200);
    assert_eq!(
        sandbox
            .object(&sandbox.settings().oss_bucket, "k")
            .unwrap()
            .content_type
            .as_deref(),
        Some("video/mp4")
    );
    let got = send(
        &sandbox,
        &Access::long_lived(&sandbox).sign(&sandbox, Request::new("GET", "/k"), "k"),
    )
    .await;
    assert_eq!(
        (got.header("content-type"), got.header("x-oss-meta-who")),
        ("video/mp4", "me")
    );
}

#[tokio::test]
async fn an_empty_object_has_its_checksums() {
    let sandbox = Sandbox::start().await.unwrap();
    let response = put(&sandbox, Request::new("PUT", "/k").body("")).await;
    assert_eq!(
        (response.status, response.header("x-oss-hash-crc64ecma")),
        (200, "0")
    );
    assert_eq!(response.header("content-md5"), "1B2M2Y8AsgTpgAmY7PhCfg==");
}

#[tokio::test]
async fn a_wrong_content_md5_stores_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let with_md5 = |md5: &str| {
        Request::new("PUT", "/k")
            .header("content-md5", md5)
            .body("hello world")
    };
    for (md5, code) in [
        ("1B2M2Y8AsgTpgAmY7PhCfg==", "InvalidDigest"),
        ("short", "InvalidDigest"),
    ] {
        let response = put(&sandbox, with_md5(md5)).await;
        assert_eq!(
            (response.status, response.element("Code").as_str()),
            (400, code)
        );
    }
    assert_eq!(sandbox.objects(), []);
    assert_eq!(
        put(&sandbox, with_md5("XrY7u+Ae7tCTyyK7j1rNww=="))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_length_is_needed_and_chunks_will_do() {
    let sandbox = Sandbox::start().await.unwrap();
    let response = put(&sandbox, Request::new("PUT", "/k")).await;
    assert_eq!(
        (response.status, response.element("Code").as_str()),
        (411, "MissingContentLength")
    );
    let mut chunked = Request::new("PUT", "/k").header("transfer-encoding", "chunked");
    chunked.body = b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n".to_vec();
    assert_eq!(
        put(&sandbox, chunked).await.header("x-oss-hash-crc64ecma"),
        "5981764153023615706"
    );
}

#[tokio::test]
async fn more_than_five_gigabytes_are_refused_before_they_are_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    let request = Request::new("PUT", "/k").header("content-length", "5368709121");
    let response = put(&sandbox, request).await;
    assert_eq!(
        (response.status, response.element("Code").as_str()),
        (400, "EntityTooLarge")
    );
}

#[tokio::test]
async fn a_body_shorter_than_announced_stores_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let request = Request {
        body: b"half".to_vec(),
        ..Request::new("PUT", "/k").header("content-length", "8")
    };
    let mut client = Client::connect(&sandbox).await;
    client
        .write(
            &Access::long_lived(&sandbox)
                .sign(&sandbox, request, "k")
                .bytes(),
        )
        .await
        .unwrap();
    client.finish().await;
    // Whether there is an response is the server's choice; that it has dealt with the request is what this waits for.
    let _ = client.response("PUT").await;
    assert_eq!(sandbox.objects(), []);
    assert_eq!(
        std::fs::read_dir(sandbox.state_dir().join("objects"))
            .unwrap()
            .count(),
        0
    );
}

#[tokio::test]
async fn overwriting_can_be_forbidden() {
    let sandbox = Sandbox::start().await.unwrap();
    let forbidding = || Request::new("PUT", "/k").header("x-oss-forbid-overwrite", "true");
    assert_eq!(put(&sandbox, forbidding().body("one")).await.status, 200);
    let response = put(&sandbox, forbidding().body("two")).await;
    assert_eq!(
        (response.status, response.element("Code").as_str()),
        (409, "FileAlreadyExists")
    );
    assert_eq!(
        put(&sandbox, Request::new("PUT", "/k").body("three"))
            .await
            .status,
        200
    );
    let stored = sandbox.object(&sandbox.settings().oss_bucket, "k").unwrap();
    assert_eq!(std::fs::read(stored.path).unwrap(), b"three");
    // Bytes and record: what was overwritten is gone.
    assert_eq!(
        std::fs::read_dir(sandbox.state_dir().join("objects"))
            .unwrap()
            .count(),
        2
    );
}

#[tokio::test]
async fn odd_keys_are_taken_as_they_are_and_stay_in_the_store() {
    let sandbox = Sandbox::start().await.unwrap();
    let keys = [
        ("/../../up", "../../up"),
        ("/a/./b", "a/./b"),
        ("/a//b/", "a//b/"),
        ("/%2e%2E/x", "../x"),
        ("/a%20+%2B", "a ++"),
        ("/dir%5Cf", "dir\\f"),
    ];
    for (path, key) in keys {
        let request =
            Access::long_lived(&sandbox).sign(&sandbox, Request::new("PUT", path).body("x"), key);
        let response = send(&sandbox, &request).await;
        assert_eq!(response.status, 200, "{key}: {}", response.text());
        assert!(
            sandbox
                .object(&sandbox.settings().oss_bucket, key)
                .is_some(),
            "{key}"
        );
    }
    assert_eq!(sandbox.journal()[0].path, "/../../up");
}

#[tokio::test]
async fn keys_outside_the_rules_are_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let long = "k".repeat(1024);
    let long_path = format!("/{long}");
    for (path, key, ec) in [
        ("//lead", "/lead", "0016-00000005"),
        ("/%5Clead", "\\lead", "0016-00000005"),
        (&long_path, &long, "0016-00000002"),
    ] {
        let request =
            Access::long_lived(&sandbox).sign(&sandbox, Request::new("PUT", path).body("x"), key);
        assert_eq!(
            send(&sandbox, &request).await.oss_error(),
            (400, "InvalidObjectName".into(), ec.into()),
            "{key}"
        );
    }
}

#[tokio::test]
async fn the_journal_holds_what_came() {
    let sandbox = Sandbox::start().await.unwrap();
    let ticket = init(&sandbox, "a.mp4", 5).await;
    let mut client = Client::connect(&sandbox).await;
    client.send(&ticket.put(&sandbox, "12345")).await;
    client.send(&ticket.put(&sandbox, "12345")).await;
    let journal = sandbox.journal();
    let seen: Vec<_> = journal
        .iter()
        .map(|arrival| {
            (
                arrival.step.to_string(),
                arrival.body_len_bytes,
                arrival.status,
                arrival.connection,
            )
        })
        .collect();
    let len = journal[0].body_len_bytes;
    assert_eq!(
        seen,
        [
            ("init".into(), len, Some(200), 1),
            ("put".into(), 5, Some(200), 2),
            ("put".into(), 5, Some(200), 2)
        ]
    );
    assert_eq!(
        journal[1].header("x-oss-security-token"),
        ticket.access.token.as_deref()
    );
    assert!(!format!("{journal:?}").contains(ticket.access.token.as_deref().unwrap()));
}
