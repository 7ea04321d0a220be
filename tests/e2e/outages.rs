//! What is wrong with all files of a run is said once, and has its own exit code.

use vectcut_sandbox::{Fault, OssCode, Step};

use crate::outcome::{Outcome, assert_outcome};
use crate::stage::{Stage, within_a_budget};

const FILES: [&str; 5] = ["a.mp4", "b.mp4", "c.mp4", "d.mp4", "e.mp4"];
/// Port 1 is reserved, and nothing listens on it.
const NOWHERE: &str = "http://127.0.0.1:1";

#[test]
fn a_refused_key_is_said_once_and_ends_the_batch() {
    let stage = with_files();
    let outcome = stage
        .vectcut(["upload", "--jobs=1"].iter().chain(&FILES))
        .env("VECTCUT_API_KEY", "of-somebody-else")
        .run();
    assert_outcome!(outcome);
    assert_said_once(&outcome, 3, "api_key_refused");
    assert_eq!(stage.steps(), [Step::Init]);
}

#[test]
fn a_backend_that_is_down_is_said_once_and_ends_the_batch() {
    let stage = with_files();
    let flags = ["upload", "--jobs=2", "--give-up-after=1s", "--base-url"];
    let outcome = stage
        .vectcut(flags.iter().chain(&[NOWHERE]).chain(&FILES))
        .run();
    assert_said_once(&outcome, 5, "backend_unreachable");
}

#[test]
fn an_oss_that_is_down_is_said_once_and_ends_the_batch() {
    let stage = with_files();
    let flags = ["upload", "--jobs=2", "--give-up-after=1s", "--oss-endpoint"];
    let outcome = stage
        .vectcut(flags.iter().chain(&[NOWHERE]).chain(&FILES))
        .run();
    assert_said_once(&outcome, 5, "oss_unreachable");
}

#[test]
fn a_budget_without_a_network_is_a_failure_of_the_network() {
    let stage = with_files();
    let outcome = within_a_budget(|flag| {
        let flags = ["upload", "--jobs=2", flag, "--base-url", NOWHERE];
        let outcome = stage.vectcut(flags.iter().chain(&FILES)).run();
        let first = &outcome.json()[0]["error"];
        assert_eq!(first["code"], "budget_ended", "{outcome}");
        let cause = first["last_cause"].as_str().unwrap_or_default();
        cause.contains("could not connect").then_some(outcome)
    });
    assert_eq!(outcome.code, Some(5), "{outcome}");
}

#[test]
fn files_that_are_all_missing_have_the_exit_code_of_one() {
    let stage = Stage::new();
    let outcome = stage.vectcut(["upload", "a.mp4", "b.mp4"]).run();
    assert_eq!(outcome.code, Some(4), "{outcome}");
}

#[test]
fn failures_for_different_reasons_have_an_exit_code_of_their_own() {
    let stage = Stage::failing(Fault::at(Step::PutObject).oss_error(OssCode::AccessDenied));
    stage.file("a.mp4", b"bytes");
    let outcome = stage.vectcut(["upload", "a.mp4", "missing.mp4"]).run();
    assert_eq!(outcome.code, Some(8), "{outcome}");
}

fn with_files() -> Stage {
    let stage = Stage::new();
    for name in FILES {
        stage.file(name, name);
    }
    stage
}

/// Asserts that stderr has one error, and standard output a failure with this code for each file.
#[track_caller]
fn assert_said_once(outcome: &Outcome, exit_code: i32, error_code: &str) {
    assert_eq!(outcome.code, Some(exit_code), "{outcome}");
    assert_eq!(outcome.stderr.matches("error: ").count(), 1, "{outcome}");
    let results = outcome.json();
    for (index, name) in FILES.into_iter().enumerate() {
        let result = &results[index];
        assert_eq!(result["local_file"], name, "{outcome}");
        assert_eq!(result["status"], "failed", "{outcome}");
        assert_eq!(result["error"]["code"], error_code, "{outcome}");
    }
}
