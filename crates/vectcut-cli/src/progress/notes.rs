//! What happens to a file beside its bytes, as a line for people.

use std::time::{Duration, Instant};

use vectcut_upload::Event;

use crate::amounts;
use crate::plain_text::plain;

/// How long it is quiet about failed tries: a bad line would fill the screen with them. The log has them all.
const QUIET: Duration = Duration::from_secs(5);

/// What was told of one file.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// When a failed try was told last.
    retry_told: Option<Instant>,
}

impl Notes {
    /// Returns what to tell of an event, if it is worth telling.
    pub(super) fn of(&mut self, name: &str, event: &Event, now: Instant) -> Option<String> {
        let note = match event {
            Event::Waiting => {
                format!("`{name}`: another process uploads it; waiting until it is done")
            }
            Event::Resuming {
                safe_bytes,
                len_bytes,
            } => format!(
                "`{name}`: continues, {} are there already",
                amounts::bytes_of(*safe_bytes, *len_bytes)
            ),
            Event::FileChanged => {
                format!("`{name}`: changed since the last run; all of it is sent anew")
            }
            Event::Retrying { reason, delay } => {
                let is_told = self
                    .retry_told
                    .is_some_and(|told| now.saturating_duration_since(told) < QUIET);
                if is_told {
                    return None;
                }
                self.retry_told = Some(now);
                let delay = amounts::duration(*delay);
                format!("`{name}`: {}; again in {delay}", plain(reason))
            }
            Event::ClockCorrected { offset_seconds } => {
                let by = amounts::duration(Duration::from_secs(offset_seconds.unsigned_abs()));
                let way = if *offset_seconds > 0 {
                    "behind"
                } else {
                    "ahead of"
                };
                format!(
                    "this computer's clock is {by} {way} the server's; requests are signed with the server's time"
                )
            }
            Event::SignatureChanged => {
                "OSS takes V1 signatures no longer; requests are signed with V4".to_owned()
            }
            Event::StartedOver { reason } => {
                format!("`{name}`: {}; all of it is sent again", plain(reason))
            }
            Event::NotKept { reason } => {
                format!(
                    "`{name}`: what is sent is not kept for a later run: {}",
                    plain(reason)
                )
            }
            // Nothing to act on, and in the log: these two at `-v`, the others at `-vv`.
            Event::PartsDenied => {
                tracing::info!(
                    file = name,
                    "the credentials allow no upload in parts; the file goes in one PUT, which cannot be continued"
                );
                return None;
            }
            Event::CredentialsRenewed => {
                tracing::info!(file = name, "the credentials ended, and new ones came");
                return None;
            }
            _ => return None,
        };
        Some(note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn each_note_reads_well() {
        let now = clock::now();
        let mib = 1024 * 1024;
        let events = [
            Event::Waiting,
            Event::Resuming {
                safe_bytes: 12 * mib,
                len_bytes: 28 * mib,
            },
            Event::FileChanged,
            Event::Retrying {
                reason: "the connection to `b.example` broke".into(),
                delay: Duration::from_millis(1_500),
            },
            Event::ClockCorrected {
                offset_seconds: 2_820,
            },
            Event::ClockCorrected {
                offset_seconds: -2_820,
            },
            Event::SignatureChanged,
            Event::StartedOver {
                reason: "OSS forgot the upload".into(),
            },
            Event::NotKept {
                reason: "`state` cannot be written".into(),
            },
        ];
        let notes = events.map(|event| Notes::default().of("clip.mp4", &event, now));
        let notes: Vec<_> = notes.into_iter().flatten().collect();
        insta::assert_snapshot!(notes.join("\n"));
    }

    #[test]
    fn failed_tries_are_told_once_in_a_while() {
        let begun = clock::now();
        let mut notes = Notes::default();
        let mut told = |second| {
            let event = Event::Retrying {
                reason: "no".into(),
                delay: Duration::ZERO,
            };
            let now = begun + Duration::from_secs(second);
            notes.of("clip.mp4", &event, now).is_some()
        };
        assert_eq!(
            [0, 1, 4, 5, 6].map(&mut told),
            [true, false, false, true, false]
        );
    }
}
