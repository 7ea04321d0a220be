//! When to retry, and when to give up: a pure policy. `verdict.rs` decides whether a failure is worth a retry.

use std::time::Duration;

/// How an upload deals with failures that may pass.
///
/// Each success restores the full time: a bad connection that makes progress is never given up, and one that makes none
/// is given up after about two minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The longest first delay. Each further failure doubles it.
    pub base: Duration,
    /// The longest delay of all.
    pub cap: Duration,
    /// How long nothing may succeed before the upload is given up.
    pub give_up_after: Duration,
    /// The same, while a server has never responded: its name does not resolve, or it refuses connections.
    pub unreachable_after: Duration,
}

impl Default for RetryPolicy {
    /// 200 ms, 20 s, two minutes, 30 s. The first two are those of the vendor's newer SDKs.
    fn default() -> Self {
        Self {
            base: Duration::from_millis(200),
            cap: Duration::from_secs(20),
            give_up_after: Duration::from_secs(120),
            unreachable_after: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// Sets the longest first delay.
    #[must_use]
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// Sets the longest delay of all, at most a day.
    #[must_use]
    pub fn cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// Sets how long nothing may succeed before the upload is given up. `Duration::MAX` means for ever.
    #[must_use]
    pub fn give_up_after(mut self, time: Duration) -> Self {
        self.give_up_after = time;
        self
    }

    /// Sets the same for a server that has never responded.
    #[must_use]
    pub fn unreachable_after(mut self, time: Duration) -> Self {
        self.unreachable_after = time;
        self
    }
}

/// A delay beyond this is of no use, and could not be multiplied.
const DELAY_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Minimum number of attempts, even when each takes longer than the whole retry window: one may meet a server's restart,
/// two a restart and a bad proxy.
const ATTEMPTS_MIN: u32 = 3;

/// What the next delay depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failures {
    /// How often this request failed.
    pub(crate) of_request: u32,
    /// How often any request of the file failed since one last succeeded.
    pub(crate) in_a_row: u32,
    /// How long these lasted.
    pub(crate) lasted: Duration,
    /// Whether the server has never responded.
    pub(crate) is_unreachable: bool,
}

impl RetryPolicy {
    /// Returns how long to wait before the next attempt, or `None` to give up.
    ///
    /// `jitter` is in 0..1: full jitter, so that connections that failed together do not retry together. `wish` is the
    /// wait that the server asked for; the delay is never shorter. The last delay ends when the time does.
    pub(crate) fn delay(
        &self,
        failures: Failures,
        jitter: f64,
        wish: Option<Duration>,
    ) -> Option<Duration> {
        let bound = self
            .base
            .saturating_mul(1_u32 << failures.of_request.saturating_sub(1).min(20))
            .min(self.cap.min(DELAY_MAX));
        let wish = wish.unwrap_or_default();
        let delay = bound.mul_f64(jitter.clamp(0.0, 1.0)).max(wish);
        let limit = self.limit(failures.is_unreachable);
        if failures.in_a_row < ATTEMPTS_MIN && wish <= limit {
            return Some(delay);
        }
        // The last attempt is made when the time ends, and not a delay earlier.
        let left = limit.saturating_sub(failures.lasted);
        (!left.is_zero() && wish <= left).then(|| delay.min(left))
    }

    /// Returns how long nothing may succeed.
    pub(crate) fn limit(&self, is_unreachable: bool) -> Duration {
        match is_unreachable {
            true => self.give_up_after.min(self.unreachable_after),
            false => self.give_up_after,
        }
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
        let failures = Failures {
            of_request: failures,
            in_a_row: failures,
            lasted: idle,
            is_unreachable: false,
        };
        RetryPolicy::default().delay(failures, jitter, wish)
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
    fn a_policy_without_ends_gives_a_delay() {
        let policy = RetryPolicy::default()
            .base(Duration::MAX)
            .cap(Duration::MAX)
            .give_up_after(Duration::MAX)
            .unreachable_after(Duration::MAX);
        let failures = Failures {
            of_request: u32::MAX,
            in_a_row: u32::MAX,
            lasted: S(365 * 24 * 60 * 60),
            is_unreachable: true,
        };
        assert_eq!(policy.delay(failures, 1.0, None), Some(DELAY_MAX));
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
        assert_eq!(delay(9, S(110), 0.6, None), Some(S(10)), "the last attempt");
        assert_eq!(delay(9, S(110), 0.6, Some(S(11))), None);
        assert_eq!(delay(9, S(120), 0.0, None), None);
        assert_eq!(delay(5, S(0), 0.0, Some(S(121))), None);
    }

    #[test]
    fn slow_failures_get_three_attempts_all_the_same() {
        assert!(delay(2, S(300), 1.0, None).is_some());
        assert!(delay(3, S(300), 1.0, None).is_none());
    }

    #[test]
    fn a_server_that_never_responded_is_given_up_sooner() {
        let failures = Failures {
            of_request: 5,
            in_a_row: 5,
            lasted: S(31),
            is_unreachable: true,
        };
        assert_eq!(RetryPolicy::default().delay(failures, 0.0, None), None);
        let reached = Failures {
            is_unreachable: false,
            ..failures
        };
        assert_eq!(RetryPolicy::default().delay(reached, 0.0, None), Some(S(0)));
    }
}
