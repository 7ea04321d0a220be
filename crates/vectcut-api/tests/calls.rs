//! The backend's calls over a real socket: what is sent, what is read, and each way to fail.
#![expect(
    clippy::unwrap_used,
    reason = "a test says what it expects by panicking"
)]

use std::time::Duration;

use strict_http::{Options, ServerUrl};
use vectcut_api::{ApiError, ApiKey, Call, Client, Completed, KeyVerdict, UploadTicket};
use vectcut_sandbox::{Fault, Response, Sandbox, Step};

async fn sandbox(faults: impl IntoIterator<Item = Fault>) -> Sandbox {
    let builder = faults
        .into_iter()
        .fold(Sandbox::builder().strict(), |builder, fault| {
            builder.fault(fault)
        });
    builder.start().await.unwrap()
}

fn client_with(sandbox: &Sandbox, api_key: &str) -> Client {
    let server = ServerUrl::parse(&sandbox.settings().base_url).unwrap();
    let http = strict_http::client(&Options::for_servers([&server])).unwrap();
    Client::new(http, server, ApiKey::parse(api_key).unwrap())
}

fn client(sandbox: &Sandbox) -> Client {
    client_with(sandbox, &sandbox.settings().api_key)
}

/// What init makes of this response.
async fn init_of(response: Response) -> Result<UploadTicket, ApiError> {
    let sandbox = sandbox([Fault::at(Step::Init).responds(response)]).await;
    client(&sandbox).init_upload("clip.mp4", 5).await
}

fn json(body: &str) -> Response {
    Response::status(200).body(body)
}

#[tokio::test]
async fn init_gives_a_ticket_with_its_expiration() {
    let sandbox = sandbox([]).await;
    let ticket = client(&sandbox).init_upload("剪 辑.mp4", 5).await.unwrap();
    assert_eq!(ticket.bucket, sandbox.settings().oss_bucket);
    assert!(ticket.object_key.ends_with(".mp4"), "{}", ticket.object_key);
    assert!(ticket.credentials.expiration.is_some());
    let init = sandbox.journal().pop().unwrap();
    assert_eq!(
        (init.method.as_str(), init.path.as_str()),
        ("POST", "/sts/upload/init")
    );
    assert_eq!(init.header("content-type"), Some("application/json"));
    assert_eq!(
        init.header("authorization"),
        Some(format!("Bearer {}", sandbox.settings().api_key).as_str())
    );
}

#[tokio::test]
async fn complete_of_a_key_without_an_object_is_declined_in_the_servers_words() {
    let sandbox = sandbox([]).await;
    let ticket = client(&sandbox).init_upload("clip.mp4", 5).await.unwrap();
    let error = client(&sandbox)
        .complete_upload(&ticket.object_key)
        .await
        .unwrap_err();
    assert_eq!(error.call(), Call::CompleteUpload);
    assert!(error.words().unwrap().message.is_some(), "{error:?}");
    assert!(!error.is_transient());
}

#[tokio::test]
async fn a_wrong_key_is_refused() {
    let sandbox = sandbox([]).await;
    let error = client_with(&sandbox, "wrong")
        .init_upload("clip.mp4", 5)
        .await
        .unwrap_err();
    assert!(
        matches!(error, ApiError::KeyRefused { status: 401, .. }),
        "{error:?}"
    );
    let verdict = client_with(&sandbox, "wrong").check_key().await.unwrap();
    let KeyVerdict::Refused { status: 401, words } = verdict else {
        panic!("{verdict:?}");
    };
    assert!(words.message.is_some());
    assert_eq!(words.purchase_link, None);
    assert_eq!(
        client(&sandbox).check_key().await.unwrap(),
        KeyVerdict::Accepted
    );
}

#[tokio::test]
async fn a_membership_that_has_expired_is_not_a_wrong_key() {
    let sandbox = sandbox([Fault::at(Step::CheckKey).refuses(403)]).await;
    let verdict = client(&sandbox).check_key().await.unwrap();
    let KeyVerdict::Refused { status: 403, words } = verdict else {
        panic!("{verdict:?}");
    };
    let link = words.purchase_link.expect("where to renew it");
    assert_eq!(link.as_str(), "https://www.vectcut.com");
}

#[tokio::test]
async fn a_server_that_fails_says_nothing_about_the_key() {
    let sandbox = sandbox([Fault::at(Step::CheckKey).status(502)]).await;
    assert_eq!(
        client(&sandbox).check_key().await.unwrap(),
        KeyVerdict::Unknown { status: 502 }
    );
}

#[tokio::test]
async fn success_must_be_exactly_true() {
    for body in [
        r#"{}"#,
        r#"{"success": false}"#,
        r#"{"success": "true"}"#,
        r#"{"success": 1}"#,
        r#"{"success": null}"#,
    ] {
        let error = init_of(json(body)).await.unwrap_err();
        assert!(
            matches!(error, ApiError::Declined { status: 200, .. }),
            "{body}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_no_success_whatever_the_status() {
    for body in ["", "[]", "true", "{\"success\": true", "<html></html>"] {
        let error = init_of(json(body)).await.unwrap_err();
        assert!(
            matches!(error, ApiError::NotJson { status: 200, .. }),
            "{body}: {error:?}"
        );
    }
}

#[tokio::test]
async fn each_required_field_is_named_when_it_is_missing_or_empty() {
    let whole = r#"{"success": true, "credentials": {"AccessKeyId": "a", "AccessKeySecret": "b", "SecurityToken": "c"},
        "bucket_name": "d", "object_key": "e"}"#;
    init_of(json(whole)).await.unwrap();
    for (value, field) in [
        (r#""AccessKeyId": "a""#, "credentials.AccessKeyId"),
        (r#""AccessKeySecret": "b""#, "credentials.AccessKeySecret"),
        (r#""SecurityToken": "c""#, "credentials.SecurityToken"),
        (r#""bucket_name": "d""#, "bucket_name"),
        (r#""object_key": "e""#, "object_key"),
    ] {
        let name = value.split_once(':').unwrap().0;
        for broken in [
            format!("{name}: \"\""),
            format!("{name}: 7"),
            "\"other\": 1".to_owned(),
        ] {
            let error = init_of(json(&whole.replace(value, &broken)))
                .await
                .unwrap_err();
            assert!(
                matches!(error, ApiError::MissingField { field: found, .. } if found == field),
                "{broken}: {error:?}"
            );
        }
    }
}

#[tokio::test]
async fn unknown_fields_are_ignored_and_a_region_loses_its_prefix() {
    let ticket = init_of(json(
        r#"{"success": true, "credentials": {"AccessKeyId": "a", "AccessKeySecret": "b", "SecurityToken": "c", "x": {}},
        "bucket_name": "d", "object_key": "e", "region": "oss-cn-hangzhou", "more": [1]}"#,
    ))
    .await
    .unwrap();
    assert_eq!(ticket.region.as_deref(), Some("cn-hangzhou"));
    assert_eq!(ticket.credentials.expiration, None);
}

#[tokio::test]
async fn busy_servers_are_transient_and_may_ask_for_a_wait() {
    for status in [408, 429, 500, 502, 503] {
        let error = init_of(Response::status(status).retry_after(Duration::from_secs(7)))
            .await
            .unwrap_err();
        assert!(error.is_transient(), "{error:?}");
        assert_eq!(
            (error.http_status(), error.retry_after()),
            (Some(status), Some(Duration::from_secs(7)))
        );
    }
    for status in [301, 400, 404, 422] {
        assert!(
            !init_of(Response::status(status))
                .await
                .unwrap_err()
                .is_transient(),
            "{status}"
        );
    }
}

#[tokio::test]
async fn no_error_shows_a_response_of_init() {
    for response in [
        json(
            r#"{"success": true, "credentials": {"AccessKeyId": "canary", "AccessKeySecret": "canary"}}"#,
        ),
        json(r#"{"success": true, "credentials": "canary""#),
        json(r#"{"success": false, "credentials": {"SecurityToken": "canary"}, "error": "no"}"#),
        Response::status(500).body(r#"{"credentials": {"SecurityToken": "canary"}}"#),
    ] {
        let error = init_of(response).await.unwrap_err();
        let words = format!("{error} {error:?}");
        assert!(!words.contains("canary"), "{words}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_a_transport_error_without_the_key() {
    let sandbox = sandbox([Fault::at(Step::Init).loses_response()]).await;
    let error = client(&sandbox)
        .init_upload("clip.mp4", 5)
        .await
        .unwrap_err();
    assert!(matches!(error, ApiError::Transport { .. }) && error.is_transient());
    assert!(!format!("{error:?}").contains(&sandbox.settings().api_key));
}

/// What complete makes of this response.
async fn complete_of(response: Response) -> Result<Completed, ApiError> {
    let sandbox = sandbox([Fault::at(Step::Complete).responds(response)]).await;
    client(&sandbox).complete_upload("key").await
}

#[tokio::test]
async fn complete_gives_the_url_to_the_letter_with_the_servers_clock() {
    let body =
        r#"{"success": true, "public_signed_url": "https://b.example/k?Expires=1&Signature=a%2B"}"#;
    let completed = complete_of(json(body)).await.unwrap();
    let expected = "https://b.example/k?Expires=1&Signature=a%2B";
    assert_eq!(completed.url.expose(), expected);
    assert!(completed.server_time.is_some());
}

#[tokio::test]
async fn a_url_that_is_unsafe_to_hand_on_is_an_invalid_response_and_is_not_shown() {
    for url in [
        "javascript:canary()",
        "https://canary/\\u001b[31m",
        "https://canary.example/a\\nb",
        "file:///canary",
        "https://user:pw@canary.example/",
        "http://canary.example/",
    ] {
        let body = format!(r#"{{"success": true, "public_signed_url": "{url}"}}"#);
        let error = complete_of(json(&body.replace("\\\\", "\\")))
            .await
            .unwrap_err();
        assert!(
            matches!(
                error,
                ApiError::InvalidField {
                    field: "public_signed_url",
                    ..
                }
            ),
            "{url}: {error:?}"
        );
        assert!(
            !format!("{error} {error:?}").contains("canary"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_ticket_that_repeats_a_secret_where_it_would_be_shown_is_refused() {
    let whole = r#"{"success": true, "credentials": {"AccessKeyId": "a", "AccessKeySecret": "canary-secret",
        "SecurityToken": "canary-token"}, "bucket_name": "BUCKET", "object_key": "KEY"}"#;
    for (bucket, key, repeated) in [
        ("bkt", "up/canary-token/clip.mp4", "object_key"),
        ("bkt", "canary-secret", "object_key"),
        ("canary-token", "k", "bucket_name"),
    ] {
        let body = whole.replace("BUCKET", bucket).replace("KEY", key);
        let error = init_of(json(&body)).await.unwrap_err();
        assert!(
            matches!(error, ApiError::InvalidField { field, .. } if field == repeated),
            "{error:?}"
        );
        assert!(
            !format!("{error} {error:?}").contains("canary"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_content_type_is_cleaned_like_any_text_of_a_server() {
    let long = format!("text/html; {}", "x".repeat(50_000));
    for (content_type, shown) in [
        (
            "Bearer canary-key".to_owned(),
            "Bearer [redacted]".to_owned(),
        ),
        (long.clone(), format!("{}…", &long[..63])),
    ] {
        let response = Response::status(200)
            .header("content-type", &content_type)
            .body("<html>");
        let sandbox = sandbox([Fault::at(Step::Init).responds(response)]).await;
        let error = client_with(&sandbox, "canary-key")
            .init_upload("clip.mp4", 5)
            .await
            .unwrap_err();
        let ApiError::NotJson { content_type, .. } = error else {
            panic!("{error:?}")
        };
        assert_eq!(content_type.as_str(), shown);
    }
}
