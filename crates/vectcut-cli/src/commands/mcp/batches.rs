//! All uploads that the server knows: begins them, finds them by their ID, and stops them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;
use vectcut_upload::{Event, Published, Upload, UploadError};

use super::batch::Batch;
use super::records::{Asked, Record, Records, id};
use super::roots::{Readable, Roots};
use super::sites::Sites;
use crate::clock;
use crate::commands::upload::probes::Probes;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::media::{self, Media};
use crate::result::PublishedFile;
use crate::site::Site;
use crate::words::{Language, mcp as say};

/// How many uploads that have ended the server remembers.
const REMEMBERED: usize = 200;

/// The uploads of this server.
pub(super) struct Batches {
    roots: Roots,
    sites: Sites,
    records: Records,
    /// How many files of a batch are uploaded at a time.
    jobs: usize,
    language: Language,
    /// The newest is the last.
    known: Mutex<Vec<Arc<Batch>>>,
}

/// An upload that a call wants, and whether this call began it.
pub(super) struct Begun {
    pub(super) batch: Arc<Batch>,
    pub(super) is_new: bool,
}

impl Batches {
    pub(super) fn new(
        roots: Roots,
        sites: Sites,
        records: Records,
        jobs: usize,
        language: Language,
    ) -> Self {
        Self {
            roots,
            sites,
            records,
            jobs,
            language,
            known: Mutex::default(),
        }
    }

    /// Returns the roots.
    pub(super) fn roots(&self) -> &Roots {
        &self.roots
    }

    /// Returns the servers.
    pub(super) fn sites(&self) -> &Sites {
        &self.sites
    }

    /// Uploads these files. If the server uploads them already, that upload is returned.
    ///
    /// It looks at the files, so it may block. A tokio runtime must be entered.
    pub(super) fn begin(&self, asked: Vec<Asked>) -> Begun {
        let looked: Vec<_> = asked.into_iter().map(|asked| self.look(asked)).collect();
        let files: Vec<_> = looked.iter().map(|(asked, _)| asked.clone()).collect();
        let id = id(&files);
        let mut known = self.known();
        let same = known
            .iter()
            .find(|batch| batch.id() == id && !batch.has_ended());
        if let Some(batch) = same {
            return Begun {
                batch: batch.clone(),
                is_new: false,
            };
        }
        let lengths = looked.iter().map(|(asked, file)| {
            let len_bytes = file.as_ref().map_or(0, Readable::len_bytes);
            (asked.given.clone(), len_bytes)
        });
        let batch = Batch::new(id, lengths, clock::system(), self.language);
        let batch = Arc::new(batch);
        remember(&mut known, batch.clone());
        drop(known);
        self.upload(&batch, looked);
        Begun {
            batch,
            is_new: true,
        }
    }

    /// Returns the upload with an ID. One that another server left unfinished is begun again.
    ///
    /// As [`begin`](Self::begin), it may block.
    ///
    /// # Errors
    ///
    /// Fails with wrong usage when there is no such upload.
    pub(super) fn find(&self, id: &str) -> Result<Arc<Batch>, Failure> {
        let newest = self
            .known()
            .iter()
            .rev()
            .find(|batch| batch.id() == id)
            .cloned();
        if let Some(batch) = newest {
            return Ok(batch);
        }
        let record = self.records.read(id).ok_or_else(|| {
            let what = say::no_such_upload(id);
            Failure::new(ExitCode::Usage, "upload_unknown", what).hint(say::upload_files_again())
        })?;
        if record.is_cancelled {
            let files = record.files.into_iter().map(|asked| (asked.given, 0));
            let batch = Batch::new(id.to_owned(), files, clock::system(), self.language);
            batch.cancel();
            return Ok(Arc::new(batch));
        }
        Ok(self.begin(record.files).batch)
    }

    /// Stops an upload, for later servers too. What OSS has acknowledged is kept.
    pub(super) fn cancel(&self, batch: &Batch) {
        if batch.has_ended() {
            return;
        }
        batch.cancel();
        if let Some(mut record) = self.records.read(batch.id()) {
            record.is_cancelled = true;
            self.records.write(batch.id(), &record);
        }
    }

    fn look(&self, mut asked: Asked) -> (Asked, Result<Readable, Failure>) {
        let file = self.roots.readable(&asked.path);
        if let Ok(file) = &file {
            asked.path = file.path().to_owned();
        }
        (asked, file)
    }

    fn upload(&self, batch: &Arc<Batch>, looked: Vec<(Asked, Result<Readable, Failure>)>) {
        let mut uploads = Vec::new();
        let mut files = Vec::new();
        for (index, (asked, file)) in looked.into_iter().enumerate() {
            match file {
                Ok(file) => uploads.push((index, upload(&asked, file.clone()), file)),
                Err(failure) => batch.fail(index, &failure),
            }
            files.push(asked);
        }
        if uploads.is_empty() {
            return;
        }
        let record = Record {
            files,
            is_cancelled: false,
        };
        self.records.write(batch.id(), &record);
        match self.sites.get() {
            Ok(site) => {
                let uploading = transfer(batch.clone(), site, uploads, self.jobs);
                batch.is_uploaded_by(tokio::spawn(uploading).abort_handle());
            }
            Err(failure) => {
                for (index, ..) in uploads {
                    batch.fail(index, &failure);
                }
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, Vec<Arc<Batch>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds a batch, and forgets the oldest that has ended if there are too many.
fn remember(known: &mut Vec<Arc<Batch>>, batch: Arc<Batch>) {
    known.push(batch);
    if known.len() > REMEMBERED
        && let Some(oldest) = known.iter().position(|batch| batch.has_ended())
    {
        known.remove(oldest);
    }
}

/// The upload of a file under the name that it was asked for by. Each opening goes through the roots again.
fn upload(asked: &Asked, file: Readable) -> Upload {
    let upload = Upload::new(file.path());
    let upload = match asked.given.file_name().and_then(|name| name.to_str()) {
        Some(name) => upload.name(name),
        None => upload,
    };
    upload.opened_by(move || file.open())
}

/// Uploads the files and gives each its end.
async fn transfer(
    batch: Arc<Batch>,
    site: Arc<Site>,
    uploads: Vec<(usize, Upload, Readable)>,
    jobs: usize,
) {
    let places: Vec<usize> = uploads.iter().map(|(place, ..)| *place).collect();
    let (uploads, files): (Vec<Upload>, Vec<Readable>) = uploads
        .into_iter()
        .map(|(_, upload, file)| (upload, file))
        .unzip();
    let looks = files.into_iter().map(|file| move || look_into(&file));
    let probes = Probes::of(looks.collect());
    let (ends, mut ended) = mpsc::unbounded_channel();
    let uploading = async {
        let ends = ends;
        let mut on_event = |index: usize, event: Event| batch.event(places[index], &event);
        let mut on_result = |index: usize, result: Result<Published, UploadError>| {
            // The receiver lives as long as this future: both are dropped together.
            let _ = ends.send((index, result));
        };
        site.uploader
            .upload_all(&uploads, jobs, &mut on_event, &mut on_result)
            .await;
    };
    let reporting = async {
        while let Some((index, result)) = ended.recv().await {
            let place = places[index];
            match result {
                Ok(published) => {
                    let path = batch.path(place);
                    let file = PublishedFile::new(&site.base_url, path, &published);
                    batch.publish(place, file.with_media(probes.media(index).await));
                }
                Err(error) => {
                    let proxy = site.proxy_at(Some(error.step()));
                    let path = uploads[index].path();
                    batch.fail(place, &Failure::of_upload(path, &error, proxy));
                }
            }
        }
    };
    tokio::join!(uploading, reporting);
}

/// Looks at the headers of a file, which is opened through its root as for the upload.
fn look_into(file: &Readable) -> Option<Media> {
    let opened = file.open().ok()?;
    media::look_at(opened, file.path()).media
}
