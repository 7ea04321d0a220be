//! The only place where the command reads the clock: progress is shown by the time that has passed.

use std::time::Instant;

/// Returns the present moment.
#[expect(
    clippy::disallowed_methods,
    reason = "this file is the crate's clock; everything else takes the moment as an argument"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}
