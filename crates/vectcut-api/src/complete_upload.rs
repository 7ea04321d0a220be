//! `POST /sts/upload/complete`: says that the object is there, and gets its URL.

use serde::Serialize;

use crate::{ApiError, Call, Client, SignedUrl};

#[derive(Serialize)]
struct CompleteUpload<'a> {
    object_key: &'a str,
}

impl Client {
    /// Tells the backend that the object is stored under `object_key`, and returns its public URL.
    ///
    /// *Assumed*: the call may be repeated for the same object key, for instance after its answer was lost.
    ///
    /// # Errors
    ///
    /// Every variant of [`ApiError`] can come.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves it open whether the backend knows of the object; calling again settles it.
    pub async fn complete_upload(&self, object_key: &str) -> Result<SignedUrl, ApiError> {
        let reply = self
            .call(Call::CompleteUpload, &CompleteUpload { object_key })
            .await?;
        reply.required("public_signed_url").map(SignedUrl::new)
    }
}
