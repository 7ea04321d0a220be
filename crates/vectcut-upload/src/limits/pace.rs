//! A limit on the rate of all connections together.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How far a burst may exceed the rate. A longer burst makes the rate uneven; a shorter one needs more timers.
const BURST: Duration = Duration::from_millis(50);

/// Spreads bytes over time. All connections of an uploader share it.
#[derive(Debug)]
pub(crate) struct Pace {
    bytes_per_second: u64,
    /// When the bytes booked so far have used up their time.
    booked_until: Mutex<Option<Instant>>,
}

impl Pace {
    pub(crate) fn new(bytes_per_second: u64) -> Self {
        Self {
            bytes_per_second: bytes_per_second.max(1),
            booked_until: Mutex::new(None),
        }
    }

    /// Books bytes, and returns when they may be sent.
    pub(crate) fn book(&self, len_bytes: u64, now: Instant) -> Instant {
        let mut booked = self
            .booked_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let begin = booked
            .unwrap_or(now)
            .max(now.checked_sub(BURST).unwrap_or(now));
        *booked =
            Some(begin + Duration::from_secs_f64(len_bytes as f64 / self.bytes_per_second as f64));
        begin
    }

    /// Returns how many bytes to send at a time: those of a twentieth of a second, so that a slow rate stays even.
    pub(crate) fn chunk_bytes(&self) -> u64 {
        (self.bytes_per_second / 20).max(1024)
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "tests measure how long things take"
)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_wait_for_their_time_whoever_sends_them() {
        let pace = Pace::new(1000);
        let begin = Instant::now() + Duration::from_secs(1);
        let waits: Vec<_> = (0..4)
            .map(|_| pace.book(500, begin).saturating_duration_since(begin))
            .collect();
        let expected = [0, 500, 1000, 1500].map(Duration::from_millis);
        assert_eq!(waits, expected);
    }

    #[tokio::test]
    async fn a_pause_is_not_made_up_for_by_a_burst() {
        let pace = Pace::new(1000);
        let begin = Instant::now() + Duration::from_secs(1);
        pace.book(500, begin);
        let later = begin + Duration::from_secs(60);
        pace.book(500, later);
        assert_eq!(pace.book(500, later) - later, Duration::from_millis(450));
    }
}
