//! What arrived: the latest requests in order, as they came over the wire, and the status of each response.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use crate::clock::system_time;
use crate::step::Step;
use crate::verdict::Verdict;
use crate::verify::Wire;

/// One request that arrived.
///
/// For tests. The query and the headers are raw and hold signatures and tokens; `Debug` shows neither.
#[derive(Clone)]
#[non_exhaustive]
pub struct Arrival {
    /// Which call it was.
    pub step: Step,
    /// The method.
    pub method: String,
    /// The value of the `Host` header.
    pub host: String,
    /// The path, byte for byte as it came.
    pub path: String,
    /// The query without its `?`, as it came.
    pub query: Option<String>,
    /// The headers in the order of the wire; names in lower case.
    pub headers: Vec<(String, String)>,
    /// How much of the body came, in bytes.
    pub body_len_bytes: u64,
    /// The part number of an uploaded part.
    pub part_number: Option<u16>,
    /// The status of the response; `None` if there is none yet.
    pub status: Option<u16>,
    /// The number of the connection, from 1.
    pub connection: u64,
    /// When the headers were complete, by the server's clock.
    pub received_at: SystemTime,
}

impl Arrival {
    /// Returns the first header of that name (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrival")
            .field("step", &self.step)
            .field("method", &self.method)
            .field("host", &self.host)
            .field("path", &self.path)
            .field("body_len_bytes", &self.body_len_bytes)
            .field("part_number", &self.part_number)
            .field("status", &self.status)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

/// How many arrivals are kept: about twice the parts of the largest upload.
const ARRIVALS_MAX: usize = 20_000;

/// The latest arrivals of one sandbox.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: VecDeque<Arc<Entry>>,
    /// How many requests have ever arrived.
    arrived: u64,
}

/// An arrival whose response may still change.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The number of the request, from 1.
    number: u64,
    arrival: Arrival,
    body_len_bytes: AtomicU64,
    /// 0 while there is no response.
    status: AtomicU16,
    /// How long the body of the response is, once that is known.
    sent_bytes: OnceLock<u64>,
    object_key: OnceLock<String>,
    faults: OnceLock<Vec<String>>,
    verdict: OnceLock<Verdict>,
    /// How long it took to serve it, once that is over.
    elapsed: OnceLock<Duration>,
}

/// What may be told of one request: no header, no query, no secret.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    pub(crate) number: u64,
    pub(crate) received_at: SystemTime,
    pub(crate) step: Step,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) part_number: Option<u16>,
    pub(crate) object_key: Option<&'a str>,
    pub(crate) status: Option<u16>,
    pub(crate) verdict: Option<Verdict>,
    /// The faults that struck it, without the texts in them.
    pub(crate) faults: &'a [String],
    pub(crate) received_bytes: u64,
    pub(crate) sent_bytes: Option<u64>,
    /// `None` while it is being served.
    pub(crate) milliseconds: Option<u64>,
}

impl Journal {
    /// Notes that the headers of a request have come.
    pub(crate) fn arrive(
        &self,
        step: Step,
        wire: &Wire,
        part_number: Option<u16>,
        connection: u64,
        at: Timestamp,
    ) -> Arc<Entry> {
        let arrival = Arrival {
            step,
            method: wire.method.clone(),
            host: wire.host.clone(),
            path: wire.path().to_owned(),
            query: wire
                .target
                .split_once('?')
                .map(|(_, query)| query.to_owned()),
            headers: wire.headers.clone(),
            body_len_bytes: 0,
            part_number,
            status: None,
            connection,
            received_at: system_time(at),
        };
        let mut state = self.lock();
        state.arrived += 1;
        let entry = Arc::new(Entry::new(state.arrived, arrival));
        if state.entries.len() == ARRIVALS_MAX {
            state.entries.pop_front();
        }
        state.entries.push_back(Arc::clone(&entry));
        entry
    }

    /// Returns what arrived, in order.
    pub(crate) fn arrivals(&self) -> Vec<Arrival> {
        let finished = |entry: &Arc<Entry>| Arrival {
            body_len_bytes: entry.body_len_bytes.load(Ordering::Relaxed),
            status: entry.status(),
            ..entry.arrival.clone()
        };
        self.lock().entries.iter().map(finished).collect()
    }

    /// Returns the latest `max` requests after number `after`, in order.
    pub(crate) fn later_than(&self, after: u64, max: usize) -> Vec<Arc<Entry>> {
        let state = self.lock();
        let latest = state.entries.iter().rev().take(max);
        let mut later: Vec<_> = latest
            .take_while(|entry| entry.number > after)
            .cloned()
            .collect();
        later.reverse();
        later
    }

    /// Returns whether nothing arrived yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().entries.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn new(number: u64, arrival: Arrival) -> Self {
        Self {
            number,
            arrival,
            body_len_bytes: AtomicU64::new(0),
            status: AtomicU16::new(0),
            sent_bytes: OnceLock::new(),
            object_key: OnceLock::new(),
            faults: OnceLock::new(),
            verdict: OnceLock::new(),
            elapsed: OnceLock::new(),
        }
    }

    /// Notes that more of the body has come.
    pub(crate) fn received(&self, bytes: usize) {
        self.body_len_bytes
            .fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    // Each of the following is known once. A second value is not expected, and is dropped.

    /// Notes which object key the request is about.
    pub(crate) fn concerns(&self, object_key: impl Into<String>) {
        let _ = self.object_key.set(object_key.into());
    }

    /// Notes which faults strike it.
    pub(crate) fn struck(&self, faults: Vec<String>) {
        let _ = self.faults.set(faults);
    }

    /// Notes whether its sender has proven who it is.
    pub(crate) fn judged(&self, verdict: Verdict) {
        let _ = self.verdict.set(verdict);
    }

    /// Notes the status that is about to be sent, and the length of the body.
    pub(crate) fn responded(&self, status: u16, sent_bytes: Option<u64>) {
        if let Some(bytes) = sent_bytes {
            let _ = self.sent_bytes.set(bytes);
        }
        self.status.store(status, Ordering::Relaxed);
    }

    /// Notes that it has been served, or that its connection has ended.
    pub(crate) fn end(&self, elapsed: Duration) {
        let _ = self.elapsed.set(elapsed);
    }

    /// Returns what may be told of it.
    pub(crate) fn report(&self) -> Report<'_> {
        let milliseconds = |elapsed: &Duration| u64::try_from(elapsed.as_millis());
        Report {
            number: self.number,
            received_at: self.arrival.received_at,
            step: self.arrival.step,
            method: &self.arrival.method,
            path: &self.arrival.path,
            part_number: self.arrival.part_number,
            object_key: self.object_key.get().map(String::as_str),
            status: self.status(),
            verdict: self.verdict.get().copied(),
            faults: self.faults.get().map_or(&[], Vec::as_slice),
            received_bytes: self.body_len_bytes.load(Ordering::Relaxed),
            sent_bytes: self.sent_bytes.get().copied(),
            milliseconds: self
                .elapsed
                .get()
                .map(|elapsed| milliseconds(elapsed).unwrap_or(u64::MAX)),
        }
    }

    fn status(&self) -> Option<u16> {
        let status = self.status.load(Ordering::Relaxed);
        (status != 0).then_some(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_arrivals_make_room() {
        let journal = Journal::default();
        for connection in 1..=ARRIVALS_MAX as u64 + 2 {
            journal.arrive(
                Step::Init,
                &Wire::default(),
                None,
                connection,
                Timestamp::UNIX_EPOCH,
            );
        }
        let arrivals = journal.arrivals();
        assert_eq!(arrivals.len(), ARRIVALS_MAX);
        assert_eq!(arrivals[0].connection, 3);
        let numbers = |after, max| {
            let later = journal.later_than(after, max);
            let numbers: Vec<u64> = later.iter().map(|entry| entry.report().number).collect();
            numbers
        };
        let last = ARRIVALS_MAX as u64 + 2;
        assert_eq!(numbers(0, 2), [last - 1, last]);
        assert_eq!(numbers(last - 1, 100), [last]);
        assert_eq!(numbers(last, 100), [0; 0]);
    }
}
