//! Progress events at a steady rate while bytes are sent.

use std::{pin::pin, time::Duration};

use tokio::time::{Interval, MissedTickBehavior};

use crate::run::Run;

/// Ten times a second is smooth to the eye.
const TICK: Duration = Duration::from_millis(100);

/// Returns the ticks at which progress is reported.
pub(crate) fn ticks() -> Interval {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks
}

/// Awaits `work`, which sends on one connection, and reports progress meanwhile.
pub(crate) async fn with_progress<T>(run: &Run<'_>, work: impl Future<Output = T>) -> T {
    let (mut work, mut ticks) = (pin!(work), ticks());
    loop {
        tokio::select! {
            biased;
            outcome = &mut work => return outcome,
            _ = ticks.tick() => run.tell_progress(1),
        }
    }
}
