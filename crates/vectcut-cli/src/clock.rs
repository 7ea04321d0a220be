//! The command's only look at the clock: how long a transfer has lasted, for whoever watches it.

use std::time::Instant;

/// Returns the present moment.
#[expect(
    clippy::disallowed_methods,
    reason = "this file is the crate's clock; everything else takes the moment as an argument"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}
