//! Which signature a request claims to carry.

use super::parameters::need_query;
use super::received::Received;
use super::refusal::Refusal;
use super::verified::{Place, Version};
use super::{v1, v4};
use crate::request::Request;

/// Returns the access key ID that a request names, without checking the signature.
///
/// # Errors
///
/// The [`Refusal`] of a request that is not signed, is signed twice or cannot be read.
pub fn access_key_id<'r>(received: &'r Received<'_>) -> Result<&'r str, Refusal> {
    let request = received.request()?;
    match claim(request)? {
        (Version::V1, Place::Header) => Ok(v1::authorization(request)?.0),
        (Version::V1, _) => need_query(request, "OSSAccessKeyId"),
        (Version::V4, Place::Header) => Ok(v4::authorization(request)?.credential.access_key_id),
        (Version::V4, _) => {
            let credential = need_query(request, "x-oss-credential")?;
            Ok(v4::Credential::read(credential, "x-oss-credential")?.access_key_id)
        }
    }
}

/// Returns the version and place of the signature.
pub(super) fn claim(request: &Request<'_>) -> Result<(Version, Place), Refusal> {
    let header = match request.header_value("authorization") {
        None => None,
        Some(value) if value.starts_with(v4::ALGORITHM) => Some(Version::V4),
        Some(value) if value.starts_with("OSS ") => Some(Version::V1),
        Some(_) => {
            return Err(Refusal::Malformed {
                name: "authorization",
            });
        }
    };
    let has = |names: &[&str]| {
        let mut query = request.sorted_query();
        query.any(|(name, _)| names.contains(&name))
    };
    let v4_names = [
        "x-oss-signature-version",
        "x-oss-signature",
        "x-oss-credential",
    ];
    let url = if has(&v4_names) {
        Some(Version::V4)
    } else if has(&["OSSAccessKeyId", "Signature"]) {
        Some(Version::V1)
    } else {
        None
    };
    match (header, url) {
        (Some(_), Some(_)) => Err(Refusal::SignedTwice),
        (Some(version), None) => Ok((version, Place::Header)),
        (None, Some(version)) => Ok((version, Place::Url)),
        (None, None) => Err(Refusal::Unsigned),
    }
}
