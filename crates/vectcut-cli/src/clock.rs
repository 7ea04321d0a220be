//! The only place where the command reads a clock: progress is shown by the time that has passed, and dates are relative.

use std::time::{Instant, SystemTime};

/// Returns the present moment.
#[expect(
    clippy::disallowed_methods,
    reason = "this file is the crate's clock; everything else takes the moment as an argument"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Returns this computer's time.
#[expect(
    clippy::disallowed_methods,
    reason = "this file is the crate's clock; everything else takes the time as an argument"
)]
pub(crate) fn system() -> SystemTime {
    SystemTime::now()
}
