//! The run of all files against the clock and the signals: whatever happens, every file ends with a result, in time.

use std::future::pending;
use std::pin::pin;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{interval, sleep};
use vectcut_upload::{Event, Published, Stop, StopReason, Upload, UploadError};

use super::reports::Reports;
use super::site::Site;
use crate::args::UploadArgs;
use crate::clock;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::progress::TICK;

/// How long the uploads may take to end after they were asked to; the connections close at once, so that is plenty.
const GRACE: Duration = Duration::from_millis(500);

/// Uploads the files and hands over each result; returns when every file has one.
///
/// # Errors
///
/// Fails when stdout cannot be written.
pub(super) async fn transfer(
    args: &UploadArgs,
    uploads: &[Upload],
    site: &Site,
    reports: &mut Reports<'_>,
    stop: &Stop,
    mut interrupt: Interrupt,
) -> Result<(), Failure> {
    let board = reports.board();
    let (ends, mut ended) = mpsc::unbounded_channel();
    let uploading = async {
        let ends = ends;
        let mut on_event = |index, event: Event| board.event(index, &event, clock::now());
        let mut on_result = |index, result: Result<Published, UploadError>| {
            // The receiver lives as long as this future: both end together.
            let _ = ends.send((index, result));
        };
        let jobs = usize::from(args.transfer.jobs);
        let uploads = site
            .uploader
            .upload_all(uploads, jobs, &mut on_event, &mut on_result);
        uploads.await;
        Ok(())
    };
    let reported = &mut *reports;
    let reporting = async {
        while let Some((index, result)) = ended.recv().await {
            reported.settle(index, result, site).await?;
        }
        Ok(())
    };
    {
        let mut work = pin!(async { tokio::try_join!(uploading, reporting).map(|_| ()) });
        let mut budget = pin!(after(args.transfer.budget));
        let mut grace = pin!(after(None));
        let mut ticks = interval(TICK);
        loop {
            let is_stopping = stop.requested().is_some();
            tokio::select! {
                biased;
                result = &mut work => return result,
                () = &mut budget, if !is_stopping => stop.request(StopReason::BudgetEnded),
                _ = interrupt.signal() => {
                    if stop.requested() == Some(StopReason::Interrupted) {
                        // Whoever asks twice wants it now.
                        break;
                    }
                    stop.request(StopReason::Interrupted);
                }
                () = &mut grace, if is_stopping => break,
                _ = ticks.tick() => board.tick(clock::now()),
            }
            if !is_stopping && stop.requested().is_some() {
                grace.set(after(Some(GRACE)));
            }
        }
    }
    // What did not end when it was asked to is left where it is.
    let reason = stop.requested().unwrap_or(StopReason::Interrupted);
    reports.settle_stopped(reason, site)
}

/// Waits so long, or for ever.
async fn after(time: Option<Duration>) {
    match time {
        Some(time) => sleep(time).await,
        None => pending().await,
    }
}
