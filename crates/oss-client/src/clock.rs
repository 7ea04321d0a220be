//! The only clock of this crate. It measures how long to wait, and leaves out the time in which the process was stopped.
//!
//! After Ctrl-Z or a debugger, every timer is overdue at once, while the responses that arrived in the meantime are still
//! unread in their sockets. Such time must not end a request.

use std::{future::Future, pin::pin, time::Duration};

pub(crate) use tokio::time::Instant;

/// The longest single sleep, so that a long stop shows as one sleep that ended far too late.
pub(crate) const SLEEP_MAX: Duration = Duration::from_secs(1);

/// A sleep that ends later than this was no sleep of a running process.
const LATE: Duration = Duration::from_secs(1);

/// Returns the present moment.
#[expect(
    clippy::disallowed_methods,
    reason = "this module is the clock of the crate"
)]
pub(crate) fn now() -> Instant {
    Instant::from_std(std::time::Instant::now())
}

/// Sleeps, and returns whether the process was stopped meanwhile.
pub(crate) async fn sleep(time: Duration) -> bool {
    let deadline = now() + time;
    tokio::time::sleep_until(deadline).await;
    now() - deadline > LATE
}

/// Returns what a future gives, or `None` when the process has run for `limit` without it.
pub(crate) async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = limit;
    while !left.is_zero() {
        let time = left.min(SLEEP_MAX);
        tokio::select! {
            biased;
            output = &mut future => return Some(output),
            was_stopped = sleep(time) => if !was_stopped {
                left -= time;
            },
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_limit_ends_the_wait_for_a_future_that_does_not() {
        let waiting = std::future::pending::<()>();
        assert_eq!(within(Duration::from_millis(20), waiting).await, None);
    }

    #[tokio::test]
    async fn a_future_that_is_ready_wins_over_a_limit_that_has_passed() {
        let ready = async {
            std::thread::sleep(Duration::from_millis(40));
        };
        assert_eq!(within(Duration::from_millis(20), ready).await, Some(()));
    }

    #[tokio::test]
    async fn the_time_in_which_the_process_was_stopped_does_not_count() {
        let (ready, result) = tokio::sync::oneshot::channel();
        // Like a stopped process, a blocked thread runs neither timers nor tasks.
        tokio::spawn(async {
            std::thread::sleep(LATE + Duration::from_millis(700));
            tokio::task::yield_now().await;
            ready.send(()).ok();
        });
        let limit = Duration::from_millis(500);
        assert_eq!(within(limit, result).await, Some(Ok(())));
    }
}
