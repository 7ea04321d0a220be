//! `media` in the result, and what the command says about a file before it sends it.

use std::path::Path;

use serde_json::json;

use crate::stage::Stage;
use crate::under_test;

fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("media");
    std::fs::read(folder.join(name)).expect("a sample")
}

#[test]
fn the_result_says_what_the_headers_tell() {
    let stage = Stage::new();
    for (name, media) in [
        (
            "index-first.mp4",
            json!({"kind": "video", "duration": 1.5, "width": 64, "height": 36}),
        ),
        ("chime.wav", json!({"kind": "audio", "duration": 0.75})),
        (
            "picture.webp",
            json!({"kind": "image", "width": 64, "height": 36}),
        ),
    ] {
        stage.file(name, sample(name));
        let outcome = stage.vectcut(["upload", name]).run();
        assert_eq!(outcome.json()["media"], media, "{outcome}");
        assert!(!outcome.stderr.contains("warning"), "{outcome}");
    }
}

#[test]
fn a_file_that_is_no_media_has_no_such_key() {
    let stage = Stage::new();
    stage.file("notes.txt", b"notes");
    let outcome = stage.vectcut(["upload", "notes.txt"]).run();
    assert!(outcome.json().get("media").is_none(), "{outcome}");
}

#[test]
fn a_doubtful_file_is_uploaded_with_a_warning() {
    let stage = Stage::new();
    let whole = sample("index-last.mp4");
    stage.file("cut clip.mp4", &whole[..700]);
    stage.file("late clip.mp4", &whole);
    stage.file("page.mp4", b"<!DOCTYPE html><html></html>");
    stage.file("nothing.mp4", b"");
    let command =
        "ffmpeg -i 'late clip.mp4' -c copy -movflags +faststart 'late clip-faststart.mp4'";
    let command = match under_test::is_for_windows() {
        // As its shells quote.
        true => command.replace('\'', "\""),
        false => command.to_owned(),
    };
    for (name, warning) in [
        ("cut clip.mp4", "no index (`moov`)"),
        ("late clip.mp4", &command),
        (
            "page.mp4",
            "named `.mp4`, but its first bytes are those of `.html`",
        ),
        ("nothing.mp4", "no bytes"),
    ] {
        let outcome = stage.vectcut(["upload", name]).run();
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert!(outcome.stderr.contains(warning), "{outcome}");
        let quiet = stage.vectcut(["upload", "-q", name]).run();
        assert_eq!(quiet.stderr, "");
    }
}
