//! How many streams to use: a pure function of what has been acknowledged and when.
//!
//! More streams win where a connection is capped or loses packets; where one connection fills the line they only cost
//! round trips. So the number is found out: more streams for as long as the whole gets faster.

use std::time::Duration;

/// The most streams. Measured on a line with 0.1 % loss, 16 were still better than 8; memory grows with each.
pub const STREAMS_MAX: usize = 16;

/// What a transfer begins with.
const STREAMS_AT_FIRST: usize = 2;

/// The whole must get faster by this factor for more streams to stay: less is noise.
const GAIN: f64 = 1.15;

/// The least time to measure over: shorter ones see one part's end more or less.
const MEASURE_AT_LEAST: Duration = Duration::from_millis(100);

/// A line whose first parts go through within this time is quick: it is taken a step further at once, since such a
/// transfer may be over before the number is found out. A slow line would have more parts to lose.
const QUICK: Duration = Duration::from_secs(1);

/// How often a new number is measured before it is found to be no gain: at first the new connections are still being
/// made, and get up to speed.
const MEASUREMENTS: u32 = 2;

/// How long a number that was found is kept before more are tried again: lines change.
const KEPT_FOR: Duration = Duration::from_secs(20);

/// Finds the number of streams. Time is a duration since the transfer began.
#[derive(Debug, Clone)]
pub(crate) struct Streams {
    count: usize,
    fixed: bool,
    /// The number and rate to beat, in bytes per second.
    best: Option<(usize, f64)>,
    /// When the number was changed last, and what was acknowledged then and since.
    since: Duration,
    acknowledged_bytes: u64,
    acknowledged_parts: usize,
    /// How often this number was measured without a gain.
    measured: u32,
    /// Until when the number is not raised.
    settled_until: Option<Duration>,
}

impl Streams {
    /// Begins with two streams, or keeps to a fixed number.
    pub(crate) fn new(fixed: Option<usize>) -> Self {
        Self {
            count: fixed.unwrap_or(STREAMS_AT_FIRST).clamp(1, STREAMS_MAX),
            fixed: fixed.is_some(),
            best: None,
            since: Duration::ZERO,
            acknowledged_bytes: 0,
            acknowledged_parts: 0,
            measured: 0,
            settled_until: None,
        }
    }

    /// Begins with one connection: under a time budget the first part must be acknowledged as soon as possible.
    #[must_use]
    pub(crate) fn carefully(mut self) -> Self {
        if !self.fixed {
            self.count = 1;
        }
        self
    }

    /// Returns how many streams to use now.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Takes note of a part that went through, and decides.
    pub(crate) fn acknowledged(&mut self, len_bytes: u64, now: Duration) {
        self.acknowledged_bytes += len_bytes;
        self.acknowledged_parts += 1;
        let elapsed = now.saturating_sub(self.since);
        // Half of them are enough to see by: waiting for the slowest would cost a short transfer its best time.
        if self.fixed || self.acknowledged_parts < self.count / 2 || elapsed < MEASURE_AT_LEAST {
            return;
        }
        let rate = self.acknowledged_bytes as f64 / elapsed.as_secs_f64();
        match self.best {
            Some((count, best)) if self.count > count && rate < best * GAIN => {
                self.measured += 1;
                if self.measured < MEASUREMENTS {
                    self.measure(now);
                } else {
                    self.settled_until = Some(now + KEPT_FOR);
                    self.change(count, now);
                }
            }
            _ => {
                let factor = if self.best.is_none() && now < QUICK {
                    4
                } else {
                    2
                };
                self.best = Some((self.count, rate));
                let more = (self.count * factor).min(STREAMS_MAX);
                let may_grow = self.settled_until.is_none_or(|until| until <= now);
                self.change(if may_grow { more } else { self.count }, now);
            }
        }
    }

    /// The server asked for less: half the streams, for a while.
    pub(crate) fn throttled(&mut self, now: Duration) {
        // Streams that were refused together count as one refusal.
        let recent = self
            .settled_until
            .is_some_and(|until| now + KEPT_FOR < until + MEASURE_AT_LEAST);
        if !self.fixed && !recent {
            self.best = None;
            self.settled_until = Some(now + KEPT_FOR);
            self.change((self.count / 2).max(1), now);
        }
    }

    fn change(&mut self, count: usize, now: Duration) {
        self.count = count;
        self.measured = 0;
        self.measure(now);
    }

    fn measure(&mut self, now: Duration) {
        self.since = now;
        self.acknowledged_bytes = 0;
        self.acknowledged_parts = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    /// Lets a line of these rates (bytes per second, one connection and all together) acknowledge parts of 1 MiB for
    /// `seconds`, and returns the numbers of streams that were used, in order.
    fn simulate(streams: &mut Streams, connection: u64, line: u64, seconds: u64) -> Vec<usize> {
        let (mut now, mut counts) = (Duration::ZERO, vec![streams.count()]);
        while now < Duration::from_secs(seconds) {
            let rate = (connection * streams.count() as u64).min(line);
            now += Duration::from_secs_f64(MIB as f64 / rate as f64);
            streams.acknowledged(MIB, now);
            if counts.last() != Some(&streams.count()) {
                counts.push(streams.count());
            }
        }
        counts
    }

    #[test]
    fn a_line_with_a_cap_for_each_connection_gets_all_the_streams() {
        assert_eq!(
            simulate(&mut Streams::new(None), 6 * MIB, 1000 * MIB, 5),
            [2, 8, 16]
        );
    }

    #[test]
    fn a_line_that_one_connection_fills_goes_back_to_two() {
        assert_eq!(
            simulate(&mut Streams::new(None), 12 * MIB, 12 * MIB, 5),
            [2, 8, 2]
        );
    }

    #[test]
    fn a_line_that_eight_connections_fill_keeps_eight() {
        assert_eq!(
            simulate(&mut Streams::new(None), 6 * MIB, 48 * MIB, 5),
            [2, 8, 16, 8]
        );
    }

    #[test]
    fn a_slow_line_is_asked_for_more_with_care() {
        assert_eq!(
            simulate(&mut Streams::new(None), MIB / 4, MIB / 4, 30),
            [2, 4, 2]
        );
    }

    #[test]
    fn a_fixed_number_stays() {
        assert_eq!(
            simulate(&mut Streams::new(Some(3)), 6 * MIB, 1000 * MIB, 5),
            [3]
        );
    }

    #[test]
    fn throttling_halves_once_for_refusals_that_come_together() {
        let mut streams = Streams::new(None);
        simulate(&mut streams, 6 * MIB, 1000 * MIB, 5);
        for millis in [6000, 6010, 6020] {
            streams.throttled(Duration::from_millis(millis));
        }
        assert_eq!(streams.count(), 8);
        streams.throttled(Duration::from_millis(6500));
        assert_eq!(streams.count(), 4);
        streams.acknowledged(100 * MIB, Duration::from_secs(7));
        assert_eq!(streams.count(), 4, "no more streams right after throttling");
    }
}
