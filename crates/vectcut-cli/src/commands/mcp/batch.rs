//! One call of `upload_files`: how far each of its files is, and how it ended. It lives on after the call.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use vectcut_upload::{Event, Step};

use super::report::{FileReport, Report, Status};
use crate::commands::upload::exit::{Ending, exit_code};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::result::{FileResult, PublishedFile};
use crate::words::{Language, mcp as say};

/// The files of one call, as long as the server remembers them.
pub(super) struct Batch {
    id: String,
    created: SystemTime,
    language: Language,
    /// As they were given.
    paths: Vec<PathBuf>,
    files: watch::Sender<Vec<File>>,
    upload: Mutex<Option<AbortHandle>>,
}

/// How far a file is.
#[derive(Debug)]
enum File {
    Open {
        /// `None` before its turn.
        step: Option<Step>,
        sent_bytes: u64,
        len_bytes: u64,
    },
    Ended {
        result: Value,
        ending: Ending,
        len_bytes: u64,
    },
}

/// How far all files together are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) sent_bytes: u64,
    pub(super) total_bytes: u64,
    /// Files that have not ended.
    pub(super) open: usize,
}

impl Batch {
    /// A batch whose files, with their lengths in bytes, wait for their turn.
    pub(super) fn new(
        id: String,
        files: impl IntoIterator<Item = (PathBuf, u64)>,
        created: SystemTime,
        language: Language,
    ) -> Self {
        let (paths, files) = files
            .into_iter()
            .map(|(path, len_bytes)| {
                let file = File::Open {
                    step: None,
                    sent_bytes: 0,
                    len_bytes,
                };
                (path, file)
            })
            .unzip();
        Self {
            id,
            created,
            language,
            paths,
            files: watch::Sender::new(files),
            upload: Mutex::default(),
        }
    }

    /// Returns the ID.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Returns a path as it was given.
    pub(super) fn path(&self, index: usize) -> &Path {
        self.paths.get(index).map_or(Path::new(""), |path| path)
    }

    /// Returns when it was begun.
    pub(super) fn created(&self) -> SystemTime {
        self.created
    }

    /// Returns whether every file has ended.
    pub(super) fn has_ended(&self) -> bool {
        all_ended(&self.files.borrow())
    }

    /// Waits until every file has ended.
    pub(super) async fn ended(&self) {
        let mut files = self.files.subscribe();
        // The sender lives in `self`, so the wait ends with the files.
        let _ = files.wait_for(|files| all_ended(files)).await;
    }

    /// Keeps what stops the upload.
    pub(super) fn is_uploaded_by(&self, upload: AbortHandle) {
        *self.upload.lock().unwrap_or_else(PoisonError::into_inner) = Some(upload);
    }

    /// Takes what the library reports of a file.
    pub(super) fn event(&self, index: usize, event: &Event) {
        self.files.send_if_modified(|files| {
            let Some(File::Open {
                step,
                sent_bytes,
                len_bytes,
            }) = files.get_mut(index)
            else {
                return false;
            };
            match event {
                Event::Step(begun) => *step = Some(*begun),
                Event::Resuming {
                    safe_bytes,
                    len_bytes: len,
                }
                | Event::Progress {
                    safe_bytes,
                    len_bytes: len,
                    ..
                } => {
                    (*sent_bytes, *len_bytes) = (*safe_bytes, *len);
                }
                Event::Stored => *sent_bytes = *len_bytes,
                _ => return false,
            }
            true
        });
    }

    /// Returns the step that a file is at.
    pub(super) fn step(&self, index: usize) -> Option<Step> {
        match self.files.borrow().get(index)? {
            File::Open { step, .. } => *step,
            File::Ended { .. } => None,
        }
    }

    /// Takes the result of a file that is uploaded.
    pub(super) fn publish(&self, index: usize, file: PublishedFile) {
        self.end(
            index,
            FileResult::Published(Box::new(file)),
            Ending::Uploaded,
        );
    }

    /// Takes why a file is not uploaded.
    pub(super) fn fail(&self, index: usize, failure: &Failure) {
        let result = FileResult::not_published(self.path(index), failure, self.language);
        self.end(index, result, Ending::of(failure));
    }

    /// Stops the upload. OSS keeps what it acknowledged, and the next upload of these files resumes.
    pub(super) fn cancel(&self) {
        let upload = self
            .upload
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(upload) = upload {
            upload.abort();
        }
        for (index, path) in self.paths.iter().enumerate() {
            let what = say::cancelled(path.display());
            let mut failure = Failure::new(ExitCode::Interrupted, "interrupted", what)
                .hint(say::upload_same_files());
            failure.step = self.step(index);
            failure.retryable = true;
            self.fail(index, &failure);
        }
    }

    /// The first end of a file counts.
    fn end(&self, index: usize, result: FileResult, ending: Ending) {
        // Plain data always becomes JSON.
        let result = serde_json::to_value(&result).unwrap_or_default();
        self.files
            .send_if_modified(|files| match files.get_mut(index) {
                Some(file @ File::Open { .. }) => {
                    let len_bytes = file.len_bytes();
                    *file = File::Ended {
                        result,
                        ending,
                        len_bytes,
                    };
                    true
                }
                _ => false,
            });
    }

    /// Returns how far all files together are.
    pub(super) fn progress(&self) -> Progress {
        let files = self.files.borrow();
        Progress {
            sent_bytes: files.iter().map(File::sent_bytes).sum(),
            total_bytes: files.iter().map(File::len_bytes).sum(),
            open: files.iter().filter(|file| file.is_open()).count(),
        }
    }

    /// Returns what is known of every file.
    pub(super) fn report(&self) -> Report {
        let files = self.files.borrow();
        let endings: Vec<_> = files
            .iter()
            .filter_map(|file| match file {
                File::Ended { ending, .. } => Some(*ending),
                File::Open { .. } => None,
            })
            .collect();
        let exit_code = (endings.len() == files.len()).then(|| exit_code(&endings));
        let files = self.paths.iter().zip(files.iter());
        Report::of_batch(
            &self.id,
            exit_code,
            files.map(|(path, file)| file.report(path)).collect(),
            self.language,
        )
    }
}

fn all_ended(files: &[File]) -> bool {
    !files.iter().any(File::is_open)
}

impl File {
    fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. })
    }

    fn len_bytes(&self) -> u64 {
        match self {
            Self::Open { len_bytes, .. } | Self::Ended { len_bytes, .. } => *len_bytes,
        }
    }

    fn sent_bytes(&self) -> u64 {
        match self {
            Self::Open { sent_bytes, .. } => *sent_bytes,
            Self::Ended { len_bytes, .. } => *len_bytes,
        }
    }

    fn report(&self, path: &Path) -> FileReport {
        match self {
            Self::Ended { result, .. } => FileReport::Ended(result.clone()),
            Self::Open {
                step,
                sent_bytes,
                len_bytes,
            } => FileReport::Open {
                local_file: path.display().to_string(),
                status: match step {
                    None => Status::Waiting,
                    Some(_) => Status::Running,
                },
                step: step.map(|step| step.to_string()),
                sent_bytes: *sent_bytes,
                file_size: *len_bytes,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch() -> Batch {
        let files = [("a.mp4".into(), 100), ("b.mp4".into(), 50)];
        Batch::new(
            "up_0".into(),
            files,
            SystemTime::UNIX_EPOCH,
            Language::English,
        )
    }

    fn json(batch: &Batch) -> Value {
        serde_json::to_value(batch.report()).expect("plain data")
    }

    #[test]
    fn progress_is_that_of_all_files() {
        let batch = batch();
        batch.event(0, &Event::Step(Step::Put));
        let progress = Event::Progress {
            safe_bytes: 40,
            sent_bytes: 60,
            len_bytes: 100,
            streams: 1,
        };
        batch.event(0, &progress);
        let expected = Progress {
            sent_bytes: 40,
            total_bytes: 150,
            open: 2,
        };
        assert_eq!(batch.progress(), expected);
        let report = json(&batch);
        assert_eq!(report["status"], "running");
        assert_eq!(report["files"][0]["sent_bytes"], 40);
        assert_eq!(report["files"][1]["status"], "waiting");
    }

    #[test]
    fn a_cancelled_batch_keeps_how_its_files_ended_before() {
        let batch = batch();
        batch.fail(0, &Failure::api_key_missing());
        assert!(!batch.has_ended());
        batch.cancel();
        assert!(batch.has_ended());
        let report = json(&batch);
        assert_eq!(report["status"], "stopped");
        assert_eq!(report["files"][0]["error"]["code"], "api_key_missing");
        assert_eq!(report["files"][1]["status"], "stopped");
    }
}
