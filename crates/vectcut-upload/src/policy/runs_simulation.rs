//! The loop "run with a budget until the upload is done or failed for good", on networks that exist only as numbers.
//!
//! It uses the plan, the number of connections, the choice between PUT and parts, and the history of an upload as the
//! engine does. It has no socket, no clock, and no luck but its seed. Every loop must end, whatever the network, the
//! credentials and the budget; and the bytes that are sent twice must stay within a bound.

mod run;
mod world;

use super::plan::SINGLE_PUT_MAX_BYTES;
use run::{File, Final, Run};
use world::{World, smallest_bytes, world};

/// More runs than this are a loop without end.
const RUNS_MAX: usize = 4000;

/// How a loop of runs ended, and what it cost.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    runs: usize,
    /// Whether all files were uploaded; else the loop ended with a final failure.
    is_done: bool,
    sent_bytes: f64,
    /// The most that may have been sent without being acknowledged.
    bound_bytes: f64,
}

/// Runs the command again and again.
fn upload(world: &World) -> Outcome {
    let mut files: Vec<_> = world.files.iter().copied().map(File::new).collect();
    let mut outcome = Outcome {
        runs: 0,
        is_done: false,
        sent_bytes: 0.0,
        bound_bytes: 0.0,
    };
    let mut now = 0.0;
    while outcome.runs < RUNS_MAX {
        outcome.runs += 1;
        let moves: u32 = files.iter().map(|file| file.history.moves).sum();
        let mut run = Run::new(world, &mut files, now);
        let result = run.run();
        let (acknowledged, sent) = (run.acknowledged_bytes > 0.0, run.sent_bytes);
        outcome.sent_bytes += sent;
        outcome.bound_bytes += run.wasted_bytes;
        let ended = run.now;
        let moved: u32 = files.iter().map(|file| file.history.moves).sum::<u32>() - moves;
        let longest = world.files.iter().copied().max().unwrap_or_default();
        outcome.bound_bytes += f64::from(moved) * longest as f64;
        match result {
            Ok(true) => {
                return Outcome {
                    is_done: true,
                    ..outcome
                };
            }
            Err(Final) => return outcome,
            Ok(false) => {}
        }
        if !acknowledged {
            assert!(
                !must_progress(world),
                "a run acknowledged nothing: {world:?}"
            );
            if files.iter().any(|file| file.history.is_barren()) {
                return outcome;
            }
        }
        now = ended.max(now + world.budget) + 1.0;
    }
    panic!("a loop without end: {world:?}");
}

/// Returns whether the network can carry a smallest part within the budget, with time to spare.
fn must_progress(world: &World) -> bool {
    let passes = world
        .cut_after
        .is_none_or(|bytes| bytes > 2 * smallest_bytes(&world.files));
    let smallest = smallest_bytes(&world.files) as f64 / world.rate + 10.0 * world.round_trip;
    // A small file goes in one PUT first, and in parts once the connection was cut twice.
    let cuts = world.cut_after.map_or(0.0, |bytes| {
        2.0 * bytes.min(SINGLE_PUT_MAX_BYTES) as f64 / world.rate
    });
    passes && world.budget > 2.0 * (cuts + smallest)
}

/// Checks worlds, and returns how many uploads were done, and the largest share of bytes that were sent twice where no
/// connection was cut.
fn check(seeds: impl Iterator<Item = u64>) -> (usize, f64) {
    let (mut done, mut worst) = (0, 0.0_f64);
    for seed in seeds {
        let world = world(seed);
        let total: u64 = world.files.iter().sum();
        let outcome = upload(&world);
        let twice = outcome.sent_bytes - total as f64;
        assert!(
            twice <= outcome.bound_bytes + 1.0,
            "seed {seed}: {twice} bytes were sent twice, {outcome:?}, {world:?}"
        );
        done += usize::from(outcome.is_done);
        // A network that cuts every connection costs what the connections carried, and that is in the bound.
        if outcome.is_done && world.cut_after.is_none() {
            worst = worst.max(twice / total as f64);
        }
    }
    (done, worst)
}

/// How many more worlds to check, with seeds that differ each time: set when the test is compiled, as in
/// `SIMULATED_WORLDS=10000 cargo test --release -p vectcut-upload --lib every_loop -- --nocapture`.
const MORE_WORLDS: Option<&str> = option_env!("SIMULATED_WORLDS");

#[test]
fn every_loop_of_runs_ends_and_sends_few_bytes_twice() {
    let (done, worst) = check(0..200);
    assert!(done >= 180, "only {done} of 200 uploads were done");
    assert!(worst < 0.45, "{worst} of the bytes were sent twice");
    let more = MORE_WORLDS
        .and_then(|count| count.parse().ok())
        .unwrap_or(0);
    let first = fastrand::u64(..u64::MAX / 2);
    let (done, worst) = check(first..first + more);
    eprintln!(
        "seeds from {first}: {done} of {more} done, without cuts at most {worst:.2} of the bytes sent twice"
    );
}
