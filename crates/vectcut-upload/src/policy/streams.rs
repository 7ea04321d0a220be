//! How many connections send at once: a pure decision.
//!
//! Many connections share the slow start of each, and win where a connection is capped or loses packets. Where one would
//! fill the network, the others cost nothing, as long as the file does not wait for a stuck one at its end (see
//! `stuck.rs`). The simulation shows both, so there is no search for the best number. Unless the server is near or a time
//! budget is set, all of them are used from the first byte: one that begins later is still in slow start when the others
//! are done.

use std::time::Duration;

use super::{known::KnownNetwork, plan::PART_MIN_BYTES};

/// The most connections of an uploader. Memory grows with each.
pub const STREAMS_MAX: usize = 16;

/// A server that responds sooner is near: slow start takes no time there, and each connection costs both ends the work of
/// its handshake.
pub(crate) const NEAR: Duration = Duration::from_millis(10);

/// How many connections are used to a near server, as long as they carry `NEAR_BYTES_PER_SECOND`: two, and four once
/// `NEAR_LARGE_BYTES` are acknowledged, for which two more handshakes are little work.
const STREAMS_NEAR: [usize; 2] = [2, 4];
const NEAR_BYTES_PER_SECOND: f64 = 50_000_000.0;
const NEAR_LARGE_BYTES: u64 = 32 * 1024 * 1024;

/// A connection is worth using for this much of a file. Small files over slow networks with a short queue take longer with
/// more: the connections push each other's packets out of it.
const BYTES_EACH: u64 = 512 * 1024;

/// How many connections are used on a network that an earlier run found to be slow, as long as it is: with more, the first
/// packets of all of them do not fit into a short queue.
const STREAMS_SLOW: usize = 12;
const SLOW_BYTES_PER_SECOND: f64 = 2_500_000.0;

/// The fewest connections for a file in parts.
const STREAMS_SMALL_FILE: usize = 4;

/// How long fewer connections are used after OSS asked for fewer requests.
const THROTTLED_FOR: Duration = Duration::from_secs(20);

/// Responses that ask for less within this time count as one.
const TOGETHER: Duration = Duration::from_millis(100);

/// The number of connections. Time is a duration since the first of them was used.
#[derive(Debug, Clone)]
pub(crate) struct Streams {
    count: usize,
    is_fixed: bool,
    /// Whether there is a time budget: more connections are used as far as they can finish their parts in time.
    is_careful: bool,
    is_near: bool,
    /// Whether an earlier run found the network to be slow.
    is_slow: bool,
    acknowledged_bytes: u64,
    /// When OSS last asked for fewer requests, or the number was raised after that.
    throttled: Option<Duration>,
}

impl Streams {
    /// Begins with many connections, or keeps to a fixed number.
    pub(crate) fn new(fixed: Option<usize>) -> Self {
        Self {
            count: fixed.unwrap_or(STREAMS_MAX).clamp(1, STREAMS_MAX),
            is_fixed: fixed.is_some(),
            is_careful: false,
            is_near: false,
            is_slow: false,
            acknowledged_bytes: 0,
            throttled: None,
        }
    }

    /// Begins with one connection: under a time budget the first part must be acknowledged as soon as possible. More
    /// are used as far as they can finish their parts in time.
    #[must_use]
    pub(crate) fn carefully(mut self) -> Self {
        if !self.is_fixed {
            self.count = 1;
            self.is_careful = true;
        }
        self
    }

    /// Notes how fast the network was in an earlier run, before the first part is sent.
    pub(crate) fn expect(&mut self, known: KnownNetwork) {
        self.is_slow = (known.bytes_per_second as f64) < SLOW_BYTES_PER_SECOND;
        if self.is_slow && !self.is_fixed {
            self.count = self.count.min(STREAMS_SLOW);
        }
    }

    /// Notes how far away the server is, before the first part is sent.
    pub(crate) fn note_round_trip(&mut self, round_trip: Duration) {
        if round_trip < NEAR && !self.is_fixed {
            self.is_near = true;
            self.count = self.count.min(STREAMS_NEAR[0]);
        }
    }

    /// Returns whether fewer connections may be used than the network could need.
    pub(crate) fn are_limited(&self) -> bool {
        self.is_fixed || self.is_careful
    }

    /// Returns how many connections may send now.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Returns how many of them a file of this length may use.
    pub(crate) fn count_for(&self, len_bytes: u64) -> usize {
        match self.is_fixed {
            true => self.count,
            false => self.count.min(worth_using(len_bytes)),
        }
    }

    /// Notes that OSS acknowledged a part. `time_left` is the rest of the time budget.
    pub(crate) fn acknowledged(
        &mut self,
        len_bytes: u64,
        now: Duration,
        time_left: Option<Duration>,
    ) {
        self.acknowledged_bytes += len_bytes;
        if self.is_fixed {
            return;
        }
        let allowed = self.allowed(now, time_left);
        match self.throttled {
            None => self.count = allowed,
            Some(since) if now >= since + THROTTLED_FOR => {
                self.count = (self.count * 2).min(allowed);
                self.throttled = (self.count < allowed).then_some(now);
            }
            Some(_) => {}
        }
    }

    /// Returns how many connections are of use, by what was acknowledged until now.
    fn allowed(&self, now: Duration, time_left: Option<Duration>) -> usize {
        let rate = self.acknowledged_bytes as f64 / now.as_secs_f64().max(0.001);
        if self.is_near && rate >= NEAR_BYTES_PER_SECOND {
            let large = usize::from(self.acknowledged_bytes >= NEAR_LARGE_BYTES);
            self.count.max(STREAMS_NEAR[large])
        } else if self.is_careful {
            let in_time = rate * time_left.unwrap_or_default().as_secs_f64() / 2.0;
            let parts = (in_time / PART_MIN_BYTES as f64) as usize;
            parts.clamp(self.count, STREAMS_MAX)
        } else {
            match self.is_slow && rate < SLOW_BYTES_PER_SECOND {
                true => STREAMS_SLOW,
                false => STREAMS_MAX,
            }
        }
    }

    /// Notes that OSS asked for fewer requests: half the connections are used for a while.
    pub(crate) fn throttled(&mut self, now: Duration) {
        let counted = self.throttled.is_some_and(|last| now < last + TOGETHER);
        if !self.is_fixed && !counted {
            self.throttled = Some(now);
            self.count = (self.count / 2).max(1);
        }
    }
}

/// Returns how many connections are worth using for a file.
fn worth_using(len_bytes: u64) -> usize {
    let count = usize::try_from(len_bytes / BYTES_EACH).unwrap_or(STREAMS_MAX);
    count.clamp(STREAMS_SMALL_FILE, STREAMS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_far_server_gets_all_connections_at_once() {
        let mut streams = Streams::new(None);
        assert_eq!(streams.count(), 16);
        streams.note_round_trip(Duration::from_millis(20));
        streams.acknowledged(MIB, seconds(10), None);
        assert_eq!(streams.count(), 16);
    }

    #[test]
    fn a_small_file_uses_fewer_unless_the_number_is_fixed() {
        let streams = Streams::new(None);
        let counts = [1, 3 * MIB, 100 * MIB].map(|len_bytes| streams.count_for(len_bytes));
        assert_eq!(counts, [4, 6, 16]);
        assert_eq!(Streams::new(Some(9)).count_for(1), 9);
    }

    #[test]
    fn a_network_that_was_slow_gets_fewer_until_it_is_fast() {
        let mut streams = Streams::new(None);
        streams.expect(KnownNetwork {
            bytes_per_second: 2 * MIB,
            round_trip: Duration::from_millis(40),
        });
        assert_eq!(streams.count(), 12);
        streams.acknowledged(MIB, seconds(1), None);
        assert_eq!(streams.count(), 12);
        streams.acknowledged(9 * MIB, seconds(4), None);
        assert_eq!(streams.count(), 16);
    }

    #[test]
    fn a_near_server_gets_few_unless_they_are_slow() {
        let mut streams = Streams::new(None);
        streams.note_round_trip(Duration::from_millis(1));
        assert_eq!(streams.count(), 2);
        streams.acknowledged(MIB, Duration::from_millis(10), None);
        assert_eq!(streams.count(), 2);
        streams.acknowledged(32 * MIB, Duration::from_millis(300), None);
        assert_eq!(streams.count(), 4);
        streams.acknowledged(MIB, Duration::from_secs(2), None);
        assert_eq!(streams.count(), 16);
    }

    #[test]
    fn a_fixed_number_stays() {
        let mut streams = Streams::new(Some(3)).carefully();
        streams.acknowledged(100 * MIB, seconds(1), Some(seconds(100)));
        streams.throttled(seconds(2));
        assert_eq!(streams.count(), 3);
    }

    #[test]
    fn under_a_budget_as_many_are_used_as_can_finish_a_part_in_time() {
        let mut streams = Streams::new(None).carefully();
        assert_eq!(streams.count(), 1);
        // 64 kbit/s: the rest of the budget is good for some 6 parts, half of which may be on their way.
        streams.acknowledged(PART_MIN_BYTES, seconds(16), Some(seconds(100)));
        assert_eq!(streams.count(), 3);
        streams.acknowledged(PART_MIN_BYTES, seconds(32), Some(seconds(84)));
        assert_eq!(streams.count(), 3, "never fewer again");
        let mut streams = Streams::new(None).carefully();
        streams.acknowledged(PART_MIN_BYTES, seconds(1), Some(seconds(50)));
        assert_eq!(streams.count(), 16);
    }

    #[test]
    fn under_a_budget_a_request_for_less_is_not_followed_by_more_than_fits_into_it() {
        let mut streams = Streams::new(None).carefully();
        streams.acknowledged(PART_MIN_BYTES, seconds(16), Some(seconds(100)));
        streams.throttled(seconds(17));
        assert_eq!(streams.count(), 1);
        for now in [40, 64, 88] {
            streams.acknowledged(PART_MIN_BYTES, seconds(now), Some(seconds(10)));
        }
        assert_eq!(streams.count(), 1);
    }

    #[test]
    fn responses_that_ask_for_less_at_once_halve_the_number_once_and_it_comes_back_later() {
        let mut streams = Streams::new(None);
        streams.acknowledged(100 * MIB, seconds(5), None);
        for millis in [6000, 6010, 6020] {
            streams.throttled(Duration::from_millis(millis));
        }
        assert_eq!(streams.count(), 8);
        streams.throttled(Duration::from_millis(6500));
        assert_eq!(streams.count(), 4);
        streams.acknowledged(100 * MIB, seconds(7), None);
        assert_eq!(streams.count(), 4, "not right after it");
        streams.acknowledged(MIB, seconds(30), None);
        assert_eq!(streams.count(), 8);
        streams.acknowledged(MIB, seconds(60), None);
        assert_eq!(streams.count(), 16);
    }
}
