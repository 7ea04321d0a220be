//! Dispatches on version and place.

use core::time::Duration;

use super::claim::claim;
use super::received::Received;
use super::refusal::Refusal;
use super::verified::{Place, Verified, Version};
use super::{v1, v4};
use crate::credentials::Credentials;
use crate::timestamp::Timestamp;

/// Checks the signature of a request at the time `now`, with V1 or V4, in the headers or in the URL.
///
/// `skew` is how far the client's clock may be off. OSS allows 15 minutes.
///
/// # Errors
///
/// A [`Refusal`] that says which rule the request breaks.
pub fn check(
    received: &Received<'_>,
    credentials: &Credentials<'_>,
    now: impl Into<Timestamp>,
    skew: Duration,
) -> Result<Verified, Refusal> {
    let request = received.request()?;
    let (now, skew) = (now.into(), skew.as_secs());
    match claim(request)? {
        (Version::V1, Place::Header) => v1::check_header(request, credentials, now, skew),
        (Version::V1, _) => v1::check_url(request, credentials, now),
        (Version::V4, Place::Header) => v4::check_header(request, credentials, now, skew),
        (Version::V4, _) => v4::check_url(request, credentials, now, skew),
    }
}
