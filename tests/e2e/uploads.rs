//! What was uploaded before: reused, listed, resumed, discarded, forgotten, and given a new URL.

use std::time::Duration;

use serde_json::Value;
use vectcut_sandbox::{Fault, Step};

use crate::stage::{Stage, Vectcut, noise};

const MIB: usize = 1024 * 1024;

#[test]
fn the_same_file_again_is_reused_unless_it_is_to_be_sent() {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(1000));
    let status = |flags: &[&str]| {
        let outcome = stage
            .vectcut(["upload", "clip.mp4"].iter().chain(flags))
            .run();
        assert_eq!(outcome.code, Some(0), "{outcome}");
        stage.assert_stored(&outcome.json());
        outcome.json()["status"].clone()
    };
    assert_eq!(status(&[]), "uploaded");
    assert_eq!(status(&[]), "reused");
    assert_eq!(status(&["--no-ledger"]), "uploaded");
    assert_eq!(status(&["--again"]), "uploaded");
    assert_eq!(status(&[]), "reused");
}

#[test]
fn an_upload_is_listed_gets_a_url_and_is_forgotten() {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(1000));
    let uploaded = stage.vectcut(["upload", "clip.mp4"]).run().json();
    let key = uploaded["object_key"].as_str().expect("a key").to_owned();
    let url = uploaded["public_signed_url"]
        .as_str()
        .expect("a URL")
        .to_owned();

    let listed = list(&stage);
    assert_eq!(listed["finished"][0]["object_key"], key);
    assert_eq!(listed["finished"][0]["crc64"], uploaded["crc64"]);
    assert_eq!(listed["unfinished"].as_array().map(Vec::len), Some(0));
    let text = stage.vectcut(["uploads", "--format=text"]).run();
    assert!(text.stdout.contains("clip.mp4, 1000 B, "), "{text}");
    assert!(text.stdout.contains("the URL expires in "), "{text}");
    let chinese = stage
        .vectcut(["uploads", "--format=text", "--lang=zh"])
        .run();
    assert!(chinese.stdout.contains("后到期"), "{chinese}");
    for outcome in [&text, &chinese] {
        assert!(!outcome.stdout.contains("Signature"), "{outcome}");
    }

    for object in ["clip.mp4", &key, &url] {
        let outcome = stage.vectcut(["url", object]).run();
        assert_eq!(outcome.code, Some(0), "{object}: {outcome}");
        assert!(outcome.stdout.contains(&key), "{outcome}");
        assert_eq!(outcome.stdout.lines().count(), 1, "{outcome}");
        assert!(
            outcome.stderr.contains("the URL is valid for "),
            "{outcome}"
        );
    }
    let too_long = stage
        .vectcut(["url", "clip.mp4", "--min-valid=9000h"])
        .run();
    assert_eq!(too_long.code, Some(6), "{too_long}");
    assert_eq!(too_long.stdout, "", "{too_long}");

    let forget = || stage.vectcut(["uploads", "forget", "clip.mp4"]).run();
    assert_eq!(forget().code, Some(0));
    assert_eq!(forget().code, Some(4));
    let unknown = stage.vectcut(["url", "clip.mp4"]).run();
    assert_eq!(unknown.code, Some(4), "{unknown}");
}

#[cfg(unix)]
#[test]
fn an_unfinished_upload_is_listed_and_resumed_by_its_id_or_file() {
    for by_id in [true, false] {
        let stage = stopped();
        let listed = list(&stage);
        let upload = &listed["unfinished"][0];
        assert_eq!(upload["file_size"], 2 * MIB);
        assert!(upload["uploaded_bytes"].as_u64() > Some(0), "{listed}");
        let id = upload["id"].as_str().expect("an ID");
        let wanted = if by_id { id } else { "clip.mp4" };
        let outcome = stage.vectcut(["uploads", "resume", wanted]).run();
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert_eq!(outcome.json()["status"], "resumed", "{outcome}");
        assert_eq!(list(&stage)["unfinished"].as_array().map(Vec::len), Some(0));
    }
}

#[cfg(unix)]
#[test]
fn a_discarded_upload_begins_at_the_start() {
    let stage = stopped();
    let outcome = stage.vectcut(["uploads", "discard", "clip.mp4"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let again = stage.vectcut(["uploads", "discard", "clip.mp4"]).run();
    assert_eq!(again.code, Some(4), "{again}");
    let outcome = upload(&stage).run();
    assert_eq!(outcome.json()["status"], "uploaded", "{outcome}");
}

#[test]
fn a_state_directory_that_cannot_be_used_is_said() {
    let stage = Stage::new();
    stage.file("file", "no folder");
    let outcome = stage.vectcut(["uploads", "--state-dir=file/state"]).run();
    assert_eq!(outcome.code, Some(4), "{outcome}");
    assert!(
        outcome.stderr.contains("the state folder cannot be used"),
        "{outcome}"
    );
}

#[test]
fn a_refused_key_leaves_nothing_unfinished() {
    let stage = Stage::new();
    for name in ["a.mp4", "b.mp4", "c.mp4"] {
        stage.file(name, noise(1000));
    }
    for files in [&["a.mp4"] as &[_], &["a.mp4", "b.mp4", "c.mp4"]] {
        let line = ["upload", "--jobs=1"].iter().chain(files);
        let outcome = stage.vectcut(line).env("VECTCUT_API_KEY", "wrong").run();
        assert_eq!(outcome.code, Some(3), "{outcome}");
        assert_eq!(list(&stage)["unfinished"].as_array().map(Vec::len), Some(0));
    }
}

#[test]
fn a_refusal_keeps_what_was_uploaded_before_it() {
    let refused: Fault = "complete:status=402".parse().expect("a fault");
    let stage = Stage::with(|builder| builder.fault(refused));
    stage.file("clip.mp4", noise(1000));
    let outcome = stage.vectcut(["upload", "clip.mp4"]).run();
    assert_eq!(outcome.code, Some(6), "{outcome}");
    assert_eq!(list(&stage)["unfinished"][0]["is_stored"], true);
    let again = stage.vectcut(["upload", "clip.mp4"]).run();
    assert_eq!(again.json()["status"], "completed", "{again}");
}

#[test]
fn what_came_from_standard_input_is_listed_by_its_name_and_key() {
    let stage = Stage::new();
    let upload = stage.vectcut(["upload", "-", "--name=x.wav"]);
    let uploaded = upload.with_stdin(noise(1000)).run().json();
    let key = uploaded["object_key"].as_str().expect("a key");
    let listed = list(&stage);
    assert_eq!(listed["finished"][0]["local_file"], "-", "{listed}");
    assert_eq!(listed["finished"][0]["object_key"], key, "{listed}");
    let text = stage.vectcut(["uploads", "--format=text"]).run();
    let named = format!("object key `{key}`");
    for words in ["`x.wav` (standard input), 1000 B", &named] {
        assert!(text.stdout.contains(words), "{words}: {text}");
    }
    assert!(!text.stdout.contains("vectcut-stdin-"), "{text}");
    let url = stage.vectcut(["url", key]).run();
    assert_eq!(url.code, Some(0), "{url}");
}

#[test]
fn the_list_names_a_server_that_is_not_vectcuts_own() {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(1000));
    stage.vectcut(["upload", "clip.mp4"]).run();
    let server = &stage.sandbox().settings().base_url;
    let listed = list(&stage)["finished"][0]["base_url"].clone();
    assert!(
        listed
            .as_str()
            .is_some_and(|url| url.starts_with(&**server)),
        "{listed}"
    );
    let text = stage.vectcut(["uploads", "--format=text"]).run();
    assert!(text.stdout.contains(&format!(", at {server}")), "{text}");
}

/// A stage on which an upload stopped after four parts.
#[cfg(unix)]
fn stopped() -> Stage {
    let hanging = Fault::at(Step::UploadPart)
        .delays(Duration::from_secs(60))
        .skipping(4)
        .times(2);
    let stage = Stage::with(|builder| builder.fault(hanging));
    stage.file("clip.mp4", noise(2 * MIB));
    let outcome = upload(&stage).run_while(|process| {
        let part = |step| step == Step::UploadPart;
        let hangs = stage.wait(Duration::from_secs(30), |journal| {
            journal.iter().filter(|arrival| part(arrival.step)).count() == 6
        });
        assert!(hangs, "six parts never arrive");
        process.signal("TERM");
    });
    assert_eq!(outcome.code, Some(130), "{outcome}");
    stage
}

#[cfg(unix)]
fn upload(stage: &Stage) -> Vectcut<'_> {
    stage.vectcut(["upload", "--streams=2", "--part-size=128k", "clip.mp4"])
}

fn list(stage: &Stage) -> Value {
    let outcome = stage.vectcut(["uploads"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    outcome.json()
}
