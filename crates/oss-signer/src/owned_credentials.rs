//! Credentials that a program keeps or gets anew.

use alloc::string::String;
use core::fmt;

use zeroize::Zeroize;

use crate::credentials::Credentials;

/// An access key with its token that owns its texts. Dropping it overwrites them.
///
/// `Debug` shows the access key ID only.
#[derive(Clone)]
pub struct OwnedCredentials {
    access_key_id: String,
    access_key_secret: String,
    security_token: Option<String>,
}

impl OwnedCredentials {
    /// Takes an access key that has no security token.
    #[must_use]
    pub fn new(access_key_id: impl Into<String>, access_key_secret: impl Into<String>) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            access_key_secret: access_key_secret.into(),
            security_token: None,
        }
    }

    /// Adds the security token of a temporary access key.
    #[must_use]
    pub fn security_token(mut self, security_token: impl Into<String>) -> Self {
        self.security_token = Some(security_token.into());
        self
    }

    /// Lends the credentials to a signature.
    #[must_use]
    pub fn as_credentials(&self) -> Credentials<'_> {
        let credentials = Credentials::new(&self.access_key_id, &self.access_key_secret);
        match &self.security_token {
            Some(token) => credentials.security_token(token),
            None => credentials,
        }
    }
}

impl Drop for OwnedCredentials {
    fn drop(&mut self) {
        self.access_key_secret.zeroize();
        self.security_token.zeroize();
    }
}

impl fmt::Debug for OwnedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedCredentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// Something that has credentials: a file, the environment, an instance's metadata, a cache of them.
///
/// Every closure that returns [`OwnedCredentials`] is one. The trait is not async: fetch first, then sign.
///
/// ```
/// use oss_signer::{OwnedCredentials, ProvideCredentials, Request, SignError, v1};
///
/// fn authorize(provider: &impl ProvideCredentials<Error = SignError>) -> Result<String, SignError> {
///     let credentials = provider.provide()?;
///     let request = Request::get("examplebucket", "clip.mp4");
///     Ok(v1::presign(&request, &credentials.as_credentials(), std::time::UNIX_EPOCH)?.url("https://h"))
/// }
///
/// let fixed = || Ok(OwnedCredentials::new("LTAI-EXAMPLE", "example-secret"));
/// assert!(authorize(&fixed).is_ok());
/// ```
pub trait ProvideCredentials {
    /// Why there are no credentials.
    type Error;

    /// Returns the credentials to sign with now.
    ///
    /// # Errors
    ///
    /// The provider's own.
    fn provide(&self) -> Result<OwnedCredentials, Self::Error>;
}

impl<F, E> ProvideCredentials for F
where
    F: Fn() -> Result<OwnedCredentials, E>,
{
    type Error = E;

    fn provide(&self) -> Result<OwnedCredentials, E> {
        self()
    }
}
