//! One upload in one run: what the ledger or the journal knows of it, its stages, and what is kept of its result.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use vectcut_api::SignedUrl;

use crate::{
    Event, Outcome, Published, Upload, UploadError, clock,
    journal::{Header, Journal, Record, VERSION},
    ledger::{Entry, seconds},
    memory::Memory,
    one_file::{self, Done},
    policy::history::History,
    reuse::{self, Reuse},
    run::Run,
    shared::Shared,
    source::SourceFile,
    stage::Stage,
    talk::Talk,
    tally::Tally,
};

/// How long the end of an upload may wait for the disk that holds its journal and the ledger.
const DISK_WITHIN: Duration = Duration::from_secs(2);

/// What one upload needs in one run. `kept` is set once there is a journal.
#[derive(Clone, Copy)]
pub(crate) struct Once<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) memory: &'a Memory,
    pub(crate) tally: &'a Arc<Tally>,
    pub(crate) kept: &'a OnceLock<(Journal, History)>,
    pub(crate) begun: Instant,
}

/// An upload that ended with a URL.
pub(crate) struct Finished {
    pub(crate) published: Published,
    /// Names its journal. None if the ledger knew the upload.
    pub(crate) header: Option<Header>,
}

/// The name and the content type of an upload.
type Names<'a> = (&'a str, &'a str);

/// Uploads a file, unless the ledger knows it and the servers prove it.
///
/// # Cancellation
///
/// Dropping the future leaves the upload at its stage, for the next run.
pub(crate) async fn run(
    once: Once<'_>,
    upload: &Upload,
    on_event: &mut (dyn FnMut(Event) + Send),
) -> Result<Finished, UploadError> {
    let name = upload.file_name()?;
    let content_type = upload.content_type_for(&name)?;
    let names = (&*name, content_type.as_str());
    let mut source = SourceFile::open_as(upload.path(), upload.opening()).await?;
    if let Some(ledger) = &once.memory.ledger
        && !upload.is_anew()
    {
        let talk = Talk::new(once.shared, once.tally, &mut *on_event);
        let entries = ledger.look_up(&reuse::subject(&talk, &source, &name)).await;
        match reuse::reuse(&talk, &source, &content_type, entries).await {
            Reuse::Proven(entry, url) => {
                forget_unfinished(once, &source, names).await;
                return Ok(reused(once, &source, *entry, url).await);
            }
            Reuse::Unknown => {}
            Reuse::Doubtful => {
                source = SourceFile::open_as(upload.path(), upload.opening()).await?;
            }
        }
    }
    send(once, &source, names, on_event).await
}

/// Removes the journal of an upload of the same file that was not finished: it holds credentials, and nobody needs it.
async fn forget_unfinished(once: Once<'_>, source: &SourceFile, (name, content_type): Names<'_>) {
    if let Some(folder) = once.memory.folder() {
        let api = &once.shared.api;
        let upload = [
            source.canonical_path(),
            &api.account(),
            &api.base_url().to_string(),
            &once.shared.oss.endpoint().server().to_string(),
            name,
            content_type,
        ];
        folder.discard(upload).await;
    }
}

/// Records that an entry was proven once more, and returns it as a result.
async fn reused(once: Once<'_>, source: &SourceFile, entry: Entry, url: SignedUrl) -> Finished {
    let entry = entry.proven_again(&url, source, clock::system());
    if let Some(ledger) = &once.memory.ledger {
        ledger.record(entry.clone(), DISK_WITHIN).await;
    }
    let published = Published {
        crc64: entry.crc64(),
        etag: entry.etag(),
        bucket: entry.bucket,
        object_key: entry.object_key,
        len_bytes: entry.subject.len_bytes,
        content_type: entry.content_type,
        public_signed_url: url,
        outcome: Outcome::Reused,
        attempts: 0,
        elapsed: clock::since(once.begun),
    };
    Finished {
        published,
        header: None,
    }
}

async fn send(
    once: Once<'_>,
    source: &SourceFile,
    names: Names<'_>,
    on_event: &mut (dyn FnMut(Event) + Send),
) -> Result<Finished, UploadError> {
    let header = header(once.shared, source, names).await?;
    let opened = once.memory.journal(&header, on_event).await;
    let mut history = opened.kept.history;
    history.run_began();
    let is_placed = !matches!(opened.kept.stage, Stage::New);
    once.tally.set_placed(is_placed);
    let (journal, _) = once.kept.get_or_init(|| (opened.journal, history));
    journal.append(Record::Run);
    let talk = Talk::new(once.shared, once.tally, on_event);
    let run = Run::new(talk, source, names, journal);
    let result = one_file::upload(&run, opened.kept, opened.abandoned).await;
    match &result {
        Ok(done) => run.finish(Record::published(&done.place, &done.stored, &done.url)),
        Err(error) if error.is_final() => journal.remove(),
        // Nothing was sent, and nothing is known that a later run could use.
        Err(error) if error.fault().is_refusal() && !once.tally.is_placed() => journal.remove(),
        Err(_) => {}
    }
    let recording = async {
        if let (Some(ledger), Ok(done)) = (&once.memory.ledger, &result) {
            ledger.record(entry(&run, done), DISK_WITHIN).await;
        }
    };
    tokio::join!(journal.close(DISK_WITHIN), recording);
    once.shared.remembered.settle(DISK_WITHIN).await;
    Ok(Finished {
        published: published(&run, result?, once.begun),
        header: Some(header),
    })
}

async fn header(
    shared: &Shared,
    source: &SourceFile,
    (name, content_type): Names<'_>,
) -> Result<Header, UploadError> {
    Ok(Header {
        journal: VERSION,
        file: source.identity().await?,
        account: shared.api.account(),
        base_url: shared.api.base_url().to_string(),
        endpoint: shared.oss.endpoint().server().to_string(),
        name: name.to_owned(),
        content_type: content_type.to_owned(),
    })
}

fn entry(run: &Run<'_>, done: &Done) -> Entry {
    let now = clock::system();
    Entry {
        subject: reuse::subject(&run.talk, run.source, run.name),
        content_type: run.content_type.to_owned(),
        path: run.source.canonical_path().to_owned(),
        mark: run.source.settled_mark(now),
        crc64: done.stored.crc64.value(),
        bucket: done.place.bucket.as_str().to_owned(),
        object_key: done.place.object_key.as_str().to_owned(),
        etag: done.stored.etag.as_ref().map(ToString::to_string),
        uploaded: seconds(now),
        proven: seconds(now),
        url: (&done.url).into(),
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
