//! Heads of `http` requests are signed as the same requests are.
#![cfg(feature = "http")]
#![expect(clippy::expect_used, reason = "a test may fail loudly")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::request::Parts;
use oss_signer::http::{Addressing, SignPartsError, sign_parts_v1, sign_parts_v4};
use oss_signer::v4::{self, Scope};
use oss_signer::{Credentials, Request, v1};

const CREDENTIALS: Credentials<'static> =
    Credentials::new("LTAI-EXAMPLE", "example-secret").security_token("CAIS-EXAMPLE");

fn time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_229_323)
}

fn request() -> Request<'static> {
    Request::put("examplebucket", "视频/a b+c/../%.mp4")
        .query("partNumber", "1")
        .query("uploads", "")
        .query("response-content-type", "a/b c")
        .header("content-type", "video/mp4")
        .header("x-oss-meta-a", "1")
}

fn head(origin: &str) -> Parts {
    let request = request();
    let mut builder = http::Request::builder()
        .method("PUT")
        .uri(request.url(origin));
    for (name, value) in request.headers() {
        builder = builder.header(name, value);
    }
    builder.body(()).expect("a head").into_parts().0
}

fn signed_headers(parts: &Parts) -> Vec<(String, String)> {
    let mut headers: Vec<_> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().expect("ASCII").to_owned()))
        .collect();
    headers.sort();
    headers
}

fn expected<'a>(signed: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    let request = request();
    let mut headers: Vec<_> = request
        .headers()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .chain(signed.map(|(name, value)| (name.to_owned(), value.to_owned())))
        .collect();
    headers.sort();
    headers
}

#[test]
fn a_head_gets_the_headers_that_the_request_gets_and_can_be_signed_again() {
    let scope = Scope::new("cn-hangzhou");
    for (origin, addressing) in [
        (
            "https://examplebucket.oss-cn-hangzhou.aliyuncs.com",
            Addressing::Host("examplebucket"),
        ),
        ("http://127.0.0.1:9000/examplebucket", Addressing::Path),
    ] {
        let mut parts = head(origin);
        for _ in 0..2 {
            sign_parts_v1(&mut parts, addressing, &CREDENTIALS, time()).expect("signed");
            let signed = v1::sign(&request(), &CREDENTIALS, time()).expect("signed");
            assert_eq!(signed_headers(&parts), expected(signed.headers()));
        }
        sign_parts_v4(&mut parts, addressing, &CREDENTIALS, &scope, time()).expect("signed");
        let signed = v4::sign(&request(), &CREDENTIALS, &scope, time()).expect("signed");
        assert_eq!(signed_headers(&parts), expected(signed.headers()));
        let shown = format!("{parts:?}");
        assert!(
            !shown.contains("CAIS-EXAMPLE") && !shown.contains("Signature="),
            "{shown}"
        );
    }
}

#[test]
fn a_head_that_cannot_be_signed_is_refused() {
    let sign = |uri: &str, name: &str, value: &[u8]| {
        let builder = http::Request::put(uri).header(name, value);
        let mut parts = builder.body(()).expect("a head").into_parts().0;
        sign_parts_v1(&mut parts, Addressing::Host("b"), &CREDENTIALS, time())
    };
    assert_eq!(
        sign("https://h/a%FF", "a", b"1"),
        Err(SignPartsError::Encoding)
    );
    assert_eq!(
        sign("https://h/a%4", "a", b"1"),
        Err(SignPartsError::Encoding)
    );
    let name = "x-oss-meta-a".to_owned();
    let not_utf8 = Err(SignPartsError::HeaderValue { name });
    assert_eq!(sign("https://h/a", "x-oss-meta-a", b"\xff"), not_utf8);
    let reserved = sign("https://h/a?Signature=1", "a", b"1");
    assert!(matches!(reserved, Err(SignPartsError::Sign(_))));
}

/// A head with these headers, in its place.
fn put(uri: &str, headers: &[(&str, &[u8])]) -> Parts {
    let builder = http::Request::put(uri);
    let add = |builder: http::request::Builder, (name, value): &(&str, &[u8])| {
        builder.header(*name, *value)
    };
    let builder = headers.iter().fold(builder, add);
    builder.body(()).expect("a head").into_parts().0
}

#[test]
fn a_plus_sign_in_the_query_is_a_space_and_is_sent_as_one() {
    let mut parts = put("https://h/k?response-content-type=a+b%2Bc", &[]);
    sign_parts_v1(&mut parts, Addressing::Host("b"), &CREDENTIALS, time()).expect("signed");
    assert_eq!(parts.uri, "https://h/k?response-content-type=a%20b%2Bc");
    let request = Request::put("b", "k").query("response-content-type", "a b+c");
    let signed = v1::sign(&request, &CREDENTIALS, time()).expect("signed");
    let (_, authorization) = signed.headers().nth(1).expect("an authorization");
    assert_eq!(parts.headers["authorization"], authorization);
    let mut in_path = put("https://h/a+b", &[]);
    sign_parts_v1(&mut in_path, Addressing::Host("b"), &CREDENTIALS, time()).expect("signed");
    assert_eq!(in_path.uri, "https://h/a+b");
}

#[test]
fn headers_that_nobody_signs_may_be_repeated_and_have_any_bytes() {
    let headers: [(&str, &[u8]); 3] = [("via", b"1"), ("via", b"2"), ("user-agent", b"\xe9")];
    let scope = Scope::new("cn-hangzhou");
    let mut parts = put("https://h/k", &headers);
    let host = Addressing::Host("b");
    sign_parts_v1(&mut parts, host, &CREDENTIALS, time()).expect("signed");
    sign_parts_v4(&mut parts, host, &CREDENTIALS, &scope, time()).expect("signed");
    let scope = scope.additional_headers(&["Via"]);
    let twice = sign_parts_v4(&mut parts, host, &CREDENTIALS, &scope, time());
    let message = twice.map_err(|error| match error {
        SignPartsError::Sign(error) => error.to_string(),
        other => other.to_string(),
    });
    assert_eq!(message, Err("header `via` is given twice".to_owned()));
}

#[test]
fn the_date_stands_where_the_client_can_send_it() {
    let host = Addressing::Host("b");
    let date = "Thu, 01 Jan 2026 01:02:03 GMT";
    let mut parts = put(
        "https://h/k",
        &[("x-oss-date", b"Thu, 01 Jan 1970 00:00:00 GMT")],
    );
    sign_parts_v1(&mut parts, host, &CREDENTIALS, time()).expect("signed");
    assert_eq!(parts.headers["x-oss-date"], date);
    assert!(!parts.headers.contains_key("date"));
    // After V4, whose date has another form, V1 is as it would have been at first.
    let scope = Scope::new("cn-hangzhou");
    sign_parts_v4(&mut parts, host, &CREDENTIALS, &scope, time()).expect("signed");
    assert_eq!(parts.headers["x-oss-date"], "20260101T010203Z");
    sign_parts_v1(&mut parts, host, &CREDENTIALS, time()).expect("signed");
    assert_eq!(parts.headers["date"], date);
    assert!(!parts.headers.contains_key("x-oss-date"));
    // V4 keeps a date that it signs, and no other.
    let signs_date = scope.additional_headers(&["date"]);
    sign_parts_v4(&mut parts, host, &CREDENTIALS, &signs_date, time()).expect("signed");
    assert_eq!(parts.headers["date"], date);
    sign_parts_v4(&mut parts, host, &CREDENTIALS, &scope, time()).expect("signed");
    assert!(!parts.headers.contains_key("date"));
}
