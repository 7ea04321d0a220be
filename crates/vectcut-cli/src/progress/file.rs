//! The progress of one file.

use std::path::Path;
use std::time::{Duration, Instant};

use vectcut_upload::Step;

use super::panel::Row;
use super::position::Position;
use super::speed::{Speed, time_left};
use crate::json_events::{FileAt, FileProgress, Line};
use crate::plain_text::plain;

/// Time between two JSON lines about the progress of a file. The promise is five seconds.
const JSON_EVERY: Duration = Duration::from_secs(2);

/// The progress of one file.
pub(super) struct File {
    /// The path as it was given.
    pub(super) path: String,
    pub(super) name: String,
    pub(super) life: Life,
    pub(super) at: Position,
    pub(super) speed: Speed,
    /// The length that the file system reports, until the upload knows it.
    pub(super) len_bytes: Option<u64>,
    /// The failure that is being retried.
    pub(super) last_cause: Option<String>,
    /// When the last JSON line about it was written.
    told: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    NotBegun,
    Active,
    Uploaded,
    /// It failed or was stopped.
    Over,
}

impl File {
    pub(super) fn new(path: &Path) -> Self {
        let name = path.file_name().unwrap_or(path.as_os_str());
        Self {
            path: path.display().to_string(),
            name: plain(&name.to_string_lossy()),
            life: Life::NotBegun,
            at: Position::default(),
            speed: Speed::default(),
            len_bytes: None,
            last_cause: None,
            told: None,
        }
    }

    pub(super) fn is_active(&self) -> bool {
        self.life == Life::Active
    }

    pub(super) fn len_bytes(&self) -> Option<u64> {
        match self.at.len_bytes {
            0 => self.len_bytes,
            len_bytes => Some(len_bytes),
        }
    }

    pub(super) fn record_speed(&mut self, now: Instant) {
        if self.at.step == Some(Step::Put) {
            self.speed.record(self.at.sent_bytes, now);
        }
    }

    pub(super) fn row(&self, now: Instant) -> Row<'_> {
        Row {
            name: &self.name,
            at: self.at,
            per_second: self.speed.per_second(now),
        }
    }

    pub(super) fn at(&self) -> FileAt {
        FileAt {
            file: self.path.clone(),
            step: self.at.step.map(|step| step.to_string()),
            safe_bytes: self.at.safe_bytes,
            sent_bytes: self.at.sent_bytes,
            len_bytes: self.len_bytes(),
        }
    }

    /// Returns the next JSON line about its progress when it is due.
    pub(super) fn due(&mut self, now: Instant) -> Option<Line> {
        let told = *self.told.get_or_insert(now);
        if now.saturating_duration_since(told) < JSON_EVERY {
            return None;
        }
        self.told = Some(now);
        let per_second = self.speed.per_second(now);
        let left = time_left(self.at.rest_bytes(), per_second);
        Some(Line::Progress(FileProgress {
            at: self.at(),
            // The conversion saturates, and drops a fraction of a byte.
            rate: per_second.map(|rate| rate as u64),
            eta: left.map(|left| left.as_secs()),
        }))
    }
}
