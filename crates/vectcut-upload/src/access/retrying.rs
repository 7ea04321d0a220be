//! What all requests share: the state of their retries, and the wait before the next attempt.

use std::time::Duration;

use crate::{Event, Step, UploadError, policy::retry::Failures, shared::Reach, talk::Talk};

/// Retry state of one request. Progress on other requests does not reset it.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    pub(crate) failures: u32,
    /// How many of these had a cause that is seldom worth a retry.
    pub(crate) odd: u32,
    /// How many of these were failures of the connection.
    pub(crate) cuts: u32,
    pub(crate) renewals: u32,
    pub(crate) clock_corrections: u32,
}

/// A failure that may pass.
pub(crate) struct Failed<'a> {
    /// What failed, in one line.
    pub(crate) reason: String,
    /// How long the server asks to wait.
    pub(crate) wish: Option<Duration>,
    /// The server.
    pub(crate) server: &'a Reach,
    /// The step of the request.
    pub(crate) step: Step,
    /// Whether no connection was made.
    pub(crate) is_unconnected: bool,
}

/// Waits before the next attempt.
///
/// # Errors
///
/// Fails with [`UploadError::GaveUp`] around `error` when there is to be no further attempt.
pub(super) async fn back_off(
    talk: &Talk<'_>,
    tries: &mut Tries,
    failed: Failed<'_>,
    error: impl FnOnce() -> UploadError,
) -> Result<(), UploadError> {
    tries.failures += 1;
    let streak = talk.failed(&failed.reason);
    let failures = Failures {
        of_request: tries.failures,
        in_a_row: streak.failures,
        lasted: streak.lasted(),
        is_unreachable: failed.is_unconnected && !failed.server.has_responded(),
    };
    let delay = talk
        .shared
        .retry
        .delay(failures, fastrand::f64(), failed.wish);
    let Some(delay) = delay else {
        return Err(UploadError::GaveUp {
            after: failures.lasted,
            attempts: failures.in_a_row,
            last: Box::new(error()),
        });
    };
    let limit = talk.shared.retry.limit(failures.is_unreachable);
    talk.tell(Event::Retrying {
        reason: failed.reason,
        delay,
        step: failed.step,
        is_unreachable: failed.is_unconnected,
        gives_up_in: Some(limit.saturating_sub(failures.lasted)),
    });
    tokio::time::sleep(delay).await;
    Ok(())
}
