//! When a part is stuck while other connections have nothing to do: a pure decision.
//!
//! A connection that lost packets repeatedly waits ever longer before it sends again, up to two minutes. At the end of a
//! file nothing else goes on meanwhile. So its part is taken from it and sent over the connections that are free.

use std::time::Duration;

use super::plan::StreamRate;

/// A part may take so many times as long as the average one.
const SLOWER: u32 = 2;

/// Besides, it may wait this long: less is within what one lost packet costs.
const GRACE: Duration = Duration::from_secs(1);

/// What the acknowledged parts of a file took on average.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Average {
    bytes: u64,
    time: Duration,
}

impl Average {
    /// Notes that OSS acknowledged a part `elapsed` after it was begun.
    pub(crate) fn acknowledged(&mut self, len_bytes: u64, elapsed: Duration) {
        self.bytes += len_bytes;
        self.time += elapsed;
    }

    /// Returns when a part of `len_bytes` that is still on its way counts as stuck, as a time since its begin. `None`
    /// while no part was acknowledged.
    pub(crate) fn stuck_after(&self, len_bytes: u64, round_trip: Duration) -> Option<Duration> {
        if self.bytes == 0 {
            return None;
        }
        let rate = StreamRate::of(self.bytes, self.time)
            .bytes_per_second
            .max(1);
        let expected = Duration::from_secs_f64(len_bytes as f64 / rate as f64);
        Some((expected + 2 * round_trip) * SLOWER + GRACE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUND_TRIP: Duration = Duration::from_millis(100);

    #[test]
    fn a_part_is_stuck_when_it_takes_far_longer_than_the_others_did() {
        let mut average = Average::default();
        assert_eq!(average.stuck_after(1000, ROUND_TRIP), None);
        average.acknowledged(1000, Duration::from_secs(1));
        average.acknowledged(3000, Duration::from_secs(3));
        let limit = average.stuck_after(5000, ROUND_TRIP);
        assert_eq!(limit, Some(Duration::from_millis(2 * 5200 + 1000)));
    }
}
