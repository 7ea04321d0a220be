//! Open multipart uploads: each has a folder with its record, and a file and a record for each part.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crc_fast::{CrcAlgorithm, checksum_combine};
use md5::{Digest as _, Md5};

use super::record::{ObjectRecord, PartRecord, UploadRecord};
use super::{CommitError, Received, private_dir, read_records, write_record};
use crate::random;

/// The minimum size of every part except the last, in bytes.
const PART_SIZE_MIN_BYTES: u64 = 100 * 1024;
const UPLOAD_FILE: &str = "upload.json";
const PARTS_DIR: &str = "parts";

/// The open uploads of one sandbox.
#[derive(Debug)]
pub(crate) struct Uploads {
    root: PathBuf,
    open: Mutex<HashMap<String, Upload>>,
}

#[derive(Debug, Clone)]
struct Upload {
    record: UploadRecord,
    parts: BTreeMap<u16, PartRecord>,
}

/// Which parts make the object.
#[derive(Debug)]
pub(crate) enum Selection {
    /// These part numbers, with the ETags that the client got for them.
    Parts(Vec<(u16, String)>),
    /// All that were uploaded.
    All,
}

/// Why an upload was not completed.
#[derive(Debug)]
pub(crate) enum CompleteError {
    NoSuchUpload,
    /// The list names no part.
    NoParts,
    /// The list is not ascending.
    Order,
    /// The part is missing, or its ETag is another.
    Part {
        number: u16,
    },
    /// A part before the last is too small.
    TooSmall {
        number: u16,
        len_bytes: u64,
    },
    Commit(CommitError),
}

/// Parts that make an object, in order.
#[derive(Debug)]
pub(crate) struct Chosen {
    upload: UploadRecord,
    parts: Vec<PartRecord>,
}

/// A page of the parts of an upload.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) parts: Vec<PartRecord>,
    pub(crate) is_truncated: bool,
}

impl Uploads {
    pub(super) fn open(root: PathBuf) -> io::Result<Self> {
        private_dir(&root)?;
        let mut open = HashMap::new();
        for entry in fs::read_dir(&root)? {
            let dir = entry?.path();
            // A folder without a record was being created or removed when an earlier sandbox ended.
            let Some(record) = read_records::<UploadRecord>(&dir)?.pop() else {
                fs::remove_dir_all(&dir)?;
                continue;
            };
            let parts = read_records::<PartRecord>(&dir.join(PARTS_DIR))?;
            let parts = parts.into_iter().map(|part| (part.number, part)).collect();
            open.insert(record.id.clone(), Upload { record, parts });
        }
        Ok(Self {
            root,
            open: Mutex::new(open),
        })
    }

    /// Opens an upload and returns its ID.
    pub(crate) fn initiate(
        &self,
        bucket: &str,
        key: &str,
        headers: Vec<(String, String)>,
        forbid_overwrite: bool,
    ) -> io::Result<String> {
        let id = random::name(32);
        let record = UploadRecord {
            id: id.clone(),
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            headers,
            forbid_overwrite,
        };
        let dir = self.root.join(&id);
        private_dir(&dir.join(PARTS_DIR))?;
        write_record(&dir.join(UPLOAD_FILE), &record)?;
        self.lock().insert(
            id.clone(),
            Upload {
                record,
                parts: BTreeMap::new(),
            },
        );
        Ok(id)
    }

    /// Returns whether the upload is open and belongs to that bucket and key.
    pub(crate) fn exists(&self, (bucket, key, id): (&str, &str, &str)) -> bool {
        self.lock()
            .get(id)
            .is_some_and(|upload| upload.record.bucket == bucket && upload.record.key == key)
    }

    /// Keeps a part, in place of an earlier one of that number. `None` when the upload is gone.
    pub(crate) fn put_part(
        &self,
        upload: (&str, &str, &str),
        number: u16,
        received: Received,
        now_ms: i64,
    ) -> io::Result<Option<PartRecord>> {
        if !self.exists(upload) {
            return Ok(None);
        }
        let record = PartRecord {
            number,
            file: format!("{number}.{}", random::name(8)),
            len_bytes: received.len_bytes,
            crc64: received.crc64,
            md5_hex: received.md5_hex(),
            modified_ms: now_ms,
        };
        let dir = self.root.join(upload.2).join(PARTS_DIR);
        let mut open = self.lock();
        // The upload may have been completed or aborted since the check above.
        let Some(upload) = open.get_mut(upload.2) else {
            return Ok(None);
        };
        received
            .file
            .persist(dir.join(&record.file))
            .map_err(|error| error.error)?;
        write_record(&dir.join(format!("{number}.json")), &record)?;
        let old = upload.parts.insert(number, record.clone());
        drop(open);
        if let Some(old) = old {
            fs::remove_file(dir.join(&old.file))?;
        }
        Ok(Some(record))
    }

    /// Returns up to `max` parts whose numbers are above `after`. `None` when the upload is gone.
    pub(crate) fn list(
        &self,
        upload: (&str, &str, &str),
        after: u16,
        max: usize,
    ) -> Option<Listed> {
        if !self.exists(upload) {
            return None;
        }
        let open = self.lock();
        let mut parts = open
            .get(upload.2)?
            .parts
            .range(after.saturating_add(1)..)
            .map(|(_, part)| part.clone());
        let page: Vec<PartRecord> = parts.by_ref().take(max).collect();
        Some(Listed {
            parts: page,
            is_truncated: parts.next().is_some(),
        })
    }

    /// Returns the object key of every open upload, and how many bytes its parts have.
    pub(crate) fn sizes(&self) -> Vec<(String, u64)> {
        let size = |upload: &Upload| {
            let len_bytes = upload.parts.values().map(|part| part.len_bytes).sum();
            (upload.record.key.clone(), len_bytes)
        };
        self.lock().values().map(size).collect()
    }

    /// Forgets an upload and its parts. Returns whether it was open.
    pub(crate) fn abort(&self, upload: (&str, &str, &str)) -> io::Result<bool> {
        if !self.exists(upload) {
            return Ok(false);
        }
        self.remove(upload.2)?;
        Ok(true)
    }

    /// Forgets all uploads and their parts.
    pub(crate) fn forget_all(&self) -> io::Result<()> {
        let ids: Vec<String> = self.lock().keys().cloned().collect();
        ids.iter().try_for_each(|id| self.remove(id))
    }

    /// Checks the selection of parts against the upload.
    pub(super) fn choose(
        &self,
        upload: (&str, &str, &str),
        selection: &Selection,
    ) -> Result<Chosen, CompleteError> {
        if !self.exists(upload) {
            return Err(CompleteError::NoSuchUpload);
        }
        let open = self.lock();
        let upload = open.get(upload.2).ok_or(CompleteError::NoSuchUpload)?;
        let parts: Vec<PartRecord> = match selection {
            Selection::All => upload.parts.values().cloned().collect(),
            Selection::Parts(wanted) => {
                if wanted.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
                    return Err(CompleteError::Order);
                }
                let find = |(number, etag): &(u16, String)| {
                    let part = upload.parts.get(number).filter(|part| {
                        part.md5_hex
                            .eq_ignore_ascii_case(etag.trim().trim_matches('"'))
                    });
                    part.cloned().ok_or(CompleteError::Part { number: *number })
                };
                wanted.iter().map(find).collect::<Result<_, _>>()?
            }
        };
        let Some((_, before_last)) = parts.split_last() else {
            return Err(CompleteError::NoParts);
        };
        if let Some(small) = before_last
            .iter()
            .find(|part| part.len_bytes < PART_SIZE_MIN_BYTES)
        {
            return Err(CompleteError::TooSmall {
                number: small.number,
                len_bytes: small.len_bytes,
            });
        }
        Ok(Chosen {
            upload: upload.record.clone(),
            parts,
        })
    }

    /// Copies the chosen parts into one file.
    pub(super) fn join(&self, chosen: &Chosen, dir: &Path) -> io::Result<Received> {
        let mut whole = tempfile::NamedTempFile::new_in(dir)?;
        let (mut len_bytes, mut crc64, mut md5) = (0, 0, Md5::new());
        for part in &chosen.parts {
            let mut file = File::open(
                self.root
                    .join(&chosen.upload.id)
                    .join(PARTS_DIR)
                    .join(&part.file),
            )?;
            // The kernel copies from file to file where the platform allows it.
            io::copy(&mut file, whole.as_file_mut())?;
            len_bytes += part.len_bytes;
            crc64 = checksum_combine(CrcAlgorithm::Crc64Xz, crc64, part.crc64, part.len_bytes);
            md5.update(part.md5_hex.as_bytes());
        }
        Ok(Received {
            file: whole.into_temp_path(),
            len_bytes,
            crc64,
            md5: md5.finalize().into(),
        })
    }

    /// Forgets an upload, whoever it belongs to.
    pub(super) fn remove(&self, id: &str) -> io::Result<()> {
        if self.lock().remove(id).is_none() {
            return Ok(());
        }
        let dir = self.root.join(id);
        // Removed first: the next start removes a folder without a record.
        fs::remove_file(dir.join(UPLOAD_FILE))?;
        fs::remove_dir_all(dir)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Upload>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Chosen {
    /// Returns whether the upload was initiated with `x-oss-forbid-overwrite`.
    pub(super) fn forbids_overwrite(&self) -> bool {
        self.upload.forbid_overwrite
    }

    /// Describes the object that the parts make.
    pub(super) fn record(&self, received: &Received, now_ms: i64) -> ObjectRecord {
        ObjectRecord {
            bucket: self.upload.bucket.clone(),
            key: self.upload.key.clone(),
            file: String::new(),
            len_bytes: received.len_bytes,
            crc64: received.crc64,
            etag: format!("\"{}-{}\"", received.md5_hex(), self.parts.len()),
            content_md5: None,
            modified_ms: now_ms,
            headers: self.upload.headers.clone(),
            is_multipart: true,
        }
    }
}
