//! `POST /sts/upload/complete`: says that the object is stored, and gets its URL.

use std::time::SystemTime;

use serde::Serialize;

use crate::{ApiError, Call, Client, FieldFault, SignedUrl};

#[derive(Serialize)]
struct CompleteUpload<'a> {
    object_key: &'a str,
}

/// What complete returns.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Completed {
    /// The public URL of the object.
    pub url: SignedUrl,
    /// The backend's clock when it responded, to the second, from `Date`.
    pub server_time: Option<SystemTime>,
}

impl Client {
    /// Tells the backend that the object is stored under `object_key`, and returns its public URL.
    ///
    /// *Assumed*: the call may be repeated for the same object key, for instance after its response was lost.
    ///
    /// # Errors
    ///
    /// Any variant of [`ApiError`].
    /// [`ApiError::InvalidField`] stands for a URL that breaks a rule of [`SignedUrl::parse`], that repeats the API key,
    /// or that points to this computer although the backend is elsewhere.
    ///
    /// # Cancellation
    ///
    /// After the future is dropped, the backend may or may not know the object. Calling again settles it.
    pub async fn complete_upload(&self, object_key: &str) -> Result<Completed, ApiError> {
        let field = "public_signed_url";
        let reply = self
            .call(Call::CompleteUpload, &CompleteUpload { object_key })
            .await?;
        let text = reply.required(field)?;
        let url =
            SignedUrl::parse(text).map_err(|error| reply.invalid(field, FieldFault::Url(error)))?;
        if self.api_key().is_in(text) {
            return Err(reply.invalid(field, FieldFault::RepeatsSecret));
        }
        // Else a backend could make this computer send requests to its own local services.
        if url.is_loopback() && !self.base_url().is_loopback() {
            return Err(reply.invalid(field, FieldFault::Loopback));
        }
        Ok(Completed {
            url,
            server_time: reply.server_time,
        })
    }
}
