//! Where the upload of one file is, from its events.

use std::time::{Duration, Instant};

use vectcut_upload::{Event, Step};

/// Where an upload is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) step: Option<Step>,
    /// The bytes that the bar shows as done.
    pub(super) done_bytes: u64,
    /// The bytes that OSS has acknowledged.
    pub(super) safe_bytes: u64,
    /// These, and the bytes given to connections.
    pub(super) sent_bytes: u64,
    pub(super) len_bytes: u64,
    /// All bytes that this run gave to connections, also those that had to be sent again. Never falls.
    pub(super) moved_bytes: u64,
    /// While the file is compared with what was uploaded before: how many bytes are read, and how many there are.
    pub(super) compared: Option<(u64, u64)>,
    /// Whether the upload is done and its URL is being fetched back.
    pub(super) is_compared: bool,
    /// What it waits for, other than the server's response to what it sends.
    pub(super) wait: Option<Wait>,
}

/// What a file waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// Another process uploads it.
    OtherProcess,
    /// A server that fails, or that cannot be reached.
    Server {
        /// The step of the request that failed.
        step: Step,
        is_unreachable: bool,
        gives_up_at: Option<Instant>,
        /// The fewest bytes that were sent since then. More than that means that something moves.
        sent_bytes: u64,
    },
}

impl Position {
    pub(super) fn take(&mut self, event: &Event, now: Instant) {
        match *event {
            Event::Step(step) => {
                self.step = Some(step);
                (self.wait, self.compared) = (None, None);
            }
            Event::Comparing {
                read_bytes,
                len_bytes,
            } => self.compared = Some((read_bytes, len_bytes)),
            Event::Waiting => self.wait = Some(Wait::OtherProcess),
            Event::Retrying {
                step,
                is_unreachable,
                gives_up_in,
                ..
            } => {
                self.wait = Some(Wait::Server {
                    step,
                    is_unreachable,
                    gives_up_at: gives_up_in.and_then(|left| now.checked_add(left)),
                    sent_bytes: self.sent_bytes,
                });
            }
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
            } => self.moved(safe_bytes, sent_bytes, len_bytes),
            Event::StartedOver { .. } | Event::FileChanged => {
                (self.safe_bytes, self.sent_bytes, self.done_bytes) = (0, 0, 0);
            }
            Event::Stored => self.wait = None,
            _ => {}
        }
    }

    fn moved(&mut self, safe_bytes: u64, sent_bytes: u64, len_bytes: u64) {
        if let Some(Wait::Server {
            sent_bytes: least, ..
        }) = &mut self.wait
        {
            if sent_bytes > *least || safe_bytes > self.safe_bytes {
                self.wait = None;
            } else {
                *least = sent_bytes;
            }
        }
        // Acknowledged bytes count. Before the first of them, and always for a file in one PUT, the bar shows the bytes
        // sent. It does not jump back from them unless they were lost.
        self.done_bytes = match safe_bytes {
            0 => sent_bytes,
            _ => safe_bytes.max(self.done_bytes.min(sent_bytes)),
        };
        self.moved_bytes += sent_bytes.saturating_sub(self.sent_bytes);
        (self.safe_bytes, self.sent_bytes) = (safe_bytes, sent_bytes);
        self.len_bytes = len_bytes;
    }

    /// Returns whether bytes are being sent.
    pub(super) fn is_sending(self) -> bool {
        self.step == Some(Step::Put) && !self.is_sent() && self.wait.is_none()
    }

    /// Returns whether all bytes were given to connections and the server has not responded yet.
    pub(super) fn is_sent(self) -> bool {
        self.step == Some(Step::Put) && self.len_bytes > 0 && self.sent_bytes >= self.len_bytes
    }

    /// Returns how many bytes are still to be sent.
    pub(super) fn rest_bytes(self) -> u64 {
        self.len_bytes.saturating_sub(self.sent_bytes)
    }
}

impl Wait {
    /// Returns the time until the upload is given up, if that is known.
    pub(super) fn left(self, now: Instant) -> Option<Duration> {
        match self {
            Self::OtherProcess => None,
            Self::Server { gives_up_at, .. } => Some(gives_up_at?.saturating_duration_since(now)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    fn progress(safe_bytes: u64, sent_bytes: u64) -> Event {
        Event::Progress {
            safe_bytes,
            sent_bytes,
            len_bytes: 100,
            streams: 2,
        }
    }

    /// Returns what a bar shows as done after each of these `(safe, sent)`.
    fn done(steps: &[(u64, u64)]) -> Vec<u64> {
        let mut at = Position::default();
        let done = steps.iter().map(|&(safe_bytes, sent_bytes)| {
            at.take(&progress(safe_bytes, sent_bytes), clock::now());
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

    #[test]
    fn bytes_that_are_sent_again_have_moved_twice_and_resumed_ones_not_at_all() {
        let now = clock::now();
        let mut at = Position::default();
        let resuming = Event::Resuming {
            safe_bytes: 50,
            len_bytes: 100,
        };
        at.take(&resuming, now);
        for (safe, sent) in [(50, 70), (50, 50), (50, 80)] {
            at.take(&progress(safe, sent), now);
        }
        assert_eq!(at.moved_bytes, 20 + 30);
    }

    #[test]
    fn a_retry_is_over_when_bytes_move() {
        let now = clock::now();
        let mut at = Position::default();
        at.take(&Event::Step(Step::Put), now);
        at.take(&progress(0, 40), now);
        let retrying = Event::Retrying {
            reason: "the connection broke".into(),
            delay: Duration::from_secs(1),
            step: Step::Put,
            is_unreachable: false,
            gives_up_in: Some(Duration::from_secs(100)),
        };
        at.take(&retrying, now);
        // The bytes of the broken connection are lost first.
        at.take(&progress(0, 0), now);
        let left = at
            .wait
            .and_then(|wait| wait.left(now + Duration::from_secs(1)));
        assert_eq!(left, Some(Duration::from_secs(99)));
        assert!(!at.is_sending());
        at.take(&progress(0, 1), now);
        assert!(at.is_sending());
    }
}
