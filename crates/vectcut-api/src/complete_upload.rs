//! `POST /sts/upload/complete`: says that the object is stored, and gets its URL.

use std::time::SystemTime;

use serde::Serialize;
use strict_http::ServerUrl;

use crate::{ApiError, ApiKey, Call, Client, FieldFault, SignedUrl};

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
    /// *Assumed* (assumption A6): the call may be repeated for the same object key, for instance after its response was
    /// lost.
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
        let url = check_url(reply.required(field)?, self.api_key(), self.base_url())
            .map_err(|fault| reply.invalid(field, fault))?;
        Ok(Completed {
            url,
            server_time: reply.server_time,
        })
    }
}

/// Returns the URL that a backend gave, if it is safe to hand to another program.
fn check_url(text: &str, api_key: &ApiKey, backend: &ServerUrl) -> Result<SignedUrl, FieldFault> {
    let url = SignedUrl::parse(text).map_err(FieldFault::Url)?;
    if api_key.is_in(text) {
        return Err(FieldFault::RepeatsSecret);
    }
    // Otherwise a backend could make this computer send requests to its own local services.
    if url.is_loopback() && !backend.is_loopback() {
        return Err(FieldFault::Loopback);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, backend: &str) -> Option<FieldFault> {
        let api_key = ApiKey::parse("canary-key").expect("a good key");
        let backend = ServerUrl::parse(backend).expect("a server");
        check_url(text, &api_key, &backend).err()
    }

    #[test]
    fn a_url_with_the_api_key_in_it_is_refused() {
        let url = "https://b.example/k?key=canary-key";
        assert_eq!(
            check(url, "https://a.example"),
            Some(FieldFault::RepeatsSecret)
        );
    }

    #[test]
    fn a_url_of_this_computer_is_accepted_only_from_a_backend_on_this_computer() {
        for url in [
            "http://127.0.0.1:22/",
            "https://localhost/admin",
            "https://[::1]/",
            "https://0x7f.1/",
        ] {
            assert_eq!(
                check(url, "https://a.example"),
                Some(FieldFault::Loopback),
                "{url}"
            );
            assert_eq!(check(url, "http://127.0.0.1:9000"), None, "{url}");
        }
        assert_eq!(check("https://b.example/k", "https://a.example"), None);
    }
}
