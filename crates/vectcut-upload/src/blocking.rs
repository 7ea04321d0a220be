//! Work that may wait for a disk or a network share, away from the tasks that serve connections.

use std::io;

/// Runs `work` on a thread for blocking calls.
///
/// # Errors
///
/// Fails when the runtime ends before the work does.
///
/// # Cancellation
///
/// Dropping the future leaves the work running; its result is dropped.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)
}
