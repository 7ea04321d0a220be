//! Runs the fuzz targets without libFuzzer: inputs come from the corpus and a seed, so a run can be repeated.
//!
//! `stable --seconds N [--seed S] [TARGET…]` shares the time among the targets;
//! `stable --input FILE TARGET` runs one input again.

#![expect(
    clippy::disallowed_methods,
    reason = "time ends a run and finds endless loops; no target sees it"
)]

use std::collections::hash_map::DefaultHasher;
use std::error::Error;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use vectcut_fuzz::mutation::Mutation;
use vectcut_fuzz::{TARGETS, Target, find};

/// An input that takes longer than this is a fault as well.
const INPUT_TIME_MAX: Duration = Duration::from_secs(10);

/// What the command line asks for.
struct Arguments {
    seconds: u64,
    seed: u64,
    input: Option<PathBuf>,
    targets: Vec<Target>,
}

/// The input that runs now, and since when.
type Running = Arc<Mutex<Option<(Target, Instant, Vec<u8>)>>>;

fn main() -> ExitCode {
    match Arguments::read().and_then(|arguments| fuzz(&arguments)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

impl Arguments {
    fn read() -> Result<Self, Box<dyn Error>> {
        let mut arguments = Self {
            seconds: 60,
            seed: 0,
            input: None,
            targets: Vec::new(),
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("`{word}` needs a value"));
            match word.as_str() {
                "--seconds" => arguments.seconds = value()?.parse()?,
                "--seed" => arguments.seed = value()?.parse()?,
                "--input" => arguments.input = Some(value()?.into()),
                name => {
                    let target = find(name).ok_or_else(|| unknown(name))?;
                    arguments.targets.push(target);
                }
            }
        }
        if arguments.targets.is_empty() {
            arguments.targets = TARGETS.to_vec();
        }
        Ok(arguments)
    }
}

fn unknown(name: &str) -> String {
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    format!("`{name}` is no fuzz target; there are {}", names.join(", "))
}

/// Returns whether no target found a fault.
fn fuzz(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    if let Some(file) = &arguments.input {
        let input = fs::read(file)?;
        for (_, target) in &arguments.targets {
            target(&input);
        }
        println!("no fault with `{}`", file.display());
        return Ok(true);
    }
    let running = Running::default();
    watch(Arc::clone(&running));
    let share = Duration::from_secs(arguments.seconds) / u32::try_from(arguments.targets.len())?;
    let mut all_well = true;
    for target in &arguments.targets {
        all_well &= run(*target, share, arguments.seed, &running)?;
    }
    Ok(all_well)
}

/// Runs one target until its time is over or it finds a fault; returns whether it found none.
fn run(target: Target, share: Duration, seed: u64, running: &Running) -> io::Result<bool> {
    let (name, check) = target;
    let corpus = corpus(name)?;
    let mut mutation = Mutation::new(corpus.clone(), seed);
    let (start, mut executions) = (Instant::now(), 0_u64);
    let mut files = corpus.into_iter();
    while start.elapsed() < share {
        let input = files.next().unwrap_or_else(|| mutation.input());
        set(running, Some((target, Instant::now(), input.clone())));
        executions += 1;
        if catch_unwind(AssertUnwindSafe(|| check(&input))).is_err() {
            println!("{name}: a fault after {executions} executions, seed {seed}");
            keep(name, "crash", &input)?;
            return Ok(false);
        }
    }
    set(running, None);
    println!("{name}: {executions} executions, no fault");
    Ok(true)
}

/// Reads the committed inputs of a target, in the order of their names.
fn corpus(name: &str) -> io::Result<Vec<Vec<u8>>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder("corpus").join(name))? {
        files.push(entry?.path());
    }
    files.sort();
    files.into_iter().map(fs::read).collect()
}

/// Ends the process when one input takes too long: a loop without end would never return.
fn watch(running: Running) {
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_millis(500));
            let guard = running.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(((name, _), since, input)) = &*guard
                && since.elapsed() > INPUT_TIME_MAX
            {
                println!("{name}: an input takes longer than {INPUT_TIME_MAX:?}");
                let kept = keep(name, "slow", input);
                process::exit(if kept.is_ok() { 1 } else { 2 });
            }
        }
    });
}

fn set(running: &Running, now: Option<(Target, Instant, Vec<u8>)>) {
    *running.lock().unwrap_or_else(PoisonError::into_inner) = now;
}

/// Writes the input to a file and prints the command that runs it again.
fn keep(name: &str, kind: &str, input: &[u8]) -> io::Result<()> {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let folder = folder("artifacts").join(name);
    fs::create_dir_all(&folder)?;
    let file = format!("{kind}-{:016x}", hasher.finish());
    fs::write(folder.join(&file), input)?;
    println!("run it again with: cargo xtask fuzz {name} --input fuzz/artifacts/{name}/{file}");
    Ok(())
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}
