//! Objects and open multipart uploads, on disk.
//!
//! Bytes are written under a temporary name and renamed once they are complete. An index file names each object's
//! bytes, so a crash leaves the old object or the new one. File names come from a hash: an object key may be `../..`.
//! Everything here blocks except [`Receiving`] and [`FileBody`]; the servers call it through [`Store::run`].

mod file_body;
mod receiving;
mod record;
mod uploads;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) use file_body::FileBody;
use md5::Digest as _;
pub(crate) use receiving::{Received, Receiving};
pub(crate) use record::ObjectRecord;
use sha2::Sha256;
pub(crate) use uploads::{CompleteError, Selection, Uploads};

use crate::random;

/// An object in the sandbox's store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredObject {
    /// The file that holds its bytes. It is replaced, never changed, when the object is overwritten.
    pub path: PathBuf,
    /// Its length in bytes.
    pub len_bytes: u64,
    /// Its CRC-64/XZ.
    pub crc64: u64,
    /// Its ETag, with the quotes.
    pub etag: String,
    /// Its content type as it was sent.
    pub content_type: Option<String>,
}

/// The objects and open uploads of one sandbox.
#[derive(Debug)]
pub(crate) struct Store {
    objects_dir: PathBuf,
    incoming_dir: PathBuf,
    objects: Mutex<HashMap<(String, String), Arc<ObjectRecord>>>,
    pub(crate) uploads: Uploads,
}

/// Why an object was not stored.
#[derive(Debug)]
pub(crate) enum CommitError {
    /// It exists and must not be overwritten.
    Exists,
    /// The disk failed.
    Io(io::Error),
}

impl From<io::Error> for CommitError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Store {
    /// Opens the store in `root`, with what an earlier sandbox left there.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        let (objects_dir, incoming_dir) = (root.join("objects"), root.join("incoming"));
        private_dir(&objects_dir)?;
        // These bodies were incomplete when an earlier sandbox ended.
        if incoming_dir.exists() {
            fs::remove_dir_all(&incoming_dir)?;
        }
        private_dir(&incoming_dir)?;
        let mut objects = HashMap::new();
        for record in read_records::<ObjectRecord>(&objects_dir)? {
            objects.insert(
                (record.bucket.clone(), record.key.clone()),
                Arc::new(record),
            );
        }
        sweep(&objects_dir, &objects)?;
        let uploads = Uploads::open(root.join("uploads"))?;
        Ok(Self {
            objects_dir,
            incoming_dir,
            objects: Mutex::new(objects),
            uploads,
        })
    }

    /// Runs `work` on a thread that may block.
    pub(crate) async fn run<T, F>(self: &Arc<Self>, work: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> T + Send + 'static,
    {
        let store = Arc::clone(self);
        match tokio::task::spawn_blocking(move || work(&store)).await {
            Ok(result) => result,
            // The work panicked, and so does this; or the runtime is shutting down, and this task with it.
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => std::future::pending().await,
            },
        }
    }

    /// Starts to receive bytes into a temporary file.
    pub(crate) fn receive(&self) -> Receiving {
        Receiving::start(self.incoming_dir.clone())
    }

    /// Makes `received` the object that `record` describes.
    pub(crate) fn commit(
        &self,
        received: Received,
        mut record: ObjectRecord,
        forbid_overwrite: bool,
    ) -> Result<Arc<ObjectRecord>, CommitError> {
        let id = file_id(&record.bucket, &record.key);
        record.file = format!("{id}.{}", random::name(8));
        let name = (record.bucket.clone(), record.key.clone());
        let mut objects = self.objects();
        if forbid_overwrite && objects.contains_key(&name) {
            return Err(CommitError::Exists);
        }
        received
            .file
            .persist(self.objects_dir.join(&record.file))
            .map_err(|error| error.error)?;
        write_record(&self.objects_dir.join(format!("{id}.json")), &record)?;
        let record = Arc::new(record);
        let old = objects.insert(name, Arc::clone(&record));
        drop(objects);
        if let Some(old) = old {
            fs::remove_file(self.objects_dir.join(&old.file))?;
        }
        Ok(record)
    }

    /// Joins the chosen parts of an upload into its object and forgets the upload.
    pub(crate) fn complete(
        &self,
        upload: (&str, &str, &str),
        selection: &Selection,
        forbid_overwrite: bool,
        now_ms: i64,
    ) -> Result<Arc<ObjectRecord>, CompleteError> {
        let chosen = self.uploads.choose(upload, selection)?;
        let received = self
            .uploads
            .join(&chosen, &self.incoming_dir)
            .map_err(|error| CompleteError::Commit(error.into()))?;
        let record = chosen.record(&received, now_ms);
        let record = self
            .commit(
                received,
                record,
                forbid_overwrite || chosen.forbids_overwrite(),
            )
            .map_err(CompleteError::Commit)?;
        self.uploads
            .remove(upload.2)
            .map_err(|error| CompleteError::Commit(error.into()))?;
        Ok(record)
    }

    /// Returns the object's record.
    pub(crate) fn find(&self, bucket: &str, key: &str) -> Option<Arc<ObjectRecord>> {
        self.objects()
            .get(&(bucket.to_owned(), key.to_owned()))
            .cloned()
    }

    /// Opens the object's bytes.
    pub(crate) fn open_object(&self, record: &ObjectRecord) -> io::Result<fs::File> {
        fs::File::open(self.objects_dir.join(&record.file))
    }

    /// Removes the object, if there is one.
    pub(crate) fn delete(&self, bucket: &str, key: &str) -> io::Result<()> {
        let removed = self.objects().remove(&(bucket.to_owned(), key.to_owned()));
        let Some(record) = removed else { return Ok(()) };
        fs::remove_file(
            self.objects_dir
                .join(format!("{}.json", file_id(bucket, key))),
        )?;
        fs::remove_file(self.objects_dir.join(&record.file))
    }

    /// Removes all objects.
    pub(crate) fn delete_all(&self) -> io::Result<()> {
        let names = self.names();
        names
            .iter()
            .try_for_each(|(bucket, key)| self.delete(bucket, key))
    }

    /// Stores `bytes` as an object, in place of any other, as if somebody else had sent them.
    pub(crate) fn replace(
        &self,
        bucket: &str,
        key: &str,
        bytes: &[u8],
        now_ms: i64,
    ) -> io::Result<()> {
        let received = Received::of(bytes, &self.incoming_dir)?;
        let record = ObjectRecord::put(bucket, key, &received, now_ms, Vec::new());
        match self.commit(received, record, false) {
            Err(CommitError::Io(error)) => Err(error),
            Ok(_) | Err(CommitError::Exists) => Ok(()),
        }
    }

    /// Returns the public description of an object.
    pub(crate) fn stored(&self, bucket: &str, key: &str) -> Option<StoredObject> {
        let record = self.find(bucket, key)?;
        Some(StoredObject {
            path: self.objects_dir.join(&record.file),
            len_bytes: record.len_bytes,
            crc64: record.crc64,
            etag: record.etag.clone(),
            content_type: record.header("content-type").map(str::to_owned),
        })
    }

    /// Returns the latest `max` objects, the newest first.
    pub(crate) fn latest(&self, max: usize) -> Vec<Arc<ObjectRecord>> {
        let mut records: Vec<_> = self.objects().values().cloned().collect();
        records.sort_by_cached_key(|record| (Reverse(record.modified_ms), record.key.clone()));
        records.truncate(max);
        records
    }

    /// Returns the bucket and key of every object, sorted.
    pub(crate) fn names(&self) -> Vec<(String, String)> {
        let mut names: Vec<_> = self.objects().keys().cloned().collect();
        names.sort();
        names
    }

    fn objects(&self) -> MutexGuard<'_, HashMap<(String, String), Arc<ObjectRecord>>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes bytes without a record: an earlier sandbox ended before it wrote the record.
fn sweep(dir: &Path, objects: &HashMap<(String, String), Arc<ObjectRecord>>) -> io::Result<()> {
    let known: HashSet<&str> = objects
        .values()
        .map(|record| record.file.as_str())
        .collect();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if !name.ends_with(".json") && !known.contains(name) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Returns a name for the files of an object, so that no object key becomes a path.
pub(crate) fn file_id(bucket: &str, key: &str) -> String {
    let digest = Sha256::digest(format!("{bucket}/{key}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a record as [`write_file`] does.
pub(crate) fn write_record(path: &Path, record: &impl serde::Serialize) -> io::Result<()> {
    write_file(path, &serde_json::to_vec(record)?)
}

/// Makes a folder that only its owner may enter, and those above it.
pub(crate) fn private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a file under a temporary name, readable by nobody else, then renames it: a reader sees all of it or none.
pub(crate) fn write_file(path: &Path, contents: &[u8]) -> io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(parent)?;
    file.write_all(contents)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Reads every `.json` record of a directory; the error for a damaged one names its file.
pub(crate) fn read_records<T: serde::de::DeserializeOwned>(dir: &Path) -> io::Result<Vec<T>> {
    let mut records = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let record = serde_json::from_slice(&fs::read(&path)?).map_err(|error| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("`{}` is damaged: {error}", path.display()),
            )
        })?;
        records.push(record);
    }
    Ok(records)
}
