//! Plan and number of streams together on lines that exist only as numbers: no socket, no clock, no luck.

use std::time::Duration;

use crate::{
    policy::plan::{Plan, StreamRate},
    policy::streams::Streams,
};

const MIB: u64 = 1024 * 1024;
const MBIT: u64 = 1_000_000 / 8;

/// The simulation's step.
const TICK: f64 = 0.001;

/// A line: bytes per second of one connection and of all together, and the round trip in seconds.
struct Line {
    connection: u64,
    total: u64,
    round_trip: f64,
}

/// A part on its way.
struct Sending {
    len_bytes: u64,
    begun: f64,
    /// Until when the connection is made; a fresh one takes TCP and TLS.
    connecting_until: f64,
    left_bytes: f64,
    /// When the answer comes, once all bytes are sent.
    answered_at: Option<f64>,
    rate: StreamRate,
}

/// Sends a file over the line and returns how many seconds it takes, and the most streams that were used.
fn seconds(line: &Line, len_bytes: u64) -> (f64, usize) {
    let (mut plan, mut streams) = (Plan::new(len_bytes, &[], None), Streams::new(None));
    let (mut now, mut most) = (0.0, 0);
    let mut sending: Vec<Sending> = Vec::new();
    let mut idle: Vec<StreamRate> = Vec::new();
    loop {
        while sending.len() < streams.count() {
            let fresh = idle.is_empty();
            let rate = idle.pop().unwrap_or_default();
            let Some(range) = plan.next(rate, streams.count(), None) else {
                break;
            };
            let connecting_until = now + if fresh { 2.0 * line.round_trip } else { 0.0 };
            let left_bytes = range.len_bytes as f64;
            sending.push(Sending {
                len_bytes: range.len_bytes,
                begun: now,
                connecting_until,
                left_bytes,
                answered_at: None,
                rate,
            });
        }
        most = most.max(sending.len());
        if sending.is_empty() {
            return (now, most);
        }
        now += TICK;
        let active = sending
            .iter()
            .filter(|part| part.connecting_until <= now && part.left_bytes > 0.0)
            .count();
        let share = (line.connection as f64).min(line.total as f64 / active.max(1) as f64) * TICK;
        for part in sending
            .iter_mut()
            .filter(|part| part.connecting_until <= now && part.left_bytes > 0.0)
        {
            part.left_bytes -= share;
            if part.left_bytes <= 0.0 {
                part.answered_at = Some(now + line.round_trip);
            }
        }
        let (done, rest) = sending
            .into_iter()
            .partition(|part| part.answered_at.is_some_and(|at| at <= now));
        sending = rest;
        let done: Vec<Sending> = done;
        for mut part in done {
            streams.acknowledged(part.len_bytes, Duration::from_secs_f64(now));
            part.rate = StreamRate::of(part.len_bytes, Duration::from_secs_f64(now - part.begun));
            idle.push(part.rate);
        }
    }
}

/// Asserts that a file takes at most `factor` times as long as the line's rate alone would make it.
#[track_caller]
fn check(line: &Line, len_bytes: u64, factor: f64) -> usize {
    let streams_of_use = (line.total / line.connection).clamp(1, 16);
    let ideal = len_bytes as f64 / (line.connection * streams_of_use).min(line.total) as f64;
    let (took, most) = seconds(line, len_bytes);
    assert!(
        took <= factor * ideal,
        "{took:.2} s is {:.2} times the ideal {ideal:.2} s",
        took / ideal
    );
    most
}

#[test]
fn a_line_with_capped_connections_is_filled_by_many() {
    let line = Line {
        connection: 50 * MBIT,
        total: 400 * MBIT,
        round_trip: 0.04,
    };
    assert!(check(&line, 100 * MIB, 1.27) >= 8);
    check(&line, 1024 * MIB, 1.06);
}

#[test]
fn a_line_that_one_connection_fills_loses_nothing_to_more() {
    let line = Line {
        connection: 100 * MBIT,
        total: 100 * MBIT,
        round_trip: 0.04,
    };
    check(&line, 100 * MIB, 1.03);
    check(&line, 1024 * MIB, 1.01);
}

#[test]
fn a_home_uplink_is_filled() {
    let line = Line {
        connection: 10 * MBIT,
        total: 10 * MBIT,
        round_trip: 0.06,
    };
    check(&line, 20 * MIB, 1.04);
    let line = Line {
        connection: 200_000 / 8,
        total: 200_000 / 8,
        round_trip: 0.2,
    };
    check(&line, 4 * MIB, 1.02);
}

#[test]
fn a_line_around_the_world_gets_all_the_streams() {
    let line = Line {
        connection: 5 * MBIT,
        total: 1000 * MBIT,
        round_trip: 0.25,
    };
    assert_eq!(check(&line, 200 * MIB, 1.5), 16);
}
