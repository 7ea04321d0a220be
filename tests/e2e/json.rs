//! The promise to programs: the first six keys with their order and types, and the published schemas.
//! Every run of every test is held against the schemas; these here make each kind of result.

use vectcut_sandbox::{Fault, Step};

use crate::schemas;
use crate::stage::{Stage, within_a_budget};

/// The keys of the script that this command replaced, in its order.
const FIRST_KEYS: [&str; 6] = [
    "base_url",
    "bucket_name",
    "local_file",
    "object_key",
    "file_size",
    "public_signed_url",
];

#[test]
fn the_first_six_keys_keep_their_order_and_types() {
    let stage = with_clip(Stage::new());
    let outcome = stage.vectcut(["upload", "clip.mp4"]).run();
    assert_eq!(keys_in_order(&outcome.stdout)[..6], FIRST_KEYS);
    let json = outcome.json();
    for key in FIRST_KEYS {
        let right = if key == "file_size" {
            json[key].is_u64()
        } else {
            json[key].is_string()
        };
        assert!(right, "`{key}` in {json}");
    }
}

#[test]
fn jsonl_has_the_same_keys_in_the_same_order() {
    let stage = with_clip(Stage::new());
    let pretty = stage.vectcut(["upload", "clip.mp4"]).run().stdout;
    let line = stage
        .vectcut(["upload", "--format", "jsonl", "clip.mp4"])
        .run()
        .stdout;
    assert_eq!(line.lines().count(), 1);
    assert_eq!(keys_in_order(&line), keys_in_order(&pretty));
}

#[test]
fn a_success_follows_the_schema() {
    let stage = with_clip(Stage::new());
    let json = stage.vectcut(["upload", "clip.mp4"]).run().json();
    assert!(schemas::has("upload.json", &json), "{json}");
}

#[test]
fn several_results_follow_the_schema() {
    let stage = with_clip(Stage::new());
    let json = stage
        .vectcut(["upload", "clip.mp4", "missing.mp4"])
        .run()
        .json();
    let statuses: Vec<_> = json
        .as_array()
        .expect("an array")
        .iter()
        .map(|result| result["status"].clone())
        .collect();
    assert_eq!(statuses, ["uploaded", "failed"]);
}

#[test]
fn a_failure_at_every_step_follows_the_schema() {
    for (step, name) in [
        (Step::Init, "init"),
        (Step::PutObject, "put"),
        (Step::Complete, "complete"),
    ] {
        let stage = with_clip(Stage::failing(Fault::at(step).status(400).always()));
        let json = stage.vectcut(["upload", "clip.mp4"]).run().json();
        assert_eq!(json["error"]["step"], name, "{json}");
    }
}

#[test]
fn a_stopped_file_follows_the_schema() {
    let stage = with_clip(Stage::new());
    within_a_budget(|flag| {
        let nowhere = ["upload", "--base-url=http://127.0.0.1:1", flag, "clip.mp4"];
        let json = stage.vectcut(nowhere).run().json();
        assert_eq!(json["status"], "stopped", "{json}");
        let cause = json["error"]["last_cause"].as_str().unwrap_or_default();
        cause.contains("could not connect").then_some(())
    });
}

#[test]
fn invisible_characters_of_a_file_name_are_escaped() {
    let stage = Stage::new();
    let name = "gpj.\u{202e}4pm \u{9b}31m.mp4";
    stage.file(name, b"bytes");
    for format in ["json", "jsonl"] {
        let outcome = stage.vectcut(["upload", "--format", format, name]).run();
        let raw = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!outcome.stdout.contains(raw), "{:?}", outcome.stdout);
        assert!(!outcome.stderr.contains(raw), "{:?}", outcome.stderr);
        assert_eq!(outcome.json()["local_file"], name);
    }
}

#[test]
fn the_schema_refuses_a_result_without_its_url() {
    let stage = with_clip(Stage::new());
    let mut json = stage.vectcut(["upload", "clip.mp4"]).run().json();
    json.as_object_mut()
        .expect("an object")
        .remove("public_signed_url");
    assert!(!schemas::has("upload.json", &json));
}

fn with_clip(stage: Stage) -> Stage {
    stage.file("clip.mp4", b"bytes");
    stage
}

/// The keys in the order of the text, because a parser may sort them. No value of these results holds an escaped quote.
fn keys_in_order(json: &str) -> Vec<&str> {
    let pieces: Vec<&str> = json.split('"').collect();
    let quoted = pieces.iter().zip(&pieces[1..]).skip(1).step_by(2);
    let keys = quoted.filter(|(_, after)| after.starts_with(':'));
    keys.map(|(text, _)| *text).collect()
}
