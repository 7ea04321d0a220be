//! GetObject with ranges and overrides, HeadObject, DeleteObject.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use vectcut_sandbox::Sandbox;

use crate::client::{Access, Request, Response, send};

async fn call(sandbox: &Sandbox, request: Request, resource: &str) -> Response {
    send(
        sandbox,
        &Access::long_lived(sandbox).sign(sandbox, request, resource),
    )
    .await
}

async fn with_object() -> Sandbox {
    let sandbox = Sandbox::start().await.unwrap();
    assert_eq!(
        call(&sandbox, Request::new("PUT", "/k").body("0123456789"), "k")
            .await
            .status,
        200
    );
    sandbox
}

#[tokio::test]
async fn a_range_gives_a_part() {
    let sandbox = with_object().await;
    let response = call(
        &sandbox,
        Request::new("GET", "/k").header("range", "bytes=2-4"),
        "k",
    )
    .await;
    assert_eq!(
        (
            response.status,
            response.text().as_str(),
            response.header("content-range")
        ),
        (206, "234", "bytes 2-4/10")
    );
    let response = call(
        &sandbox,
        Request::new("GET", "/k").header("range", "bytes=10-"),
        "k",
    )
    .await;
    assert_eq!(
        (response.status, response.element("Code").as_str()),
        (416, "InvalidRange")
    );
}

#[tokio::test]
async fn the_end_of_an_empty_object_is_all_of_it() {
    let sandbox = Sandbox::start().await.unwrap();
    call(&sandbox, Request::new("PUT", "/k").body(""), "k").await;
    let response = call(
        &sandbox,
        Request::new("GET", "/k").header("range", "bytes=-5"),
        "k",
    )
    .await;
    assert_eq!((response.status, response.text().as_str()), (200, ""));
}

#[tokio::test]
async fn a_large_object_comes_back_byte_for_byte() {
    let sandbox = Sandbox::start().await.unwrap();
    let bytes: Vec<u8> = (0..3_000_000_u32)
        .map(|n| n.to_le_bytes()[usize::try_from(n % 3).unwrap()])
        .collect();
    call(
        &sandbox,
        Request::new("PUT", "/big").body(bytes.clone()),
        "big",
    )
    .await;
    assert!(
        call(&sandbox, Request::new("GET", "/big"), "big")
            .await
            .body
            == bytes,
        "the bytes differ"
    );
}

#[tokio::test]
async fn a_signed_query_overrides_headers() {
    let sandbox = with_object().await;
    let request = Request::new("GET", "/k?response-content-type=text%2Fplain&other=1");
    assert_eq!(
        call(&sandbox, request, "k?response-content-type=text/plain")
            .await
            .header("content-type"),
        "text/plain"
    );
}

#[tokio::test]
async fn head_describes_the_object() {
    let sandbox = with_object().await;
    let response = call(&sandbox, Request::new("HEAD", "/k"), "k").await;
    assert_eq!(
        (response.status, response.header("content-length")),
        (200, "10")
    );
    assert_eq!(
        response.header("etag"),
        "\"781E5E245D69B566979B86E28D23F2C7\""
    );
    assert_eq!(
        (
            response.header("x-oss-object-type"),
            response.header("x-oss-hash-crc64ecma").is_empty()
        ),
        ("Normal", false)
    );
}

#[tokio::test]
async fn an_error_of_head_is_in_a_header() {
    let sandbox = Sandbox::start().await.unwrap();
    let response = call(&sandbox, Request::new("HEAD", "/none"), "none").await;
    let document = String::from_utf8(
        BASE64_STANDARD
            .decode(response.header("x-oss-err"))
            .unwrap(),
    )
    .unwrap();
    assert_eq!(response.status, 404);
    assert!(document.contains("<Code>NoSuchKey</Code>"), "{document}");
}

#[tokio::test]
async fn a_deleted_object_is_gone_and_deleting_again_is_no_error() {
    let sandbox = with_object().await;
    for _ in 0..2 {
        assert_eq!(
            call(&sandbox, Request::new("DELETE", "/k"), "k")
                .await
                .status,
            204
        );
    }
    assert_eq!(
        call(&sandbox, Request::new("GET", "/k"), "k")
            .await
            .oss_error(),
        (404, "NoSuchKey".into(), String::new())
    );
    assert_eq!(
        std::fs::read_dir(sandbox.state_dir().join("objects"))
            .unwrap()
            .count(),
        0
    );
}

#[tokio::test]
async fn an_operation_that_the_sandbox_lacks_is_refused() {
    let sandbox = with_object().await;
    for (request, resource) in [
        (Request::new("GET", "/k?acl"), "k?acl"),
        (Request::new("GET", "/?uploads"), "?uploads"),
    ] {
        let response = call(&sandbox, request, resource).await;
        assert_eq!(
            (response.status, response.element("Code").as_str()),
            (501, "NotImplemented")
        );
    }
}
