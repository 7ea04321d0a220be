//! When to try again, and when to give up: a pure policy. Whether a failure is worth a try is decided in `verdict.rs`.

use std::time::Duration;

/// How a transfer deals with failures that may pass.
///
/// Attempts are a budget that progress refills: a bad line that moves is never given up, and one that does not move is
/// given up after about two minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The bound of the first delay; each further one doubles it.
    pub base: Duration,
    /// The bound that doubling stops at.
    pub cap: Duration,
    /// How long nothing may go through before the transfer is given up.
    pub give_up_after: Duration,
}

impl Default for RetryPolicy {
    /// 200 ms, 20 s, two minutes: the first two are those of the vendor's newer SDKs.
    fn default() -> Self {
        Self {
            base: Duration::from_millis(200),
            cap: Duration::from_secs(20),
            give_up_after: Duration::from_secs(120),
        }
    }
}

/// How many attempts a transfer is good for however quickly they fail, at least: one may meet a server's restart, two
/// a restart and a bad proxy.
const ATTEMPTS_MIN: u32 = 3;

impl RetryPolicy {
    /// Returns how long to wait before the next attempt, or `None` to give up.
    ///
    /// `failures` counts those since something last went through, this one included, and `idle` is how long that is
    /// ago. `jitter` is in 0..1: full jitter, so that streams that failed together do not come back together. What the
    /// server asked for (`wish`) is waited for in any case.
    pub(crate) fn delay(
        &self,
        failures: u32,
        idle: Duration,
        jitter: f64,
        wish: Option<Duration>,
    ) -> Option<Duration> {
        let bound = self
            .base
            .saturating_mul(1_u32 << failures.saturating_sub(1).min(20))
            .min(self.cap);
        let delay = bound
            .mul_f64(jitter.clamp(0.0, 1.0))
            .max(wish.unwrap_or_default());
        let in_time = idle.saturating_add(delay) <= self.give_up_after;
        (in_time || failures < ATTEMPTS_MIN && wish.unwrap_or_default() <= self.give_up_after)
            .then_some(delay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn delay(
        failures: u32,
        idle: Duration,
        jitter: f64,
        wish: Option<Duration>,
    ) -> Option<Duration> {
        RetryPolicy::default().delay(failures, idle, jitter, wish)
    }

    #[test]
    fn the_bound_doubles_up_to_the_cap() {
        for (failures, expected_ms) in [
            (1, 200),
            (2, 400),
            (3, 800),
            (7, 12_800),
            (8, 20_000),
            (200, 20_000),
        ] {
            assert_eq!(
                delay(failures, S(0), 1.0, None),
                Some(Duration::from_millis(expected_ms)),
                "{failures}"
            );
        }
    }

    #[test]
    fn jitter_spreads_over_the_whole_bound() {
        assert_eq!(delay(3, S(0), 0.0, None), Some(S(0)));
        assert_eq!(delay(3, S(0), 0.5, None), Some(Duration::from_millis(400)));
    }

    #[test]
    fn what_the_server_asks_for_is_waited_for() {
        assert_eq!(delay(1, S(0), 1.0, Some(S(7))), Some(S(7)));
        assert_eq!(delay(8, S(0), 1.0, Some(S(7))), Some(S(20)));
    }

    #[test]
    fn two_minutes_without_progress_are_enough() {
        assert_eq!(delay(9, S(110), 0.4, None), Some(S(8)));
        assert_eq!(delay(9, S(110), 0.6, None), None);
        assert_eq!(delay(5, S(0), 0.0, Some(S(121))), None);
    }

    #[test]
    fn slow_failures_get_three_attempts_all_the_same() {
        assert!(delay(2, S(300), 1.0, None).is_some());
        assert!(delay(3, S(300), 1.0, None).is_none());
    }
}
