//! Standard error for programs: progress as JSON lines, and nothing else where it is asked for.

use serde_json::Value;
use vectcut_sandbox::{Fault, Link};

use crate::outcome::Outcome;
use crate::schemas;
use crate::stage::{Stage, noise};

const KIB: u64 = 1024;

fn slow_stage() -> Stage {
    let stage = Stage::with(|builder| {
        builder
            .link(Link::default().total_rate(1024 * KIB))
            .receive_buffer_bytes(32 * KIB as usize)
    });
    stage.file("clip.mp4", noise(5_000_000));
    stage
}

/// Returns the lines as JSON. Each follows the published schema.
fn objects(text: &str) -> Vec<Value> {
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .inspect(|object| assert!(schemas::has("progress.json", object), "{object}"))
        .collect()
}

fn events<'a>(objects: &'a [Value], name: &str) -> Vec<&'a Value> {
    let named = |object: &&Value| object["event"] == name;
    objects.iter().filter(named).collect()
}

#[track_caller]
fn assert_progress(outcome: &Outcome, text: &str) {
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let objects = objects(text);
    let steps: Vec<_> = events(&objects, "step")
        .iter()
        .map(|it| it["step"].clone())
        .collect();
    assert_eq!(steps, ["read", "init", "put", "complete"], "{text}");
    let safe_bytes = &events(&objects, "step")[3]["safe_bytes"];
    assert_eq!(safe_bytes, 5_000_000, "{text}");
    let progress = events(&objects, "progress");
    let is_known = |line: &&&Value| line["rate"].is_u64() && line["eta"].is_u64();
    let known = progress.iter().find(is_known);
    let last = known.unwrap_or_else(|| panic!("{text}"));
    assert_eq!(last["file"], "clip.mp4");
    assert_eq!(last["len_bytes"], 5_000_000);
    let end = events(&objects, "end");
    assert_eq!(end.len(), 1, "{text}");
    assert_eq!(end[0]["status"], "uploaded");
    let summary = events(&objects, "summary");
    assert_eq!(summary[0]["bytes"], 5_000_000);
    for secret in ["http", "Signature", "OSSAccessKeyId"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn progress_is_one_json_object_a_line() {
    let stage = slow_stage();
    let run = stage.vectcut(["upload", "--progress", "json", "clip.mp4"]);
    let outcome = run.run();
    assert_progress(&outcome, &outcome.stderr);
}

#[test]
fn a_small_file_is_all_uploaded_when_the_last_step_begins() {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(1_000));
    let outcome = stage
        .vectcut(["upload", "--progress=json", "clip.mp4"])
        .run();
    let objects = objects(&outcome.stderr);
    let last = &events(&objects, "step")[3];
    assert_eq!(
        (&last["step"], &last["safe_bytes"]),
        (&"complete".into(), &1_000.into())
    );
}

#[cfg(unix)]
#[test]
fn progress_goes_to_another_descriptor() {
    let stage = slow_stage();
    let run = stage.vectcut(["upload", "--progress-fd", "3", "clip.mp4"]);
    let outcome = run.with_limits("exec 3>events.jsonl").run();
    let text = std::fs::read_to_string(stage.path("events.jsonl")).expect("events");
    assert_progress(&outcome, &text);
    assert!(!outcome.stderr.contains("\"event\""), "{outcome}");
}

#[cfg(unix)]
#[test]
fn a_descriptor_that_is_not_open_is_wrong_usage() {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(1_000));
    let outcome = stage
        .vectcut(["upload", "--progress-fd", "99", "clip.mp4"])
        .run();
    assert_eq!(outcome.code, Some(2), "{outcome}");
    assert!(outcome.stdout.is_empty(), "{outcome}");
    assert!(stage.steps().is_empty(), "{outcome}");
}

#[test]
fn errors_notes_and_retries_are_json_too() {
    let fault: Fault = "init:status=503,times=2".parse().expect("a fault");
    let stage = Stage::with(|builder| builder.fault(fault));
    stage.file("clip.mp4", noise(1_000));
    let arguments = ["upload", "--log-format", "json", "clip.mp4", "missing.mp4"];
    let outcome = stage.vectcut(arguments).run();
    let objects = objects(&outcome.stderr);
    let retries = events(&objects, "retrying");
    assert_eq!(retries.len(), 2, "{outcome}");
    assert_eq!(retries[0]["step"], "init");
    assert!(retries[0]["gives_up_in_ms"].is_u64(), "{outcome}");
    assert_eq!(events(&objects, "error")[0]["code"], "file_missing");
    let codes: Vec<_> = events(&objects, "end")
        .iter()
        .map(|it| it["code"].clone())
        .collect();
    assert!(codes.contains(&Value::Null) && codes.contains(&"file_missing".into()));
    assert_eq!(events(&objects, "summary")[0]["failed"], 1);
}

#[test]
fn wrong_usage_is_json_when_a_flag_says_so() {
    let stage = Stage::new();
    let outcome = stage
        .bare(["--log-format", "json", "upload", "--nonsense"])
        .run();
    assert_eq!(outcome.code, Some(2), "{outcome}");
    let objects = objects(&outcome.stderr);
    assert_eq!(objects.len(), 1, "{outcome}");
    assert_eq!(objects[0]["event"], "error");
    assert_eq!(objects[0]["code"], "usage");
}

#[test]
fn the_variable_sets_the_format_and_must_name_one() {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(1_000));
    let run = || stage.vectcut(["upload", "clip.mp4"]);
    let outcome = run().env("VECTCUT_FORMAT", "url").run();
    assert!(outcome.stdout.starts_with("http://"), "{outcome}");
    let outcome = run().env("VECTCUT_FORMAT", "yaml").run();
    assert_eq!(outcome.code, Some(2), "{outcome}");
    assert!(outcome.stderr.contains("VECTCUT_FORMAT"), "{outcome}");
}

#[test]
fn the_variable_sets_the_format_of_other_commands_too() {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(1_000));
    stage.vectcut(["upload", "clip.mp4"]).run();
    for (line, schema) in [
        (&["url", "clip.mp4"] as &[_], "url.json"),
        (&["doctor"], "doctor.json"),
        (&["uploads"], "uploads.json"),
    ] {
        let outcome = stage.vectcut(line).env("VECTCUT_FORMAT", "jsonl").run();
        assert!(schemas::has(schema, &outcome.json()), "{outcome}");
        let wrong = stage.vectcut(line).env("VECTCUT_FORMAT", "yaml").run();
        assert_eq!(wrong.code, Some(2), "{wrong}");
    }
    let flag = stage.vectcut(["url", "clip.mp4", "--format=url"]);
    let outcome = flag.env("VECTCUT_FORMAT", "json").run();
    assert!(outcome.stdout.starts_with("http://"), "{outcome}");
    let outcome = stage.vectcut(["url", "clip.mp4", "--format=json"]).run();
    let (first, link) = (outcome.json(), stage.vectcut(["url", "clip.mp4"]).run());
    assert_eq!(first["public_signed_url"], link.stdout.trim_end(), "{link}");
}
