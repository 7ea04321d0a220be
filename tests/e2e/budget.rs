//! Stops: the time budget and signals end a run in time, whatever it waits for, and the same command resumes.

use std::time::Duration;

use tokio::time::Instant;
use vectcut_sandbox::{Arrival, Fault, Link, OssCode, Policy, Response, Rights, Step};

use crate::outcome::{Outcome, assert_outcome};
use crate::sent_twice::Parts;
use crate::stage::{Process, Stage, Vectcut, noise, within_a_budget};

const MIB: u64 = 1024 * 1024;
/// As `upload` asks for.
const PART_BYTES: u64 = 128 * 1024;
/// How long a run may take to end after its budget or a signal. The promise is one second; a loaded machine gets more.
const GRACE: Duration = Duration::from_secs(5);
/// Longer than any test waits.
const FOR_EVER: Duration = Duration::from_secs(60);

#[test]
fn a_budget_of_a_second_repeated_uploads_the_file() {
    repeat_until_done(Duration::from_secs(1), 3 * MIB);
}

#[test]
fn a_budget_of_five_seconds_repeated_uploads_the_file() {
    repeat_until_done(Duration::from_secs(5), 7 * MIB);
}

/// Sends a file over a network of 1 MiB/s with a budget, again and again until it is uploaded.
fn repeat_until_done(mut budget: Duration, len_bytes: u64) {
    let longest = 8 * budget;
    let stage = Stage::with(|builder| {
        builder
            .link(Link::default().total_rate(MIB))
            .receive_buffer_bytes(64 * 1024)
    });
    stage.file("clip.mp4", noise(len_bytes as usize));
    let (mut stops, mut acknowledged) = (0, 0);
    let outcome = loop {
        let begun = Instant::now();
        let flag = format!("--budget={}s", budget.as_secs());
        let outcome = upload(&stage, &[&flag]).run();
        let took = begun.elapsed();
        assert!(took < budget + GRACE, "{took:?}\n{outcome}");
        if outcome.code == Some(0) {
            break outcome;
        }
        assert_stopped(&outcome, 75, "budget_ended");
        stops += 1;
        let before = acknowledged;
        acknowledged = Parts::of(&stage.sandbox().journal(), 0).acknowledged as u64;
        // Less than a quarter of what the network carries: a slow computer spends the budget on the start of the command.
        if (acknowledged - before) * PART_BYTES < budget.as_secs() * MIB / 4 {
            budget *= 2;
            assert!(
                budget <= longest,
                "{acknowledged} parts after {stops} runs\n{outcome}"
            );
        }
    };
    assert!(stops > 0, "the network was too fast to stop anything");
    let result = outcome.json();
    // A run may publish the file at the very moment when its budget ends; the next one finds it published.
    let ends = ["resumed", "completed", "reused"];
    assert!(ends.iter().any(|end| result["status"] == *end), "{result}");
    stage.assert_stored(&result);
    let parts = Parts::of(&stage.sandbox().journal(), 0);
    assert_eq!(parts.needless, [] as [&str; 0]);
    assert!(parts.again as u64 <= 2 * stops, "{} parts", parts.again);
    assert_eq!(parts.uploads, 1);
}

#[test]
fn a_stop_says_what_is_uploaded() {
    let outcome = within_a_budget(|flag| {
        let stage = hanging_after_four_parts();
        let outcome = upload(&stage, &[flag]).run();
        six_parts(&stage.sandbox().journal()).then_some(outcome)
    });
    assert_outcome!("stopped_by_budget", outcome);
    for (name, signal) in [("int", "INT"), ("term", "TERM")] {
        let stage = hanging_after_four_parts();
        let outcome = upload(&stage, &[]).run_while(|process| {
            assert!(stage.wait(FOR_EVER, six_parts), "six parts never arrive");
            process.signal(signal);
        });
        assert_outcome!(format!("stopped_by_{name}"), outcome);
    }
}

/// Four parts succeed. Those after them get no response.
fn hanging_after_four_parts() -> Stage {
    let hanging = Fault::at(Step::UploadPart).delays(FOR_EVER).skipping(4);
    let stage = Stage::with(|builder| builder.fault(hanging.always()));
    stage.file("clip.mp4", noise(2 * MIB as usize));
    stage
}

/// With two streams, four parts have a response then.
fn six_parts(journal: &[Arrival]) -> bool {
    let part = |arrival: &&Arrival| arrival.step == Step::UploadPart;
    journal.iter().filter(part).count() == 6
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_run_whatever_it_waits_for() {
    let busy = || Response::oss(OssCode::ServiceUnavailable).retry_after(Duration::from_secs(30));
    let waits = [
        (Step::Init, Fault::at(Step::Init).delays(FOR_EVER)),
        (
            Step::InitiateUpload,
            Fault::at(Step::InitiateUpload).delays(FOR_EVER),
        ),
        // In the middle of a body that the server does not read, and between two attempts.
        (
            Step::UploadPart,
            Fault::at(Step::UploadPart).stalls(1000, FOR_EVER).always(),
        ),
        (
            Step::UploadPart,
            Fault::at(Step::UploadPart).responds(busy()).always(),
        ),
        (
            Step::CompleteUpload,
            Fault::at(Step::CompleteUpload).delays(FOR_EVER),
        ),
        (Step::Complete, Fault::at(Step::Complete).delays(FOR_EVER)),
    ];
    for (signal, (step, fault)) in ["INT", "TERM"].into_iter().cycle().zip(waits) {
        let stage = Stage::failing(fault);
        stage.file("clip.mp4", noise(MIB as usize));
        let mut signalled = None;
        let outcome = upload(&stage, &[]).run_until(step, |process| {
            process.signal(signal);
            signalled = Some(Instant::now());
        });
        let took = signalled.expect("it was signalled").elapsed();
        assert!(took < GRACE, "{took:?} after {signal} at {step}\n{outcome}");
        assert_stopped(&outcome, 130, "interrupted");
    }
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_it_at_once() {
    let stage = Stage::failing(Fault::at(Step::UploadPart).delays(FOR_EVER));
    stage.file("clip.mp4", noise(MIB as usize));
    let mut signalled = None;
    let twice = |process: Process| {
        process.signal("INT");
        process.signal("INT");
        signalled = Some(Instant::now());
    };
    let outcome = upload(&stage, &[]).run_until(Step::UploadPart, twice);
    let took = signalled.expect("it was signalled").elapsed();
    assert!(took < GRACE, "{took:?}\n{outcome}");
    assert_stopped(&outcome, 130, "interrupted");
}

#[cfg(unix)]
#[test]
fn a_run_that_waits_for_another_one_is_stopped_without_it() {
    let stage = Stage::failing(Fault::at(Step::Complete).delays(FOR_EVER));
    stage.file("clip.mp4", noise(MIB as usize));
    let first = upload(&stage, &[]).run_until(Step::Complete, |process| {
        let second = within_a_budget(|flag| {
            let outcome = upload(&stage, &[flag]).run();
            assert_stopped(&outcome, 75, "budget_ended");
            outcome
                .stderr
                .contains("another process")
                .then_some(outcome)
        });
        // It sent nothing.
        assert_eq!(stage.steps().last(), Some(&Step::Complete), "{second}");
        process.signal("INT");
    });
    assert_stopped(&first, 130, "interrupted");
    let third = upload(&stage, &[]).run();
    assert_eq!(third.code, Some(0), "{third}");
    stage.assert_stored(&third.json());
}

#[cfg(unix)]
#[test]
fn nothing_is_promised_when_progress_cannot_be_saved() {
    // A state directory that cannot be made, and a disk on which files cannot grow.
    for (state_dir, limits) in [
        ("clip.mp4/state", "true"),
        ("state", "trap '' XFSZ; ulimit -f 1"),
    ] {
        let state_dir = format!("--state-dir={state_dir}");
        let settings = ["--streams=2", "--part-size=128k", "clip.mp4"];
        let outcome = within_a_budget(|flag| {
            let stage = hanging_after_four_parts();
            let flags = ["upload", &state_dir, flag];
            let outcome = stage
                .vectcut(flags.iter().chain(&settings))
                .with_limits(limits)
                .run();
            six_parts(&stage.sandbox().journal()).then_some(outcome)
        });
        assert_eq!(outcome.code, Some(75), "{outcome}");
        let notes = ["progress can't be saved", "it starts this file over"];
        for note in notes {
            assert!(outcome.stderr.contains(note), "{note}: {outcome}");
        }
        assert!(!outcome.stderr.contains("to resume"), "{outcome}");
    }
}

#[test]
fn a_budget_in_which_a_server_let_nothing_pass_ends_with_the_servers_exit_code() {
    let failing: Fault = "part:error=InternalError,always".parse().expect("a fault");
    let stage = Stage::with(|builder| builder.fault(failing));
    stage.file("clip.mp4", noise(MIB as usize));
    let outcome = upload(&stage, &["--budget=2s"]).run();
    assert_stopped(&outcome, 5, "budget_ended");
    let error = &outcome.json()["error"];
    let cause = error["last_cause"].as_str().unwrap_or_default();
    assert!(cause.contains("InternalError"), "{outcome}");
}

#[test]
fn a_file_that_only_one_run_can_send_asks_for_a_longer_budget() {
    let stage = Stage::with(|builder| {
        builder
            .policy(Policy::default().rights(Rights::NoMultipart))
            .link(Link::default().total_rate(256 * 1024))
            .receive_buffer_bytes(32 * 1024)
    });
    stage.file("clip.mp4", noise(3 * MIB as usize));
    let outcome = upload(&stage, &["--budget=2s"]).run();
    assert_stopped(&outcome, 75, "budget_ended");
    let hint = &outcome.json()["error"]["hint"];
    let expected = "OSS takes no parts of this file, so one run must send all of it: give it a longer `--budget`";
    assert_eq!(hint, expected, "{outcome}");
}

fn upload<'a>(stage: &'a Stage, more: &[&str]) -> Vectcut<'a> {
    let fixed = [
        "upload",
        "--state-dir=state",
        "--streams=2",
        "--part-size=128k",
        "clip.mp4",
    ];
    stage.vectcut(fixed.iter().chain(more))
}

#[track_caller]
fn assert_stopped(outcome: &Outcome, exit_code: i32, error_code: &str) {
    assert_eq!(outcome.code, Some(exit_code), "{outcome}");
    let result = outcome.json();
    assert_eq!(
        (&result["status"], &result["error"]["code"]),
        (&"stopped".into(), &error_code.into()),
        "{outcome}"
    );
    assert!(result.get("public_signed_url").is_none(), "{outcome}");
}
