//! Many files: some at a time, each with its own result, none stopping the others.

use std::sync::{Mutex, PoisonError};

use futures_util::{StreamExt, stream};

use crate::{Event, Published, Upload, UploadError, Uploader};

impl Uploader {
    /// Uploads files, `jobs` of them at a time, and hands over each result as it comes.
    ///
    /// All files share one budget of connections, and each asks for its ticket just before it starts. With a state directory a file that is
    /// named twice is uploaded once, and the same call after a stop passes over what is up already:
    /// its result comes again. A batch is the same files in the same order with the same settings; once all of it is up,
    /// the next call uploads afresh.
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
        let batch = self.batch_id(uploads);
        let on_event = Mutex::new(on_event);
        let mut results = stream::iter(uploads.iter().enumerate())
            .map(|(index, upload)| {
                let (batch, on_event) = (&batch, &on_event);
                async move {
                    let mut tell = |event| {
                        (on_event.lock().unwrap_or_else(PoisonError::into_inner))(index, event)
                    };
                    (index, self.upload_in(batch, upload, &mut tell).await)
                }
            })
            .buffer_unordered(jobs.max(1));
        let mut all_up = true;
        while let Some((index, result)) = results.next().await {
            all_up &= result.is_ok();
            on_result(index, result);
        }
        if all_up {
            self.forget(uploads);
        }
    }
}
