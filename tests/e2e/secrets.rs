//! No secret is shown: canaries in every place that holds a secret, failures at every step, and the loudest logs,
//! those of the HTTP libraries included.
//!
//! The sandbox's journal proves that the canaries were used. Without that, their absence would prove nothing.

use std::fs;
use std::path::Path;
use std::time::Duration;

use vectcut_sandbox::{Fault, OssCode, Policy, Renewal, Response, Rights, Sandbox, Step};

use crate::outcome::Outcome;
use crate::stage::{Stage, Vectcut, noise};
use crate::under_test;

const PART_BYTES: usize = 128 * 1024;
const API_KEY: &str = "canary-api-key-7d1f0c52";
const ACCESS_KEY_ID: &str = "STS.canary-id-5b02";
const ACCESS_KEY_SECRET: &str = "canary-secret-e91a44d7";
/// It has the characters that encodings change.
const SECURITY_TOKEN: &str = "canary-token/9c3e+88b1==";

/// One failure for each step, and every response that may repeat a secret.
fn faults() -> Vec<Fault> {
    let echo = format!(
        r#"{{"success": false, "error": "bad key {API_KEY}", "credentials": "{SECURITY_TOKEN}"}}"#
    );
    let refusal = format!(
        "<Error><Code>InvalidSecurityToken</Code><Message>{SECURITY_TOKEN} of {ACCESS_KEY_SECRET} is bad</Message></Error>"
    );
    // A longer wait than the command allows, so that it gives up at once.
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
        // The response repeats the whole string to sign.
        Fault::at(Step::PutObject).rewrites_content_type("text/plain".into()),
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

/// A response of init with all its secrets, but without the object key.
fn half_a_ticket() -> String {
    serde_json::json!({
        "success": true,
        "credentials": {"AccessKeyId": ACCESS_KEY_ID, "AccessKeySecret": ACCESS_KEY_SECRET, "SecurityToken": SECURITY_TOKEN},
        "bucket_name": "bucket",
    })
    .to_string()
}

/// Failures of an upload in parts, among them a renewal of the credentials.
fn faults_of_parts() -> Vec<Fault> {
    vec![
        Fault::at(Step::InitiateUpload).oss_error(OssCode::SignatureDoesNotMatch),
        Fault::at(Step::InitiateUpload).rewrites_content_type("text/plain".into()),
        Fault::at(Step::InitiateUpload).cuts_json(),
        Fault::at(Step::UploadPart).oss_error(OssCode::SignatureDoesNotMatch),
        Fault::at(Step::UploadPart).oss_error(OssCode::InvalidSecurityToken),
        Fault::at(Step::UploadPart)
            .expires_credentials()
            .skipping(3),
        Fault::at(Step::UploadPart).resets_after(1000),
        Fault::at(Step::UploadPart).wrong_crc(),
        Fault::at(Step::CompleteUpload).oss_error(OssCode::SecurityTokenExpired),
        Fault::at(Step::CompleteUpload).loses_response(),
        Fault::at(Step::Complete).loses_response(),
        Fault::at(Step::Complete).status(500),
    ]
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
fn no_upload_in_parts_shows_a_secret() {
    for fault in faults_of_parts() {
        let name = fault.to_string();
        let policy = Policy::default().rights(Rights::Full);
        let policy = policy.renewal(Renewal::SameKey);
        let stage = stage(|builder| builder.policy(policy).fault(fault).strict());
        stage.file("film.mp4", noise(8 * PART_BYTES));
        let outcome = in_parts(&stage, "text").run();
        shows_no_secret(&name, &stage, &outcome);
        let steps = stage.steps();
        assert!(steps.contains(&Step::InitiateUpload), "{name}: {outcome}");
    }
}

#[test]
fn neither_a_stopped_upload_nor_its_journal_nor_the_next_run_shows_a_secret() {
    for format in ["text", "json"] {
        // Four parts succeed. Those after them get no response in the first run.
        let hanging = Fault::at(Step::UploadPart)
            .delays(Duration::from_secs(60))
            .skipping(4)
            .times(2);
        let policy = Policy::default().rights(Rights::Full);
        let stage = stage(|builder| builder.policy(policy).fault(hanging));
        stage.file("film.mp4", noise(8 * PART_BYTES));
        let stopped = in_parts(&stage, format).run_while(|process| {
            let hangs = stage.wait(Duration::from_secs(30), |journal| {
                let parts = journal
                    .iter()
                    .filter(|arrival| arrival.step == Step::UploadPart);
                parts.count() == 6
            });
            assert!(hangs, "six parts never arrive");
            process.signal("TERM");
        });
        assert_eq!(stopped.code, Some(130), "{stopped}");
        shows_no_secret("a stopped upload", &stage, &stopped);
        // The journal keeps what the next run needs, for its owner alone.
        let kept = files(&stage.path("state"), |_| true);
        let holds_token = |(_, text): &(String, String)| text.contains(SECURITY_TOKEN);
        assert!(kept.iter().any(holds_token), "no journal holds the token");
        let holds_key = |(_, text): &(String, String)| text.contains(API_KEY);
        assert!(!kept.iter().any(holds_key), "the API key is on the disk");

        let resumed = in_parts(&stage, format).run();
        assert_eq!(resumed.code, Some(0), "{resumed}");
        assert_eq!(resumed.json()["status"], "resumed", "{resumed}");
        shows_no_secret("a resumed upload", &stage, &resumed);
        let kept = files(&stage.path("state"), |_| true);
        assert!(
            !kept.iter().any(holds_token),
            "the token is still on the disk"
        );
    }
}

#[test]
fn no_success_shows_a_secret_and_each_was_used() {
    let stage = stage(|builder| builder);
    let outcome = stage.vectcut(["upload", "-vvv", "clip.mp4"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    shows_no_secret("success", &stage, &outcome);
    reached_the_wire(stage.sandbox());
    for library in ["hyper_util::", "reqwest::"] {
        assert!(
            outcome.stderr.contains(library),
            "{library} is silent: {outcome}"
        );
    }
}

#[test]
fn neither_signing_in_nor_a_run_with_the_saved_key_shows_it() {
    let failing = Fault::at(Step::CheckKey).status(503).skipping(1);
    let stage = stage(|builder| builder.fault(failing).strict());
    let run = |arguments: &[&str], key: &str, expected: i32| {
        let run = stage.vectcut(arguments).without("VECTCUT_API_KEY");
        let outcome = run.with_stdin(key).run();
        assert_eq!(outcome.code, Some(expected), "{outcome}");
        shows_no_secret(&arguments.join(" "), &stage, &outcome);
    };
    let login = ["login", "-vvv", "--with-key"];
    run(&login, API_KEY, 0);
    // The server fails, then the key is not one.
    run(&login, API_KEY, 5);
    run(&login, &format!("{API_KEY} and more"), 3);
    run(&["upload", "-vvv", "clip.mp4"], "", 0);
    reached_the_wire(stage.sandbox());
    run(&["doctor", "-vvv"], "", 0);
    run(
        &[
            "doctor",
            "-vvv",
            "--format=json",
            "--base-url=http://127.0.0.1:1",
        ],
        "",
        5,
    );
    run(&["logout", "-vvv"], "", 0);
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

/// Uploads a file in parts of 128 KiB, with the loudest log in this format.
fn in_parts<'a>(stage: &'a Stage, format: &'a str) -> Vectcut<'a> {
    stage.vectcut([
        "upload",
        "-vvv",
        "--log-format",
        format,
        "--state-dir=state",
        "--streams=2",
        "--part-size=128k",
        "film.mp4",
    ])
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

/// Searches standard output, standard error and every file that others can read.
#[track_caller]
fn shows_no_secret(case: &str, stage: &Stage, outcome: &Outcome) {
    let mut places = vec![
        ("standard output".to_owned(), outcome.stdout.clone()),
        ("standard error".to_owned(), outcome.stderr.clone()),
    ];
    places.extend(files(stage.folder(), others_can_read));
    // The URL is for standard output alone.
    let query = ["Expires=", "Signature="];
    assert!(
        !query.iter().any(|name| outcome.stderr.contains(name)),
        "{case}: a signed URL on standard error:\n{}",
        outcome.stderr
    );
    for (place, text) in places {
        for secret in secrets(stage.sandbox()) {
            assert!(
                !text.contains(&secret),
                "{case}: {place} shows `{secret}`:\n{text}"
            );
        }
    }
}

/// The canaries, how they look in a URL, and every signature that was sent in a header.
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
    // The secret itself is never sent. The put succeeded, so the secret has signed it.
    assert_eq!(put.status, Some(200));
    assert!(
        put.header("authorization")
            .is_some_and(|value| value.starts_with(&format!("OSS {ACCESS_KEY_ID}:")))
    );
}

/// The files below a folder that `matters` selects, with their text.
fn files(folder: &Path, matters: fn(&Path) -> bool) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, matters));
        } else if matters(&path) {
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
    // What Windows keeps private is the user's folder as a whole.
    !under_test::is_for_windows() && metadata.permissions().mode() & 0o077 != 0
}

/// On other systems the user's folder for state is private as a whole.
#[cfg(not(unix))]
fn others_can_read(_path: &Path) -> bool {
    false
}
