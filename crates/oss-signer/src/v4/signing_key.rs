//! The key that V4 signs with, derived from the secret for one day, region and product.
//!
//! Keeping it for the day is left to the caller.

use std::fmt;
use std::time::{Duration, SystemTime};

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::canonical_request::{Canonical, write_additional_headers};
use super::hex::Hex;
use super::presign::PresignParts;
use super::scope::{Scope, TERMINATOR};
use super::{ALGORITHM, Parts, Signed, write_string_to_sign};
use crate::credentials::Credentials;
use crate::error::{Field, SignError};
use crate::http_date::{Ascii, Timestamp};
use crate::keyed_hash::hmac_sha256;
use crate::presigned::Presigned;
use crate::refuse;
use crate::request::Request;

/// A derived key: signs for one access key, one UTC day, one region and one product.
///
/// Deriving it costs four HMACs, more than half of a signature, so who signs many requests keeps it.
/// It also allows to sign where the secret itself is not known.
///
/// It can be used until the day (UTC) ends and cannot be printed: `Debug` shows what it is for.
///
/// ```
/// # use std::time::{Duration, UNIX_EPOCH};
/// # use oss_signer::{Credentials, Request, v4::{Scope, SigningKey}};
/// # fn main() -> Result<(), oss_signer::SignError> {
/// let credentials = Credentials::new("LTAI-EXAMPLE", "example-secret");
/// let scope = Scope::new("cn-hangzhou");
/// let time = UNIX_EPOCH + Duration::from_secs(1_767_229_323);
/// let key = SigningKey::derive(&credentials, &scope, time)?;
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
        time: SystemTime,
    ) -> Result<Self, SignError> {
        scope.check()?;
        let date = Timestamp::new(time, Field::Time)?.iso_basic();
        let secret = credentials.secret();
        refuse::empty(secret, || Field::AccessKeySecret)?;
        let mut key = hmac_sha256(format!("aliyun_v4{secret}").as_bytes())?;
        for step in [date.day(), scope.region(), scope.product_name(), TERMINATOR] {
            Mac::update(&mut key, step.as_bytes());
            key = hmac_sha256(&key.finalize().into_bytes())?;
        }
        Ok(Self::new(key, scope, &date))
    }

    /// Takes a key that was derived elsewhere, for the day of `time`.
    ///
    /// # Errors
    ///
    /// [`SignError`] names the field: a region or product that cannot be signed, a time before 1970 or after 9999.
    pub fn from_derived(
        key: &[u8; 32],
        scope: &Scope<'_>,
        time: SystemTime,
    ) -> Result<Self, SignError> {
        scope.check()?;
        let date = Timestamp::new(time, Field::Time)?.iso_basic();
        Ok(Self::new(hmac_sha256(key)?, scope, &date))
    }

    /// Signs a request in its headers, as [`v4::sign`](super::sign) does.
    ///
    /// The secret of `credentials` is not looked at; its other parts must belong to the access key that this key was derived from.
    ///
    /// # Errors
    ///
    /// As for [`v4::sign`](super::sign), and [`SignError::SigningKeyMismatch`].
    pub fn sign<'a>(
        &self,
        request: &Request<'_>,
        credentials: &Credentials<'a>,
        scope: &Scope<'_>,
        time: SystemTime,
    ) -> Result<Signed<'a>, SignError> {
        let parts = Parts::new(request, credentials, scope, time)?;
        let signature = self.signature(&parts.canonical(), scope, &parts.date)?;
        let additional_headers = scope.additional(request);
        let capacity = additional_headers.map(|name| name.len() + 1).sum::<usize>()
            + "OSS4-HMAC-SHA256 Credential=/,AdditionalHeaders=,Signature=".len()
            + credentials.access_key_id().len()
            + scope.len()
            + signature.as_str().len();
        let mut authorization = String::with_capacity(capacity);
        authorization.push_str(ALGORITHM);
        authorization.push_str(" Credential=");
        authorization.push_str(credentials.access_key_id());
        authorization.push('/');
        scope.write(&mut authorization, parts.date.day());
        if scope.additional(request).next().is_some() {
            authorization.push_str(",AdditionalHeaders=");
            write_additional_headers(&mut authorization, scope, request);
        }
        authorization.push_str(",Signature=");
        authorization.push_str(signature.as_str());
        Ok(Signed {
            date: parts.date,
            authorization,
            security_token: credentials.token(),
        })
    }

    /// Signs a request in its URL, as [`v4::presign`](super::presign) does.
    ///
    /// The secret of `credentials` is not looked at; its other parts must belong to the access key that this key was derived from.
    ///
    /// # Errors
    ///
    /// As for [`v4::presign`](super::presign), and [`SignError::SigningKeyMismatch`].
    pub fn presign(
        &self,
        request: &Request<'_>,
        credentials: &Credentials<'_>,
        scope: &Scope<'_>,
        time: SystemTime,
        expires_in: Duration,
    ) -> Result<Presigned, SignError> {
        let parts = PresignParts::new(request, credentials, scope, time, expires_in)?;
        let signature = self.signature(&parts.canonical(), scope, parts.date())?;
        Ok(parts.presigned(signature.as_str()))
    }

    fn new(mac: Hmac<Sha256>, scope: &Scope<'_>, date: &Ascii<16>) -> Self {
        Self {
            mac,
            day: date.day().to_owned(),
            region: scope.region().to_owned(),
            product: scope.product_name().to_owned(),
        }
    }

    fn signature(
        &self,
        canonical: &Canonical<'_>,
        scope: &Scope<'_>,
        date: &Ascii<16>,
    ) -> Result<Hex, SignError> {
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
        let mut mac = self.mac.clone();
        write_string_to_sign(&mut mac, canonical, scope, date);
        Ok(Hex::new(&mac.finalize().into_bytes().into()))
    }
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
