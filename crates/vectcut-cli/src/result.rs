//! The result of one file, with the keys of the JSON that the command promises.
//!
//! Keys are only ever added, at the end. `vectcut schema upload` prints their schema.

mod failure_report;
mod media_report;

use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use strict_http::ServerUrl;
use vectcut_upload::{Outcome, Published};

use crate::amounts;
use crate::failure::Failure;
use crate::media::Media;
use crate::plain_text::plain;
use crate::words::{Language, Text, labels, notes};
pub(crate) use failure_report::FailureReport;
pub(crate) use media_report::MediaReport;

/// The result of one file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "result")]
pub(crate) enum FileResult {
    /// It is uploaded and has its URL.
    Published(Box<PublishedFile>),
    /// It failed or was stopped.
    NotPublished(Box<FailedFile>),
}

/// A file that is uploaded. The order of the fields is the order of the keys.
#[derive(Clone, Serialize, JsonSchema)]
#[schemars(rename = "published")]
pub(crate) struct PublishedFile {
    /// The VectCut backend.
    #[schemars(regex(pattern = r"^https?://"))]
    pub(crate) base_url: String,
    /// The OSS bucket of the object.
    #[schemars(regex(pattern = r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$"))]
    pub(crate) bucket_name: String,
    /// The path as it was given.
    #[schemars(length(min = 1))]
    pub(crate) local_file: String,
    /// The object key in the bucket.
    #[schemars(length(min = 1))]
    pub(crate) object_key: String,
    /// Bytes.
    pub(crate) file_size: u64,
    /// The URL. Whoever has it can read the file until it expires.
    #[schemars(regex(pattern = r"^https?://"))]
    pub(crate) public_signed_url: String,
    /// What was sent.
    pub(crate) status: PublishedStatus,
    /// The content type that OSS stored.
    #[schemars(regex(pattern = r"^[^/]+/[^/]+$"))]
    pub(crate) content_type: String,
    /// CRC-64/XZ of the bytes, in decimal. OSS computed the same.
    #[schemars(regex(pattern = r"^[0-9]{1,20}$"))]
    pub(crate) crc64: String,
    /// When the URL expires, in UTC; null if the URL does not say.
    #[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"))]
    pub(crate) url_expires_at: Option<String>,
    /// 1, plus one for each retry; 0 if the file was up already.
    pub(crate) attempts: u32,
    /// Milliseconds from the first look at the file to the URL.
    pub(crate) elapsed_ms: u64,
    /// What the headers of the file tell; absent if they tell nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) media: Option<MediaReport>,
}

/// How much of the file this run sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "published_status")]
pub(crate) enum PublishedStatus {
    /// All of it.
    Uploaded,
    /// The rest: an earlier run had sent some of it.
    Resumed,
    /// Nothing: an earlier run had sent all of it.
    Completed,
    /// Nothing: the ledger knew the file, and its URL proved it.
    Reused,
}

impl PublishedStatus {
    /// Returns its name in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Uploaded => "uploaded",
            Self::Resumed => "resumed",
            Self::Completed => "completed",
            Self::Reused => "reused",
        }
    }
}

/// A file that has no URL.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "not_published")]
pub(crate) struct FailedFile {
    /// The path as it was given.
    #[schemars(length(min = 1))]
    pub(crate) local_file: String,
    /// Whether it failed or was stopped.
    pub(crate) status: FailedStatus,
    /// Why.
    pub(crate) error: FailureReport,
}

/// How a file without a URL ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "failed_status")]
pub(crate) enum FailedStatus {
    /// Something went wrong.
    Failed,
    /// The time budget or a signal ended it.
    Stopped,
}

/// The public URL of an object that is uploaded already.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "link")]
pub(crate) struct LinkResult {
    /// Always `done`.
    status: &'static str,
    object_key: String,
    public_signed_url: String,
    /// `null` if the URL does not say.
    url_expires_at: Option<String>,
    /// Whether VectCut gave it just now.
    is_new: bool,
}

impl LinkResult {
    /// The result of a link.
    pub(crate) fn new(link: &vectcut_upload::Link) -> Self {
        let url = &link.public_signed_url;
        Self {
            status: "done",
            object_key: link.object_key.clone(),
            public_signed_url: url.expose().to_owned(),
            url_expires_at: url.expires_at().and_then(iso_8601),
            is_new: link.is_new,
        }
    }
}

impl FileResult {
    /// The result of a file that has no URL.
    pub(crate) fn not_published(path: &Path, failure: &Failure, language: Language) -> Self {
        let status = match failure.is_stop() {
            true => FailedStatus::Stopped,
            false => FailedStatus::Failed,
        };
        Self::NotPublished(Box::new(FailedFile {
            local_file: path.display().to_string(),
            status,
            error: FailureReport::new(failure, language),
        }))
    }
}

impl PublishedFile {
    /// The result of a file that is uploaded.
    pub(crate) fn new(base_url: &ServerUrl, path: &Path, published: &Published) -> Self {
        let status = match published.outcome {
            Outcome::Resumed => PublishedStatus::Resumed,
            Outcome::Completed => PublishedStatus::Completed,
            Outcome::Reused => PublishedStatus::Reused,
            _ => PublishedStatus::Uploaded,
        };
        Self {
            base_url: base_url.to_string(),
            bucket_name: published.bucket.clone(),
            local_file: path.display().to_string(),
            object_key: published.object_key.clone(),
            file_size: published.len_bytes,
            public_signed_url: published.public_signed_url.expose().to_owned(),
            status,
            content_type: published.content_type.clone(),
            crc64: published.crc64.to_string(),
            url_expires_at: published.public_signed_url.expires_at().and_then(iso_8601),
            attempts: published.attempts,
            elapsed_ms: published.elapsed.as_millis().try_into().unwrap_or(u64::MAX),
            media: None,
        }
    }

    /// Returns the same result for a file that is named by another path too.
    pub(crate) fn named(mut self, path: &Path) -> Self {
        self.local_file = path.display().to_string();
        self
    }

    /// Adds what the file's headers tell.
    pub(crate) fn with_media(mut self, media: Option<Media>) -> Self {
        self.media = media.map(MediaReport::from);
        self
    }

    /// Returns a summary in one line for people.
    pub(crate) fn summary(&self) -> Text {
        let status = match self.status {
            PublishedStatus::Uploaded => labels::uploaded(),
            PublishedStatus::Resumed => labels::resumed(),
            PublishedStatus::Completed => labels::completed(),
            PublishedStatus::Reused => labels::reused(),
        };
        let size = amounts::bytes(self.file_size);
        let elapsed = amounts::duration(Duration::from_millis(self.elapsed_ms));
        notes::ended(status, plain(&self.local_file), size, elapsed)
    }
}

impl std::fmt::Debug for PublishedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Until it expires, the URL is a secret.
        f.debug_struct("PublishedFile")
            .field("local_file", &self.local_file)
            .field("object_key", &self.object_key)
            .finish_non_exhaustive()
    }
}

/// Returns a time in UTC and whole seconds, such as `2026-11-22T12:00:00Z`.
pub(crate) fn iso_8601(time: SystemTime) -> Option<String> {
    let time = Timestamp::try_from(time).ok()?;
    let seconds = Timestamp::from_second(time.as_second()).ok()?;
    Some(seconds.to_string())
}

#[cfg(test)]
mod tests {
    use vectcut_upload::{Step, StopReason, UploadError};

    use super::*;
    use crate::failure::NextRun;

    #[test]
    fn times_are_utc_in_whole_seconds() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_767_229_323_999);
        assert_eq!(iso_8601(time).as_deref(), Some("2026-01-01T01:02:03Z"));
        let never = SystemTime::UNIX_EPOCH + Duration::from_secs(99_999_999_999_999);
        assert_eq!(iso_8601(never), None);
    }

    #[test]
    fn a_failure_has_every_key_even_when_its_value_is_null() {
        let path = Path::new("clip.mp4");
        let error = UploadError::Changed { path: path.into() };
        let result = FileResult::not_published(
            path,
            &Failure::of_upload(path, &error, None),
            Language::English,
        );
        insta::assert_snapshot!(serde_json::to_string_pretty(&result).expect("plain data"), @r#"
        {
          "local_file": "clip.mp4",
          "status": "failed",
          "error": {
            "code": "file_changed",
            "step": "read",
            "message": "`clip.mp4` changed while it was being sent",
            "hint": "wait until no program writes to the file, then upload it again",
            "retryable": true,
            "http_status": null,
            "oss_code": null,
            "request_id": null,
            "object_key": null,
            "last_cause": null
          }
        }
        "#);
    }

    #[test]
    fn an_interrupted_file_is_stopped_not_failed() {
        let path = Path::new("clip.mp4");
        let failure = Failure::stopped(
            path,
            StopReason::Interrupted,
            Some(Step::Put),
            0,
            NextRun::Resumes,
        );
        let FileResult::NotPublished(file) =
            FileResult::not_published(path, &failure, Language::English)
        else {
            panic!("it has no URL");
        };
        assert_eq!(
            (file.status, file.error.retryable),
            (FailedStatus::Stopped, true)
        );
    }
}
