//! The entry of this crate: an uploader, and its settings.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use oss_client::Patience;
use tokio::sync::OnceCell;

use crate::{
    Cause, Event, Progress, Published, RetryPolicy, Step, Stop, StopReason, Upload, UploadError,
    clock,
    limits::pace::Pace,
    memory::Memory,
    one_run::{self, Finished, Once},
    policy::{
        history::History,
        plan::{PART_MAX_BYTES, PART_MIN_BYTES},
        streams::{STREAMS_MAX, Streams},
    },
    shared::{Shared, SignatureChoice},
    tally::Tally,
};

/// How long a stopped upload may wait for the disk that holds its journal.
const JOURNAL_STOPS_WITHIN: Duration = Duration::from_millis(300);

/// Uploads files with one pair of clients. With a state directory it resumes uploads across runs.
#[derive(Debug)]
pub struct Uploader {
    shared: Shared,
    streams: Option<usize>,
    state_dir: Option<PathBuf>,
    wants_ledger: bool,
    memory: OnceCell<Memory>,
}

impl Uploader {
    /// Returns an uploader that asks `api` for tickets and sends to `oss`.
    pub fn new(api: vectcut_api::Client, oss: oss_client::Client) -> Self {
        Self {
            shared: Shared::new(api, oss),
            streams: None,
            state_dir: None,
            wants_ledger: true,
            memory: OnceCell::new(),
        }
    }

    /// Chooses the signature; [`SignatureChoice::Auto`] unless chosen.
    #[must_use]
    pub fn signature(mut self, choice: SignatureChoice) -> Self {
        self.shared.signature = choice;
        self
    }

    /// Sets the region for V4, such as `cn-hangzhou`, instead of reading it from the endpoint.
    #[must_use]
    pub fn region(mut self, region: Option<String>) -> Self {
        self.shared.region = region;
        self
    }

    /// Keeps progress in this directory, so that a later run resumes the same upload.
    ///
    /// It holds credentials and URLs in files that only their owner can read. If other users can write to the directory,
    /// nothing is kept, and [`Event::NotKept`] says so. Without a directory every run starts from the beginning.
    #[must_use]
    pub fn state_dir(mut self, state_dir: impl Into<PathBuf>) -> Self {
        self.state_dir = Some(state_dir.into());
        self
    }

    /// Sets whether what was uploaded is recorded in the state directory, and reused where the servers prove it. Default:
    /// true, and without a state directory there is no ledger.
    ///
    /// A file is reused if the same account uploaded the same content under the same name and content type to the same
    /// backend in the last 90 days, and a new URL shows the object. If anything of that is in doubt, the file is sent.
    #[must_use]
    pub fn ledger(mut self, ledger: bool) -> Self {
        self.wants_ledger = ledger;
        self
    }

    /// Sets how failures that may pass are retried.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.shared.retry = policy;
        self
    }

    /// Sets how long a connection may stand still before it is dropped. Default: 20 s, and 60 s for the response.
    ///
    /// Both are minimum values: a slow connection gets more.
    #[must_use]
    pub fn patience(mut self, least: Patience) -> Self {
        self.shared.least_patience = least;
        self
    }

    /// Sets how many connections send at once, 1 to 16, for all files together. Default: by the server and the file.
    #[must_use]
    pub fn streams(mut self, streams: usize) -> Self {
        self.streams = Some(streams.clamp(1, STREAMS_MAX));
        self
    }

    /// Sets the part size in bytes, 128 KiB to 5 GiB, as far as the number of parts allows it.
    #[must_use]
    pub fn part_size(mut self, part_bytes: u64) -> Self {
        self.shared.part_bytes = Some(part_bytes.clamp(PART_MIN_BYTES, PART_MAX_BYTES));
        self
    }

    /// Limits all connections together to this many bytes a second.
    #[must_use]
    pub fn limit_rate(mut self, bytes_per_second: u64) -> Self {
        self.shared.pace = Some(Arc::new(Pace::new(bytes_per_second)));
        self
    }

    /// Stops uploads when this signal is given.
    #[must_use]
    pub fn stop_on(mut self, stop: Stop) -> Self {
        self.shared.stop = stop;
        self
    }

    /// Uploads one file and returns its public URL.
    ///
    /// `on_event` is called from within this future, so it must not wait.
    ///
    /// # Errors
    ///
    /// [`UploadError::step`] says how far it came. Each variant says what is left on the servers.
    ///
    /// # Cancellation
    ///
    /// Dropping the future, or giving the stop signal, closes its connections at once. With a state directory every
    /// acknowledged part is in the journal, and a later run resumes the upload. Parts in flight are lost, and the
    /// multipart upload stays open on OSS until then. A file in one PUT starts over, unless OSS had its last byte.
    pub async fn upload(
        &self,
        upload: &Upload,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Published, UploadError> {
        let alone = std::future::pending();
        let finished = self.upload_and_keep(upload, alone, on_event).await?;
        let published = finished.published.clone();
        self.forget(finished).await;
        Ok(published)
    }

    /// Uploads a file and keeps its journal, so that a later run of the same batch knows the result. The upload ends with
    /// [`UploadError::BatchEnded`] when `batch_ends` resolves.
    pub(crate) async fn upload_and_keep(
        &self,
        upload: &Upload,
        batch_ends: impl Future<Output = (PathBuf, Cause)>,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Finished, UploadError> {
        let tally = Arc::new(Tally::default());
        let kept = OnceLock::new();
        let uploading = async {
            let begun = clock::monotonic();
            on_event(Event::Step(Step::Read));
            let once = Once {
                shared: &self.shared,
                memory: self.memory().await,
                tally: &tally,
                kept: &kept,
                begun,
            };
            one_run::run(once, upload, on_event).await
        };
        let end = tokio::select! {
            biased;
            reason = self.shared.stop.wait() => Err(reason),
            failed = batch_ends => Ok(failed),
            finished = uploading => return finished,
        };
        if let (Ok((_, cause)), Some((journal, _))) = (&end, kept.get())
            && cause.fault.is_refusal()
            && !tally.is_placed()
        {
            journal.remove();
        }
        let is_kept = match kept.get() {
            Some((journal, _)) => journal.close(JOURNAL_STOPS_WITHIN).await && journal.keeps(),
            None => false,
        };
        Err(match end {
            Ok((path, cause)) => UploadError::BatchEnded {
                path,
                cause,
                object_key: tally.stored_as(),
            },
            Err(reason) => {
                let history = kept.get().map(|(_, history)| history);
                stopped(reason, &tally, history, is_kept)
            }
        })
    }

    /// Prepares the first upload.
    pub(crate) async fn memory(&self) -> &Memory {
        self.memory
            .get_or_init(async || {
                let mut streams = Streams::new(self.streams);
                if self.shared.stop.time_left().is_some() {
                    streams = streams.carefully();
                }
                self.shared.gate.set_streams(streams);
                let state_dir = self.state_dir.clone();
                Memory::open(state_dir, self.wants_ledger, &self.shared.remembered).await
            })
            .await
    }

    /// Removes the journal of a finished upload.
    pub(crate) async fn forget(&self, finished: Finished) {
        if let (Some(folder), Some(header)) = (self.memory().await.folder(), finished.header) {
            folder.forget(header, finished.published.object_key).await;
        }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }
}

pub(crate) fn stopped(
    reason: StopReason,
    tally: &Tally,
    history: Option<&History>,
    is_kept: bool,
) -> UploadError {
    let last_cause = tally.last_cause();
    let is_failing = last_cause.is_some();
    let is_barren = history.is_some_and(History::is_barren);
    UploadError::Stopped {
        reason,
        progress: Progress {
            safe_bytes: tally.safe_bytes(),
            is_kept,
            needs_one_run: tally.needs_one_run(),
        },
        object_key: tally.stored_as(),
        is_hopeless: !tally.has_acknowledged() && (is_failing || is_barren),
        last_cause,
    }
}
