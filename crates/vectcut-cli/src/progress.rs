//! Progress for people: a bar on a terminal, otherwise a plain line every few seconds.

mod bar;
mod layout;
mod lines;
mod notes;
mod speed;

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use console::measure_text_width;
use vectcut_upload::{Event, Step};

use crate::plain_text::plain;
use crate::stderr::Stderr;
use crate::words::Text;
use bar::Bar;
use lines::Lines;
use notes::Notes;
use speed::Speed;

/// How often to call [`Board::tick`], so that a connection that stands still shows too.
pub(crate) const TICK: Duration = Duration::from_secs(1);

/// The progress of all files of a run. Each is shown from its first event to its end.
pub(crate) struct Board {
    stderr: Stderr,
    /// Columns of the longest name.
    name_columns: usize,
    files: Mutex<Vec<File>>,
}

/// The progress of one file.
struct File {
    name: String,
    at: Position,
    speed: Speed,
    notes: Notes,
    shown: Option<Shown>,
}

/// Where an upload is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Position {
    step: Option<Step>,
    /// The bytes that the bar shows as done.
    done_bytes: u64,
    /// The bytes that OSS has acknowledged.
    safe_bytes: u64,
    /// These, and the bytes given to connections.
    sent_bytes: u64,
    len_bytes: u64,
    /// Whether the upload is done and its URL is being fetched back.
    is_compared: bool,
}

enum Shown {
    Bar(Box<Bar>),
    Lines(Lines),
    Nothing,
}

impl Board {
    /// Returns a board of files that have not begun.
    pub(crate) fn new(stderr: &Stderr, paths: &[PathBuf]) -> Self {
        let files = paths.iter().map(|path| {
            let name = path.file_name().unwrap_or(path.as_os_str());
            File {
                name: plain(&name.to_string_lossy()),
                at: Position::default(),
                speed: Speed::default(),
                notes: Notes::default(),
                shown: None,
            }
        });
        let files: Vec<_> = files.collect();
        let name_columns = files.iter().map(|file| measure_text_width(&file.name));
        Self {
            stderr: stderr.clone(),
            name_columns: name_columns.max().unwrap_or_default(),
            files: Mutex::new(files),
        }
    }

    /// Takes an event of the file at `index`.
    pub(crate) fn event(&self, index: usize, event: &Event, now: Instant) {
        self.change(index, now, |file| {
            file.at.take(event);
            file.notes.of(&file.name, event, now)
        });
    }

    /// Shows that the URL of the file at `index` is being fetched back.
    pub(crate) fn comparing(&self, index: usize, now: Instant) {
        self.change(index, now, |file| {
            file.at.is_compared = true;
            None
        });
    }

    /// Shows that time passes: without bytes speeds fall, and lines are due all the same.
    pub(crate) fn tick(&self, now: Instant) {
        let mut lines = Vec::new();
        for file in self.files().iter_mut().filter(|file| file.shown.is_some()) {
            lines.extend(file.show(now));
        }
        for line in lines {
            self.stderr.note(&line);
        }
    }

    /// Stops showing the file at `index`.
    pub(crate) fn end(&self, index: usize) {
        if let Some(file) = self.files().get_mut(index) {
            file.shown = None;
        }
    }

    /// Returns the step of the file at `index`; `None` before it begins.
    pub(crate) fn step(&self, index: usize) -> Option<Step> {
        self.files().get(index)?.at.step
    }

    /// Returns how many bytes of the file at `index` OSS has acknowledged.
    pub(crate) fn safe_bytes(&self, index: usize) -> u64 {
        self.files().get(index).map_or(0, |file| file.at.safe_bytes)
    }

    fn change(&self, index: usize, now: Instant, change: impl FnOnce(&mut File) -> Option<Text>) {
        let (note, line) = {
            let mut files = self.files();
            let Some(file) = files.get_mut(index) else {
                return;
            };
            let note = change(file);
            if file.shown.is_none() {
                file.shown = Some(self.shown(&file.name, now));
            }
            (note, file.show(now))
        };
        for line in note.into_iter().chain(line) {
            self.stderr.note(&line);
        }
    }

    fn shown(&self, name: &str, now: Instant) -> Shown {
        match self.stderr.bars() {
            _ if self.stderr.is_quiet() => Shown::Nothing,
            Some(bars) => Shown::Bar(Box::new(Bar::new(
                bars,
                name.to_owned(),
                self.name_columns,
                self.stderr.in_color(),
                self.stderr.language(),
            ))),
            None => Shown::Lines(Lines::new(name.to_owned(), now)),
        }
    }

    fn files(&self) -> MutexGuard<'_, Vec<File>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl File {
    /// Updates the bar, or returns a line when one is due.
    fn show(&mut self, now: Instant) -> Option<Text> {
        if self.at.step == Some(Step::Put) {
            self.speed.record(self.at.sent_bytes, now);
        }
        let per_second = self.speed.per_second(now);
        match &mut self.shown {
            Some(Shown::Bar(bar)) => {
                bar.show(self.at, per_second, now);
                None
            }
            Some(Shown::Lines(lines)) => lines.due(self.at, per_second, now),
            Some(Shown::Nothing) | None => None,
        }
    }
}

impl Position {
    fn take(&mut self, event: &Event) {
        match *event {
            Event::Step(step) => self.step = Some(step),
            Event::Resuming {
                safe_bytes,
                len_bytes,
            } => {
                (self.safe_bytes, self.sent_bytes) = (safe_bytes, safe_bytes);
                (self.done_bytes, self.len_bytes) = (safe_bytes, len_bytes);
            }
            Event::Progress {
                safe_bytes,
                sent_bytes,
                len_bytes,
                ..
            } => {
                // Acknowledged bytes count. Before the first of them, and always for a file in one PUT, the bar shows
                // the bytes sent. It does not jump back from them unless they were lost.
                self.done_bytes = match safe_bytes {
                    0 => sent_bytes,
                    _ => safe_bytes.max(self.done_bytes.min(sent_bytes)),
                };
                (self.safe_bytes, self.sent_bytes) = (safe_bytes, sent_bytes);
                self.len_bytes = len_bytes;
            }
            Event::StartedOver { .. } | Event::FileChanged => {
                (self.safe_bytes, self.sent_bytes, self.done_bytes) = (0, 0, 0);
            }
            _ => {}
        }
    }

    /// Returns whether all bytes were given to connections and the server has not responded yet.
    fn is_waiting(self) -> bool {
        self.step == Some(Step::Put) && self.len_bytes > 0 && self.sent_bytes >= self.len_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what a bar shows as done after each of these `(safe, sent)`.
    fn done(progress: &[(u64, u64)]) -> Vec<u64> {
        let mut at = Position::default();
        let done = progress.iter().map(|&(safe_bytes, sent_bytes)| {
            at.take(&Event::Progress {
                safe_bytes,
                sent_bytes,
                len_bytes: 100,
                streams: 2,
            });
            at.done_bytes
        });
        done.collect()
    }

    #[test]
    fn acknowledged_bytes_count_and_the_bar_jumps_back_only_when_bytes_are_lost() {
        assert_eq!(
            done(&[(0, 10), (0, 20), (10, 30), (30, 50)]),
            [10, 20, 20, 30]
        );
        assert_eq!(done(&[(0, 20), (10, 12)]), [20, 12]);
    }

    #[test]
    fn a_file_in_one_put_shows_the_bytes_sent() {
        assert_eq!(done(&[(0, 40), (0, 90), (0, 0), (0, 50)]), [40, 90, 0, 50]);
    }
}
