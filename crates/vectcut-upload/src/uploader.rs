//! Uploads files: what all of them share, and how one of them begins and ends. The walk itself is in `walk.rs`.

use std::{path::PathBuf, sync::Arc, time::Duration};

use oss_client::{Crc64Digest, Patience};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    Event, Published, RetryPolicy, Stop, Upload, UploadError,
    chunks::ChunkPool,
    clock::{self, ServerClock},
    journal::{Found, Header, Identity, Journal, Kept, Unavailable, VERSION, remove, sweep},
    pace::Pace,
    policy::plan::{PART_MAX_BYTES, PART_MIN_BYTES, StreamRate},
    policy::streams::STREAMS_MAX,
    remembered::Remembered,
    run::Run,
    source::SourceFile,
    tally::Tally,
    walk::walk,
};

/// How long to wait before looking again whether another process is done with the same upload.
const LOCK_POLL: Duration = Duration::from_millis(100);

/// How much of a slow stream's time may pass without a byte: the system's buffers take bytes in bursts of about this size.
const BURST_BYTES: u64 = 2 * 1024 * 1024;

/// How much may still lie in the system's buffers when the last byte was handed over.
const BUFFERED_BYTES: u64 = 8 * 1024 * 1024;

/// Which signature the requests to OSS carry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum SignatureChoice {
    /// V1 until OSS says that it takes V1 no longer, V4 from then on for that bucket.
    #[default]
    Auto,
    /// V1 only.
    V1,
    /// V4 only.
    V4,
}

/// Uploads files with one pair of clients, and keeps what was sent across runs when it is given a state directory.
#[derive(Debug)]
pub struct Uploader {
    pub(crate) api: vectcut_api::Client,
    pub(crate) oss: oss_client::Client,
    pub(crate) signature: SignatureChoice,
    pub(crate) region: Option<String>,
    pub(crate) retry: RetryPolicy,
    pub(crate) streams: Option<usize>,
    pub(crate) part_bytes: Option<u64>,
    pub(crate) pace: Option<Arc<Pace>>,
    pub(crate) pool: Arc<ChunkPool>,
    pub(crate) clock: ServerClock,
    pub(crate) remembered: Remembered,
    least_patience: Patience,
    state_dir: Option<PathBuf>,
    stop: Stop,
    /// One budget of connections, hence of memory, for all files.
    stream_permits: Semaphore,
}

impl Uploader {
    /// Returns an uploader that asks `api` for tickets and sends to `oss`.
    pub fn new(api: vectcut_api::Client, oss: oss_client::Client) -> Self {
        let remembered = Remembered::load(None, &oss.endpoint().server().to_string());
        Self {
            api,
            oss,
            signature: SignatureChoice::Auto,
            region: None,
            retry: RetryPolicy::default(),
            streams: None,
            part_bytes: None,
            pace: None,
            pool: Arc::default(),
            clock: ServerClock::default(),
            remembered,
            least_patience: Patience {
                stalled: Duration::from_secs(20),
                answer: Duration::from_secs(60),
            },
            state_dir: None,
            stop: Stop::new(),
            stream_permits: Semaphore::new(STREAMS_MAX),
        }
    }

    /// Chooses the signature; [`SignatureChoice::Auto`] unless chosen.
    #[must_use]
    pub fn signature(mut self, choice: SignatureChoice) -> Self {
        self.signature = choice;
        self
    }

    /// Sets the region for V4, such as `cn-hangzhou`, instead of reading it from the endpoint.
    #[must_use]
    pub fn region(mut self, region: Option<String>) -> Self {
        self.region = region;
        self
    }

    /// Keeps what was sent in this directory, so that the same upload continues in a later run.
    ///
    /// It will hold credentials and URLs in files that only their owner can read. Without it every run begins anew.
    #[must_use]
    pub fn state_dir(mut self, state_dir: impl Into<PathBuf>) -> Self {
        let state_dir = state_dir.into();
        self.remembered =
            Remembered::load(Some(&state_dir), &self.oss.endpoint().server().to_string());
        self.state_dir = Some(state_dir);
        self
    }

    /// Sets how failures that may pass are dealt with.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets how long nothing may move before a connection is dropped; 20 s and 60 s for the answer unless set.
    ///
    /// Both are least values: a stream that is measured to be slow gets more.
    #[must_use]
    pub fn patience(mut self, least: Patience) -> Self {
        self.least_patience = least;
        self
    }

    /// Uses this many streams for each file, 1 to 16, instead of finding out how many are best.
    #[must_use]
    pub fn streams(mut self, streams: usize) -> Self {
        self.streams = Some(streams.clamp(1, STREAMS_MAX));
        self
    }

    /// Sends parts of this many bytes, 128 KiB to 5 GiB, as far as the number of parts allows it.
    #[must_use]
    pub fn part_size(mut self, part_bytes: u64) -> Self {
        self.part_bytes = Some(part_bytes.clamp(PART_MIN_BYTES, PART_MAX_BYTES));
        self
    }

    /// Limits all streams together to this many bytes in a second.
    #[must_use]
    pub fn limit_rate(mut self, bytes_per_second: u64) -> Self {
        self.pace = Some(Arc::new(Pace::new(bytes_per_second)));
        self
    }

    /// Ends uploads when this signal is given.
    #[must_use]
    pub fn stop_on(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    /// Uploads one file and returns its public URL and what is known of the object.
    ///
    /// `on_event` is called from within this future, so it should not wait.
    ///
    /// # Errors
    ///
    /// [`UploadError::step`] says how far it came; each variant says what is left on the servers.
    ///
    /// # Cancellation
    ///
    /// Dropping the future, or giving the stop signal, closes its connections at once. With a state directory every
    /// part that OSS acknowledged is in the journal, and the same upload continues there; parts in flight are lost, and
    /// an upload in parts stays open on OSS until then. A file in one PUT begins anew, unless OSS had its last byte.
    pub async fn upload(
        &self,
        upload: &Upload,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Published, UploadError> {
        let batch = self.batch_id(std::slice::from_ref(upload));
        let published = self.upload_in(&batch, upload, on_event).await?;
        self.forget(std::slice::from_ref(upload));
        Ok(published)
    }

    /// Uploads a file of a batch; its journal stays, so that a later run of the same batch knows that it is done.
    pub(crate) async fn upload_in(
        &self,
        batch: &str,
        upload: &Upload,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Published, UploadError> {
        let tally = Arc::new(Tally::default());
        tokio::select! {
            biased;
            reason = self.stop.wait() => Err(UploadError::Stopped { reason, safe_bytes: tally.safe_bytes() }),
            outcome = self.begin(batch, upload, tally.clone(), on_event) => outcome,
        }
    }

    async fn begin(
        &self,
        batch: &str,
        upload: &Upload,
        tally: Arc<Tally>,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Published, UploadError> {
        let begun = clock::monotonic();
        on_event(Event::Step(crate::Step::Read));
        let name = upload.file_name()?;
        let content_type = upload.media_type(name)?;
        let source = SourceFile::open(upload.path()).await?;
        let identity = source.identity().await?;
        let header = self.header(identity, name, content_type);
        let (journal, kept) = self.open_journal(upload, &header, on_event).await;
        let run = Run::new(self, &source, header, journal, tally, on_event);
        walk(&run, batch, kept, begun).await
    }

    fn header(&self, file: Identity, name: &str, content_type: String) -> Header {
        Header {
            journal: VERSION,
            file,
            base_url: self.api.base_url().to_string(),
            endpoint: self.oss.endpoint().server().to_string(),
            name: name.to_owned(),
            content_type,
        }
    }

    /// Opens the journal of an upload, waiting for another process that works on it.
    async fn open_journal(
        &self,
        upload: &Upload,
        header: &Header,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> (Journal, Kept) {
        let Some(folder) = self.journals() else {
            return (Journal::none(), Kept::default());
        };
        let mut told = false;
        loop {
            let reason = match Journal::open(&folder, &self.journal_name(upload), header) {
                Ok((journal, Found::Kept(kept))) => return (journal, *kept),
                Ok((journal, Found::Nothing)) => return (journal, Kept::default()),
                Ok((journal, Found::FileChanged)) => {
                    on_event(Event::FileChanged);
                    return (journal, Kept::default());
                }
                Err(Unavailable::Locked) => {
                    if !std::mem::replace(&mut told, true) {
                        on_event(Event::Waiting);
                    }
                    tokio::time::sleep(LOCK_POLL).await;
                    continue;
                }
                Err(Unavailable::Newer) => {
                    "a newer version of this program is working on the same upload".to_owned()
                }
                Err(Unavailable::Io(error)) => format!(
                    "the state directory `{}` cannot be used: {error}",
                    folder.display()
                ),
            };
            on_event(Event::NotKept { reason });
            return (Journal::none(), Kept::default());
        }
    }

    fn journals(&self) -> Option<PathBuf> {
        self.state_dir
            .as_deref()
            .map(|state_dir| state_dir.join("uploads"))
    }

    /// Names an upload's journal after what makes it the same upload: the file's place and the settings.
    fn journal_name(&self, upload: &Upload) -> String {
        let path =
            std::fs::canonicalize(upload.path()).or_else(|_| std::path::absolute(upload.path()));
        let path = path.unwrap_or_else(|_| upload.path().to_owned());
        let name = upload.file_name().unwrap_or_default();
        let content_type = upload.media_type(name).unwrap_or_default();
        let (base_url, endpoint) = (
            self.api.base_url().to_string(),
            self.oss.endpoint().server().to_string(),
        );
        digest([
            path.as_os_str().as_encoded_bytes(),
            base_url.as_bytes(),
            endpoint.as_bytes(),
            name.as_bytes(),
            content_type.as_bytes(),
        ])
    }

    /// Names a batch after its files, in the order given, and their settings.
    pub(crate) fn batch_id(&self, uploads: &[Upload]) -> String {
        let names: Vec<_> = uploads
            .iter()
            .map(|upload| self.journal_name(upload))
            .collect();
        digest(names.iter().map(String::as_bytes))
    }

    /// Removes the journals of a batch that is up as a whole, and old ones of uploads that nobody continued.
    pub(crate) fn forget(&self, uploads: &[Upload]) {
        let Some(folder) = self.journals() else {
            return;
        };
        for upload in uploads {
            remove(&folder.join(format!("{}.jsonl", self.journal_name(upload))));
        }
        sweep(&folder, clock::system());
    }

    /// Waits for one of the connections that all files share.
    pub(crate) async fn stream(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed, so this is always a permit.
        self.stream_permits.acquire().await.ok()
    }

    /// Returns how long nothing may move on a stream of this rate; one that was not measured gets three times the least.
    pub(crate) fn patience_for(&self, rate: StreamRate) -> Patience {
        let Patience { stalled, answer } = self.least_patience;
        match rate.bytes_per_second {
            0 => Patience {
                stalled: stalled * 3,
                answer: answer * 3,
            },
            rate => {
                let lasting = |bytes: u64| Duration::from_secs_f64(bytes as f64 / rate as f64);
                Patience {
                    stalled: stalled.max(lasting(BURST_BYTES)),
                    answer: answer.max(lasting(BUFFERED_BYTES)),
                }
            }
        }
    }
}

fn digest<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut digest = Crc64Digest::new();
    for text in texts {
        digest.update(text);
        // Between two texts, so that moving a letter from one to the next makes a difference.
        digest.update(&[0]);
    }
    format!("{:016x}", digest.value().value())
}
