//! Wrong input: each kind has its own message and exit code, and nothing is sent.

use std::ffi::OsString;
use std::process::Command;

use crate::outcome::{Outcome, assert_outcome};
use crate::stage::Stage;

#[test]
fn a_missing_file() {
    assert_outcome!(refused(&Stage::new(), ["upload", "missing.mp4"]));
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing() {
    let stage = Stage::new();
    std::os::unix::fs::symlink("nowhere", stage.path("dangling.mp4")).expect("a link");
    assert_outcome!(refused(&stage, ["upload", "dangling.mp4"]));
}

#[test]
fn a_directory() {
    let stage = Stage::new();
    std::fs::create_dir(stage.path("clips")).expect("a folder");
    assert_outcome!(refused(&stage, ["upload", "clips"]));
}

#[cfg(unix)]
#[test]
fn a_fifo() {
    let stage = Stage::new();
    let made = Command::new("mkfifo")
        .arg(stage.path("pipe"))
        .status()
        .expect("mkfifo is there");
    assert!(made.success());
    assert_outcome!(refused(&stage, ["upload", "pipe"]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_name_that_is_not_utf8() {
    use std::os::unix::ffi::OsStringExt;
    let stage = Stage::new();
    let name = OsString::from_vec(b"clip-\xff.mp4".to_vec());
    stage.file(&name, b"bytes");
    assert_outcome!(refused(&stage, ["upload".into(), name]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_opened() {
    // A regular file that not even root may read.
    assert_outcome!(refused(
        &Stage::new(),
        ["upload", "/proc/sys/vm/drop_caches"]
    ));
}

#[test]
fn no_api_key() {
    let stage = with_clip();
    let run = stage
        .vectcut(["upload", "clip.mp4"])
        .without("VECTCUT_API_KEY");
    assert_outcome!(nothing_sent(&stage, run.run()));
}

#[test]
fn an_empty_api_key() {
    let stage = with_clip();
    let run = stage
        .vectcut(["upload", "clip.mp4"])
        .env("VECTCUT_API_KEY", "");
    assert_outcome!(nothing_sent(&stage, run.run()));
}

#[test]
fn an_api_key_with_a_newline() {
    let stage = with_clip();
    let run = stage
        .vectcut(["upload", "clip.mp4"])
        .env("VECTCUT_API_KEY", "first\nsecond");
    assert_outcome!(nothing_sent(&stage, run.run()));
}

#[test]
fn a_base_url_without_https() {
    let stage = with_clip();
    assert_outcome!(refused(
        &stage,
        [
            "upload",
            "--base-url",
            "http://open.vectcut.com",
            "clip.mp4"
        ]
    ));
}

#[test]
fn a_base_url_that_is_no_url() {
    let stage = with_clip();
    assert_outcome!(refused(
        &stage,
        ["upload", "--base-url", "open vectcut com", "clip.mp4"]
    ));
}

#[test]
fn an_endpoint_without_https() {
    let stage = with_clip();
    let endpoint = "http://oss-cn-hangzhou.aliyuncs.com";
    assert_outcome!(refused(
        &stage,
        ["upload", "--oss-endpoint", endpoint, "clip.mp4"]
    ));
}

#[test]
fn a_certificate_authority_that_is_not_there() {
    let stage = with_clip();
    assert_outcome!(refused(
        &stage,
        ["upload", "--ca-cert", "missing.pem", "clip.mp4"]
    ));
}

#[test]
fn a_content_type_without_a_slash() {
    let stage = with_clip();
    assert_outcome!(refused(
        &stage,
        ["upload", "--content-type", "video mp4", "clip.mp4"]
    ));
}

#[test]
fn one_name_for_two_files() {
    let stage = with_clip();
    stage.file("other.mp4", b"bytes");
    assert_outcome!(refused(
        &stage,
        ["upload", "--name", "a.mp4", "clip.mp4", "other.mp4"]
    ));
}

#[test]
fn the_sandbox_and_a_real_server_at_once() {
    let stage = with_clip();
    let arguments = [
        "upload",
        "--sandbox",
        "--base-url",
        "https://open.vectcut.com",
        "clip.mp4",
    ];
    assert_outcome!(refused(&stage, arguments));
}

#[test]
fn no_file() {
    assert_outcome!(refused(&Stage::new(), ["upload"]));
}

#[test]
fn an_option_that_does_not_exist() {
    assert_outcome!(refused(&with_clip(), ["upload", "--colour", "clip.mp4"]));
}

fn with_clip() -> Stage {
    let stage = Stage::new();
    stage.file("clip.mp4", b"bytes");
    stage
}

fn refused<const N: usize>(stage: &Stage, arguments: [impl Into<OsString>; N]) -> Outcome {
    nothing_sent(stage, stage.vectcut(arguments.map(Into::into)).run())
}

fn nothing_sent(stage: &Stage, outcome: Outcome) -> Outcome {
    assert_eq!(stage.steps(), [], "{outcome}");
    outcome
}
