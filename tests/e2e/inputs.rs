//! From the command line to the files: folders, lists, standard input, files that are named twice, and wrong paths.

use std::time::Duration;

use serde_json::{Value, json};
use vectcut_sandbox::Step;

use crate::outcome::{Outcome, assert_outcome};
use crate::stage::Stage;
use crate::under_test;

fn with_folder() -> Stage {
    let stage = Stage::new();
    std::fs::create_dir_all(stage.path("clips/raw")).expect("folders");
    for name in [
        "clips/b.mp4",
        "clips/a.MP4",
        "clips/raw/c.txt",
        "clips/.hidden.mp4",
    ] {
        stage.file(name, name);
    }
    stage
}

/// The values of a key of all results, in their order.
fn values(outcome: &Outcome, key: &str) -> Vec<String> {
    let results = outcome.json();
    let results = results
        .as_array()
        .unwrap_or_else(|| panic!("no array\n{outcome}"));
    let text = |result: &Value| result[key].as_str().unwrap_or_default().to_owned();
    results.iter().map(text).collect()
}

fn inits(stage: &Stage) -> usize {
    stage
        .steps()
        .iter()
        .filter(|step| **step == Step::Init)
        .count()
}

#[test]
fn a_folder_is_uploaded_in_order_without_hidden_files() {
    let stage = with_folder();
    let outcome = stage.vectcut(["upload", "-r", "clips"]).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let names = ["clips/a.MP4", "clips/b.mp4", "clips/raw/c.txt"].map(under_test::path);
    assert_eq!(values(&outcome, "local_file"), names);
    for result in outcome.json().as_array().expect("an array") {
        stage.assert_stored(result);
    }
}

#[test]
fn patterns_choose_among_the_files_of_a_folder_and_one_file_is_a_list_too() {
    let stage = with_folder();
    let arguments = [
        "upload",
        "-r",
        "--include",
        "*.mp4",
        "--exclude",
        "b.*",
        "clips",
    ];
    let outcome = stage.vectcut(arguments).run();
    let only = [under_test::path("clips/a.MP4")];
    assert_eq!(values(&outcome, "local_file"), only);
}

#[test]
fn a_folder_without_files_and_a_folder_without_r_are_failures() {
    let stage = with_folder();
    let outcome = stage
        .vectcut(["upload", "-r", "--include", "*.png", "clips"])
        .run();
    assert_eq!((outcome.code, &*outcome.stdout), (Some(4), ""), "{outcome}");
    assert!(
        outcome
            .stderr
            .contains("there is no file to upload in `clips`"),
        "{outcome}"
    );
    let outcome = stage.vectcut(["upload", "clips"]).run();
    assert_eq!(outcome.code, Some(4), "{outcome}");
    assert!(outcome.stderr.contains("add `-r`"), "{outcome}");
    assert_eq!(stage.steps(), []);
}

#[test]
fn a_list_of_paths_is_read_from_a_file_or_from_standard_input() {
    let stage = with_folder();
    stage.file("list.txt", "\u{feff}clips/b.mp4\r\n\r\nmissing.mp4\r\n");
    let expected = ["clips/b.mp4", "missing.mp4"];
    let outcome = stage.vectcut(["upload", "--files-from", "list.txt"]).run();
    assert_eq!(outcome.code, Some(4), "{outcome}");
    assert_eq!(values(&outcome, "local_file"), expected);
    let run = stage.vectcut(["upload", "--files-from", "-"]);
    let outcome = run.with_stdin(b"clips/b.mp4\0missing.mp4\0").run();
    assert_eq!(values(&outcome, "local_file"), expected);
}

#[test]
fn standard_input_is_uploaded_under_a_name_and_leaves_nothing_behind() {
    let stage = Stage::new();
    let bytes = crate::stage::noise(300_000);
    stage.file("same.bin", &bytes);
    let run = stage.vectcut(["upload", "--name", "clip.mp4", "-"]);
    let outcome = run.with_stdin(&bytes).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let mut result = outcome.json();
    assert_eq!(result["local_file"], "-");
    assert_eq!(result["content_type"], "video/mp4");
    result["local_file"] = json!("same.bin");
    stage.assert_stored(&result);
    let spool = stage.state_dir().join("spool");
    assert_eq!(std::fs::read_dir(spool).expect("a folder").count(), 0);
}

#[cfg(unix)]
#[test]
fn an_interrupt_while_standard_input_is_read_leaves_nothing_behind() {
    use std::io::Write as _;
    let stage = Stage::new();
    let spool = stage.state_dir().join("spool");
    let spooled = || std::fs::read_dir(&spool).into_iter().flatten().flatten();
    for flags in [&[][..], &["--dry-run"]] {
        // The writer stays open, so standard input does not end.
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        writer.write_all(b"the beginning").expect("there is room");
        let arguments = [&["upload", "--name", "clip.mp4", "-"], flags].concat();
        let run = stage.vectcut(arguments).with_piped_stdin(reader);
        let outcome = run.run_while(|process| {
            let is_saved = |file: std::fs::DirEntry| file.metadata().is_ok_and(|it| it.len() > 0);
            let saved = stage.wait(Duration::from_secs(20), |_| spooled().any(is_saved));
            assert!(saved, "nothing of standard input was saved");
            process.signal("INT");
        });
        drop(writer);
        assert_eq!(spooled().count(), 0);
        let name = format!("interrupted_while_standard_input_is_read{}", flags.concat());
        assert_outcome!(name, outcome);
    }
}

#[test]
fn standard_input_needs_a_name_and_is_used_once() {
    let stage = Stage::new();
    for arguments in [
        &["upload", "-"][..],
        &["upload", "--name", "a.mp4", "-", "-"],
        &["upload", "--name", "a.mp4", "--files-from", "-", "-"],
    ] {
        let outcome = stage.vectcut(arguments).with_stdin(b"bytes").run();
        assert_eq!((outcome.code, &*outcome.stdout), (Some(2), ""), "{outcome}");
    }
}

#[test]
fn a_file_that_is_named_again_is_one_upload_with_a_result_for_each_place() {
    let stage = Stage::new();
    stage.file("a.txt", b"bytes of a");
    stage.file("b.txt", b"bytes of b");
    let names = [
        "a.txt",
        "b.txt",
        "./a.txt",
        "a.txt",
        "missing.txt",
        "missing.txt",
    ];
    let outcome = stage.vectcut(["upload"].into_iter().chain(names)).run();
    assert_eq!(values(&outcome, "local_file"), names, "{outcome}");
    let keys = values(&outcome, "object_key");
    assert_eq!((&keys[0], &keys[0]), (&keys[2], &keys[3]));
    assert_ne!(keys[0], keys[1]);
    assert_eq!(inits(&stage), 2);
}

#[test]
fn a_dry_run_names_the_files_and_sends_nothing() {
    let stage = with_folder();
    let arguments = ["upload", "--dry-run", "-r", "clips", "clips/b.mp4"];
    let outcome = stage.bare(arguments).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let entry = |path: &str, name: &str| json!({"local_file": under_test::path(path), "file_name": name, "file_size": path.len()});
    let expected = json!({
        "files": [
            entry("clips/a.MP4", "a.MP4"),
            entry("clips/b.mp4", "b.mp4"),
            entry("clips/raw/c.txt", "c.txt"),
        ],
        "total_files": 3,
        "total_bytes": 37,
    });
    assert_eq!(outcome.json(), expected);
    let text = stage
        .bare([
            "upload",
            "--dry-run",
            "--format",
            "text",
            "clips/b.mp4",
            "gone",
        ])
        .run();
    assert_eq!(text.code, Some(4), "{text}");
    assert_eq!(text.stdout, "      11 B  clips/b.mp4\n");
    assert_eq!(stage.steps(), []);
}

#[test]
fn a_wrong_path_gets_a_hint_in_both_languages() {
    let stage = Stage::new();
    stage.file("clip.mp4", b"bytes");
    for (path, english, chinese) in [
        (
            "'clip.mp4'",
            "without them it is `clip.mp4`",
            "去掉后是 `clip.mp4`",
        ),
        (
            "\"clip.mp4\"",
            "without them it is `clip.mp4`",
            "去掉后是 `clip.mp4`",
        ),
        (
            "*.mov",
            "no file matches this pattern",
            "没有文件符合这个通配符",
        ),
        (
            "clpi.mp4",
            "did you mean `clip.mp4`?",
            "是不是 `clip.mp4`？",
        ),
        (
            "https://example.com/a.mp4",
            "only local files need an upload",
            "只有本地文件需要上传",
        ),
    ] {
        for (language, hint) in [("en", english), ("zh", chinese)] {
            let outcome = stage.vectcut(["upload", "--lang", language, path]).run();
            assert_eq!(outcome.code, Some(4), "{outcome}");
            assert!(outcome.stderr.contains(hint), "{outcome}");
            let json = outcome.json();
            assert_eq!(json["error"]["code"], "file_missing", "{json}");
            assert!(
                json["error"]["hint"]
                    .as_str()
                    .is_some_and(|text| text.contains(hint)),
                "{json}"
            );
        }
    }
}

#[test]
fn a_name_that_no_file_can_have_is_a_missing_file() {
    let stage = Stage::new();
    let too_long = format!("{}.mp4", "a".repeat(300));
    let outcome = stage.vectcut(["upload", &too_long]).run();
    assert_eq!(outcome.code, Some(4), "{outcome}");
    assert_eq!(outcome.json()["error"]["code"], "file_missing", "{outcome}");
}
