//! How far one file is: acknowledged bytes, bytes given to connections, and failed requests. Shared with request bodies,
//! which may outlive the request's future.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
};

use oss_client::ObjectKey;

/// Counters of one file. Each is exact by itself; together they may be a moment apart.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    safe_bytes: AtomicU64,
    in_flight_bytes: AtomicU64,
    failures: AtomicU32,
    /// Whether the upload has a place, so that its journal is worth keeping.
    is_placed: AtomicBool,
    needs_one_run: AtomicBool,
    has_acknowledged: AtomicBool,
    last_cause: Mutex<Option<String>>,
    stored_as: Mutex<Option<ObjectKey>>,
}

impl Tally {
    /// Counts bytes given to a connection.
    pub(crate) fn take_off(&self, bytes: u64) {
        self.in_flight_bytes.fetch_add(bytes, Relaxed);
    }

    /// Bytes given to a connection are acknowledged, or lost with it.
    pub(crate) fn land(&self, bytes: u64) {
        self.in_flight_bytes.fetch_sub(bytes, Relaxed);
    }

    /// Counts bytes that OSS acknowledged.
    pub(crate) fn add_safe(&self, bytes: u64) {
        self.has_acknowledged.store(true, Relaxed);
        self.safe_bytes.fetch_add(bytes, Relaxed);
    }

    /// Bytes that an earlier run sent are sent again, since the file changed.
    pub(crate) fn remove_safe(&self, bytes: u64) {
        self.safe_bytes.fetch_sub(bytes, Relaxed);
    }

    /// Replaces the acknowledged count: 0 on a restart, or what an earlier run sent.
    pub(crate) fn set_safe(&self, bytes: u64) {
        self.safe_bytes.store(bytes, Relaxed);
    }

    pub(crate) fn safe_bytes(&self) -> u64 {
        self.safe_bytes.load(Relaxed)
    }

    /// Returns the acknowledged bytes and those given to connections, together.
    pub(crate) fn sent_bytes(&self) -> u64 {
        self.safe_bytes() + self.in_flight_bytes.load(Relaxed)
    }

    pub(crate) fn add_failure(&self) {
        self.failures.fetch_add(1, Relaxed);
    }

    /// Returns how many requests to OSS were sent for the last bytes: those that failed, and the one that succeeded.
    pub(crate) fn attempts(&self) -> u32 {
        self.failures.load(Relaxed) + 1
    }

    /// Notes whether VectCut has named a place for the file.
    pub(crate) fn set_placed(&self, is_placed: bool) {
        self.is_placed.store(is_placed, Relaxed);
    }

    /// Returns whether VectCut has named a place for the file, in this run or an earlier one.
    pub(crate) fn is_placed(&self) -> bool {
        self.is_placed.load(Relaxed)
    }

    /// One run must send the whole file.
    pub(crate) fn set_needs_one_run(&self) {
        self.needs_one_run.store(true, Relaxed);
    }

    /// Returns whether one run must send the whole file.
    pub(crate) fn needs_one_run(&self) -> bool {
        self.needs_one_run.load(Relaxed)
    }

    /// Returns whether OSS acknowledged anything in this run.
    pub(crate) fn has_acknowledged(&self) -> bool {
        self.has_acknowledged.load(Relaxed)
    }

    /// Notes where the object is, once it is proven to be stored, or that it is not there any more.
    pub(crate) fn set_stored_as(&self, object_key: Option<ObjectKey>) {
        *self
            .stored_as
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = object_key;
    }

    /// Returns where the object is, if it is proven to be stored.
    pub(crate) fn stored_as(&self) -> Option<ObjectKey> {
        self.stored_as
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Notes the failure that is being retried, or that a request succeeded since.
    pub(crate) fn set_last_cause(&self, cause: Option<String>) {
        *self
            .last_cause
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = cause;
    }

    /// Returns the failure that is being retried.
    pub(crate) fn last_cause(&self) -> Option<String> {
        self.last_cause
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
