//! No secret shows: canaries in every place that holds one, failures at every step, logs at their loudest.
//!
//! The journal proves that the canaries were used; without that, their absence from the output would prove nothing.

use std::fs;
use std::path::Path;
use std::time::Duration;

use vectcut_sandbox::{Fault, OssCode, Response, Sandbox, Step};

use crate::outcome::Outcome;
use crate::stage::Stage;

const API_KEY: &str = "canary-api-key-7d1f0c52";
const ACCESS_KEY_ID: &str = "STS.canary-id-5b02";
const ACCESS_KEY_SECRET: &str = "canary-secret-e91a44d7";
/// With the characters that tokens have and that encodings change.
const SECURITY_TOKEN: &str = "canary-token/9c3e+88b1==";

/// One failure for each step, and every answer that is known to repeat a secret.
fn faults() -> Vec<Fault> {
    let echo = format!(
        r#"{{"success": false, "error": "bad key {API_KEY}", "credentials": "{SECURITY_TOKEN}"}}"#
    );
    let refusal = format!(
        "<Error><Code>InvalidSecurityToken</Code><Message>{SECURITY_TOKEN} of {ACCESS_KEY_SECRET} is bad</Message></Error>"
    );
    // More patience than the command has, so that it gives up at once.
    let much_later = Response::status(500).retry_after(Duration::from_secs(1800));
    vec![
        Fault::at(Step::Init).responds(Response::status(400).body(echo)),
        Fault::at(Step::Init)
            .responds(Response::status(200).body(half_a_ticket()))
            .always(),
        Fault::at(Step::Init).cuts_json().always(),
        Fault::at(Step::PutObject)
            .responds(Response::status(403).body(refusal))
            .always(),
        Fault::at(Step::PutObject).oss_error(OssCode::SignatureDoesNotMatch),
        Fault::at(Step::PutObject)
            .oss_error(OssCode::SecurityTokenExpired)
            .always(),
        Fault::at(Step::PutObject)
            .oss_error(OssCode::InvalidSecurityToken)
            .always(),
        Fault::at(Step::PutObject).skews_clock(7200).always(),
        Fault::at(Step::PutObject).resets_after(2),
        Fault::at(Step::PutObject).wrong_crc().always(),
        Fault::at(Step::Complete).responds(much_later),
        Fault::at(Step::Complete).cuts_json().always(),
    ]
}

/// A reply of init with all its secrets, and without the object key.
fn half_a_ticket() -> String {
    serde_json::json!({
        "success": true,
        "credentials": {"AccessKeyId": ACCESS_KEY_ID, "AccessKeySecret": ACCESS_KEY_SECRET, "SecurityToken": SECURITY_TOKEN},
        "bucket_name": "bucket",
    })
    .to_string()
}

#[test]
fn no_failure_shows_a_secret() {
    for fault in faults() {
        let name = fault.to_string();
        let stage = stage(|builder| builder.fault(fault).strict());
        for format in ["text", "json"] {
            let arguments = ["upload", "-vvv", "--log-format", format, "clip.mp4"];
            let outcome = stage.vectcut(arguments).run();
            shows_no_secret(&name, &stage, &outcome);
        }
    }
}

#[test]
fn no_success_shows_a_secret_and_each_was_used() {
    let stage = stage(|builder| builder);
    let outcome = stage.vectcut(["upload", "-vvv", "clip.mp4"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    shows_no_secret("success", &stage, &outcome);
    reached_the_wire(stage.sandbox());
}

#[test]
fn an_api_key_that_cannot_be_one_is_not_repeated() {
    let stage = stage(|builder| builder);
    let key = format!("{API_KEY}\nsecond line");
    let outcome = stage
        .vectcut(["upload", "-vvv", "clip.mp4"])
        .env("VECTCUT_API_KEY", key)
        .run();
    assert_eq!(outcome.code, Some(3), "{outcome}");
    shows_no_secret("an API key of two lines", &stage, &outcome);
}

fn stage(settings: impl FnOnce(vectcut_sandbox::Builder) -> vectcut_sandbox::Builder) -> Stage {
    let stage = Stage::with(|builder| {
        settings(builder.api_key(API_KEY).sts_credentials(
            ACCESS_KEY_ID,
            ACCESS_KEY_SECRET,
            SECURITY_TOKEN,
        ))
    });
    stage.file("clip.mp4", b"the bytes of a small film");
    stage
}

/// Searches standard output, standard error and every file that the command wrote where others can read.
#[track_caller]
fn shows_no_secret(case: &str, stage: &Stage, outcome: &Outcome) {
    let mut places = vec![
        ("standard output".to_owned(), outcome.stdout.clone()),
        ("standard error".to_owned(), outcome.stderr.clone()),
    ];
    places.extend(files_that_others_can_read(stage.folder()));
    for (place, text) in places {
        for secret in secrets(stage.sandbox()) {
            assert!(
                !text.contains(&secret),
                "{case}: {place} shows `{secret}`:\n{text}"
            );
        }
    }
}

/// The canaries as they are and as they look in a URL, and every signature that was sent in a header.
fn secrets(sandbox: &Sandbox) -> Vec<String> {
    let encoded = oss_signer::percent::query_component(SECURITY_TOKEN);
    let mut secrets = vec![
        API_KEY.to_owned(),
        ACCESS_KEY_SECRET.to_owned(),
        SECURITY_TOKEN.to_owned(),
        encoded,
    ];
    let journal = sandbox.journal();
    let authorizations = journal
        .iter()
        .filter_map(|arrival| arrival.header("authorization"));
    secrets.extend(
        authorizations
            .filter_map(|value| Some(value.rsplit([':', '=', ' ']).next()?.to_owned()))
            .filter(|text| text.len() > 8),
    );
    secrets
}

fn reached_the_wire(sandbox: &Sandbox) {
    let journal = sandbox.journal();
    let bearer = format!("Bearer {API_KEY}");
    for step in [Step::Init, Step::Complete] {
        let sent = journal.iter().any(|arrival| {
            arrival.step == step && arrival.header("authorization") == Some(&bearer)
        });
        assert!(sent, "the API key went with {step}");
    }
    let put = journal
        .iter()
        .find(|arrival| arrival.step == Step::PutObject)
        .expect("a put");
    assert_eq!(put.header("x-oss-security-token"), Some(SECURITY_TOKEN));
    // The secret itself never travels; that the put succeeded proves that it signed.
    assert_eq!(put.status, Some(200));
    assert!(
        put.header("authorization")
            .is_some_and(|value| value.starts_with(&format!("OSS {ACCESS_KEY_ID}:")))
    );
}

/// What an unfinished upload needs to go on is kept on the disk, credentials included, for the owner alone.
fn files_that_others_can_read(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_that_others_can_read(&path));
        } else if others_can_read(&path) {
            let bytes = fs::read(&path).expect("a file");
            let text = String::from_utf8_lossy(&bytes).into_owned();
            found.push((path.display().to_string(), text));
        }
    }
    found
}

#[cfg(unix)]
fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path).expect("a file");
    metadata.permissions().mode() & 0o077 != 0
}

/// Elsewhere the folder of the user's state is private as a whole.
#[cfg(not(unix))]
fn others_can_read(_path: &Path) -> bool {
    false
}
