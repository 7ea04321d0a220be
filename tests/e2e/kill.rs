//! `kill -9` at fifty random moments of one upload: the command alone brings it to its end, and little is sent twice.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use vectcut_sandbox::{Arrival, Fault, Link, Policy, Renewal, Rights, Step};

use crate::seed::chance;
use crate::sent_twice::Parts;
use crate::stage::{Process, Stage, Vectcut, noise};

const KILLS: usize = 50;
const STREAMS: usize = 2;
const PART_BYTES: usize = 128 * 1024;
const PARTS: usize = 128;
/// How many of the kills are meant for the time after the last part.
const KILLS_AT_THE_END: usize = 5;
/// A part takes some 40 ms at this rate, so that most kills meet two of them in flight.
const RATE: u64 = 6 * 1024 * 1024;
/// Something else always arrives sooner, unless the process hangs.
const MOMENT_MAX: Duration = Duration::from_secs(20);

#[test]
fn an_upload_killed_at_fifty_moments_ends_with_the_same_bytes() {
    let mut chance = chance("kill");
    let stage = stage(Policy::default().rights(Rights::Full));
    survive_kills(&stage, &mut chance, |_, _| ());
    let parts = Parts::of(&stage.sandbox().journal());
    assert_eq!((parts.acknowledged, parts.uploads), (PARTS, 1));
    assert_only_what_was_in_flight_was_sent_twice(&parts);
}

#[test]
fn kills_among_renewals_and_denials_end_with_the_same_bytes() {
    let mut chance = chance("kill_renewals");
    let stage = stage(Policy::default());
    let mut renewals = renewals(&mut chance);
    survive_kills(&stage, &mut chance, |stage, chance| {
        if let Some(renewal) = renewals.pop().flatten() {
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
    assert_only_what_was_in_flight_was_sent_twice(&Parts::of(&stage.sandbox().journal()));
}

/// What a renewal before each of the runs gives, the first run last; none before most of them, and none before the
/// last ones, since an upload that begins anew needs time to end.
fn renewals(chance: &mut Rng) -> Vec<Option<Renewal>> {
    let mut renewals = vec![None; KILLS - 10];
    renewals[..12].copy_from_slice(
        &[
            Renewal::NewKey,
            Renewal::NewKeyWithAccess,
            Renewal::NewKeyWithAccess,
            Renewal::SameKey,
            Renewal::SameKey,
            Renewal::SameKey,
        ]
        .repeat(2)
        .into_iter()
        .map(Some)
        .collect::<Vec<_>>(),
    );
    chance.shuffle(&mut renewals);
    renewals
}

fn stage(policy: Policy) -> Stage {
    let stage = Stage::with(|builder| {
        builder
            .policy(policy)
            .link(Link::default().total_rate(RATE))
            .receive_buffer_bytes(64 * 1024)
            // Time for a kill while the client cannot know whether the parts were joined …
            .fault(Fault::at(Step::CompleteUpload).loses_response())
            // … and before any answer of the last call, so that no run ends before it is killed.
            .fault(
                Fault::at(Step::Complete)
                    .delays(Duration::from_secs(2))
                    .always(),
            )
    });
    stage.file("clip.mp4", noise(PARTS * PART_BYTES));
    stage
}

/// Runs the command and kills it, fifty times, then lets it end; `before` prepares each run that will be killed.
#[expect(clippy::print_stdout, reason = "the figures are shown on request")]
fn survive_kills(stage: &Stage, chance: &mut Rng, mut before: impl FnMut(&Stage, &mut Rng)) {
    let mut killed_at: BTreeMap<String, usize> = BTreeMap::new();
    for kill in 0..KILLS {
        before(stage, chance);
        let moment = Moment::draw(stage, chance, kill);
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
        ["resumed", "completed"]
            .map(Into::into)
            .contains(&result["status"]),
        "{outcome}"
    );
    stage.assert_stored(&result);
    let journals = std::fs::read_dir(stage.path("state/uploads")).expect("it was made");
    assert_eq!(journals.count(), 0, "a journal was left behind");
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

/// When a run is killed: once so many requests have arrived from it, and so much later.
///
/// Requests rather than times, so that a slow machine is killed at the same places as a fast one.
#[derive(Debug)]
struct Moment {
    requests: usize,
    later: Duration,
    /// Whether the run may go on to the backend's complete, where it is killed in any case.
    passes_joining: bool,
    arrived_before: usize,
}

impl Moment {
    /// Draws one, so that the kills that are left spread over the parts that are.
    fn draw(stage: &Stage, chance: &mut Rng, kill: usize) -> Self {
        let journal = stage.sandbox().journal();
        let kills_left = (KILLS - KILLS_AT_THE_END).saturating_sub(kill).max(1);
        let a_run = parts_left(&journal).div_ceil(kills_left);
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
fn parts_left(journal: &[Arrival]) -> usize {
    let parts = |arrival: &&Arrival| arrival.step == Step::UploadPart;
    let Some(latest) = journal.iter().rfind(parts) else {
        return PARTS;
    };
    let mut acknowledged: Vec<_> = journal
        .iter()
        .filter(|arrival| arrival.path == latest.path && arrival.status == Some(200))
        .filter_map(|arrival| arrival.part_number)
        .collect();
    acknowledged.sort_unstable();
    acknowledged.dedup();
    PARTS.saturating_sub(acknowledged.len())
}

#[expect(clippy::print_stdout, reason = "the figures are shown on request")]
fn assert_only_what_was_in_flight_was_sent_twice(parts: &Parts) {
    println!(
        "kill: {} parts in {} uploads, {} sent again that had been acknowledged in flight",
        parts.acknowledged, parts.uploads, parts.again
    );
    assert_eq!(parts.needless, [] as [&str; 0]);
    assert!(parts.again <= KILLS * STREAMS, "{} parts", parts.again);
}
