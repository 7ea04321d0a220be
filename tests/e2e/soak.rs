//! 500 uploads against random faults and mishaps: every file ends as the right object, and no URL is printed for anything
//! else.

mod mishap;
mod trouble;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fastrand::Rng;
use serde_json::Value;

use crate::outcome::Outcome;
use crate::seed::chance;
use crate::stage::{Stage, Vectcut, noise};
use mishap::Mishap;
use trouble::Trouble;

const BATCHES: usize = 50;
const FILES_A_BATCH: usize = 10;
/// How many processes run at a time, at least.
const WORKERS: usize = 4;
const FAULTS_A_RUN: usize = 4;
/// How many runs of a batch meet faults and mishaps of their own. The faults of other batches strike it too.
const TROUBLED_RUNS: usize = 3;
/// Faults end, so a batch ends too.
const RUNS_MAX: usize = 20;

#[test]
fn five_hundred_uploads_against_random_trouble_end_with_five_hundred_right_objects() {
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
}

/// The files of one command, and what its runs meet.
struct Batch {
    files: Vec<(String, usize)>,
    settings: Vec<String>,
    /// The folder of its own journals, so that a mishap strikes no other batch.
    state_dir: String,
    troubled_runs: Vec<(Mishap, Vec<String>)>,
}

/// The results of the batches.
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
        // Half of them with the defaults, half with as many parts as possible.
        if chance.bool() {
            settings.push("--part-size=128k".to_owned());
            settings.push(format!("--streams={}", chance.usize(1..=4)));
        }
        let troubled_runs = (0..TROUBLED_RUNS)
            .map(|run| {
                let faults = (0..FAULTS_A_RUN).map(|_| trouble.draw(chance)).collect();
                (Mishap::draw(number + run, chance), faults)
            })
            .collect();
        Self {
            files,
            settings,
            state_dir: format!("state-{number}"),
            troubled_runs,
        }
    }

    /// Runs the command until all of its files are uploaded, and checks every result of every run.
    fn upload(&self, stage: &Stage) -> Tally {
        for (name, len_bytes) in &self.files {
            stage.file(name, noise(*len_bytes));
        }
        let mut tally = Tally::default();
        while tally.runs < RUNS_MAX {
            let (mishap, faults) = self
                .troubled_runs
                .get(tally.runs)
                .map_or((&Mishap::None, &[] as &[String]), |(mishap, faults)| {
                    (mishap, faults)
                });
            for fault in faults {
                stage.sandbox().inject(fault.parse().expect(fault));
            }
            tally.runs += 1;
            let refusals = self.run(stage, mishap);
            tally.refusals += refusals;
            // A run on a full disk cannot note what it finished, so another one has to clear up after it.
            if refusals == 0 && !matches!(mishap, Mishap::FullDisk) {
                tally.right = self.files.len();
                self.assert_nothing_is_left(stage);
                return tally;
            }
        }
        let outcome = self.command(stage).run();
        panic!("{:?} did not end in {RUNS_MAX} runs\n{outcome}", self.files);
    }

    /// Runs the command once, or twice at the same time, and returns how many refusals the run had that ended last.
    fn run(&self, stage: &Stage, mishap: &Mishap) -> usize {
        mishap.strike(stage, &stage.path(&self.state_dir), &self.files);
        let mut command = self.command(stage);
        if matches!(mishap, Mishap::FullDisk) {
            command = command.with_limits("trap '' XFSZ; ulimit -f 1");
        }
        if matches!(mishap, Mishap::Twin) {
            return thread::scope(|scope| {
                let twin = scope.spawn(|| self.refusals(stage, &self.command(stage).run()));
                let own = self.refusals(stage, &command.run());
                own.max(twin.join().expect("the twin had right results"))
            });
        }
        self.refusals(stage, &command.run())
    }

    fn command<'a>(&self, stage: &'a Stage) -> Vectcut<'a> {
        let names = self.files.iter().map(|(name, _)| name);
        let state_dir = format!("--state-dir={}", self.state_dir);
        let fixed = ["upload".to_owned(), state_dir];
        stage.vectcut(fixed.iter().chain(&self.settings).chain(names))
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
        let codes: &[i32] = match refusals {
            0 => &[0],
            _ => &[3, 5, 6, 7, 8],
        };
        assert!(codes.contains(&outcome.code.unwrap_or(-1)), "{outcome}");
        refusals
    }

    fn assert_nothing_is_left(&self, stage: &Stage) {
        let folder = stage.path(&self.state_dir).join("uploads");
        let journals: Vec<_> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name())
            .collect();
        assert!(journals.is_empty(), "{journals:?} of {:?}", self.files);
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

/// A refusal names a step at a server and prints no URL: neither the file nor the program is at fault.
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

/// Many small files, some that fill a few parts, some that are empty or end where a part ends.
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
