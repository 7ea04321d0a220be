//! What arrived: the latest requests in order, as they came over the wire, and the status of each response.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;

use crate::clock::system_time;
use crate::step::Step;
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
    entries: Mutex<VecDeque<Arc<Entry>>>,
}

/// An arrival whose response may still change.
#[derive(Debug)]
pub(crate) struct Entry {
    arrival: Arrival,
    body_len_bytes: AtomicU64,
    /// 0 while there is no response.
    status: AtomicU16,
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
        let entry = Arc::new(Entry {
            arrival: Arrival {
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
            },
            body_len_bytes: AtomicU64::new(0),
            status: AtomicU16::new(0),
        });
        let mut entries = self.lock();
        if entries.len() == ARRIVALS_MAX {
            entries.pop_front();
        }
        entries.push_back(Arc::clone(&entry));
        entry
    }

    /// Returns what arrived, in order.
    pub(crate) fn arrivals(&self) -> Vec<Arrival> {
        let finished = |entry: &Arc<Entry>| {
            let status = entry.status.load(Ordering::Relaxed);
            Arrival {
                body_len_bytes: entry.body_len_bytes.load(Ordering::Relaxed),
                status: (status != 0).then_some(status),
                ..entry.arrival.clone()
            }
        };
        self.lock().iter().map(finished).collect()
    }

    /// Returns whether nothing arrived yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Arc<Entry>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// Notes that more of the body has come.
    pub(crate) fn received(&self, bytes: usize) {
        self.body_len_bytes
            .fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Notes the status that is about to be sent.
    pub(crate) fn responded(&self, status: u16) {
        self.status.store(status, Ordering::Relaxed);
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
    }
}
