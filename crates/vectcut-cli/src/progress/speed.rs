//! The speed of a file over the last seconds.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The measured time: long enough to be steady, short enough to notice that the network changed.
const WINDOW: Duration = Duration::from_secs(10);
/// Minimum time between two samples.
const SAMPLE: Duration = Duration::from_millis(250);
/// No speed is shown before this time: the first megabytes only fill the buffers of the system.
const START: Duration = Duration::from_secs(1);

/// A pause at the beginning is shown as no speed only after this time: the buffers of the system are full then, and the
/// first bytes leave them in bursts.
const PAUSE: Duration = Duration::from_secs(4);

/// A longer time between two calls means that the computer slept, or that its clock jumped.
const JUMP: Duration = Duration::from_secs(5);

/// The speed of one transfer, or of all together.
#[derive(Debug, Default)]
pub(super) struct Speed {
    begun: Option<Instant>,
    recorded: Option<Instant>,
    /// The bytes sent at each moment, oldest first.
    samples: VecDeque<(Instant, u64)>,
}

impl Speed {
    /// Takes how many bytes were sent by now. Fewer than before means that the upload started over.
    ///
    /// It must be called about once a second at least: what lies between two calls that are further apart says nothing.
    pub(super) fn record(&mut self, sent_bytes: u64, now: Instant) {
        if self
            .samples
            .back()
            .is_some_and(|(_, before)| sent_bytes < *before)
        {
            *self = Self::default();
        }
        let before = self.recorded.replace(now).unwrap_or(now);
        if now.saturating_duration_since(before) > JUMP {
            *self = Self {
                recorded: Some(now),
                ..Self::default()
            };
        }
        let begun = *self.begun.get_or_insert(now);
        let last = self.samples.back().map_or(begun, |(time, _)| *time);
        let is_first = self.samples.is_empty();
        let due = if is_first { START } else { SAMPLE };
        if now.saturating_duration_since(last) >= due {
            self.samples.push_back((now, sent_bytes));
        }
        // One sample from before the window stays, because the window begins between it and the next.
        while self
            .samples
            .get(1)
            .is_some_and(|(time, _)| now.saturating_duration_since(*time) >= WINDOW)
        {
            self.samples.pop_front();
        }
    }

    /// Returns the bytes per second; `None` while it is too early to measure.
    pub(super) fn per_second(&self, now: Instant) -> Option<f64> {
        let (since, before) = self.samples.front()?;
        let (_, after) = self.samples.back()?;
        let elapsed = now.saturating_duration_since(*since);
        let least = if after == before { PAUSE } else { START };
        (elapsed >= least).then(|| (after - before) as f64 / elapsed.as_secs_f64())
    }
}

/// Returns the time that the rest takes at this speed; `None` when it is unknown.
pub(super) fn time_left(rest_bytes: u64, per_second: Option<f64>) -> Option<Duration> {
    let seconds = rest_bytes as f64 / per_second.filter(|speed| *speed > 0.0)?;
    Duration::try_from_secs_f64(seconds.ceil()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn a_pause_after_the_first_burst_is_no_speed_of_zero() {
        let begun = clock::now();
        let mut speed = Speed::default();
        let mut at = |tenths: u64| {
            let now = begun + Duration::from_millis(100 * tenths);
            speed.record(600_000, now);
            speed.per_second(now)
        };
        let seen: Vec<_> = (0..60).map(&mut at).collect();
        assert!(seen[..45].iter().all(Option::is_none), "{seen:?}");
        assert_eq!(seen[59], Some(0.0));
    }

    #[test]
    fn the_burst_that_fills_the_buffers_is_not_speed() {
        let begun = clock::now();
        let mut speed = Speed::default();
        speed.record(8_000, begun);
        assert_eq!(speed.per_second(begun), None);
        for second in 1..=20 {
            let now = begun + Duration::from_secs(second);
            speed.record(8_000 + second * 100, now);
        }
        let now = begun + Duration::from_secs(20);
        assert_eq!(speed.per_second(now), Some(100.0));
        assert_eq!(
            time_left(250, speed.per_second(now)),
            Some(Duration::from_secs(3))
        );
    }

    #[test]
    fn a_stalled_connection_slows_down_to_nothing() {
        let begun = clock::now();
        let at = |second| begun + Duration::from_secs(second);
        let mut speed = Speed::default();
        for second in 0..=5 {
            speed.record(second * 100, at(second));
        }
        for second in 6..=41 {
            speed.record(500, at(second));
        }
        assert_eq!(speed.per_second(at(41)), Some(0.0));
        assert_eq!(time_left(1, speed.per_second(at(41))), None);
    }

    #[test]
    fn the_hours_that_a_computer_slept_are_not_measured() {
        let begun = clock::now();
        let at = |second| begun + Duration::from_secs(second);
        let mut speed = Speed::default();
        for second in 0..=5 {
            speed.record(second * 100, at(second));
        }
        speed.record(500, at(7_200));
        assert_eq!(speed.per_second(at(7_200)), None);
        for second in 1..=3 {
            speed.record(500 + second * 100, at(7_200 + second));
        }
        assert_eq!(speed.per_second(at(7_203)), Some(100.0));
    }

    #[test]
    fn an_upload_that_starts_over_is_measured_again() {
        let begun = clock::now();
        let mut speed = Speed::default();
        for second in 0..=5 {
            speed.record(second * 100, begun + Duration::from_secs(second));
        }
        let now = begun + Duration::from_secs(6);
        speed.record(0, now);
        assert_eq!(speed.per_second(now), None);
    }
}
