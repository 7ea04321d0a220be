//! What a state directory knows of uploads: the unfinished ones, from their journals, and the finished ones, from the ledger.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use oss_client::Crc64;
use vectcut_api::SignedUrl;

use crate::{
    LinkOf,
    blocking::blocking,
    journal::{Folder, Listed, is_disk_full},
    ledger::{Entry, Ledger},
    stage::Stage,
    state_dir::StateDir,
};

/// The uploads that a state directory knows.
#[derive(Debug, Clone)]
pub struct Uploads {
    path: PathBuf,
    journals: Folder,
    ledger: Ledger,
    /// Account and base URL.
    only: Option<(String, String)>,
}

/// An upload that a later run resumes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UnfinishedUpload {
    /// Names it for [`Uploads::discard`]: sixteen hexadecimal digits.
    pub id: String,
    /// The file, without links and dots.
    pub path: PathBuf,
    /// Its name as it is told to VectCut.
    pub name: String,
    /// Its content type.
    pub content_type: String,
    /// Its length in bytes when the upload began.
    pub len_bytes: u64,
    /// How many bytes OSS has acknowledged.
    pub safe_bytes: u64,
    /// Whether OSS has all of it, and only the URL is missing.
    pub is_stored: bool,
    /// Its object key, once VectCut has named one.
    pub object_key: Option<String>,
    /// When something was last written about it.
    pub updated_at: SystemTime,
    /// Whether a process works on it now.
    pub is_in_use: bool,
    /// The one-way fingerprint of the API key, [`vectcut_api::Client::account`].
    pub account: String,
    /// The backend.
    pub base_url: String,
}

/// An upload that succeeded.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FinishedUpload {
    /// The file, without links and dots.
    pub path: PathBuf,
    /// Its name as it was told to VectCut.
    pub name: String,
    /// The content type that OSS serves it with.
    pub content_type: String,
    /// Its length in bytes.
    pub len_bytes: u64,
    /// The CRC-64 of its bytes.
    pub crc64: Crc64,
    /// The bucket.
    pub bucket: String,
    /// The object key.
    pub object_key: String,
    /// When it was uploaded, by this computer's clock.
    pub uploaded_at: SystemTime,
    /// When the object was last proven to be there, by this computer's clock.
    pub proven_at: SystemTime,
    /// When its URL expires, if the URL says so.
    pub url_expires_at: Option<SystemTime>,
    /// The one-way fingerprint of the API key, [`vectcut_api::Client::account`].
    pub account: String,
    /// The backend.
    pub base_url: String,
    url: SignedUrl,
}

impl FinishedUpload {
    /// Returns its URL. Whoever has it can read the object until it expires.
    pub fn url(&self) -> &SignedUrl {
        &self.url
    }
}

/// A state directory that cannot be used, or an upload that is in use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UploadsError {
    /// The state directory cannot be read or written.
    #[error("the state directory `{}` cannot be used", path.display())]
    StateDir {
        /// The directory as it was given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A process works on the upload, so it was not discarded.
    #[error("a process works on the upload `{id}`")]
    InUse {
        /// The upload.
        id: String,
    },
}

impl UploadsError {
    /// Returns the directory whose disk is full, if that is why.
    pub fn full_disk(&self) -> Option<&Path> {
        match self {
            Self::StateDir { path, source } if is_disk_full(source) => Some(path),
            _ => None,
        }
    }

    /// Returns whether the same call may succeed later without anyone changing anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::InUse { .. } => true,
            Self::StateDir { source, .. } => source.kind() == io::ErrorKind::WouldBlock,
        }
    }
}

impl Uploads {
    /// Opens a state directory, and creates it if need be.
    ///
    /// # Errors
    ///
    /// Fails when the directory cannot be created, belongs to somebody else, or others can write to it.
    ///
    /// # Cancellation
    ///
    /// Dropping the future may leave an empty directory behind.
    pub async fn open(state_dir: impl Into<PathBuf>) -> Result<Self, UploadsError> {
        let path = state_dir.into();
        let folder = path.clone();
        let opened = blocking(move || {
            let state_dir = StateDir::open(&folder)?;
            Ok((Folder::open(&state_dir)?, Ledger::open(&state_dir)?))
        });
        match opened.await.unwrap_or_else(Err) {
            Ok((journals, ledger)) => Ok(Self {
                path,
                journals,
                ledger,
                only: None,
            }),
            Err(source) => Err(UploadsError::StateDir { path, source }),
        }
    }

    /// Leaves out the uploads of other accounts and other backends.
    ///
    /// Without this call all are listed, since the directory is its owner's, and no API key is needed to see them.
    #[must_use]
    pub fn of(mut self, api: &vectcut_api::Client) -> Self {
        self.only = Some((api.account(), api.base_url().to_string()));
        self
    }

    /// Returns the uploads that a later run resumes, the last one first.
    ///
    /// A journal that is damaged, or of another version, is left out.
    ///
    /// # Errors
    ///
    /// Fails when the directory cannot be read.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves everything as it was.
    pub async fn unfinished(&self) -> Result<Vec<UnfinishedUpload>, UploadsError> {
        let listed = self.journals.list().await;
        let listed = listed.map_err(|source| self.unusable(source))?;
        let mut uploads: Vec<_> = listed
            .into_iter()
            .filter(|listed| self.wants(&listed.header.account, &listed.header.base_url))
            .filter_map(unfinished)
            .collect();
        uploads.sort_by_key(|upload| std::cmp::Reverse(upload.updated_at));
        Ok(uploads)
    }

    /// Returns the uploads of the ledger, the last one first.
    ///
    /// # Errors
    ///
    /// Fails when the directory cannot be read.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves everything as it was.
    pub async fn finished(&self) -> Result<Vec<FinishedUpload>, UploadsError> {
        let entries = self.ledger.all().await;
        let entries = entries.map_err(|source| self.unusable(source))?;
        let mut uploads: Vec<_> = entries
            .into_iter()
            .filter(|entry| self.wants(&entry.subject.account, &entry.subject.base_url))
            .filter_map(finished)
            .collect();
        uploads.sort_by_key(|upload| std::cmp::Reverse(upload.proven_at));
        Ok(uploads)
    }

    /// Removes the journal of an unfinished upload, with the credentials in it. Returns whether there was one.
    ///
    /// The parts on OSS stay until OSS removes them; the credentials seldom allow more.
    ///
    /// # Errors
    ///
    /// [`UploadsError::InUse`] while a process works on it.
    ///
    /// # Cancellation
    ///
    /// Dropping the future may leave the journal being removed.
    pub async fn discard(&self, id: &str) -> Result<bool, UploadsError> {
        match self.journals.remove(id).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Err(UploadsError::InUse { id: id.to_owned() })
            }
            Err(source) => Err(self.unusable(source)),
        }
    }

    /// Removes a finished upload from the ledger, so that the file is sent the next time. Returns how many entries that are.
    ///
    /// The object stays on OSS.
    ///
    /// # Errors
    ///
    /// Fails when the directory cannot be written.
    ///
    /// # Cancellation
    ///
    /// Dropping the future may leave the entries being removed.
    pub async fn forget(&self, of: &LinkOf) -> Result<usize, UploadsError> {
        let only = self.only.clone();
        let of = of.clone();
        let canonical = canonical(&of).await;
        let removed = self.ledger.remove(move |entry| {
            let is_wanted = is_of(&only, &entry.subject.account, &entry.subject.base_url);
            is_wanted
                && match &of {
                    LinkOf::File(_) => canonical.as_ref() == Some(&entry.path),
                    LinkOf::ObjectKey(object_key) => entry.object_key == object_key.as_str(),
                    LinkOf::Url(url) => {
                        entry.url().as_ref() == Some(url)
                            || url.object_key().as_ref() == Some(&entry.object_key)
                    }
                }
        });
        removed.await.map_err(|source| self.unusable(source))
    }

    fn wants(&self, account: &str, base_url: &str) -> bool {
        is_of(&self.only, account, base_url)
    }

    fn unusable(&self, source: io::Error) -> UploadsError {
        UploadsError::StateDir {
            path: self.path.clone(),
            source,
        }
    }
}

/// Returns the path of a file as the ledger has it. The file may be gone; then the path is taken as it is.
async fn canonical(of: &LinkOf) -> Option<String> {
    let LinkOf::File(path) = of else {
        return None;
    };
    let path = path.clone();
    let canonical = blocking(move || {
        let canonical = std::fs::canonicalize(&path).or_else(|_| std::path::absolute(&path));
        canonical.map(|path| path.to_string_lossy().into_owned())
    });
    canonical.await.unwrap_or_else(Err).ok()
}

fn is_of(only: &Option<(String, String)>, account: &str, base_url: &str) -> bool {
    only.as_ref()
        .is_none_or(|(own, backend)| own == account && backend == base_url)
}

/// Returns an upload to show, unless it has its URL already and is finished.
fn unfinished(listed: Listed) -> Option<UnfinishedUpload> {
    let header = listed.header;
    let place = match &listed.stage {
        Stage::New => None,
        Stage::Placed(ticket) | Stage::Sending(ticket, _) => Some(&ticket.place),
        Stage::Stored(place, ..) => Some(place),
        Stage::Published(..) => return None,
    };
    let is_stored = matches!(listed.stage, Stage::Stored(..));
    let safe_bytes = match &listed.stage {
        Stage::Sending(_, open) => open.parts.iter().map(|part| part.len_bytes).sum(),
        _ if is_stored => header.file.len_bytes,
        _ => 0,
    };
    Some(UnfinishedUpload {
        object_key: place.map(|place| place.object_key.as_str().to_owned()),
        id: listed.id,
        path: header.file.path.into(),
        name: header.name,
        content_type: header.content_type,
        len_bytes: header.file.len_bytes,
        safe_bytes,
        is_stored,
        updated_at: listed.written,
        is_in_use: listed.is_in_use,
        account: header.account,
        base_url: header.base_url,
    })
}

fn finished(entry: Entry) -> Option<FinishedUpload> {
    let time = |seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
    let url = entry.url()?;
    Some(FinishedUpload {
        crc64: entry.crc64(),
        path: entry.path.into(),
        name: entry.subject.name,
        content_type: entry.content_type,
        len_bytes: entry.subject.len_bytes,
        bucket: entry.bucket,
        object_key: entry.object_key,
        uploaded_at: time(entry.uploaded)?,
        proven_at: time(entry.proven)?,
        url_expires_at: url.expires_at(),
        account: entry.subject.account,
        base_url: entry.subject.base_url,
        url,
    })
}
