//! The programs that are compared with: each is what its real counterpart does between system calls.

use std::collections::VecDeque;

use super::network::{Event, Network};

/// A request without a body, headers and all.
pub(super) const SMALL_REQUEST_BYTES: u64 = 1000;

/// What a program still needs to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Connecting,
    Initiating,
    Sending,
    Completing,
}

/// A body longer than this waits until the server says that it wants it: `curl` sends `Expect: 100-continue`.
const CURL_ASKS_ABOVE_BYTES: u64 = 1024 * 1024;

/// Runs `curl -T`: one connection, one PUT. Returns seconds.
pub(super) fn curl(network: &mut Network, len_bytes: u64) -> f64 {
    let asks = len_bytes > CURL_ASKS_ABOVE_BYTES;
    put(network, len_bytes, asks)
}

fn put(network: &mut Network, len_bytes: u64, mut asks: bool) -> f64 {
    let connection = network.connect();
    while let Some(event) = network.next_event() {
        match event {
            Event::Connected(_) if asks => network.request(connection, SMALL_REQUEST_BYTES),
            Event::Connected(_) => network.request(connection, len_bytes + SMALL_REQUEST_BYTES),
            Event::Response(_) if asks => {
                asks = false;
                network.request(connection, len_bytes);
            }
            Event::Response(_) => return network.now,
            Event::Alarm => {}
        }
    }
    f64::INFINITY
}

/// How a multipart peer hands out its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Every stream takes the next part when it is free.
    Free,
    /// The next part waits for the oldest one, as in `OpenDAL`.
    OldestFirst,
}

/// Runs a peer with a fixed number of streams and a fixed part size. Returns seconds.
pub(super) fn fixed(
    network: &mut Network,
    len_bytes: u64,
    streams: usize,
    part_bytes: u64,
    order: Order,
) -> f64 {
    if order == Order::OldestFirst && len_bytes <= part_bytes {
        return put(network, len_bytes, false);
    }
    let first = network.connect();
    let mut stage = Stage::Connecting;
    let (mut offset, mut idle) = (0, Vec::new());
    // The parts on their way, oldest first: the connection, and whether the response came.
    let mut window: VecDeque<(usize, bool)> = VecDeque::new();
    while let Some(event) = network.next_event() {
        match (stage, event) {
            (Stage::Connecting, Event::Connected(_)) => {
                network.request(first, SMALL_REQUEST_BYTES);
                stage = Stage::Initiating;
            }
            (Stage::Initiating, Event::Response(_)) => {
                stage = Stage::Sending;
                idle.push(first);
            }
            (Stage::Sending, Event::Connected(connection)) => {
                // It was opened for a part.
                let bytes = network.connections[connection].planned_bytes;
                network.request(connection, bytes + SMALL_REQUEST_BYTES);
            }
            (Stage::Sending, Event::Response(connection)) => {
                idle.push(connection);
                if let Some(slot) = window
                    .iter_mut()
                    .find(|slot| slot.0 == connection && !slot.1)
                {
                    slot.1 = true;
                }
                match order {
                    Order::Free => window.retain(|slot| !slot.1),
                    Order::OldestFirst => {
                        while window.front().is_some_and(|slot| slot.1) {
                            window.pop_front();
                        }
                    }
                }
            }
            (Stage::Completing, Event::Response(_)) => return network.now,
            _ => {}
        }
        if stage != Stage::Sending {
            continue;
        }
        while window.len() < streams && offset < len_bytes {
            let bytes = part_bytes.min(len_bytes - offset);
            offset += bytes;
            let connection = match idle.pop() {
                Some(connection) => {
                    network.request(connection, bytes + SMALL_REQUEST_BYTES);
                    connection
                }
                None => network.connect(),
            };
            network.connections[connection].planned_bytes = bytes;
            window.push_back((connection, false));
        }
        if window.is_empty() {
            stage = Stage::Completing;
            network.request(idle[0], SMALL_REQUEST_BYTES);
        }
    }
    f64::INFINITY
}
