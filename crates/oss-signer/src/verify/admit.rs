//! Whether the presented access key ID and token are those of the credentials.

use super::refusal::Refusal;
use crate::credentials::Credentials;
use crate::moment::Moment;
use crate::timestamp::Timestamp;

/// Refuses another access key ID or token.
pub(super) fn admit(
    credentials: &Credentials<'_>,
    access_key_id: &str,
    token: Option<&str>,
) -> Result<(), Refusal> {
    if credentials.access_key_id() != access_key_id {
        return Err(Refusal::UnknownAccessKeyId);
    }
    match (credentials.token(), token) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(Refusal::TokenNotSupported),
        // Without its token, OSS does not know a temporary access key.
        (Some(_), None) => Err(Refusal::UnknownAccessKeyId),
        (Some(right), Some(given)) if is_same(right, given) => Ok(()),
        (Some(_), Some(_)) => Err(Refusal::UnknownToken),
    }
}

/// Refuses a signing time that is further from `now` than `skew_seconds`.
pub(super) fn check_skew(
    signed_at: Moment,
    now: Timestamp,
    skew_seconds: u64,
) -> Result<(), Refusal> {
    let signed_at = Timestamp::from(signed_at);
    if signed_at.unix_seconds().abs_diff(now.unix_seconds()) > skew_seconds {
        return Err(Refusal::TooSkewed { signed_at });
    }
    Ok(())
}

/// Compares in a time that depends on the length only.
fn is_same(right: &str, given: &str) -> bool {
    let pairs = right.bytes().zip(given.bytes());
    let difference = pairs.fold(0, |difference, (right, given)| difference | (right ^ given));
    right.len() == given.len() && core::hint::black_box(difference) == 0
}
