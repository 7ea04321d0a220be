//! Where progress for programs is written: standard error, or a descriptor that the caller opened.

use std::fs::File;
use std::io::Write as _;
use std::time::Duration;

use crate::json_events::Line;
use crate::stderr::{Stderr, Writer};

/// A stream of JSON lines. No call but [`drain_within`](Self::drain_within) waits for its reader.
pub(crate) enum JsonLines {
    Stderr(Stderr),
    Descriptor(Writer),
}

impl JsonLines {
    pub(super) fn to_stderr(stderr: &Stderr) -> Self {
        Self::Stderr(stderr.clone())
    }

    pub(super) fn to_file(mut file: File) -> Self {
        Self::Descriptor(Writer::writing_to(move |bytes| file.write(bytes)))
    }

    /// Writes a line. Progress that nobody reads is dropped.
    pub(super) fn push(&self, line: &Line) {
        match self {
            Self::Stderr(stderr) => stderr.json(line),
            Self::Descriptor(writer) => writer.draw(line.text().as_bytes()),
        }
    }

    /// Waits until everything is written, for `at_most` this long.
    pub(super) fn drain_within(&self, at_most: Duration) {
        match self {
            // Whoever ends the command waits for standard error.
            Self::Stderr(_) => {}
            Self::Descriptor(writer) => writer.drain_within(at_most),
        }
    }
}
