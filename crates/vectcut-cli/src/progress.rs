//! How far a file is, for whoever watches: a bar on a terminal, otherwise a plain line now and then.

mod bar;
mod layout;
mod lines;
mod speed;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use vectcut_upload::{Event, Step};

use crate::plain_text::plain;
use crate::talk::Talk;
use bar::Bar;
use lines::Lines;
use speed::Speed;

/// How often [`Progress::tick`] should be called, so that a line that stands still is told too.
pub(crate) const TICK: Duration = Duration::from_secs(1);

/// The progress of one file.
pub(crate) struct Progress<'a> {
    talk: &'a Talk,
    state: Mutex<State>,
}

struct State {
    at: Position,
    speed: Speed,
    shown: Shown,
}

/// Where an upload is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Position {
    step: Option<Step>,
    sent_bytes: u64,
    len_bytes: u64,
    /// The upload is done, and its URL is being fetched back.
    is_compared: bool,
}

enum Shown {
    Bar(Box<Bar>),
    Lines(Lines),
    Nothing,
}

impl<'a> Progress<'a> {
    /// Begins to show a file; `now` is when its upload begins.
    pub(crate) fn new(talk: &'a Talk, path: &Path, now: Instant) -> Self {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = plain(&name.to_string_lossy());
        let shown = match talk.bars() {
            _ if talk.is_quiet() => Shown::Nothing,
            Some(bars) => Shown::Bar(Box::new(Bar::new(bars, name, talk.in_colour()))),
            None => Shown::Lines(Lines::new(name, now)),
        };
        Self {
            talk,
            state: Mutex::new(State {
                at: Position::default(),
                speed: Speed::default(),
                shown,
            }),
        }
    }

    /// Takes an event.
    pub(crate) fn event(&self, event: &Event, now: Instant) {
        let line = {
            let mut state = self.state();
            match *event {
                Event::Step(step) => state.at.step = Some(step),
                Event::Progress {
                    sent_bytes,
                    len_bytes,
                    ..
                } => {
                    state.at.sent_bytes = sent_bytes;
                    state.at.len_bytes = len_bytes;
                }
                Event::SignatureChanged => state.at.sent_bytes = 0,
                _ => {}
            }
            state.show(now)
        };
        if *event == Event::SignatureChanged {
            self.talk
                .say("OSS takes V1 signatures no longer; the file goes again, signed with V4");
        }
        if let Some(line) = line {
            self.talk.say(&line);
        }
    }

    /// Shows that the URL is being fetched back.
    pub(crate) fn comparing(&self, now: Instant) {
        self.state().at.is_compared = true;
        self.tick(now);
    }

    /// Shows that time goes by; a line falls due even when nothing moves.
    pub(crate) fn tick(&self, now: Instant) {
        let line = self.state().show(now);
        if let Some(line) = line {
            self.talk.say(&line);
        }
    }

    /// Returns the step that the upload is at.
    pub(crate) fn step(&self) -> Option<Step> {
        self.state().at.step
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Brings what is shown up to date; returns a line when one is due.
    fn show(&mut self, now: Instant) -> Option<String> {
        if self.at.step == Some(Step::Put) {
            self.speed.record(self.at.sent_bytes, now);
        }
        let per_second = self.speed.per_second(now);
        match &mut self.shown {
            Shown::Bar(bar) => {
                bar.show(self.at, per_second, now);
                None
            }
            Shown::Lines(lines) => lines.due(self.at, per_second, now),
            Shown::Nothing => None,
        }
    }
}

impl Position {
    /// Returns whether all was handed to the connection and the server has yet to answer.
    fn is_waiting(self) -> bool {
        self.step == Some(Step::Put) && self.len_bytes > 0 && self.sent_bytes >= self.len_bytes
    }
}
