//! Paces bytes: computes when a chunk has left a link of a given rate.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How far behind real time an idle link may stay, so that a late wake-up does not lose capacity.
const CATCH_UP: Duration = Duration::from_millis(5);

/// A link of a fixed rate. Chunks leave it one after the other, in the order of the calls.
#[derive(Debug)]
pub(super) struct Pacer {
    bytes_per_second: u64,
    free_at: Mutex<Option<Instant>>,
}

impl Pacer {
    /// Makes a link of that many bytes per second; 0 counts as 1.
    pub(super) fn new(bytes_per_second: u64) -> Self {
        Self {
            bytes_per_second: bytes_per_second.max(1),
            free_at: Mutex::new(None),
        }
    }

    /// Sends `bytes` at the time `now`, and returns when the last of them has left.
    pub(super) fn departure(&self, bytes: usize, now: Instant) -> Instant {
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = now.checked_sub(CATCH_UP).unwrap_or(now);
        let start = free_at.map_or(now, |free_at| free_at.max(earliest));
        let departure =
            start + Duration::from_secs_f64(bytes as f64 / self.bytes_per_second as f64);
        *free_at = Some(departure);
        departure
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "tests measure how long things take"
)]
mod tests {
    use super::*;

    #[test]
    fn chunks_leave_one_after_the_other_at_the_rate() {
        let (pacer, start) = (Pacer::new(1000), Instant::now());
        assert_eq!(
            pacer.departure(500, start) - start,
            Duration::from_millis(500)
        );
        assert_eq!(
            pacer.departure(500, start) - start,
            Duration::from_millis(1000)
        );
    }

    #[test]
    fn an_idle_link_saves_up_only_the_catch_up() {
        let (pacer, start) = (Pacer::new(1000), Instant::now());
        pacer.departure(1, start);
        let later = start + Duration::from_secs(60);
        assert_eq!(
            pacer.departure(1000, later) - later,
            Duration::from_secs(1) - CATCH_UP
        );
    }
}
