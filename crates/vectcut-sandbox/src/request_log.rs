//! One log line for each request, at its end: also when the connection breaks before there is a response.

use std::sync::Arc;

use tokio::time::Instant;

use crate::clock;
use crate::journal::Entry;

/// Writes the line when it is dropped. No field holds a secret: the query and the headers are left out.
pub(crate) struct RequestLog {
    entry: Arc<Entry>,
    start: Instant,
}

impl RequestLog {
    /// Starts to measure.
    pub(crate) fn start(entry: Arc<Entry>) -> Self {
        Self {
            entry,
            start: clock::instant(),
        }
    }
}

impl Drop for RequestLog {
    fn drop(&mut self) {
        self.entry.end(clock::since(self.start));
        let request = self.entry.report();
        tracing::info!(
            method = %request.method,
            step = %request.step,
            part = request.part_number,
            path = %request.path,
            status = request.status,
            verdict = request.verdict.map(display),
            faults = (!request.faults.is_empty()).then(|| request.faults.join(" ")),
            received_bytes = request.received_bytes,
            sent_bytes = request.sent_bytes,
            milliseconds = request.milliseconds,
            "{}",
            match request.status {
                Some(_) => "responded",
                None => "the connection ended without a response",
            }
        );
    }
}
