//! When the object key of a failed upload is told, and what `vectcut url` makes of a key: a key leads to a URL, so only
//! that of a whole object is handed out.

use vectcut_sandbox::{Fault, Step};

use crate::outcome::Outcome;
use crate::stage::{Stage, noise};

fn failing(fault: &str) -> Stage {
    let fault: Fault = fault.parse().expect("a fault");
    let stage = Stage::with(|builder| builder.fault(fault));
    stage.file("clip.mp4", noise(1000));
    stage
}

/// Asserts that the failure names the key of the only object, and that the key leads to its URL.
#[track_caller]
fn assert_key_leads_to_the_object(stage: &Stage, outcome: &Outcome) {
    let objects = stage.sandbox().objects();
    let [(_, key)] = &objects[..] else {
        panic!("{objects:?}");
    };
    assert_eq!(outcome.json()["error"]["object_key"], **key, "{outcome}");
    let url = stage.vectcut(["url", key]).run();
    assert_eq!(url.code, Some(0), "{url}");
}

#[test]
fn the_key_of_a_damaged_object_is_not_told() {
    let stage = failing("put:damage,always");
    let outcome = stage.vectcut(["upload", "clip.mp4"]).run();
    assert_eq!(outcome.code, Some(7), "{outcome}");
    let error = &outcome.json()["error"];
    assert_eq!(error["code"], "crc64_mismatch", "{outcome}");
    assert!(error["object_key"].is_null(), "{outcome}");
}

#[test]
fn the_key_of_an_object_without_a_checksum_is_not_told() {
    let stage = failing("put:hide-crc,always");
    let outcome = stage.vectcut(["upload", "clip.mp4"]).run();
    assert_eq!(outcome.code, Some(7), "{outcome}");
    assert!(outcome.json()["error"]["object_key"].is_null(), "{outcome}");
}

#[test]
fn a_budget_that_ends_after_the_bytes_are_stored_leaves_their_key() {
    let stage = failing("complete:status=503,always");
    let outcome = stage.vectcut(["upload", "clip.mp4", "--budget=2s"]).run();
    assert_eq!(outcome.json()["error"]["code"], "budget_ended", "{outcome}");
    let objects = stage.sandbox().objects();
    assert_eq!(
        outcome.json()["error"]["object_key"],
        objects[0].1,
        "{outcome}"
    );
}

#[cfg(unix)]
#[test]
fn an_interrupt_after_the_bytes_are_stored_leaves_their_key() {
    let stage = failing("complete:delay=30s");
    let upload = stage.vectcut(["upload", "clip.mp4"]);
    let outcome = upload.run_until(Step::Complete, |process| process.signal("INT"));
    assert_eq!(outcome.code, Some(130), "{outcome}");
    assert_key_leads_to_the_object(&stage, &outcome);
}

#[test]
fn a_name_that_is_neither_a_file_nor_a_key_is_told_as_a_misspelt_path() {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(1000));
    let outcome = stage.vectcut(["url", "clpi.mp4"]).run();
    assert_eq!(outcome.code, Some(4), "{outcome}");
    let expected = "error: there is no file `clpi.mp4`, and VectCut knows no object with that key\n\
                    hint: did you mean `clip.mp4`?\n";
    assert_eq!(outcome.stderr, expected, "{outcome}");
    let far = stage.vectcut(["url", "uploads/none.mov"]).run();
    assert_eq!(far.code, Some(4), "{far}");
    assert!(
        far.stderr
            .contains("hint: check the object key, or upload the file"),
        "{far}"
    );
    for wrong in ["membership", "is stored"] {
        assert!(!far.stderr.contains(wrong), "{far}");
    }
}

#[test]
fn a_key_of_nothing_is_unknown_also_if_the_backend_gives_a_url_for_it() {
    let stage = failing("complete:unchecked,always");
    let outcome = stage.vectcut(["url", "uploads/none.mov"]).run();
    assert_eq!(outcome.code, Some(4), "{outcome}");
    assert_eq!(outcome.stdout, "", "{outcome}");
    assert!(outcome.stderr.contains("knows no object"), "{outcome}");
}
