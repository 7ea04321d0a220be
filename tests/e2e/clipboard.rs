//! `--copy`: links on the clipboard of a desktop or of a terminal, and what is said where there is none.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use crate::stage::Stage;

/// Takes what it gets, and keeps how it was called.
const TAKES: &str =
    "#!/bin/sh\nprintf '%s\\n' \"$@\" > arguments\nenv > environment\ncat > taken\n";

/// A stage with two files and a program that stands for the desktop's.
fn with_program(name: &str, script: &str) -> (Stage, String) {
    let stage = Stage::new();
    stage.file("a.mp4", "the first");
    stage.file("b.mp4", "the second");
    let programs = stage.path("programs");
    fs::create_dir(&programs).expect("a folder");
    let program = programs.join(name);
    fs::write(&program, script).expect("a program");
    fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("its mode");
    let path = format!("{}:/usr/bin:/bin", programs.display());
    (stage, path)
}

#[test]
fn a_program_of_the_desktop_gets_the_links_and_no_argument_has_them() {
    for (name, variable, note) in [
        ("wl-copy", "WAYLAND_DISPLAY", "2 links are on the clipboard"),
        ("xclip", "DISPLAY", "2 links are on the clipboard"),
        ("xsel", "DISPLAY", "2 links are on the clipboard"),
    ] {
        let (stage, path) = with_program(name, TAKES);
        let run = stage.vectcut(["upload", "--copy", "--format", "url", "a.mp4", "b.mp4"]);
        // Only the program is there, so that no other one of this computer gets the links.
        let outcome = run.env("PATH", path).env(variable, "none").run();
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert!(outcome.stderr.contains(note), "{outcome}");
        let kept = |name| fs::read_to_string(stage.path(name)).expect("the program was called");
        assert_eq!(kept("taken"), outcome.stdout.trim_end());
        assert!(!kept("arguments").contains("http"), "{}", kept("arguments"));
        assert!(!kept("environment").contains("VECTCUT_API_KEY"));
    }
}

#[test]
fn the_link_of_vectcut_url_is_copied_too() {
    let (stage, path) = with_program("xclip", TAKES);
    assert_eq!(stage.vectcut(["upload", "a.mp4"]).run().code, Some(0));
    let run = stage.vectcut(["url", "--copy", "a.mp4"]);
    let outcome = run.env("PATH", path).env("DISPLAY", "none").run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let taken = fs::read_to_string(stage.path("taken")).expect("the program was called");
    assert_eq!(taken, outcome.stdout.trim_end());
}

#[test]
fn a_program_that_hangs_or_fails_is_a_warning_and_json_stays_as_it_is() {
    for script in [
        "#!/bin/sh\nexec sleep 60\n",
        "#!/bin/sh\ncat > /dev/null\nexit 1\n",
    ] {
        let (stage, path) = with_program("wl-copy", script);
        let run = stage.vectcut(["upload", "--copy", "a.mp4"]);
        let begun = Instant::now();
        let outcome = run.env("PATH", path).env("WAYLAND_DISPLAY", "none").run();
        assert!(begun.elapsed() < Duration::from_secs(20), "{outcome}");
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert_eq!(outcome.json()["status"], "uploaded");
        let warning = "warning: the link was not copied: `wl-copy` failed or took too long";
        assert!(outcome.stderr.contains(warning), "{outcome}");
    }
}

#[test]
fn without_a_desktop_and_a_terminal_a_warning_says_so() {
    let stage = Stage::new();
    stage.file("a.mp4", "the first");
    for (language, warning) in [
        (
            "en",
            "warning: the link was not copied: this session has neither",
        ),
        ("zh", "警告：没有复制链接：当前会话没有剪贴板"),
    ] {
        let arguments = ["upload", "--copy", "--lang", language, "a.mp4"];
        // As over ssh, where the clipboard of this computer is the wrong one.
        let outcome = stage.vectcut(arguments).env("SSH_CONNECTION", "a b").run();
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert!(outcome.stderr.contains(warning), "{outcome}");
    }
}

#[test]
fn a_terminal_is_asked_over_ssh() {
    let stage = Stage::new();
    stage.file("a.mp4", "the first");
    let run = stage.vectcut(["upload", "--copy", "--format", "url", "a.mp4"]);
    let terminal = run.env("SSH_CONNECTION", "a b").on_display(24, 500);
    let clipboard = terminal.clipboard();
    let (code, rows) = terminal.end();
    assert_eq!(code, 0, "{rows:?}");
    assert!(
        rows.iter().any(|row| row.starts_with("asked the terminal")),
        "{rows:?}"
    );
    let link = rows
        .iter()
        .find(|row| row.starts_with("http"))
        .expect("a link");
    assert_eq!(clipboard.text(), *link);
}
