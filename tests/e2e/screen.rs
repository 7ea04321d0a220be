//! What a person sees on a terminal while uploads run, and at their end.

use vectcut_sandbox::{Fault, Link};

use crate::stage::{Stage, noise};

const KIB: u64 = 1024;
const CTRL_C: &str = "\u{3}";

/// Three files over a connection on which they take a while.
fn slow_stage() -> Stage {
    let stage = Stage::with(|builder| {
        builder
            .link(Link::default().total_rate(400 * KIB))
            .receive_buffer_bytes(32 * KIB as usize)
    });
    for name in [
        "beach.mp4",
        "interview-with-the-mayor.mp4",
        "我的假期视频.mp4",
    ] {
        stage.file(name, noise(4_000_000));
    }
    stage
}

/// A stage whose servers do not respond to init.
fn waiting_stage() -> Stage {
    let fault: Fault = "init:delay=50s,always".parse().expect("a fault");
    Stage::with(|builder| builder.fault(fault))
}

const NAMES: [&str; 3] = [
    "beach.mp4",
    "interview-with-the-mayor.mp4",
    "我的假期视频.mp4",
];

/// The lines without the mark that turns.
fn settled(rows: &[String]) -> String {
    let rows = rows.iter().map(|row| {
        let marks = ["  | ", "  / ", "  - ", "  \\ "];
        marks
            .iter()
            .fold(row.clone(), |row, mark| row.replace(mark, "  * "))
    });
    rows.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn lines_of_bytes(language: &str, left: &str, files: &str) {
    let stage = slow_stage();
    let arguments = ["upload", "--lang", language].into_iter().chain(NAMES);
    let mut terminal = stage.vectcut(arguments).on_display(30, 40);
    for (columns, has_sent, has_bar) in [
        (40, false, false),
        (60, true, false),
        (80, true, true),
        (200, true, true),
    ] {
        terminal.resize(30, columns);
        let rows = terminal.wait(|rows| {
            rows.len() == 4
                && rows[3].contains(left)
                && rows[3].contains("B/s")
                && rows[3].contains('[') == has_bar
                && rows[3].contains(" MiB  ") == has_sent
        });
        assert!(!terminal.wraps(), "{columns} columns\n{}", rows.join("\n"));
        assert!(rows[0].starts_with("beach.mp4 "), "{}", rows.join("\n"));
        assert!(rows[3].starts_with("0/3"), "{}", rows.join("\n"));
        assert!(
            rows.iter().all(|row| row.contains('%')),
            "{}",
            rows.join("\n")
        );
    }
    let rows = terminal.rows();
    assert!(rows[3].starts_with(files), "{}", rows.join("\n"));
    terminal.press(CTRL_C);
    let (code, rows) = terminal.end();
    assert_eq!(code, 130);
    let screen = rows.join("\n");
    assert!(!screen.contains('%') && !screen.contains('['), "{screen}");
    assert!(rows.len() <= 5, "{screen}");
}

#[test]
fn every_file_and_all_together_have_a_line_that_fits() {
    lines_of_bytes("en", " left", "0/3 files ");
}

#[test]
fn the_lines_fit_in_chinese_too() {
    lines_of_bytes("zh", "剩 ", "0/3 个文件 ");
}

#[test]
fn what_a_file_waits_for_is_said_in_words() {
    for (language, columns) in [("en", 40), ("en", 80), ("zh", 40), ("zh", 80)] {
        let stage = waiting_stage();
        for name in NAMES {
            stage.file(name, noise(300_000));
        }
        let arguments = ["upload", "--lang", language].into_iter().chain(NAMES);
        let mut terminal = stage.vectcut(arguments).on_display(24, columns);
        let word = if language == "zh" {
            "准备"
        } else {
            "preparing"
        };
        let rows = terminal.wait(|rows| {
            rows.iter().filter(|row| row.contains(word)).count() == 3
                && rows.last().is_some_and(|row| row.contains("0%"))
        });
        insta::assert_snapshot!(format!("waiting_{language}_{columns}"), settled(&rows));
        terminal.press(CTRL_C);
        terminal.press(CTRL_C);
        assert_eq!(terminal.end().0, 130);
    }
}

#[test]
fn there_are_never_more_lines_than_the_terminal_has() {
    let stage = waiting_stage();
    let names: Vec<_> = (1..=64)
        .map(|number| format!("clip-{number:02}.mp4"))
        .collect();
    for name in &names {
        stage.file(name, b"a few bytes");
    }
    let arguments = ["upload", "--jobs", "64"].map(str::to_owned);
    let arguments = arguments.into_iter().chain(names);
    let mut terminal = stage.vectcut(arguments).on_display(30, 80);
    let rows = terminal.wait(|rows| rows.iter().any(|row| row.ends_with("... and 38 more")));
    assert_eq!(rows.len(), 28, "{}", rows.join("\n"));
    assert!(rows[0].starts_with("clip-01.mp4 "), "{}", rows.join("\n"));
    assert!(rows[27].starts_with("0/64 files "), "{}", rows.join("\n"));
    terminal.press(CTRL_C);
    let (code, rows) = terminal.end();
    assert_eq!(code, 130);
    let screen = rows.join("\n");
    assert!(
        screen.contains("interrupted: 64 of 64 files not finished"),
        "{screen}"
    );
    assert!(rows.len() <= 6, "{screen}");
}

#[test]
fn at_the_end_a_terminal_shows_the_link_and_how_long_it_is_good() {
    let stage = Stage::with(|builder| builder.link(Link::default().total_rate(400 * KIB)));
    stage.file("clip.mp4", noise(400_000));
    let run = stage.vectcut(["upload", "clip.mp4"]).env("TZ", "UTC");
    let terminal = run.on_display(24, 200);
    terminal.wait(|rows| rows.iter().any(|row| row.contains("clip.mp4")));
    let (code, rows) = terminal.end();
    assert_eq!(code, 0);
    let screen = rows.join("\n");
    assert!(rows[0].starts_with("http://"), "{screen}");
    assert!(rows[1].starts_with("  link valid until 20"), "{screen}");
    assert!(
        rows[2].starts_with("  uploaded `clip.mp4` (391 KiB) in "),
        "{screen}"
    );
    assert_eq!(rows.len(), 3, "{screen}");
}

#[test]
fn without_a_terminal_nothing_is_drawn_and_only_data_is_on_standard_output() {
    let stage = slow_stage();
    let arguments = ["upload", "--progress", "bar"].into_iter().chain(NAMES);
    let outcome = stage.vectcut(arguments).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(outcome.json().is_array(), "{outcome}");
    for stream in [&outcome.stdout, &outcome.stderr] {
        assert!(!stream.contains(['\u{1b}', '\r']), "{outcome}");
    }
    let lines = outcome.stderr.lines();
    let progress = lines
        .filter(|line| line.contains("3 files: uploading, "))
        .count();
    assert!((1..=3).contains(&progress), "{outcome}");
    assert!(
        outcome.stderr.contains("3 files: 3 uploaded; 11.4 MiB in "),
        "{outcome}"
    );
}
