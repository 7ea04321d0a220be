//! Servers that say no for good, or say something that is no answer.

use vectcut_sandbox::{Fault, OssCode, Response, Sandbox, Step};
use vectcut_upload::{Fault as Blame, Step as At};

use crate::bench::{Bench, LARGE, SMALL};

/// Uploads a small file into one fault that does not end, and asserts who is to blame, where, and by what name.
#[track_caller]
fn check(fault: Fault, blame: Blame, step: At, code: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let bench = Bench::new(SMALL, Sandbox::builder().fault(fault.always())).await;
        let error = bench.upload().await.error();
        assert_eq!(
            (error.fault(), error.step(), error.code()),
            (blame, step, code),
            "{error:?}"
        );
        assert_eq!(error.object_key().is_some(), step == At::Complete);
        if step != At::Complete {
            bench.assert_not_completed();
        }
    });
}

fn answer(status: u16, json: &str) -> Response {
    Response::status(status).body(json)
}

#[test]
fn a_refused_key_is_not_tried_again() {
    for status in [401, 403] {
        check(
            Fault::at(Step::Init).status(status),
            Blame::ApiKey,
            At::Init,
            "api_key_refused",
        );
    }
}

#[test]
fn a_membership_that_has_expired_is_no_refused_key() {
    for status in [401, 403] {
        check(
            Fault::at(Step::Init).refuses(status),
            Blame::Refused,
            At::Init,
            "backend_refused",
        );
    }
}

#[test]
fn a_declined_call_is_a_refusal() {
    check(
        Fault::at(Step::Init).responds(answer(200, r#"{"success": false, "error": "quota"}"#)),
        Blame::Refused,
        At::Init,
        "backend_refused",
    );
    check(
        Fault::at(Step::Complete).status(400),
        Blame::Refused,
        At::Complete,
        "backend_refused",
    );
}

#[test]
fn html_and_cut_json_are_no_answers() {
    check(
        Fault::at(Step::Init).html(),
        Blame::Network,
        At::Init,
        "backend_reply_invalid",
    );
    check(
        Fault::at(Step::Init).cuts_json(),
        Blame::Network,
        At::Init,
        "backend_reply_invalid",
    );
    check(
        Fault::at(Step::Complete).html(),
        Blame::Network,
        At::Complete,
        "backend_reply_invalid",
    );
}

#[test]
fn a_backend_that_never_recovers_is_given_up() {
    check(
        Fault::at(Step::Init).status(503),
        Blame::Network,
        At::Init,
        "backend_failing",
    );
    check(
        Fault::at(Step::Complete).loses_response(),
        Blame::Network,
        At::Complete,
        "backend_unreachable",
    );
}

#[test]
fn a_ticket_for_an_impossible_place_is_refused_before_anything_is_sent() {
    for (bucket, key) in [
        ("evil.example/", "k"),
        ("a@b.example", "k"),
        ("bkt", "../k"),
        ("bkt", "/k"),
    ] {
        let ticket = format!(
            r#"{{"success": true, "bucket_name": "{bucket}", "object_key": "{key}",
            "credentials": {{"AccessKeyId": "a", "AccessKeySecret": "b", "SecurityToken": "c"}}}}"#
        );
        check(
            Fault::at(Step::Init).responds(answer(200, &ticket)),
            Blame::Refused,
            At::Init,
            "ticket_invalid",
        );
    }
}

#[test]
fn oss_says_no_for_good() {
    for code in [
        OssCode::SignatureDoesNotMatch,
        OssCode::AccessDenied,
        OssCode::NoSuchBucket,
        OssCode::PublicEndpointForbidden,
        OssCode::SecondLevelDomainForbidden,
        OssCode::AccessKeyIdAndSecurityTokenNotMatch,
        OssCode::InvalidArgument,
    ] {
        check(
            Fault::at(Step::PutObject).oss_error(code),
            Blame::Refused,
            At::Put,
            "oss_refused",
        );
    }
}

#[tokio::test]
async fn an_early_no_while_the_body_flows_is_heard() {
    let fault = Fault::at(Step::PutObject)
        .responds(Response::oss(OssCode::AccessDenied).after_bytes(10_000))
        .always();
    let bench = Bench::new(SMALL * 15, Sandbox::builder().fault(fault)).await;
    let error = bench.upload().await.error();
    assert_eq!(error.oss_code(), Some("AccessDenied"), "{error:?}");
    bench.assert_not_completed();
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    let elsewhere = Response::status(307).header("Location", "http://127.0.0.1:9/");
    let bench = Bench::new(
        LARGE,
        Sandbox::builder().fault(Fault::at(Step::InitiateUpload).responds(elsewhere)),
    )
    .await;
    let error = bench.upload().await.error();
    assert_eq!(
        (error.fault(), error.http_status()),
        (Blame::Refused, Some(307))
    );
}
