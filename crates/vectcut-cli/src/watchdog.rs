//! Ends a run in time, on a thread of its own: after a signal or the end of the time budget, whatever blocks the others.

use std::future::pending;
use std::io;
use std::thread;
use std::time::Duration;

use tokio::runtime;
use tokio::time::{sleep, timeout};
use vectcut_upload::{Stop, StopReason};

use crate::interrupt::Interrupt;

/// How long the uploads may take to end after the stop signal. They need milliseconds unless something blocks.
const GRACE: Duration = Duration::from_millis(700);

/// Starts the watch. From here on SIGINT and SIGTERM do not kill the process.
///
/// When the budget ends or a signal arrives, the uploads get the stop signal. If the process is still there after a
/// grace period, or a second signal arrives, `end_process` is called, once, on this thread.
///
/// # Errors
///
/// Fails when the system does not let it listen for signals or start a thread.
pub(crate) fn start(
    budget: Option<Duration>,
    stop: Stop,
    end_process: impl FnOnce(StopReason) + Send + 'static,
) -> io::Result<()> {
    // A runtime of its own: the other one cannot be relied upon when a call blocks its threads.
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let context = runtime.enter();
    let interrupt = Interrupt::listen()?;
    drop(context);
    let watch = move || {
        let reason = runtime.block_on(until_time_is_over(budget, &stop, interrupt));
        end_process(reason);
    };
    thread::Builder::new()
        .name("watchdog".to_owned())
        .spawn(watch)?;
    Ok(())
}

async fn until_time_is_over(
    budget: Option<Duration>,
    stop: &Stop,
    mut interrupt: Interrupt,
) -> StopReason {
    let reason = tokio::select! {
        biased;
        _ = interrupt.signal() => StopReason::Interrupted,
        () = after(budget) => StopReason::BudgetEnded,
    };
    stop.request(reason);
    // A second signal means: now.
    let _ = timeout(GRACE, interrupt.signal()).await;
    reason
}

/// Waits for this long, or for ever.
async fn after(time: Option<Duration>) {
    match time {
        Some(time) => sleep(time).await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn the_end_of_the_budget_is_heard_while_every_other_thread_is_blocked() {
        let (end, ended) = mpsc::channel();
        let stop = Stop::new();
        let tell = move |reason| end.send(reason).expect("the test waits");
        start(Some(Duration::from_millis(1)), stop.clone(), tell).expect("it starts");
        // This thread waits as one does that a network share holds.
        assert_eq!(ended.recv(), Ok(StopReason::BudgetEnded));
        assert_eq!(stop.requested(), Some(StopReason::BudgetEnded));
    }
}
