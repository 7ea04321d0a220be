//! A limit on the rate of all streams together.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How far a burst may run ahead of the rate: more would show as a sawtooth, less would cost timers.
const BURST: Duration = Duration::from_millis(50);

/// Spreads bytes over time. Shared by all streams of an uploader.
#[derive(Debug)]
pub(crate) struct Pace {
    bytes_per_second: u64,
    /// When the bytes that were let through so far will have used up their time.
    booked_until: Mutex<Option<Instant>>,
}

impl Pace {
    pub(crate) fn new(bytes_per_second: u64) -> Self {
        Self {
            bytes_per_second: bytes_per_second.max(1),
            booked_until: Mutex::new(None),
        }
    }

    /// Books bytes, and returns until when to wait before they may go.
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

    /// Returns how many bytes to send at a time, so that a slow pace is still smooth: a twentieth of a second's worth.
    pub(crate) fn chunk_bytes(&self) -> u64 {
        (self.bytes_per_second / 20).max(1024)
    }
}

#[cfg(test)]
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
