//! The entry of this crate: an uploader, and its settings.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use oss_client::Patience;
use tokio::sync::OnceCell;

use crate::{
    Event, Progress, Published, RetryPolicy, Step, Stop, StopReason, Upload, UploadError,
    blocking::blocking,
    clock,
    journal::{Folder, Header, Journal, Note, Opened, Record, VERSION},
    limits::pace::Pace,
    one_file::{self, Done},
    policy::{
        history::History,
        plan::{PART_MAX_BYTES, PART_MIN_BYTES},
        streams::{STREAMS_MAX, Streams},
    },
    run::Run,
    shared::{Shared, SignatureChoice},
    source::SourceFile,
    state_dir::StateDir,
    tally::Tally,
};

/// How long the end of an upload may wait for the disk that holds its journal.
const JOURNAL_CLOSES_WITHIN: Duration = Duration::from_secs(2);

/// How long a stopped upload may wait for the disk that holds its journal.
const JOURNAL_STOPS_WITHIN: Duration = Duration::from_millis(300);

/// Uploads files with one pair of clients. With a state directory it resumes uploads across runs.
#[derive(Debug)]
pub struct Uploader {
    shared: Shared,
    streams: Option<usize>,
    state_dir: Option<PathBuf>,
    journals: OnceCell<Journals>,
}

/// Where journals are kept.
#[derive(Debug)]
pub(crate) enum Journals {
    Nowhere,
    In(Folder),
    Unusable(String),
}

/// An upload that ended with a URL, and what names its journal.
pub(crate) struct Finished {
    pub(crate) published: Published,
    header: Header,
}

impl Uploader {
    /// Returns an uploader that asks `api` for tickets and sends to `oss`.
    pub fn new(api: vectcut_api::Client, oss: oss_client::Client) -> Self {
        Self {
            shared: Shared::new(api, oss),
            streams: None,
            state_dir: None,
            journals: OnceCell::new(),
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

    /// Sets how many connections send at once, 1 to 16, for all files together. Default: found out while sending.
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

    /// Uploads a file and keeps its journal, so that a later run of the same batch knows the result. The upload ends with the
    /// error that `batch_ends` resolves to.
    pub(crate) async fn upload_and_keep(
        &self,
        upload: &Upload,
        batch_ends: impl Future<Output = UploadError>,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Finished, UploadError> {
        let tally = Arc::new(Tally::default());
        let kept = OnceLock::new();
        let end = tokio::select! {
            biased;
            reason = self.shared.stop.wait() => Err(reason),
            error = batch_ends => Ok(error),
            finished = self.run(upload, &tally, &kept, on_event) => return finished,
        };
        let is_kept = match kept.get() {
            Some((journal, _)) => journal.close(JOURNAL_STOPS_WITHIN).await && journal.keeps(),
            None => false,
        };
        Err(end.unwrap_or_else(|reason| {
            let history = kept.get().map(|(_, history)| history);
            stopped(reason, &tally, history, is_kept)
        }))
    }

    async fn run(
        &self,
        upload: &Upload,
        tally: &Arc<Tally>,
        kept: &OnceLock<(Journal, History)>,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Finished, UploadError> {
        let begun = clock::monotonic();
        on_event(Event::Step(Step::Read));
        let journals = self.journals().await;
        let name = upload.file_name()?;
        let content_type = upload.content_type_for(name)?;
        let source = SourceFile::open(upload.path()).await?;
        let header = self.header(&source, name, &content_type);
        let opened = open_journal(journals, &header, on_event).await;
        let mut history = opened.kept.history;
        history.run_began();
        let (journal, _) = kept.get_or_init(|| (opened.journal, history));
        journal.append(Record::Run);
        let names = (name, content_type.as_str());
        let run = Run::new(&self.shared, &source, names, journal, tally, on_event);
        let result = one_file::upload(&run, opened.kept, opened.abandoned).await;
        match &result {
            Ok(done) => run.finish(Record::published(&done.place, &done.stored, &done.url)),
            Err(error) if error.is_final() => journal.remove(),
            Err(_) => {}
        }
        journal.close(JOURNAL_CLOSES_WITHIN).await;
        self.shared.remembered.settle(JOURNAL_CLOSES_WITHIN).await;
        Ok(Finished {
            published: published(&run, result?, begun),
            header,
        })
    }

    fn header(&self, source: &SourceFile, name: &str, content_type: &str) -> Header {
        Header {
            journal: VERSION,
            file: source.identity().clone(),
            account: self.shared.api.account(),
            base_url: self.shared.api.base_url().to_string(),
            endpoint: self.shared.oss.endpoint().server().to_string(),
            name: name.to_owned(),
            content_type: content_type.to_owned(),
        }
    }

    /// Prepares the first upload: opens the state directory, and reads what earlier runs learned.
    async fn journals(&self) -> &Journals {
        self.journals
            .get_or_init(async || {
                let mut streams = Streams::new(self.streams);
                if self.shared.stop.time_left().is_some() {
                    streams = streams.carefully();
                }
                self.shared.gate.set_streams(streams);
                let Some(path) = self.state_dir.clone() else {
                    return Journals::Nowhere;
                };
                let shown = path.display().to_string();
                let opened = blocking(move || {
                    let state_dir = StateDir::open(&path)?;
                    let folder = Folder::open(&state_dir)?;
                    folder.sweep(clock::system());
                    std::io::Result::Ok((state_dir, folder))
                });
                match opened.await.unwrap_or_else(Err) {
                    Ok((state_dir, folder)) => {
                        self.shared.remembered.load(state_dir).await;
                        Journals::In(folder)
                    }
                    Err(error) => Journals::Unusable(format!(
                        "the state directory `{shown}` cannot be used: {error}"
                    )),
                }
            })
            .await
    }

    /// Removes the journal of a finished upload.
    pub(crate) async fn forget(&self, finished: Finished) {
        if let Journals::In(folder) = self.journals().await {
            folder
                .forget(finished.header, finished.published.object_key)
                .await;
        }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }
}

/// Opens the journal of an upload, and waits for another process that works on it.
async fn open_journal(
    journals: &Journals,
    header: &Header,
    on_event: &mut (dyn FnMut(Event) + Send),
) -> Opened {
    let opened = match journals {
        Journals::Nowhere => Opened::nothing(),
        Journals::In(folder) => folder.journal(header, || on_event(Event::Waiting)).await,
        Journals::Unusable(reason) => Opened::not_kept(reason.clone()),
    };
    match &opened.note {
        Some(Note::FileChanged) => on_event(Event::FileChanged),
        Some(Note::NotKept(reason)) => on_event(Event::NotKept {
            reason: reason.clone(),
        }),
        None => {}
    }
    opened
}

fn stopped(
    reason: StopReason,
    tally: &Tally,
    history: Option<&History>,
    is_kept: bool,
) -> UploadError {
    let last_cause = tally.last_cause();
    let is_unreachable = last_cause.is_some() && !tally.has_sent();
    let is_barren = history.is_some_and(History::is_barren);
    UploadError::Stopped {
        reason,
        progress: Progress {
            safe_bytes: tally.safe_bytes(),
            is_kept,
        },
        is_hopeless: !tally.has_acknowledged() && (is_unreachable || is_barren),
        last_cause,
    }
}

fn published(run: &Run<'_>, done: Done, begun: Instant) -> Published {
    Published {
        bucket: done.place.bucket.as_str().to_owned(),
        object_key: done.place.object_key.as_str().to_owned(),
        len_bytes: run.source.len_bytes(),
        content_type: run.content_type.to_owned(),
        crc64: done.stored.crc64,
        etag: done.stored.etag,
        public_signed_url: done.url,
        outcome: done.outcome,
        attempts: run.tally.attempts(),
        elapsed: clock::since(begun),
    }
}
