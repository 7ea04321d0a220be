//! Events of a file, other than progress, as lines for people.

use std::time::{Duration, Instant};

use vectcut_upload::Event;

use crate::amounts;
use crate::words::{Text, hints, notes};

/// Minimum time between two notes about failed attempts of any file: a bad connection would fill the screen. The log has
/// them all.
const QUIET: Duration = Duration::from_secs(10);

/// The notes about all files.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// When the last note about a failed attempt was shown.
    retry_noted: Option<Instant>,
    /// Why the attempt failed that it was about.
    reason: String,
}

impl Notes {
    /// Returns the note about an event where the lines of the files show that one waits, but not why.
    pub(super) fn beside_bars(&mut self, name: &str, event: &Event, now: Instant) -> Option<Text> {
        match event {
            Event::Waiting => None,
            Event::Retrying { reason, .. } if *reason == self.reason => None,
            _ => self.of(name, event, now),
        }
    }

    /// Returns the note about an event, if there is one.
    pub(super) fn of(&mut self, name: &str, event: &Event, now: Instant) -> Option<Text> {
        let note = match event {
            Event::Waiting => notes::waiting(name),
            Event::Resuming {
                safe_bytes,
                len_bytes,
            } => notes::resuming(name, amounts::bytes_of(*safe_bytes, *len_bytes)),
            Event::FileChanged => notes::file_changed(name),
            Event::Retrying { reason, delay, .. } => {
                let is_recent = self
                    .retry_noted
                    .is_some_and(|noted| now.saturating_duration_since(noted) < QUIET);
                if is_recent {
                    return None;
                }
                self.retry_noted = Some(now);
                self.reason.clone_from(reason);
                notes::retrying(name, reason, amounts::duration(*delay))
            }
            Event::ClockCorrected { offset_seconds } => {
                let by = amounts::duration(Duration::from_secs(offset_seconds.unsigned_abs()));
                match *offset_seconds > 0 {
                    true => notes::clock_behind(by),
                    false => notes::clock_ahead(by),
                }
            }
            Event::SignatureChanged => notes::signature_changed(),
            Event::StartedOver { reason } => notes::started_over(name, reason),
            Event::NotKept { reason, full } => {
                let note = notes::not_kept(name, reason);
                match full {
                    Some(folder) => note
                        .then(&notes::semicolon())
                        .then(&hints::disk_full(folder.display())),
                    None => note,
                }
            }
            Event::UrlExpiresSoon { left } => {
                notes::url_expires_soon(name, amounts::duration(*left))
            }
            // Nobody needs to act on these. The log has them: these two at `-v`, the others at `-vv`.
            Event::PartsDenied => {
                tracing::info!(
                    file = name,
                    "the credentials do not allow parts; sending the file in one PUT, which cannot be resumed"
                );
                return None;
            }
            Event::CredentialsRenewed => {
                tracing::info!(file = name, "the credentials expired; got new ones");
                return None;
            }
            _ => return None,
        };
        Some(note)
    }
}

#[cfg(test)]
mod tests {
    use vectcut_upload::Step;

    use super::*;
    use crate::clock;
    use crate::words::Language;

    fn retrying(reason: &str) -> Event {
        Event::Retrying {
            reason: reason.into(),
            delay: Duration::from_millis(1_500),
            step: Step::Put,
            is_unreachable: false,
            gives_up_in: None,
        }
    }

    #[test]
    fn each_note_says_what_happens_next() {
        let now = clock::now();
        let mib = 1024 * 1024;
        let events = [
            Event::Waiting,
            Event::Resuming {
                safe_bytes: 12 * mib,
                len_bytes: 28 * mib,
            },
            Event::FileChanged,
            retrying("the connection to `b.example` broke"),
            Event::ClockCorrected {
                offset_seconds: 2_820,
            },
            Event::ClockCorrected {
                offset_seconds: -2_820,
            },
            Event::SignatureChanged,
            Event::StartedOver {
                reason: "OSS no longer has the upload".into(),
            },
            Event::NotKept {
                reason: "`state` cannot be written".into(),
                full: None,
            },
            Event::NotKept {
                reason: "the progress could not be written: no space left on device".into(),
                full: Some("/home/me/.local/state/vectcut/uploads".into()),
            },
            Event::UrlExpiresSoon {
                left: Duration::from_secs(20),
            },
        ];
        let notes = events.map(|event| Notes::default().of("clip.mp4", &event, now));
        let notes: Vec<_> = notes.into_iter().flatten().collect();
        for (name, language) in [
            ("notes_in_english", Language::English),
            ("notes_in_chinese", Language::Chinese),
        ] {
            let notes: Vec<_> = notes.iter().map(|note| note.to(language)).collect();
            insta::assert_snapshot!(name, notes.join("\n"));
        }
    }

    #[test]
    fn notes_about_failed_attempts_keep_their_distance() {
        let begun = clock::now();
        let mut notes = Notes::default();
        let mut noted = |second| {
            let now = begun + Duration::from_secs(second);
            notes.of("clip.mp4", &retrying("no"), now).is_some()
        };
        assert_eq!(
            [0, 1, 9, 10, 11].map(&mut noted),
            [true, false, false, true, false]
        );
    }

    #[test]
    fn beside_bars_a_reason_is_noted_once() {
        let begun = clock::now();
        let mut notes = Notes::default();
        let mut noted = |second, reason| {
            let now = begun + Duration::from_secs(second);
            notes
                .beside_bars("clip.mp4", &retrying(reason), now)
                .is_some()
        };
        let seen = [(0, "no"), (20, "no"), (40, "never")].map(|(at, reason)| noted(at, reason));
        assert_eq!(seen, [true, false, true]);
    }
}
