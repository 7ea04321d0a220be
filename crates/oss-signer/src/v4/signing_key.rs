//! The key that V4 signs with, derived from the secret for one day, region and product.
//!
//! Keeping it for the day is left to the caller.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use core::time::Duration;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::header::{HeaderParts, Signed};
use super::presign::QueryParts;
use super::scope::Scope;
use crate::credentials::Credentials;
use crate::error::{Field, SignError};
use crate::keyed_hash::{hmac_sha256, hmac_sha256_of_mac, hmac_sha256_of_prefixed};
use crate::moment::Ascii;
use crate::presigned::Presigned;
use crate::refuse;
use crate::request::Request;
use crate::timestamp::Timestamp;

/// A derived key. It signs for one access key, one UTC day, one region and one product.
///
/// Deriving takes four HMACs, almost half of the time of a signature.
/// So keep the key if you sign many requests.
/// A program that has only the derived key can sign without knowing the secret: `Credentials::new(id, "")` is enough then.
///
/// The key is valid until the day ends in UTC; ask [`is_for`](Self::is_for).
/// `Debug` shows the day, region and product but not the key, and dropping it overwrites the key.
///
/// ```
/// # use std::time::{Duration, UNIX_EPOCH};
/// # use oss_signer::{Credentials, Request, v4::{Scope, SigningKey}};
/// # fn main() -> Result<(), oss_signer::SignError> {
/// let credentials = Credentials::new("LTAI-EXAMPLE", "example-secret");
/// let scope = Scope::new("cn-hangzhou");
/// let time = UNIX_EPOCH + Duration::from_secs(1_767_229_323);
/// let key = SigningKey::derive(&credentials, &scope, time)?;
/// assert!(key.is_for(&scope, time) && !key.is_for(&scope, time + Duration::from_secs(24 * 3600)));
/// for part_number in ["1", "2"] {
///     let request = Request::put("examplebucket", "clip.mp4").query("partNumber", part_number);
///     let signed = key.sign(&request, &credentials, &scope, time)?;
///     assert_eq!(signed, oss_signer::v4::sign(&request, &credentials, &scope, time)?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SigningKey {
    /// Overwrites itself when it is dropped.
    mac: Hmac<Sha256>,
    day: String,
    region: String,
    product: String,
}

impl SigningKey {
    /// Derives the key for the day of `time`.
    ///
    /// # Errors
    ///
    /// [`SignError`] names the field: an empty secret, a region or product that cannot be signed, a time before 1970 or after 9999.
    pub fn derive(
        credentials: &Credentials<'_>,
        scope: &Scope<'_>,
        time: impl Into<Timestamp>,
    ) -> Result<Self, SignError> {
        scope.check()?;
        let date = time.into().moment(Field::Time)?.iso_basic();
        let mac = derive(credentials, scope, date.day())?;
        Ok(Self::new(mac, scope, &date))
    }

    /// Takes a key that was derived elsewhere, for the day of `time`.
    ///
    /// # Errors
    ///
    /// [`SignError`] names the field: a region or product that cannot be signed, a time before 1970 or after 9999.
    pub fn from_derived(
        key: &[u8; 32],
        scope: &Scope<'_>,
        time: impl Into<Timestamp>,
    ) -> Result<Self, SignError> {
        scope.check()?;
        let date = time.into().moment(Field::Time)?.iso_basic();
        Ok(Self::new(hmac_sha256(key)?, scope, &date))
    }

    /// Tells whether the key is that of this scope at this time. If it is not, derive another.
    #[must_use]
    pub fn is_for(&self, scope: &Scope<'_>, time: impl Into<Timestamp>) -> bool {
        let moment = time.into().moment(Field::Time);
        moment.is_ok_and(|moment| self.mac_for(scope, &moment.iso_basic()).is_ok())
    }

    /// Signs a request in its headers, as [`v4::sign`](super::sign) does.
    ///
    /// The secret of `credentials` is not used. Their access key ID and token must belong to the access key that this key was derived from.
    ///
    /// # Errors
    ///
    /// As for [`v4::sign`](super::sign), and [`SignError::SigningKeyMismatch`].
    pub fn sign<'a>(
        &self,
        request: &Request<'_>,
        credentials: &Credentials<'a>,
        scope: &Scope<'_>,
        time: impl Into<Timestamp>,
    ) -> Result<Signed<'a>, SignError> {
        let parts = HeaderParts::new(request, credentials, scope, time.into())?;
        let mac = self.mac_for(scope, parts.date())?;
        Ok(parts.sign(mac))
    }

    /// Signs a request in its URL, as [`v4::presign`](super::presign) does.
    ///
    /// The secret of `credentials` is not used. Their access key ID and token must belong to the access key that this key was derived from.
    ///
    /// # Errors
    ///
    /// As for [`v4::presign`](super::presign), and [`SignError::SigningKeyMismatch`].
    pub fn presign(
        &self,
        request: &Request<'_>,
        credentials: &Credentials<'_>,
        scope: &Scope<'_>,
        time: impl Into<Timestamp>,
        expires_in: Duration,
    ) -> Result<Presigned, SignError> {
        let parts = QueryParts::new(request, credentials, scope, time.into(), expires_in)?;
        let mac = self.mac_for(scope, parts.date())?;
        Ok(parts.sign(mac))
    }

    fn new(mac: Hmac<Sha256>, scope: &Scope<'_>, date: &Ascii<16>) -> Self {
        Self {
            mac,
            day: date.day().to_owned(),
            region: scope.region().to_owned(),
            product: scope.product_name().to_owned(),
        }
    }

    /// Starts an HMAC with the key, if it is the key of this scope and day.
    fn mac_for(&self, scope: &Scope<'_>, date: &Ascii<16>) -> Result<Hmac<Sha256>, SignError> {
        let differs = |field| Err(SignError::SigningKeyMismatch { field });
        if self.day != date.day() {
            return differs(Field::Time);
        }
        if self.region != scope.region() {
            return differs(Field::Region);
        }
        if self.product != scope.product_name() {
            return differs(Field::Product);
        }
        Ok(self.mac.clone())
    }
}

/// Starts an HMAC with the key of this scope and day.
pub(super) fn derive(
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    day: &str,
) -> Result<Hmac<Sha256>, SignError> {
    let secret = credentials.secret();
    refuse::empty(secret, || Field::AccessKeySecret)?;
    let mut mac = hmac_sha256_of_prefixed("aliyun_v4", secret)?;
    for step in scope.parts(day) {
        Mac::update(&mut mac, step.as_bytes());
        mac = hmac_sha256_of_mac(mac)?;
    }
    Ok(mac)
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("day", &self.day)
            .field("region", &self.region)
            .field("product", &self.product)
            .finish_non_exhaustive()
    }
}
