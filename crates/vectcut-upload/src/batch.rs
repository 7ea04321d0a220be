//! Many files: some at a time, each with its own result. What is wrong with all of them ends the batch.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use futures_util::{StreamExt, stream};
use tokio::sync::watch;
use vectcut_api::ApiError;

use crate::{Cause, Event, Fault, Published, Upload, UploadError, Uploader, shared::Shared};

/// The file that ended the batch, and how it failed.
type End = Option<(PathBuf, Cause)>;

impl Uploader {
    /// Uploads files, `jobs` of them at a time, and reports each result as it comes.
    ///
    /// All files share the connections, and each asks for its ticket just before it starts. With a state directory a file
    /// that is named twice is uploaded once. After a stop the same call, also with more files, does not send again what
    /// an earlier one has uploaded: once its URL has proven it, the result comes again. When all files are uploaded, their
    /// journals are removed; from then on the ledger knows them, if there is one.
    ///
    /// A refused API key, or a server that cannot be reached, is wrong with all files: the first file that fails so
    /// reports it, and the others end with [`UploadError::BatchEnded`].
    ///
    /// # Cancellation
    ///
    /// As [`upload`](Self::upload), for each file that was begun.
    pub async fn upload_all(
        &self,
        uploads: &[Upload],
        jobs: usize,
        on_event: &mut (dyn FnMut(usize, Event) + Send),
        on_result: &mut (dyn FnMut(usize, Result<Published, UploadError>) + Send),
    ) {
        let on_event = Mutex::new(on_event);
        let end = watch::Sender::new(None);
        let mut results = stream::iter(0..uploads.len())
            .map(|index| {
                let (upload, on_event, end) = (&uploads[index], &on_event, end.subscribe());
                async move {
                    let mut tell = |event| {
                        (on_event.lock().unwrap_or_else(PoisonError::into_inner))(index, event);
                    };
                    let result = self.upload_and_keep(upload, ended(end), &mut tell).await;
                    (index, result)
                }
            })
            .buffer_unordered(jobs.max(1));
        let mut finished = Vec::new();
        while let Some((index, result)) = results.next().await {
            let result = result.map(|done| {
                let published = done.published.clone();
                finished.push(done);
                published
            });
            if let Err(error) = &result
                && is_wrong_with_all(error, self.shared())
            {
                end.send_if_modified(|end| {
                    let is_first = end.is_none();
                    end.get_or_insert_with(|| (uploads[index].path().to_owned(), error.cause()));
                    is_first
                });
            }
            on_result(index, result);
        }
        if finished.len() == uploads.len() {
            for done in finished {
                self.forget(done).await;
            }
        }
    }
}

/// Resolves when the batch ends.
async fn ended(mut end: watch::Receiver<End>) -> (PathBuf, Cause) {
    let ended = end.wait_for(Option::is_some).await;
    match ended.ok().and_then(|end| end.clone()) {
        Some(failed) => failed,
        // The sender outlives all files, so this is not reached.
        None => std::future::pending().await,
    }
}

/// Returns whether every other file would fail in the same way.
///
/// The backend accepts a new file just before each failure of OSS, so its successes do not count then.
fn is_wrong_with_all(error: &UploadError, shared: &Shared) -> bool {
    match error {
        UploadError::GaveUp { after, last, .. } if error.fault() == Fault::Network => {
            let is_of_backend = matches!(**last, UploadError::Api { .. });
            let backend_works = is_of_backend && shared.backend.has_succeeded_within(*after);
            !backend_works && !shared.bucket.has_succeeded_within(*after)
        }
        // So is a membership that has expired.
        UploadError::Api {
            source: ApiError::Status {
                status: 401 | 403, ..
            },
            ..
        } => true,
        _ => error.fault() == Fault::ApiKey,
    }
}
