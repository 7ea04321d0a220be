//! A measurement: what the ledger costs a file that it does not know.

use std::time::Instant;

use vectcut_sandbox::Sandbox;
use vectcut_upload::{Outcome, Upload};

use crate::bench::{Bench, KIB};

const ROUNDS: usize = 300;

/// Prints the median time of an upload of 1 KiB with a ledger and without, in turn.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: `cargo test --release -p vectcut-upload --test faults ledger_cost -- --ignored --nocapture`"]
async fn an_upload_of_1_kib_with_and_without_a_ledger() {
    let bench = Bench::new(KIB, Sandbox::builder()).await;
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..2 * ROUNDS {
        let path = bench.path().with_file_name(format!("{round}.mp4"));
        std::fs::copy(bench.path(), &path).unwrap();
        let has_ledger = round % 2 == 1;
        // A new one each time, as the command has.
        let uploader = bench.uploader().ledger(has_ledger);
        let begun = now();
        let published = uploader.upload(&Upload::new(path), &mut |_| {}).await;
        times[usize::from(has_ledger)].push(now() - begun);
        assert_eq!(published.unwrap().outcome, Outcome::Uploaded);
    }
    let [without, with] = times.map(|mut times| {
        times.sort();
        [times[ROUNDS / 4], times[ROUNDS / 2], times[ROUNDS * 3 / 4]]
    });
    println!("quartiles without a ledger {without:?}, with one {with:?}");
    let more = with[1].saturating_sub(without[1]);
    println!("the median is {more:?} more of {ROUNDS} uploads each");
}

#[expect(clippy::disallowed_methods, reason = "a measurement needs a clock")]
fn now() -> Instant {
    Instant::now()
}
