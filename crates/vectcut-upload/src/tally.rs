//! How far one file is: bytes that OSS has acknowledged, bytes on their way, and tries. Shared with bodies that outlive a
//! request's future.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

/// Counters of one file. Each is exact by itself; together they may be a moment apart.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    safe_bytes: AtomicU64,
    in_flight_bytes: AtomicU64,
    failures: AtomicU32,
    throttled: AtomicBool,
}

impl Tally {
    /// Bytes were handed to a connection.
    pub(crate) fn take_off(&self, bytes: u64) {
        self.in_flight_bytes.fetch_add(bytes, Relaxed);
    }

    /// Bytes that had been handed over are acknowledged, or lost with their connection.
    pub(crate) fn land(&self, bytes: u64) {
        self.in_flight_bytes.fetch_sub(bytes, Relaxed);
    }

    /// OSS acknowledged bytes.
    pub(crate) fn add_safe(&self, bytes: u64) {
        self.safe_bytes.fetch_add(bytes, Relaxed);
    }

    /// What was acknowledged counts no longer, or another number does.
    pub(crate) fn set_safe(&self, bytes: u64) {
        self.safe_bytes.store(bytes, Relaxed);
    }

    pub(crate) fn safe_bytes(&self) -> u64 {
        self.safe_bytes.load(Relaxed)
    }

    /// Returns what was acknowledged and what is on its way, together.
    pub(crate) fn sent_bytes(&self) -> u64 {
        self.safe_bytes() + self.in_flight_bytes.load(Relaxed)
    }

    pub(crate) fn add_failure(&self) {
        self.failures.fetch_add(1, Relaxed);
    }

    /// Returns how many requests to OSS failed and were tried again, and the one that went through.
    pub(crate) fn attempts(&self) -> u32 {
        self.failures.load(Relaxed) + 1
    }

    /// OSS asked for less.
    pub(crate) fn set_throttled(&self) {
        self.throttled.store(true, Relaxed);
    }

    /// Returns whether OSS asked for less since the last call.
    pub(crate) fn take_throttled(&self) -> bool {
        self.throttled.swap(false, Relaxed)
    }
}
