//! The only place of this crate that knows what time it is.

use std::time::{Instant, SystemTime};

/// Returns the moment to sign with.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

/// Returns a moment to measure a duration from.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub(crate) fn monotonic() -> Instant {
    Instant::now()
}
