//! `kill -9` at 200 random moments of one upload: the same command finishes it, and sends little twice.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use vectcut_sandbox::{Arrival, Fault, Link, Policy, Renewal, Rights, Step};

use crate::seed::chance;
use crate::sent_twice::Parts;
use crate::stage::{Process, Stage, Vectcut, noise};

const STREAMS: usize = 2;
const PART_BYTES: usize = 128 * 1024;
/// How many of the kills are meant for the time after the last part.
const KILLS_AT_THE_END: usize = 5;
/// A thread writes the journal, so a kill may come before it wrote what was acknowledged last: so many requests on each
/// connection.
const JOURNAL_LAG: usize = 2;
/// A part takes about 40 ms at this rate, so that most kills meet two of them in flight.
const RATE: u64 = 6 * 1024 * 1024;
/// A moment arrives sooner unless the process hangs.
const MOMENT_MAX: Duration = Duration::from_secs(20);

/// One upload, and how often it is killed.
#[derive(Clone, Copy)]
struct Trial {
    kills: usize,
    parts: usize,
}

#[test]
fn an_upload_killed_at_200_moments_ends_with_the_same_bytes() {
    let trial = Trial {
        kills: 200,
        parts: 256,
    };
    let mut chance = chance("kill");
    let stage = trial.stage(Policy::default().rights(Rights::Full));
    trial.survive_kills(&stage, &mut chance, |_, _| ());
    let parts = Parts::of(&stage.sandbox().journal(), JOURNAL_LAG);
    assert_eq!((parts.acknowledged, parts.uploads), (trial.parts, 1));
    trial.assert_little_was_sent_twice(&parts);
}

#[test]
fn kills_among_renewals_and_denials_end_with_the_same_bytes() {
    let trial = Trial {
        kills: 50,
        parts: 128,
    };
    let mut chance = chance("kill_renewals");
    let stage = trial.stage(Policy::default());
    let mut renewals = trial.renewals(&mut chance);
    let of_stage = stage.sandbox().unserved_faults().len();
    trial.survive_kills(&stage, &mut chance, |stage, chance| {
        let renewal = renewals.pop().flatten();
        // Two refusals in one run could move the upload to a new object more often than it may be moved.
        let has_struck = stage.sandbox().unserved_faults().len() <= of_stage;
        if let Some(renewal) = renewal.filter(|_| has_struck) {
            let rights = chance.choice([Rights::PutObjectOnly, Rights::Full]);
            let policy = Policy::default()
                .rights(rights.expect("one of two"))
                .renewal(renewal);
            stage.sandbox().set_policy(policy);
            stage
                .sandbox()
                .inject(Fault::at(Step::UploadPart).expires_credentials());
        }
    });
    let parts = Parts::of(&stage.sandbox().journal(), JOURNAL_LAG);
    trial.assert_little_was_sent_twice(&parts);
}

impl Trial {
    /// The renewals before the runs, the first run last: none before most of them, and none before the last ten, because an
    /// upload that starts over needs time to finish.
    fn renewals(self, chance: &mut Rng) -> Vec<Option<Renewal>> {
        let mut renewals = vec![None; self.kills - 10];
        // An upload may be moved to another object three times. A run that is killed in between may move it again.
        renewals[0] = Some(Renewal::NewKey);
        renewals[1..5].fill(Some(Renewal::NewKeyWithAccess));
        renewals[5..12].fill(Some(Renewal::SameKey));
        chance.shuffle(&mut renewals);
        renewals
    }

    fn stage(self, policy: Policy) -> Stage {
        let stage = Stage::with(|builder| {
            builder
                .policy(policy)
                .link(Link::default().total_rate(RATE))
                .receive_buffer_bytes(64 * 1024)
                // Time for a kill while the client cannot know whether the parts were joined,
                .fault(Fault::at(Step::CompleteUpload).loses_response())
                // and before any response of the last call, so that no run ends before it is killed.
                .fault(
                    Fault::at(Step::Complete)
                        .delays(Duration::from_secs(2))
                        .always(),
                )
        });
        stage.file("clip.mp4", noise(self.parts * PART_BYTES));
        stage
    }

    /// Runs the command and kills it, again and again, then lets it finish. `before` prepares each run that will be killed.
    #[expect(clippy::print_stdout, reason = "the figures are shown on request")]
    fn survive_kills(
        self,
        stage: &Stage,
        chance: &mut Rng,
        mut before: impl FnMut(&Stage, &mut Rng),
    ) {
        let mut killed_at: BTreeMap<String, usize> = BTreeMap::new();
        for kill in 0..self.kills {
            before(stage, chance);
            let moment = Moment::draw(stage, chance, self, kill);
            let outcome = upload(stage).run_while(|process| moment.kill(stage, &process));
            assert_eq!(outcome.code, None, "kill {kill}, {moment:?}\n{outcome}");
            let journal = stage.sandbox().journal();
            let last = journal[moment.arrived_before..].last();
            let place = last.map_or("the start".to_owned(), |arrival| arrival.step.to_string());
            *killed_at.entry(place).or_default() += 1;
        }
        println!("kill: killed at {killed_at:?}");
        let outcome = upload(stage).run();
        assert_eq!(outcome.code, Some(0), "{outcome}");
        let result = outcome.json();
        assert!(
            ["resumed", "completed", "reused"]
                .map(Into::into)
                .contains(&result["status"]),
            "{outcome}"
        );
        stage.assert_stored(&result);
        let journals = std::fs::read_dir(stage.path("state/uploads")).expect("it was made");
        assert_eq!(journals.count(), 0, "a journal was left behind");
    }

    /// Asserts that hardly any part was sent again although the journal knew it. On a loaded machine the thread that writes
    /// the journal may be late by more than its usual lag.
    #[expect(clippy::print_stdout, reason = "the figures are shown on request")]
    fn assert_little_was_sent_twice(self, parts: &Parts) {
        println!(
            "kill: {} parts in {} uploads, {} acknowledged ones sent again, {} of them needlessly",
            parts.acknowledged,
            parts.uploads,
            parts.again,
            parts.needless.len()
        );
        assert!(
            parts.needless.len() <= self.kills / 20,
            "{:?}",
            parts.needless
        );
        let in_flight = self.kills * (STREAMS + JOURNAL_LAG);
        assert!(parts.again <= in_flight, "{} parts", parts.again);
    }
}

fn upload(stage: &Stage) -> Vectcut<'_> {
    stage.vectcut([
        "upload",
        "--state-dir=state",
        "--streams=2",
        "--part-size=128k",
        "clip.mp4",
    ])
}

/// When a run is killed: some time after this many requests have arrived from it.
///
/// It counts requests, so that kills strike a slow machine at the same places as a fast one.
#[derive(Debug)]
struct Moment {
    requests: usize,
    later: Duration,
    /// Whether the run may go on to the backend's complete, where it is killed in any case.
    passes_joining: bool,
    arrived_before: usize,
}

impl Moment {
    /// Draws one, so that the remaining kills spread over the remaining parts.
    fn draw(stage: &Stage, chance: &mut Rng, trial: Trial, kill: usize) -> Self {
        let journal = stage.sandbox().journal();
        let kills_left = (trial.kills - KILLS_AT_THE_END).saturating_sub(kill).max(1);
        let a_run = parts_left(&journal, trial.parts).div_ceil(kills_left);
        Self {
            requests: chance.usize(0..=2 * a_run + 1),
            later: Duration::from_millis(chance.u64(0..60)),
            passes_joining: chance.bool(),
            arrived_before: journal.len(),
        }
    }

    fn kill(&self, stage: &Stage, process: &Process) {
        let has_come = stage.wait(MOMENT_MAX, |journal| {
            let arrived = journal.get(self.arrived_before..).unwrap_or_default();
            let at = |step| arrived.iter().any(|arrival| arrival.step == step);
            match at(Step::CompleteUpload) {
                false => arrived.len() >= self.requests || at(Step::Complete),
                true => !self.passes_joining || at(Step::Complete),
            }
        });
        assert!(has_come, "{self:?} never comes");
        std::thread::sleep(self.later);
        process.signal("KILL");
    }
}

/// How many parts of the latest upload OSS has not acknowledged.
fn parts_left(journal: &[Arrival], all: usize) -> usize {
    let parts = |arrival: &&Arrival| arrival.step == Step::UploadPart;
    let Some(latest) = journal.iter().rfind(parts) else {
        return all;
    };
    let mut acknowledged: Vec<_> = journal
        .iter()
        .filter(|arrival| arrival.path == latest.path && arrival.status == Some(200))
        .filter_map(|arrival| arrival.part_number)
        .collect();
    acknowledged.sort_unstable();
    acknowledged.dedup();
    all.saturating_sub(acknowledged.len())
}
