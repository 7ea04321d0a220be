//! Two hundred uploads against random faults: every file ends as the right object, and no URL is printed for anything else.

mod trouble;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fastrand::Rng;
use serde_json::Value;

use crate::outcome::Outcome;
use crate::seed::chance;
use crate::stage::{Stage, noise};
use trouble::Trouble;

const BATCHES: usize = 20;
const FILES_A_BATCH: usize = 10;
/// How many processes run at a time.
const WORKERS: usize = 4;
const FAULTS_A_RUN: usize = 4;
/// How many runs of a batch bring faults with them.
const FAULTY_RUNS: usize = 3;
/// Faults end, so a batch does; other batches' faults strike it too.
const RUNS_MAX: usize = 20;

#[test]
fn two_hundred_uploads_against_random_faults_end_with_two_hundred_right_objects() {
    let mut chance = chance("soak");
    let stage = Stage::new();
    let mut trouble = Trouble::new(&mut chance);
    let batches: Vec<Batch> = (0..BATCHES)
        .map(|number| Batch::draw(number, &mut chance, &mut trouble))
        .collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let take = || batches.get(next.fetch_add(1, Ordering::Relaxed));
        let tallies = std::iter::from_fn(take).map(|batch| batch.upload(&stage));
        tallies.fold(Tally::default(), Tally::and)
    };
    let tally = thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        let tallies = workers
            .into_iter()
            .map(|worker| worker.join().expect("no batch failed"));
        tallies.fold(Tally::default(), Tally::and)
    });
    println!(
        "soak: {} of {} files right, after {} runs and {} refusals; {} faults were never met",
        tally.right,
        BATCHES * FILES_A_BATCH,
        tally.runs,
        tally.refusals,
        stage.sandbox().unserved_faults().len()
    );
    assert_eq!(tally.right, BATCHES * FILES_A_BATCH);
    let journals = std::fs::read_dir(stage.path("state/uploads")).expect("it was made");
    assert_eq!(journals.count(), 0, "a journal was left behind");
}

/// Files of one command, and what its runs meet.
struct Batch {
    files: Vec<(String, usize)>,
    settings: Vec<String>,
    faults: Vec<Vec<String>>,
}

/// How it went.
#[derive(Default)]
struct Tally {
    right: usize,
    runs: usize,
    refusals: usize,
}

impl Batch {
    fn draw(number: usize, chance: &mut Rng, trouble: &mut Trouble) -> Self {
        let files = (0..FILES_A_BATCH)
            .map(|file| (format!("{number}-{file}.mp4"), len_bytes(chance)))
            .collect();
        let mut settings = vec![format!("--jobs={}", chance.usize(1..=4))];
        // Half of them as they come, half with as many parts as can be.
        if chance.bool() {
            settings.push("--part-size=128k".to_owned());
            settings.push(format!("--streams={}", chance.usize(1..=4)));
        }
        let faults = (0..FAULTY_RUNS)
            .map(|_| (0..FAULTS_A_RUN).map(|_| trouble.draw(chance)).collect())
            .collect();
        Self {
            files,
            settings,
            faults,
        }
    }

    /// Runs the command until all of its files are up, and looks at every result of every run.
    fn upload(&self, stage: &Stage) -> Tally {
        for (name, len_bytes) in &self.files {
            stage.file(name, noise(*len_bytes));
        }
        let mut tally = Tally::default();
        while tally.runs < RUNS_MAX {
            for fault in self.faults.get(tally.runs).into_iter().flatten() {
                stage.sandbox().inject(fault.parse().expect(fault));
            }
            let names = self.files.iter().map(|(name, _)| name);
            let fixed = ["upload", "--state-dir=state"].map(str::to_owned);
            let outcome = stage
                .vectcut(fixed.iter().chain(&self.settings).chain(names))
                .run();
            tally.runs += 1;
            let refusals = self.refusals(stage, &outcome);
            tally.refusals += refusals;
            if refusals == 0 {
                tally.right = self.files.len();
                return tally;
            }
        }
        panic!("{:?} did not end in {RUNS_MAX} runs", self.files);
    }

    /// Asserts that each result is right or a right refusal, and returns how many refusals there are.
    fn refusals(&self, stage: &Stage, outcome: &Outcome) -> usize {
        let results = outcome.json();
        let results = results.as_array().expect("an array for several files");
        assert_eq!(results.len(), self.files.len(), "a file is lost\n{outcome}");
        let mut refusals = 0;
        for (result, (name, _)) in results.iter().zip(&self.files) {
            assert_eq!(&result["local_file"], name, "{outcome}");
            if result["status"] == "failed" {
                assert_right_refusal(result, outcome);
                refusals += 1;
            } else {
                stage.assert_stored(result);
            }
        }
        let exit_code = if refusals == 0 { 0 } else { 8 };
        assert_eq!(outcome.code, Some(exit_code), "{outcome}");
        refusals
    }
}

impl Tally {
    fn and(self, other: Self) -> Self {
        Self {
            right: self.right + other.right,
            runs: self.runs + other.runs,
            refusals: self.refusals + other.refusals,
        }
    }
}

/// A refusal names a step at a server and prints no URL: nothing is wrong with the file or with the program.
#[track_caller]
fn assert_right_refusal(result: &Value, outcome: &Outcome) {
    let error = &result["error"];
    let step = error["step"].as_str().unwrap_or_default();
    assert!(
        ["init", "put", "complete"].contains(&step),
        "{result}\n{outcome}"
    );
    assert!(result.get("public_signed_url").is_none(), "{outcome}");
    let ours = ["internal", "usage", "file_changed"];
    assert!(
        !ours.map(Value::from).contains(&error["code"]),
        "{result}\n{outcome}"
    );
}

/// Many small files, some that fill a few parts, some that are empty or end where a part does.
fn len_bytes(chance: &mut Rng) -> usize {
    const KIB: usize = 1024;
    match chance.u8(0..10) {
        0 => 0,
        1..4 => chance.usize(1..64 * KIB),
        4 => chance.usize(1..8) * 128 * KIB,
        5..8 => chance.usize(64 * KIB..1024 * KIB),
        _ => chance.usize(1024 * KIB..4096 * KIB),
    }
}
