//! The run of all files: uploads on one side, their results on the other, and progress meanwhile.

use std::pin::pin;

use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::interval;
use vectcut_upload::{Event, Published, Upload, UploadError};

use super::probes::Probes;
use super::reports::Reports;
use crate::clock;
use crate::failure::Failure;
use crate::progress::TICK;
use crate::site::Site;

/// Uploads the files, `jobs` of them at a time, and hands over each result. Returns when every file has one.
///
/// # Errors
///
/// Fails when standard output cannot be written.
///
/// # Cancellation
///
/// Dropping the future closes every connection. Files without a result stay without one.
pub(in crate::commands) async fn transfer(
    jobs: usize,
    uploads: &[Upload],
    site: &Site,
    reports: &Reports,
) -> Result<(), Failure> {
    let board = reports.board();
    let probes = Probes::start(reports.uploads(), reports.stderr());
    let (ends, mut ended) = mpsc::unbounded_channel();
    let uploading = async {
        let ends = ends;
        let mut on_event =
            |index, event: Event| board.event(reports.row(index), &event, clock::now());
        let mut on_result = |index, result: Result<Published, UploadError>| {
            // The receiver lives as long as this future: both are dropped together.
            let _ = ends.send((index, result));
        };
        let uploads = site
            .uploader
            .upload_all(uploads, jobs, &mut on_event, &mut on_result);
        uploads.await;
        Ok(())
    };
    let reporting = async {
        while let Some((index, result)) = ended.recv().await {
            let media = probes.media(index).await;
            reports.settle(index, result, media, site).await?;
        }
        Ok(())
    };
    let mut work = pin!(async { tokio::try_join!(uploading, reporting).map(|_| ()) });
    let mut measuring = lengths(uploads);
    let mut is_measured = false;
    let mut ticks = interval(TICK);
    loop {
        tokio::select! {
            biased;
            result = &mut work => return result,
            found = &mut measuring, if !is_measured => {
                is_measured = true;
                let found = found.unwrap_or_default().into_iter().enumerate();
                board.lengths(found.map(|(upload, bytes)| (reports.row(upload), bytes)));
            }
            _ = ticks.tick() => board.tick(clock::now()),
        }
    }
}

/// Looks up how long the files are, for the total. A file system that hangs holds up a thread of its own.
fn lengths(uploads: &[Upload]) -> JoinHandle<Vec<Option<u64>>> {
    let paths: Vec<_> = uploads
        .iter()
        .map(|upload| upload.path().to_owned())
        .collect();
    spawn_blocking(move || {
        let lengths = paths.iter().map(std::fs::metadata);
        lengths.map(|found| Some(found.ok()?.len())).collect()
    })
}
