//! What one run learns of a bucket and the next can use: which bucket it was, and whether it takes V4 only.
//!
//! Nothing here is needed and nothing is secret; what cannot be read is forgotten.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use oss_client::BucketName;
use serde::{Deserialize, Serialize};

use crate::journal::create_private_folder;

/// The bucket of the last upload, and the ones that refused V1, for each endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Known {
    last_bucket: Option<String>,
    v4_buckets: Vec<String>,
}

/// A memory for one endpoint, kept in a file when there is a state directory.
#[derive(Debug)]
pub(crate) struct Remembered {
    endpoint: String,
    file: Option<PathBuf>,
    known: Mutex<Known>,
    /// Whether this run has got a bucket.
    is_in_use: AtomicBool,
}

impl Remembered {
    /// Reads what an earlier run wrote.
    pub(crate) fn load(state_dir: Option<&Path>, endpoint: &str) -> Self {
        let file = state_dir.map(|folder| folder.join("buckets.json"));
        let known = file
            .as_deref()
            .map(read)
            .unwrap_or_default()
            .remove(endpoint)
            .unwrap_or_default();
        Self {
            endpoint: endpoint.to_owned(),
            file,
            known: Mutex::new(known),
            is_in_use: AtomicBool::new(false),
        }
    }

    /// Returns the bucket that the last run ended with, until this run has one of its own, to which it is connected.
    pub(crate) fn bucket_of_last_run(&self) -> Option<BucketName> {
        if self.is_in_use.load(Relaxed) {
            return None;
        }
        BucketName::parse(self.with(|known| known.last_bucket.clone())?).ok()
    }

    pub(crate) fn wants_v4(&self, bucket: &BucketName) -> bool {
        self.with(|known| known.v4_buckets.iter().any(|name| name == bucket.as_str()))
    }

    pub(crate) fn set_last_bucket(&self, bucket: &BucketName) {
        self.is_in_use.store(true, Relaxed);
        self.update(|known| known.last_bucket = Some(bucket.as_str().to_owned()));
    }

    pub(crate) fn set_wants_v4(&self, bucket: &BucketName) {
        if !self.wants_v4(bucket) {
            self.update(|known| known.v4_buckets.push(bucket.as_str().to_owned()));
        }
    }

    fn with<T>(&self, read: impl FnOnce(&mut Known) -> T) -> T {
        read(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes what is known, and writes it when that made a difference.
    fn update(&self, change: impl FnOnce(&mut Known)) {
        let changed = self.with(|known| {
            let before = known.clone();
            change(known);
            (*known != before).then(|| known.clone())
        });
        if let (Some(known), Some(file)) = (changed, &self.file)
            && let Err(error) = write(file, &self.endpoint, known)
        {
            tracing::debug!(%error, "what was learned of the bucket could not be kept");
        }
    }
}

fn read(file: &Path) -> BTreeMap<String, Known> {
    let text = std::fs::read(file).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Writes beside the file and renames, so that no reader sees half of it.
fn write(file: &Path, endpoint: &str, known: Known) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        create_private_folder(folder)?;
    }
    let mut all = read(file);
    all.insert(endpoint.to_owned(), known);
    let beside = file.with_extension(format!("json.{}", std::process::id()));
    std::fs::write(&beside, serde_json::to_vec_pretty(&all)?)?;
    std::fs::rename(&beside, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_learned_is_there_in_the_next_run_of_that_endpoint_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let bucket = BucketName::parse("bkt").expect("a bucket");
        let remembered = Remembered::load(Some(folder.path()), "one");
        remembered.set_last_bucket(&bucket);
        remembered.set_wants_v4(&bucket);
        assert_eq!(remembered.bucket_of_last_run(), None, "connected already");

        let again = Remembered::load(Some(folder.path()), "one");
        assert_eq!(again.bucket_of_last_run(), Some(bucket.clone()));
        assert!(again.wants_v4(&bucket));
        let other = Remembered::load(Some(folder.path()), "two");
        assert_eq!(other.bucket_of_last_run(), None);
        assert!(!other.wants_v4(&bucket));
    }

    #[test]
    fn a_damaged_file_is_forgotten_and_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("buckets.json"), "{").expect("damaged");
        let bucket = BucketName::parse("bkt").expect("a bucket");
        Remembered::load(Some(folder.path()), "one").set_last_bucket(&bucket);
        assert_eq!(
            Remembered::load(Some(folder.path()), "one").bucket_of_last_run(),
            Some(bucket)
        );
    }
}
