//! Checks a V1 signature.

use super::admit::{admit, check_skew};
use super::parameters::{need_query, query};
use super::refusal::Refusal;
use super::verified::{Place, Verified, Version};
use crate::canonical_headers::SECURITY_TOKEN;
use crate::credentials::Credentials;
use crate::moment::Moment;
use crate::request::Request;
use crate::timestamp::Timestamp;
use crate::v1::received;

/// Returns access key ID and signature of the `Authorization` header.
pub(super) fn authorization<'r>(request: &'r Request<'_>) -> Result<(&'r str, &'r str), Refusal> {
    let value = request.header_value("authorization").unwrap_or_default();
    let pair = value.strip_prefix("OSS ");
    let pair = pair.and_then(|pair| pair.split_once(':'));
    pair.ok_or(Refusal::Malformed {
        name: "authorization",
    })
}

pub(super) fn check_header(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    now: Timestamp,
    skew_seconds: u64,
) -> Result<Verified, Refusal> {
    let (access_key_id, signature) = authorization(request)?;
    let date = request.header_value("x-oss-date");
    let date = date.or_else(|| request.header_value("date"));
    let date = date.ok_or(Refusal::UnreadableDate)?;
    let signed_at = Moment::from_http_date(date).ok_or(Refusal::UnreadableDate)?;
    check_skew(signed_at, now, skew_seconds)?;
    let token = request.header_value(SECURITY_TOKEN);
    admit(credentials, access_key_id, token)?;
    compare(request, credentials, date, signature)?;
    Ok(verified(Place::Header))
}

pub(super) fn check_url(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    now: Timestamp,
) -> Result<Verified, Refusal> {
    let access_key_id = need_query(request, "OSSAccessKeyId")?;
    let expires = need_query(request, "Expires")?;
    let signature = need_query(request, "Signature")?;
    let malformed = Refusal::Malformed { name: "Expires" };
    let expired_at = expires.parse().map_err(|_| malformed)?;
    let expired_at = Timestamp::from_unix_seconds(expired_at);
    if expired_at < now {
        return Err(Refusal::Expired { expired_at });
    }
    admit(credentials, access_key_id, query(request, "security-token"))?;
    compare(request, credentials, expires, signature)?;
    Ok(verified(Place::Url))
}

fn compare(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    date_line: &str,
    signature: &str,
) -> Result<(), Refusal> {
    let is_right = received::is_signature(request, credentials, date_line, signature);
    match is_right {
        Ok(true) => Ok(()),
        Ok(false) => Err(Refusal::Mismatch),
        Err(reason) => Err(Refusal::Invalid { reason }),
    }
}

fn verified(place: Place) -> Verified {
    Verified {
        version: Version::V1,
        place,
        region: None,
    }
}
