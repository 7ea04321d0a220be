//! Progress: lines on a terminal that show what happens now, plain lines in a log, or JSON for programs.

mod file;
mod json_lines;
mod layout;
mod lines;
mod mode;
mod notes;
mod panel;
mod position;
mod sentence;
mod speed;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use vectcut_upload::{Event, Step};

use crate::json_events::{End, Line, Retrying, Summary};
use crate::plain_text::plain;
use crate::stderr::Stderr;
use crate::words::Text;
use file::{File, Life};
use json_lines::JsonLines;
use lines::Lines;
pub(crate) use mode::Mode;
use notes::Notes;
use panel::{Panel, Total};
use speed::Speed;

/// How often to call [`Board::tick`]: what moves on a terminal moves this often.
pub(crate) const TICK: Duration = Duration::from_millis(100);
/// How long the end of a run waits for the reader of a descriptor.
const LAST_READ: Duration = Duration::from_millis(200);

/// The progress of all files of a run. Each is shown from its first event to its end.
pub(crate) struct Board {
    stderr: Stderr,
    state: Mutex<State>,
}

struct State {
    files: Vec<File>,
    view: View,
    notes: Notes,
    /// The speed of all files together.
    speed: Speed,
    /// When it was shown last.
    shown: Option<Instant>,
}

enum View {
    /// `None` while there is nothing to show.
    Bars(Option<Panel>),
    Lines(Lines),
    Json(JsonLines),
    Nothing,
}

impl Board {
    /// Returns a board without files.
    pub(crate) fn new(stderr: &Stderr, mode: Mode, now: Instant) -> Self {
        let view = match mode {
            Mode::Bars => View::Bars(None),
            Mode::Lines => View::Lines(Lines::new(now)),
            Mode::Json(lines) => View::Json(lines),
            Mode::Nothing => View::Nothing,
        };
        Self {
            stderr: stderr.clone(),
            state: Mutex::new(State {
                files: Vec::new(),
                view,
                notes: Notes::default(),
                speed: Speed::default(),
                shown: None,
            }),
        }
    }

    /// Adds files that have not begun, and returns the index of the first. Files that are all over make room for them.
    pub(crate) fn add<'a>(&self, paths: impl Iterator<Item = &'a Path>) -> usize {
        let mut state = self.state();
        if state.are_all_over() {
            (state.files, state.speed) = (Vec::new(), Speed::default());
        }
        let first = state.files.len();
        state.files.extend(paths.map(File::new));
        first
    }

    /// Takes the lengths of files, as far as they are known, each with the file's index.
    pub(crate) fn lengths(&self, lengths: impl Iterator<Item = (usize, Option<u64>)>) {
        let mut state = self.state();
        for (index, len_bytes) in lengths {
            if let Some(file) = state.files.get_mut(index) {
                file.len_bytes = len_bytes;
            }
        }
    }

    /// Takes an event of the file at `index`.
    pub(crate) fn event(&self, index: usize, event: &Event, now: Instant) {
        let note = self.state().event(index, event, now);
        if let Some(note) = note {
            self.stderr.note(&note);
        }
    }

    /// Shows that the URL of the file at `index` is being fetched back.
    pub(crate) fn comparing(&self, index: usize) {
        if let Some(file) = self.state().files.get_mut(index) {
            file.at.is_compared = true;
        }
    }

    /// Shows what has changed, and that time passes. Runs that share the board may all call it: it keeps to one pace.
    pub(crate) fn tick(&self, now: Instant) {
        let line = self.state().tick(&self.stderr, now);
        if let Some(line) = line {
            self.stderr.note(&line);
        }
    }

    /// Ends the file at `index`. `code` is that of its error; `None` means that it is uploaded.
    pub(crate) fn end(&self, index: usize, status: &'static str, code: Option<&'static str>) {
        let mut state = self.state();
        let Some(file) = state.files.get_mut(index) else {
            return;
        };
        file.life = match code {
            None => Life::Uploaded,
            Some(_) => Life::Over,
        };
        let file = file.path.clone();
        state.tell(|| Line::End(End { file, status, code }));
        if state.are_all_over() {
            state.close();
        }
    }

    /// Writes the summary for programs.
    pub(crate) fn summary(&self, summary: Summary) {
        self.state().tell(|| Line::Summary(summary));
    }

    /// Removes what is shown unless other files are active, and waits a moment for the reader of a descriptor.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        if !state.files.iter().any(File::is_active) {
            state.close();
        }
    }

    /// Returns the step of the file at `index`; `None` before it begins.
    pub(crate) fn step(&self, index: usize) -> Option<Step> {
        self.state().files.get(index)?.at.step
    }

    /// Returns how many bytes of the file at `index` OSS has acknowledged.
    pub(crate) fn safe_bytes(&self, index: usize) -> u64 {
        let state = self.state();
        state.files.get(index).map_or(0, |file| file.at.safe_bytes)
    }

    /// Returns the failure that the file at `index` is retrying, in one line.
    pub(crate) fn last_cause(&self, index: usize) -> Option<String> {
        let state = self.state();
        let file = state.files.get(index)?;
        file.at.wait.and(file.last_cause.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes an event, and returns the note about it.
    fn event(&mut self, index: usize, event: &Event, now: Instant) -> Option<Text> {
        let file = self.files.get_mut(index)?;
        file.at.take(event, now);
        if file.life == Life::NotBegun {
            file.life = Life::Active;
        }
        if let Event::Retrying { reason, .. } = event {
            file.last_cause = Some(plain(reason));
        }
        let lines = match event {
            Event::Step(_) => Some(Line::Step(file.at())),
            Event::Retrying {
                reason,
                delay,
                step,
                gives_up_in,
                ..
            } => Some(Line::Retrying(Retrying {
                file: file.path.clone(),
                step: step.to_string(),
                reason: plain(reason),
                delay_ms: milliseconds(*delay),
                gives_up_in_ms: gives_up_in.map(milliseconds),
            })),
            _ => None,
        };
        let name = file.name.clone();
        if let Some(line) = lines {
            self.tell(|| line);
        }
        match (&self.view, event) {
            (View::Json(_), Event::Retrying { .. }) => None,
            (View::Bars(_), _) => self.notes.beside_bars(&name, event, now),
            _ => self.notes.of(&name, event, now),
        }
    }

    fn tick(&mut self, stderr: &Stderr, now: Instant) -> Option<Text> {
        let is_early = |last| now.saturating_duration_since(last) < TICK / 2;
        if self.shown.is_some_and(is_early) {
            return None;
        }
        self.shown = Some(now);
        self.show(stderr, now)
    }

    /// Updates what is shown, or returns a line when one is due.
    fn show(&mut self, stderr: &Stderr, now: Instant) -> Option<Text> {
        let moved = self.files.iter().map(|file| file.at.moved_bytes).sum();
        if moved > 0 {
            self.speed.record(moved, now);
        }
        for file in self.files.iter_mut().filter(|file| file.is_active()) {
            file.record_speed(now);
        }
        let total = self.total(self.speed.per_second(now));
        let active = self.files.iter().filter(|file| file.is_active());
        let rows: Vec<_> = active.map(|file| file.row(now)).collect();
        match &mut self.view {
            View::Bars(panel) => {
                if panel.is_none() && !rows.is_empty() {
                    *panel = Some(Panel::new(stderr));
                }
                if let Some(panel) = panel {
                    panel.draw(&rows, total, now);
                }
                None
            }
            View::Lines(lines) => lines.due(&rows, total, now),
            View::Json(lines) => {
                for file in self.files.iter_mut().filter(|file| file.is_active()) {
                    if let Some(line) = file.due(now) {
                        lines.push(&line);
                    }
                }
                None
            }
            View::Nothing => None,
        }
    }

    fn total(&self, per_second: Option<f64>) -> Total {
        let mut total = Total {
            ended: 0,
            files: self.files.len(),
            done_bytes: 0,
            len_bytes: 0,
            rest_bytes: 0,
            per_second,
        };
        for file in &self.files {
            let len_bytes = file.len_bytes().unwrap_or_default();
            match file.life {
                Life::Over => total.ended += 1,
                Life::Uploaded => {
                    total.ended += 1;
                    total.done_bytes += len_bytes;
                    total.len_bytes += len_bytes;
                }
                Life::NotBegun | Life::Active => {
                    total.done_bytes += file.at.done_bytes;
                    total.len_bytes += len_bytes;
                    total.rest_bytes += len_bytes.saturating_sub(file.at.sent_bytes);
                }
            }
        }
        total
    }

    fn are_all_over(&self) -> bool {
        self.total(None).ended == self.files.len()
    }

    fn tell(&self, line: impl FnOnce() -> Line) {
        if let View::Json(lines) = &self.view {
            lines.push(&line());
        }
    }

    fn close(&mut self) {
        match &mut self.view {
            View::Bars(panel) => *panel = None,
            View::Json(lines) => lines.drain_within(LAST_READ),
            View::Lines(_) | View::Nothing => {}
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}
