//! `POST /cut_jianying/task_status`: only its status counts, which tells whether the key is accepted.

use serde::Serialize;

use crate::{ApiError, Call, Client, ServerWords, envelope::Envelope};

/// A task that need not exist. VectCut's own login script asks for it too.
const PROBE_TASK_ID: &str = "DEFA35C07BEE7F95161F787A7EEC4877";

#[derive(Serialize)]
struct TaskStatus<'a> {
    task_id: &'a str,
}

/// What the backend's response says about an API key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyVerdict {
    /// The backend accepts the key.
    Accepted,
    /// The status is 4xx, which this call has for a key that is not valid.
    Refused {
        /// The status.
        status: u16,
        /// The server's own message. A `purchase_link` in it means that the membership is why (assumption A18).
        words: ServerWords,
    },
    /// The server failed (5xx), so nothing is known.
    Unknown {
        /// The status.
        status: u16,
    },
}

impl Client {
    /// Asks whether the backend accepts the API key.
    ///
    /// # Errors
    ///
    /// Fails with [`ApiError::Transport`] when there was no response.
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
            status @ 400..=499 => {
                let refusal = Envelope::read(Call::CheckKey, response, self.api_key()).await;
                let words = refusal.err().and_then(|error| error.words().cloned());
                KeyVerdict::Refused {
                    status,
                    words: words.unwrap_or_default(),
                }
            }
            status @ 500.. => KeyVerdict::Unknown { status },
            // Any other status counts as accepted (assumption A1).
            _ => KeyVerdict::Accepted,
        })
    }
}
