//! `vectcut watch`: what it uploads, what it leaves alone, and how it ends.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use vectcut_sandbox::{Arrival, Fault, Response, Step};

use crate::outcome::Outcome;
#[cfg(unix)]
use crate::stage::Process;
use crate::stage::{Stage, Vectcut, noise};
use crate::under_test;

/// A test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(10);

/// The command on the folder `takes`, with a short time to settle.
fn watch<'a>(stage: &'a Stage, flags: &[&str]) -> Vectcut<'a> {
    let common = ["watch", "takes", "--settle=300ms", "--state-dir=../state"];
    stage.vectcut(common.iter().chain(flags))
}

fn stage() -> Stage {
    let stage = Stage::new();
    fs::create_dir(stage.path("takes")).expect("a folder");
    stage
}

/// Waits until the command has read the folder for the first time.
fn until_it_watches(stage: &Stage) {
    let records = stage.path("../state/watch");
    until(|| {
        fs::read_dir(&records).is_ok_and(|mut entries| entries.any(|entry| is_record(&entry)))
    });
}

fn is_record(entry: &std::io::Result<fs::DirEntry>) -> bool {
    let is_json = |path: &Path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    };
    entry.as_ref().is_ok_and(|entry| is_json(&entry.path()))
}

fn until(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < PATIENCE, "nothing happened");
        thread::sleep(POLL);
    }
}

/// Waits for the end of so many uploads, and then for what the command writes down after them.
fn until_uploaded(stage: &Stage, count: usize) {
    let completed = stage.wait(PATIENCE, |journal| {
        let completes = journal
            .iter()
            .filter(|arrival| arrival.step == Step::Complete);
        completes.filter(|arrival| arrival.status.is_some()).count() >= count
    });
    assert!(completed, "{count} uploads did not end");
    let records = stage.path("../state/watch");
    let uploaded = || {
        let entries = fs::read_dir(&records).into_iter().flatten();
        let record = entries.filter(is_record).flatten().next()?;
        let record: Value = serde_json::from_slice(&fs::read(record.path()).ok()?).ok()?;
        record["uploaded"].as_array().map(Vec::len)
    };
    until(|| uploaded() >= Some(count));
}

#[cfg(unix)]
fn interrupted_after(stage: &Stage, uploads: usize) -> impl FnOnce(Process) + '_ {
    move |process| {
        until_uploaded(stage, uploads);
        process.signal("INT");
    }
}

/// The file and the status of each line on standard output.
fn lines(outcome: &Outcome) -> Vec<(String, String)> {
    let text = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        (text(&line, "local_file"), text(&line, "status"))
    };
    outcome.stdout.lines().map(line).collect()
}

fn line(file: &str, status: &str) -> (String, String) {
    let path = under_test::path(&format!("takes/{file}"));
    (path, status.to_owned())
}

#[cfg(unix)]
#[test]
fn a_file_that_appears_is_uploaded_once_it_has_stopped_growing() {
    let stage = stage();
    stage.file("takes/old.mp4", noise(10));
    let outcome = watch(&stage, &[]).run_while(|process| {
        until_it_watches(&stage);
        let mut take = OpenOptions::new()
            .create(true)
            .append(true)
            .open(stage.path("takes/take.mp4"))
            .expect("a file");
        for _ in 0..8 {
            take.write_all(&noise(1000)).expect("it grows");
            thread::sleep(Duration::from_millis(100));
        }
        interrupted_after(&stage, 1)(process);
    });
    assert_eq!(outcome.code, Some(130), "{outcome}");
    assert_eq!(lines(&outcome), [line("take.mp4", "uploaded")], "{outcome}");
    let uploaded: Value = serde_json::from_str(&outcome.stdout).expect("one line");
    assert_eq!(uploaded["file_size"], 8000);
    stage.assert_stored(&uploaded);
    assert!(outcome.stderr.contains("watching `takes`"), "{outcome}");
    assert!(
        outcome.stderr.contains("before are not uploaded: 1;"),
        "{outcome}"
    );
}

#[cfg(unix)]
#[test]
fn a_later_start_uploads_what_appeared_meanwhile_and_nothing_twice() {
    let stage = stage();
    stage.file("takes/old.mp4", noise(10));
    let first = watch(&stage, &[]).run_while(|process| {
        until_it_watches(&stage);
        stage.file("takes/1.mp4", noise(1000));
        interrupted_after(&stage, 1)(process);
    });
    assert_eq!(lines(&first), [line("1.mp4", "uploaded")], "{first}");
    stage.file("takes/2.mp4", noise(2000));
    let second = watch(&stage, &[]).run_while(interrupted_after(&stage, 2));
    assert_eq!(lines(&second), [line("2.mp4", "uploaded")], "{second}");
    let existing = watch(&stage, &["--existing"]).run_while(interrupted_after(&stage, 3));
    assert_eq!(
        lines(&existing),
        [line("old.mp4", "uploaded")],
        "{existing}"
    );
}

#[cfg(unix)]
#[test]
fn hidden_unfinished_empty_and_excluded_files_are_left_out() {
    let stage = stage();
    let flags = ["-r", "--existing", "--exclude=raw", "--include=*.mp4"];
    fs::create_dir_all(stage.path("takes/day/raw")).expect("folders");
    for name in [
        ".mp4",
        "a.mp4.part",
        "notes.txt",
        "day/raw/b.mp4",
        "day/c.mp4",
    ] {
        stage.file(Path::new("takes").join(name), noise(10));
    }
    stage.file("takes/empty.mp4", "");
    let outcome = watch(&stage, &flags).run_while(interrupted_after(&stage, 1));
    assert_eq!(
        lines(&outcome),
        [line("day/c.mp4", "uploaded")],
        "{outcome}"
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_is_refused_does_not_keep_others_from_their_upload() {
    let refusal = Response::status(400).body(r#"{"error": "no"}"#);
    let stage = Stage::failing(Fault::at(Step::Init).responds(refusal));
    fs::create_dir(stage.path("takes")).expect("a folder");
    let outcome = watch(&stage, &[]).run_while(|process| {
        until_it_watches(&stage);
        stage.file("takes/1.mp4", noise(1000));
        assert!(stage.wait(PATIENCE, |journal| journal.len() == 1));
        stage.file("takes/2.mp4", noise(2000));
        interrupted_after(&stage, 1)(process);
    });
    let ends = [line("1.mp4", "failed"), line("2.mp4", "uploaded")];
    assert_eq!(lines(&outcome), ends, "{outcome}");
}

#[cfg(unix)]
#[test]
fn a_file_does_not_wait_for_the_upload_of_another() {
    let stage = Stage::failing(Fault::at(Step::PutObject).stalls(0, PATIENCE));
    fs::create_dir(stage.path("takes")).expect("a folder");
    let outcome = watch(&stage, &[]).run_while(|process| {
        until_it_watches(&stage);
        stage.file("takes/1.mp4", noise(1000));
        let is_put = |arrival: &Arrival| arrival.step == Step::PutObject;
        assert!(stage.wait(PATIENCE, |journal| journal.iter().any(is_put)));
        stage.file("takes/2.mp4", noise(2000));
        interrupted_after(&stage, 1)(process);
    });
    assert_eq!(outcome.code, Some(130), "{outcome}");
    let ends = [line("2.mp4", "uploaded"), line("1.mp4", "stopped")];
    assert_eq!(lines(&outcome), ends, "{outcome}");
}

#[test]
fn a_refused_key_ends_it() {
    let stage = stage();
    stage.file("takes/1.mp4", noise(1000));
    let outcome = watch(&stage, &["--existing"])
        .env("VECTCUT_API_KEY", "another-key")
        .run();
    assert_eq!(outcome.code, Some(3), "{outcome}");
    assert_eq!(lines(&outcome), [line("1.mp4", "failed")], "{outcome}");
}

#[test]
fn it_needs_a_folder() {
    let stage = Stage::new();
    stage.file("clip.mp4", noise(10));
    let missing = watch(&stage, &[]).run();
    assert_eq!(missing.code, Some(4), "{missing}");
    let file = stage.vectcut(["watch", "clip.mp4"]).run();
    assert_eq!(file.code, Some(2), "{file}");
    assert!(file.stderr.contains("`vectcut upload clip.mp4`"), "{file}");
}

#[test]
fn a_folder_that_goes_ends_it() {
    let stage = stage();
    let outcome = watch(&stage, &[]).run_while(|_| {
        until_it_watches(&stage);
        fs::remove_dir(stage.path("takes")).expect("it is empty");
    });
    assert_eq!(outcome.code, Some(4), "{outcome}");
    assert!(
        outcome.stderr.contains("could not read the folder"),
        "{outcome}"
    );
}

#[cfg(unix)]
#[test]
fn files_that_are_gone_are_not_counted_among_those_that_were_there() {
    let stage = stage();
    let gone = stage.file("takes/gone.mp4", noise(1000));
    stage.file("takes/old.mp4", noise(2000));
    let first = watch(&stage, &[]).run_while(|process| {
        until_it_watches(&stage);
        process.signal("INT");
    });
    assert!(first.stderr.contains("are not uploaded: 2;"), "{first}");
    fs::remove_file(gone).expect("a file");
    stage.file("takes/new.mp4", noise(3000));
    let second = watch(&stage, &[]).run_while(interrupted_after(&stage, 1));
    assert!(second.stderr.contains("are not uploaded: 1;"), "{second}");
}
