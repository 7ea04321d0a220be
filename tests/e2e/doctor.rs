//! What `vectcut doctor` finds, and how it ends.

use serde_json::Value;
use vectcut_sandbox::{Fault, Step};

use crate::outcome::{Outcome, assert_outcome};
use crate::stage::Stage;

#[test]
fn everything_is_well() {
    let stage = Stage::new();
    let outcome = stage.vectcut(["doctor"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let marks: Vec<_> = outcome
        .stdout
        .lines()
        .filter_map(|line| line.chars().next())
        .collect();
    assert!(marks.iter().all(|mark| *mark == '✓'), "{outcome}");
    for part in [
        "VECTCUT_API_KEY`, accepted by VectCut",
        "responds (HTTP",
        "within 30 s of the servers",
        "unfinished uploads: 0",
        concat!("vectcut ", env!("CARGO_PKG_VERSION")),
    ] {
        assert!(outcome.stdout.contains(part), "{part}: {outcome}");
    }
    assert_eq!(outcome.stderr, "");
    // Nothing is uploaded.
    let asked = stage.steps();
    assert_eq!(asked, [Step::CheckKey], "{outcome}");
}

#[test]
fn tls_is_seen_with_its_version_and_issuer() {
    let stage = Stage::with(|builder| builder.tls(true));
    let outcome = stage.vectcut(["doctor"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(outcome.stdout.matches("; TLS 1.3 ").count(), 2, "{outcome}");
    assert_eq!(
        outcome.stdout.matches("; certificate issued by ").count(),
        2,
        "{outcome}"
    );

    // Nobody trusts the sandbox's authority now; its name still tells who intercepts.
    let outcome = stage.vectcut(["doctor"]).without("VECTCUT_CA_CERT").run();
    assert_eq!(outcome.code, Some(5), "{outcome}");
    for part in [
        "TLS handshake failed",
        "certificate issued by ",
        "--ca-cert",
    ] {
        assert!(outcome.stdout.contains(part), "{part}: {outcome}");
    }
}

#[test]
fn each_trouble_has_its_exit_code() {
    let nowhere = "http://127.0.0.1:1";
    for (variable, value, code, check) in [
        ("VECTCUT_API_KEY", "of-somebody-else", 3, "api_key"),
        ("VECTCUT_API_KEY", "two words", 3, "api_key"),
        ("VECTCUT_BASE_URL", nowhere, 5, "backend"),
        ("VECTCUT_OSS_ENDPOINT", nowhere, 5, "oss"),
    ] {
        let stage = Stage::new();
        let run = stage.vectcut(["doctor", "--format=json"]);
        let outcome = run.env(variable, value).run();
        assert_eq!(outcome.code, Some(code), "{variable}={value}: {outcome}");
        assert_eq!(failed(&outcome), [check], "{outcome}");
        assert_eq!(outcome.json()["exit_code"], code);
    }
    let stage = Stage::new();
    let run = stage.vectcut(["doctor"]).env("VECTCUT_BASE_URL", "no url");
    assert_eq!(run.run().code, Some(2));
}

#[test]
fn a_missing_key_says_what_to_run() {
    let stage = Stage::new();
    let run = stage
        .vectcut(["doctor", "--lang=zh"])
        .without("VECTCUT_API_KEY");
    let outcome = run.run();
    assert_eq!(outcome.code, Some(3), "{outcome}");
    assert!(outcome.stdout.contains("✗ API 密钥"), "{outcome}");
    assert!(
        outcome.stdout.contains("请运行 `vectcut login` 登录"),
        "{outcome}"
    );
}

#[test]
fn a_backend_that_cannot_tell_is_a_warning() {
    let stage = Stage::failing(Fault::at(Step::CheckKey).status(503));
    let outcome = stage.vectcut(["doctor", "--format=json"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(status(&outcome, "api_key"), "warning", "{outcome}");
}

#[test]
fn a_wrong_clock_is_said() {
    let stage = Stage::with(|builder| builder.clock_offset(3600));
    let outcome = stage.vectcut(["doctor"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(outcome.stdout.contains("! clock"), "{outcome}");
    assert!(outcome.stdout.contains("behind the servers"), "{outcome}");
}

#[test]
fn an_unusable_state_directory_is_a_warning_and_speed_is_not_made_up() {
    let stage = Stage::new();
    stage.file("file", "no folder");
    let outcome = stage
        .vectcut([
            "doctor",
            "--format=json",
            "--speed",
            "--state-dir=file/state",
        ])
        .run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(status(&outcome, "state_dir"), "warning", "{outcome}");
    assert_eq!(status(&outcome, "speed"), "warning", "{outcome}");
}

#[test]
fn a_proxy_that_cannot_be_reached_is_named() {
    let stage = Stage::new();
    let outcome = stage
        .vectcut(["doctor"])
        .env("VECTCUT_BASE_URL", "https://backend.example")
        .env("HTTPS_PROXY", "http://user:hunter2@127.0.0.1:1")
        .run();
    assert_eq!(outcome.code, Some(5), "{outcome}");
    assert!(
        outcome
            .stdout
            .contains("check the proxy `127.0.0.1:1` (`HTTPS_PROXY`)"),
        "{outcome}"
    );
    assert!(!outcome.to_string().contains("hunter2"), "{outcome}");
}

#[test]
fn a_setting_that_cannot_be_used_is_wrong_usage() {
    let stage = Stage::new();
    assert_outcome!(stage.vectcut(["doctor", "--ca-cert=missing.pem"]).run());
}

fn checks(outcome: &Outcome) -> Vec<Value> {
    outcome.json()["checks"].as_array().expect("checks").clone()
}

fn status(outcome: &Outcome, check: &str) -> String {
    let checks = checks(outcome);
    let found = checks.iter().find(|found| found["check"] == check);
    found.expect("the check")["status"]
        .as_str()
        .expect("a text")
        .to_owned()
}

fn failed(outcome: &Outcome) -> Vec<String> {
    let checks = checks(outcome);
    let failed = checks.iter().filter(|check| check["status"] == "failed");
    failed
        .filter_map(|check| Some(check["check"].as_str()?.to_owned()))
        .collect()
}
