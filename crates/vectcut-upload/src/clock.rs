//! The only file of this crate that reads a clock: the system's, and its difference from the servers'.

use std::{
    sync::atomic::{AtomicI64, Ordering::Relaxed},
    time::{Duration, Instant, SystemTime},
};

/// A `Date` before 2020 is a server's fault; public reports show 1970.
const SANE_SINCE: Duration = Duration::from_secs(1_577_836_800);

/// The servers' time, as far as it is known. All requests of a run are signed with the same correction.
#[derive(Debug, Default)]
pub(crate) struct ServerClock {
    offset_ms: AtomicI64,
}

impl ServerClock {
    /// Returns the time to sign with.
    pub(crate) fn now(&self) -> SystemTime {
        let offset = self.offset_ms.load(Relaxed);
        let magnitude = Duration::from_millis(offset.unsigned_abs());
        let system = system();
        if offset < 0 {
            system.checked_sub(magnitude)
        } else {
            system.checked_add(magnitude)
        }
        .unwrap_or(system)
    }

    /// Takes over a server's time. Returns by how many seconds the system's clock is wrong, or `None` when the server's
    /// time cannot be true.
    ///
    /// The offset is always from the system's clock, so that a second correction does not build on the first.
    pub(crate) fn set(&self, server_time: SystemTime) -> Option<i64> {
        let since_epoch = server_time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        if since_epoch < SANE_SINCE {
            return None;
        }
        let millis = |time: SystemTime| {
            time.duration_since(SystemTime::UNIX_EPOCH)
                .map_or(0, |time| time.as_millis())
        };
        let offset_ms =
            i64::try_from(millis(server_time)).ok()? - i64::try_from(millis(system())).ok()?;
        self.offset_ms.store(offset_ms, Relaxed);
        Some(offset_ms / 1000)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub(crate) fn system() -> SystemTime {
    SystemTime::now()
}

/// Returns a moment from which a duration is measured.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub(crate) fn monotonic() -> Instant {
    Instant::now()
}

/// Returns how long ago a moment was.
pub(crate) fn since(moment: Instant) -> Duration {
    monotonic().saturating_duration_since(moment)
}

/// Returns the moment that timers count from.
pub(crate) fn timer() -> tokio::time::Instant {
    tokio::time::Instant::from_std(monotonic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_replaces_the_one_before() {
        let clock = ServerClock::default();
        for hours in [5, 3] {
            let server_time = system() + Duration::from_secs(hours * 3600);
            let offset = clock.set(server_time).expect("a sane time");
            assert!((offset - hours as i64 * 3600).abs() <= 1, "{offset}");
            let off = clock
                .now()
                .duration_since(server_time)
                .unwrap_or_else(|early| early.duration());
            assert!(off < Duration::from_secs(2), "{off:?}");
        }
    }

    #[test]
    fn the_year_1970_is_not_believed() {
        assert_eq!(ServerClock::default().set(SystemTime::UNIX_EPOCH), None);
    }
}
