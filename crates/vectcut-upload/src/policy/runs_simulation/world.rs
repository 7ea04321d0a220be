//! The worlds of the simulation: networks, credentials, budgets and files, drawn by a seed.

use crate::policy::plan::{PART_MIN_BYTES, PARTS_MAX};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Renewal {
    SameKey,
    NewKeyWithAccess,
    NewKey,
}

/// The world of one upload.
#[derive(Debug, Clone)]
pub(super) struct World {
    /// Bytes a second of the whole network.
    pub(super) rate: f64,
    pub(super) round_trip: f64,
    /// After how many bytes each connection is cut.
    pub(super) cut_after: Option<u64>,
    pub(super) budget: f64,
    /// How long credentials live, in seconds.
    pub(super) lifetime: f64,
    pub(super) renewal: Renewal,
    pub(super) files: Vec<u64>,
}

/// Returns the smallest part that the longest file may need: OSS has 10,000 part numbers, so a part of a huge file cannot
/// be cut further.
pub(super) fn smallest_bytes(files: &[u64]) -> u64 {
    let longest = files.iter().copied().max().unwrap_or_default();
    PART_MIN_BYTES.max(longest.div_ceil(u64::from(PARTS_MAX / 2)))
}

/// A number of `low..high`, spread evenly over the orders of magnitude.
fn spread(rng: &mut fastrand::Rng, low: f64, high: f64) -> f64 {
    (low.ln() + rng.f64() * (high.ln() - low.ln())).exp()
}

pub(super) fn world(seed: u64) -> World {
    let mut rng = fastrand::Rng::with_seed(seed);
    let rate = spread(&mut rng, 64_000.0 / 8.0, 1e9 / 8.0);
    let budget = spread(&mut rng, 5.0, 600.0);
    let count = rng.usize(1..=50);
    // So long that the whole takes some dozens of runs at most.
    let total = spread(&mut rng, 0.01, 30.0) * rate * budget;
    let len_bytes =
        |rng: &mut fastrand::Rng| ((total / count as f64) * spread(rng, 0.1, 2.0)).max(1.0);
    let files: Vec<_> = (0..count).map(|_| len_bytes(&mut rng) as u64).collect();
    let cut_after = spread(&mut rng, 64.0 * 1024.0, 256e6) as u64;
    World {
        rate,
        round_trip: spread(&mut rng, 0.005, 0.3),
        // Where a huge file needs larger parts than pass, each run acknowledges only its first part, for thousands of runs.
        cut_after: rng.bool().then_some(match smallest_bytes(&files) {
            PART_MIN_BYTES => cut_after,
            smallest => cut_after.max(2 * smallest + 1),
        }),
        budget,
        lifetime: spread(&mut rng, 60.0, 3600.0),
        renewal: rng
            .choice([Renewal::SameKey, Renewal::NewKeyWithAccess, Renewal::NewKey])
            .expect("one of three"),
        files,
    }
}
