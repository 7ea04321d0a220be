//! A gallery of failures: one test for each way in which an upload can fail once it has begun.
//!
//! Each snapshot shows what a person reads, what a program reads, the exit code, and the requests that were made.
//! After a failed put, complete is not among them.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::time::Duration;

use serde_json::{Value, json};
use vectcut_sandbox::{Fault, OssCode, Policy, Response, Rights, Step};

use crate::outcome::{Outcome, assert_outcome};
use crate::stage::{Stage, noise};

const HALF_AN_HOUR: Duration = Duration::from_secs(30 * 60);

#[test]
fn init_finds_no_server_within_the_budget() {
    let stage = with_clip(Stage::new());
    // Port 1 is reserved, and nothing listens on it.
    let nowhere = "http://127.0.0.1:1";
    let arguments = [
        "upload",
        "--budget",
        "1s",
        "--base-url",
        nowhere,
        "clip.mp4",
    ];
    assert_outcome!(stage.vectcut(arguments).run());
}

#[test]
fn init_refuses_the_api_key() {
    let stage = with_clip(Stage::new());
    assert_outcome!(
        stage
            .vectcut(["upload", "clip.mp4"])
            .env("VECTCUT_API_KEY", "of-somebody-else")
            .run()
    );
}

#[test]
fn init_refuses_an_account_whose_membership_has_expired() {
    let body = r#"{"success": false, "output": "", "error": "the membership has expired", "purchase_link": "https://www.vectcut.com"}"#;
    for language in ["en", "zh"] {
        let expired = || Fault::at(Step::Init).responds(Response::status(403).body(body));
        let stage = with_clip(Stage::with(|builder| builder.fault(expired())));
        let outcome = stage
            .vectcut(["upload", "--lang", language, "clip.mp4"])
            .run();
        assert!(
            !outcome.stderr.contains("vectcut login"),
            "it is no matter of the key"
        );
        assert_outcome!(format!("a_membership_has_expired_{language}"), outcome);
    }
}

#[test]
fn init_responds_with_400_and_a_message() {
    let body = r#"{"success": false, "output": "", "error": "no quota left", "purchase_link": "https://www.vectcut.com"}"#;
    assert_outcome!(upload(
        Fault::at(Step::Init).responds(Response::status(400).body(body))
    ));
}

#[test]
fn init_asks_for_a_longer_wait_than_is_allowed() {
    assert_outcome!(upload(Fault::at(Step::Init).responds(much_later(500))));
}

#[test]
fn init_responds_with_a_redirect() {
    let response = Response::status(302).header("location", "https://elsewhere.example/");
    assert_outcome!(upload(Fault::at(Step::Init).responds(response)));
}

#[test]
fn init_responds_with_a_page_of_html() {
    assert_outcome!(upload(Fault::at(Step::Init).html().always()));
}

#[test]
fn init_responds_with_json_that_is_cut_short() {
    assert_outcome!(upload(Fault::at(Step::Init).cuts_json().always()));
}

#[test]
fn init_declines() {
    let response =
        Response::status(200).body(r#"{"success": false, "error": "the file is too large"}"#);
    assert_outcome!(upload(Fault::at(Step::Init).responds(response)));
}

#[test]
fn init_forgets_a_field() {
    let response = Response::status(200)
        .body(r#"{"success": true, "bucket_name": "bucket", "object_key": "key"}"#);
    assert_outcome!(upload(Fault::at(Step::Init).responds(response).always()));
}

#[test]
fn init_names_a_bucket_that_is_invalid() {
    assert_outcome!(upload(
        Fault::at(Step::Init).responds(ticket("evil.example/", "key"))
    ));
}

#[test]
fn init_names_a_key_that_a_url_would_rewrite() {
    assert_outcome!(upload(
        Fault::at(Step::Init).responds(ticket("bucket", "a/../../b"))
    ));
}

#[test]
fn init_gives_an_access_key_id_that_no_header_can_hold() {
    let mut ticket = good_ticket("bucket", "key");
    ticket["credentials"]["AccessKeyId"] = "STS.id\r\nx-oss-acl: public-read".into();
    assert_outcome!(upload(
        Fault::at(Step::Init)
            .responds(Response::status(200).body(ticket.to_string()))
            .always()
    ));
}

#[test]
fn the_file_grows_while_it_is_sent() {
    let stage = with_clip(Stage::failing(
        Fault::at(Step::PutObject).delays(Duration::from_millis(400)),
    ));
    let outcome = stage
        .vectcut(["upload", "clip.mp4"])
        .run_until(Step::PutObject, |_| {
            let mut file = OpenOptions::new()
                .append(true)
                .open(stage.path("clip.mp4"))
                .expect("the file");
            file.write_all(b" and more").expect("it grows");
        });
    assert_outcome!(outcome);
}

#[test]
fn the_file_shrinks_while_it_is_sent() {
    let stalled = Fault::at(Step::UploadPart).stalls(64 * 1024, Duration::from_millis(400));
    let stage = Stage::failing(stalled);
    // More than the buffers of the sockets hold, so that the command still reads when the file is cut.
    let file = File::create(stage.path("clip.mp4")).expect("a file");
    file.set_len(64 * 1024 * 1024).expect("a length");
    let cut = |_| file.set_len(1024).expect("it shrinks");
    let run = stage.vectcut(["upload", "--streams", "1", "clip.mp4"]);
    let outcome = run.run_until(Step::UploadPart, cut);
    assert_eq!(outcome.code, Some(4), "{outcome}");
    assert_eq!(outcome.json()["error"]["code"], "file_changed");
    assert!(!stage.steps().contains(&Step::Complete), "{outcome}");
}

#[test]
fn put_is_denied() {
    assert_outcome!(upload(
        Fault::at(Step::PutObject).oss_error(OssCode::AccessDenied)
    ));
}

#[test]
fn put_meets_a_wrong_signature() {
    assert_outcome!(upload(
        Fault::at(Step::PutObject).oss_error(OssCode::SignatureDoesNotMatch)
    ));
}

#[test]
fn put_meets_a_proxy_that_changes_a_header() {
    assert_outcome!(upload(
        Fault::at(Step::PutObject).rewrites_content_type("text/plain".into())
    ));
}

#[test]
fn put_meets_expired_credentials() {
    assert_outcome!(upload(
        Fault::at(Step::PutObject)
            .oss_error(OssCode::SecurityTokenExpired)
            .always()
    ));
}

#[test]
fn put_asks_for_a_longer_wait_than_is_allowed() {
    assert_outcome!(upload(Fault::at(Step::PutObject).responds(much_later(503))));
}

#[test]
fn put_meets_a_proxy_that_responds_with_html() {
    let response = Response::html(502).retry_after(HALF_AN_HOUR);
    assert_outcome!(upload(Fault::at(Step::PutObject).responds(response)));
}

#[test]
fn put_may_not_use_v1_and_the_region_is_unknown() {
    let stage = with_clip(Stage::with(|builder| {
        builder.policy(Policy::default().refuse_v1())
    }));
    assert_outcome!(
        stage
            .vectcut(["upload", "clip.mp4"])
            .without("VECTCUT_OSS_REGION")
            .run()
    );
}

#[test]
fn put_may_not_use_v1_and_nothing_else_is_wanted() {
    let stage = with_clip(Stage::with(|builder| {
        builder.policy(Policy::default().refuse_v1())
    }));
    assert_outcome!(
        stage
            .vectcut(["upload", "--signature", "v1", "clip.mp4"])
            .run()
    );
}

#[test]
fn put_stores_other_bytes() {
    assert_outcome!(upload(Fault::at(Step::PutObject).damages().always()));
}

#[test]
fn put_reports_a_wrong_checksum() {
    assert_outcome!(upload(Fault::at(Step::PutObject).wrong_crc().always()));
}

#[test]
fn put_reports_no_checksum() {
    assert_outcome!(upload(Fault::at(Step::PutObject).hides_crc().always()));
}

#[test]
fn put_reaches_no_server() {
    let stage = with_clip(Stage::new());
    // Port 1 is reserved, and nothing listens on it.
    let endpoint = "--oss-endpoint=http://127.0.0.1:1";
    let arguments = ["upload", endpoint, "--give-up-after=500ms", "clip.mp4"];
    let outcome = stage.vectcut(arguments).run();
    // How many attempts there are depends on chance.
    assert_outcome!(outcome.without_lines("retrying in"));
}

#[test]
fn a_part_is_denied() {
    assert_outcome!(upload_in_parts(
        Fault::at(Step::UploadPart).oss_error(OssCode::AccessDenied)
    ));
}

#[test]
fn a_part_reports_a_wrong_checksum() {
    assert_outcome!(upload_in_parts(
        Fault::at(Step::UploadPart).wrong_crc().always()
    ));
}

#[test]
fn complete_upload_asks_for_a_longer_wait_than_is_allowed() {
    assert_outcome!(upload_in_parts(
        Fault::at(Step::CompleteUpload).responds(much_later(500))
    ));
}

#[test]
fn a_file_is_larger_than_one_put_and_parts_are_denied() {
    let policy = Policy::default().rights(Rights::NoMultipart);
    let stage = Stage::with(|builder| builder.policy(policy));
    let file = File::create(stage.path("clip.mp4")).expect("a file");
    file.set_len(6 << 30).expect("a file of holes");
    assert_outcome!(stage.vectcut(["upload", "clip.mp4"]).run());
}

#[test]
fn complete_asks_for_a_longer_wait_than_is_allowed() {
    assert_outcome!(upload(Fault::at(Step::Complete).responds(much_later(500))));
}

#[test]
fn complete_declines() {
    let response = Response::status(200).body(r#"{"success": false, "message": "unknown object"}"#);
    assert_outcome!(upload(Fault::at(Step::Complete).responds(response)));
}

#[test]
fn complete_gives_an_empty_url() {
    let response = Response::status(200).body(r#"{"success": true, "public_signed_url": ""}"#);
    assert_outcome!(upload(
        Fault::at(Step::Complete).responds(response).always()
    ));
}

#[test]
fn a_server_cannot_write_to_the_terminal() {
    let body = r#"{"success": false, "error": "\u001b[2J\u001b]0;title\u0007gone\r\nfake: line"}"#;
    let outcome = upload(Fault::at(Step::Init).responds(Response::status(400).body(body)));
    let control = |c: char| c.is_control() && c != '\n';
    assert!(
        !outcome.stderr.contains(control) && !outcome.stdout.contains(control),
        "{}",
        outcome.stderr.escape_debug()
    );
    assert_outcome!(outcome);
}

#[test]
fn an_untrusted_certificate() {
    let stage = with_clip(Stage::with(|builder| builder.tls(true)));
    assert_outcome!(
        stage
            .vectcut(["upload", "clip.mp4"])
            .without("VECTCUT_CA_CERT")
            .run()
    );
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_at_once() {
    for signal in ["INT", "TERM"] {
        let stage = with_clip(Stage::failing(
            Fault::at(Step::PutObject).delays(Duration::from_secs(30)),
        ));
        let outcome = stage
            .vectcut(["upload", "clip.mp4"])
            .run_until(Step::PutObject, |process| process.signal(signal));
        assert_outcome!(format!("interrupted_by_{signal}"), outcome);
    }
}

/// A response that asks for a longer wait than the command allows, so that it gives up at once.
fn much_later(status: u16) -> Response {
    Response::status(status).retry_after(HALF_AN_HOUR)
}

/// Uploads a small file to a sandbox that fails in this way.
fn upload(fault: Fault) -> Outcome {
    let stage = with_clip(Stage::failing(fault));
    stage.vectcut(["upload", "clip.mp4"]).run()
}

/// Uploads a file of two parts, one after the other, to a sandbox that fails in this way.
fn upload_in_parts(fault: Fault) -> Outcome {
    let stage = Stage::failing(fault);
    stage.file("clip.mp4", noise(256 * 1024));
    let arguments = ["upload", "--streams=1", "--part-size=128k", "clip.mp4"];
    stage.vectcut(arguments).run()
}

fn with_clip(stage: Stage) -> Stage {
    stage.file("clip.mp4", b"the bytes of a small film");
    stage
}

/// A well-formed response of init with this bucket and object key.
fn ticket(bucket: &str, object_key: &str) -> Response {
    Response::status(200).body(good_ticket(bucket, object_key).to_string())
}

fn good_ticket(bucket: &str, object_key: &str) -> Value {
    json!({
        "success": true,
        "credentials": {
            "AccessKeyId": "STS.id",
            "AccessKeySecret": "secret",
            "SecurityToken": "token",
        },
        "bucket_name": bucket,
        "object_key": object_key,
    })
}
