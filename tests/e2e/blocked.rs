//! What blocks others does not block the command: nobody reads its output, or a file hangs. It ends in time all the same.
#![cfg(target_os = "linux")]

use std::process::Command;
use std::time::{Duration, Instant};

use vectcut_sandbox::{Fault, Step};

use crate::stage::Stage;

/// How long a run may take to end after its budget or a signal. The promise is one second; a loaded machine gets more.
const GRACE: Duration = Duration::from_secs(5);
/// Longer than any test waits.
const FOR_EVER: Duration = Duration::from_secs(60);

#[test]
fn an_unread_stderr_holds_up_neither_the_upload_nor_its_result() {
    let stage = with_clip(Stage::new());
    let run = stage.vectcut(["upload", "-vvv", "clip.mp4"]);
    let outcome = run.with_full_stderr().run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    stage.assert_stored(&outcome.json());
}

#[test]
fn an_unread_stderr_does_not_delay_the_end_of_the_budget() {
    let stage = with_clip(hanging(Step::PutObject));
    let begun = Instant::now();
    let run = stage.vectcut(["upload", "--budget=1s", "clip.mp4"]);
    let outcome = run.with_full_stderr().run();
    let took = begun.elapsed();
    assert_eq!(outcome.code, Some(75), "{outcome}");
    assert!(took < Duration::from_secs(1) + GRACE, "{took:?}");
    assert_eq!(outcome.json()["status"], "stopped", "{outcome}");
}

#[test]
fn an_unread_stderr_does_not_delay_a_signal() {
    let stage = with_clip(hanging(Step::PutObject));
    let mut signalled = None;
    let run = stage.vectcut(["upload", "-vvv", "clip.mp4"]);
    let outcome = run
        .with_full_stderr()
        .run_until(Step::PutObject, |process| {
            process.signal("TERM");
            signalled = Some(Instant::now());
        });
    let took = signalled.expect("it was signalled").elapsed();
    assert_eq!(outcome.code, Some(130), "{outcome}");
    assert!(took < GRACE, "{took:?}");
    assert_eq!(outcome.json()["status"], "stopped", "{outcome}");
}

#[test]
fn an_unread_stdout_does_not_delay_a_signal() {
    let stage = with_clip(Stage::new());
    let mut signalled = None;
    let run = stage.vectcut(["upload", "clip.mp4"]);
    let outcome = run.with_full_stdout().run_until(Step::Complete, |process| {
        process.signal("TERM");
        signalled = Some(Instant::now());
    });
    let took = signalled.expect("it was signalled").elapsed();
    assert_eq!(outcome.code, Some(130), "{outcome}");
    assert!(took < GRACE, "{took:?}");
}

#[test]
fn a_file_that_hangs_delays_neither_the_budget_nor_a_signal() {
    for (flags, signal, code) in [
        (&["--budget=1s"] as &[_], None, 75),
        (&[], Some("INT"), 130),
        (&[], Some("TERM"), 130),
    ] {
        let stage = with_clip(Stage::new());
        stage.file("other.mp4", b"bytes");
        // A pipe that nobody writes to hangs whoever opens it, as a dead network share does.
        let made = Command::new("mkfifo").arg(stage.path("ca.pem")).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo");
        let fixed = ["upload", "--ca-cert=ca.pem", "clip.mp4", "other.mp4"];
        let run = stage.vectcut(fixed.iter().chain(flags));
        let mut begun = Instant::now();
        let outcome = run.run_while(|process| {
            if let Some(signal) = signal {
                wait_until_signals_are_heard(process.id());
                process.signal(signal);
                begun = Instant::now();
            }
        });
        let took = begun.elapsed();
        assert_eq!(outcome.code, Some(code), "{outcome}");
        assert!(took < Duration::from_secs(1) + GRACE, "{took:?}");
        let results = outcome.json();
        for (index, name) in ["clip.mp4", "other.mp4"].into_iter().enumerate() {
            assert_eq!(results[index]["local_file"], name, "{outcome}");
            assert_eq!(results[index]["status"], "stopped", "{outcome}");
        }
    }
}

/// A signal that arrives before the command has a handler kills it, as it does any program.
fn wait_until_signals_are_heard(id: u32) {
    let caught = || {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        // SIGINT is 2 and SIGTERM is 15; bit 0 stands for signal 1.
        mask.is_some_and(|mask| mask & (1 << 1) != 0 && mask & (1 << 14) != 0)
    };
    let begun = Instant::now();
    while !caught() {
        assert!(begun.elapsed() < FOR_EVER, "no handler");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_crash_leaves_no_core_dump() {
    let stage = with_clip(hanging(Step::PutObject));
    let run = stage.vectcut(["upload", "clip.mp4"]);
    let outcome = run
        .with_limits("ulimit -S -c unlimited 2>/dev/null || true")
        .run_until(Step::PutObject, |process| {
            let limits = std::fs::read_to_string(format!("/proc/{}/limits", process.id()))
                .expect("Linux tells the limits");
            let of_core = limits
                .lines()
                .find(|line| line.starts_with("Max core file size"))
                .expect("there is such a limit");
            let words: Vec<_> = of_core.split_whitespace().collect();
            assert_eq!(words[4..6], ["0", "0"], "{of_core}");
            process.signal("ABRT");
        });
    assert_eq!(outcome.code, None, "{outcome}");
    assert!(!outcome.dumped_core, "{outcome}");
}

fn hanging(step: Step) -> Stage {
    Stage::failing(Fault::at(step).delays(FOR_EVER))
}

fn with_clip(stage: Stage) -> Stage {
    stage.file("clip.mp4", b"the bytes of a small film");
    stage
}
