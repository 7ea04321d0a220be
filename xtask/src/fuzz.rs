//! `cargo xtask fuzz`: hostile input for every place that reads text of others; the package `fuzz/` holds the targets.
//!
//! cargo-fuzz runs them where it and a nightly compiler are installed, because coverage finds more.
//! Elsewhere, and in `ci`, a runner on the stable compiler feeds them the same inputs at every run.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::process::{Failure, cargo, run as run_program};
use crate::workspace;

const MANIFEST: &str = "fuzz/Cargo.toml";
/// How long the targets of `ci` run, all together.
const SMOKE_SECONDS: u64 = 60;

/// Runs targets for `seconds` altogether, or one of them with the input in a file.
pub(crate) fn run(seconds: u64, input: Option<&Path>, targets: &[String]) -> Result<(), Failure> {
    match input {
        Some(_) if targets.len() != 1 => Err(Failure::new("`--input` needs one target")),
        Some(file) => {
            // The runner is started at the top, wherever this was.
            let file = std::path::absolute(file)
                .map_err(|error| Failure::new(format!("could not find the input: {error}")))?;
            let mut command = stable(&[]);
            run_program(command.arg("--input").arg(file).args(targets))
        }
        None if has_cargo_fuzz() => with_coverage(seconds, targets),
        None => {
            println!("without cargo-fuzz or a nightly compiler: the runner on stable");
            let seconds = seconds.to_string();
            run_program(stable(&[]).args(["--seconds", &seconds]).args(targets))
        }
    }
}

/// Runs every target for a moment with the lock file as it is; the same inputs at every run.
pub(crate) fn smoke() -> Result<(), Failure> {
    run_program(&mut cargo(["fmt", "--manifest-path", MANIFEST, "--check"]))?;
    let seconds = SMOKE_SECONDS.to_string();
    run_program(stable(&["--locked"]).args(["--seconds", &seconds]))
}

/// The runner on stable; the first run after a change of dependencies brings the lock file of `fuzz/` up to date.
fn stable(flags: &[&str]) -> Command {
    let mut command = cargo(["run", "--quiet", "--manifest-path", MANIFEST]);
    command
        .args(["--no-default-features", "--example", "stable"])
        .args(flags)
        .arg("--");
    // What both builds have in common is built once.
    if let Ok(target) = workspace::target_directory() {
        command.env("CARGO_TARGET_DIR", target);
    }
    command
}

/// Runs targets with cargo-fuzz. Inputs that it finds worth keeping go to the target folder, not into the corpus.
fn with_coverage(seconds: u64, targets: &[String]) -> Result<(), Failure> {
    let targets = match targets {
        [] => all_targets()?,
        _ => targets.to_vec(),
    };
    let kept = workspace::target_directory()?.join("fuzz-corpus");
    let share = seconds.div_ceil(u64::try_from(targets.len()).unwrap_or(1).max(1));
    let mut failed = Vec::new();
    for target in &targets {
        let kept = kept.join(target);
        std::fs::create_dir_all(&kept).map_err(|error| {
            Failure::new(format!("could not make `{}`: {error}", kept.display()))
        })?;
        // No unsafe code of ours, so nothing for a sanitizer to find.
        let mut command = cargo(["+nightly", "fuzz", "run", "--dev", "--sanitizer", "none"]);
        command
            .arg(target)
            .arg(kept)
            .arg(format!("fuzz/corpus/{target}"))
            .args(["--", &format!("-max_total_time={share}")]);
        if let Err(failure) = run_program(&mut command) {
            failed.push(failure.to_string());
        }
    }
    match failed.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(failed.join("\n"))),
    }
}

/// Every target has its folder of inputs.
fn all_targets() -> Result<Vec<String>, Failure> {
    let corpus = workspace::root().join("fuzz/corpus");
    let unread = |error| Failure::new(format!("could not read `{}`: {error}", corpus.display()));
    let mut targets = Vec::new();
    for entry in std::fs::read_dir(&corpus).map_err(unread)? {
        let name = entry.map_err(unread)?.file_name();
        targets.push(name.to_string_lossy().into_owned());
    }
    targets.sort();
    Ok(targets)
}

fn has_cargo_fuzz() -> bool {
    cargo(["+nightly", "fuzz", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
