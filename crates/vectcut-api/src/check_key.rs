//! `POST /cut_jianying/task_status`: not for its answer, but for whether the key is let through.

use serde::Serialize;

use crate::{ApiError, Call, Client};

/// A task that need not exist: the status of the answer tells enough. VectCut's own login script asks for it too.
const PROBE_TASK_ID: &str = "DEFA35C07BEE7F95161F787A7EEC4877";

#[derive(Serialize)]
struct TaskStatus<'a> {
    task_id: &'a str,
}

/// What the backend makes of an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyVerdict {
    /// The key was let through.
    Accepted,
    /// The answer was 4xx, which this call gives for a key it does not take.
    Refused {
        /// The status of the answer.
        status: u16,
    },
    /// The server failed (5xx), so nothing is known. VectCut's login script goes on with such a key.
    Unknown {
        /// The status of the answer.
        status: u16,
    },
}

impl Client {
    /// Asks whether the backend takes the API key.
    ///
    /// # Errors
    ///
    /// Fails with [`ApiError::Transport`] when no answer came.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves nothing behind.
    pub async fn check_key(&self) -> Result<KeyVerdict, ApiError> {
        let response = self
            .post(
                Call::CheckKey,
                &TaskStatus {
                    task_id: PROBE_TASK_ID,
                },
            )
            .await?;
        Ok(match response.status().as_u16() {
            status @ 400..=499 => KeyVerdict::Refused { status },
            status @ 500.. => KeyVerdict::Unknown { status },
            // Any other status counts as accepted (assumption A1).
            _ => KeyVerdict::Accepted,
        })
    }
}
