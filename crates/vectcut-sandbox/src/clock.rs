//! The sandbox's clock: the machine's time plus an offset that a test can set.
//!
//! The only place of this crate that asks the machine for the time; everything else takes a [`Timestamp`] or an [`Instant`].

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use tokio::time::Instant;

/// A server clock that may be wrong on purpose.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset_seconds: AtomicI64,
}

impl Clock {
    /// Makes a clock that is `offset_seconds` ahead of the machine's (behind, when negative).
    pub(crate) fn ahead_by(offset_seconds: i64) -> Self {
        Self {
            offset_seconds: AtomicI64::new(offset_seconds),
        }
    }

    /// Sets the clock `offset_seconds` ahead of the machine's.
    pub(crate) fn set_offset(&self, offset_seconds: i64) {
        self.offset_seconds.store(offset_seconds, Ordering::Relaxed);
    }

    /// Returns the time that this server believes it to be.
    pub(crate) fn now(&self) -> Timestamp {
        ahead(machine_time(), self.offset_seconds.load(Ordering::Relaxed))
    }
}

/// Returns the time `seconds` after `time`, or before it when negative, within what a [`Timestamp`] can hold.
pub(crate) fn ahead(time: Timestamp, seconds: i64) -> Timestamp {
    let limit = if seconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    let second = time.as_second().saturating_add(seconds);
    Timestamp::new(second, time.subsec_nanosecond()).unwrap_or(limit)
}

/// Returns a time as the standard library has it.
pub(crate) fn system_time(time: Timestamp) -> SystemTime {
    // No year that a clock of ours reaches is outside the platform's range.
    SystemTime::try_from(time).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Returns the present instant, for measuring how long something takes.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place of this crate that reads the machine's clock"
)]
pub(crate) fn instant() -> Instant {
    Instant::from_std(std::time::Instant::now())
}

/// Returns how much time has passed since `start`.
pub(crate) fn since(start: Instant) -> Duration {
    instant().saturating_duration_since(start)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place of this crate that reads the machine's clock"
)]
fn machine_time() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_and_a_skew_add_up() {
        let clock = Clock::ahead_by(3600);
        let later = ahead(clock.now(), -7200).as_second() - machine_time().as_second();
        assert!(
            (-3601..=-3599).contains(&later),
            "the clock is {later} seconds ahead"
        );
    }

    #[test]
    fn an_absurd_offset_is_clamped() {
        let clock = Clock::ahead_by(i64::MAX);
        assert_eq!(ahead(clock.now(), 1), Timestamp::MAX);
    }
}
