//! Compares a V4 signature that a server received.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::canonical_request::Canonical;
use super::presign::{EXPIRES_IN_MAX_SECONDS, EXPIRES_IN_MAX_SECONDS_WITH_TOKEN};
use super::scope::Scope;
use super::signing_key::derive;
use super::string_to_sign;
use crate::credentials::Credentials;
use crate::error::SignError;
use crate::hex;
use crate::moment::Moment;
use crate::request::Request;
use crate::sink::Sink;

/// Returns the longest lifetime of a presigned URL in seconds.
pub(crate) fn longest_lifetime_seconds(has_token: bool) -> u64 {
    if has_token {
        EXPIRES_IN_MAX_SECONDS_WITH_TOKEN
    } else {
        EXPIRES_IN_MAX_SECONDS
    }
}

/// Tells whether `signature` is the one of a request, which contains everything that the signature set.
pub(crate) fn is_signature(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    signed_at: Moment,
    signature: &str,
) -> Result<bool, SignError> {
    scope.check_additional(request)?;
    let date = signed_at.iso_basic();
    let mut mac = derive(credentials, scope, date.day())?;
    let canonical = Canonical {
        request,
        scope,
        added_query: &[],
        added_headers: &[],
    };
    string_to_sign::write(&mut mac, &canonical, &date);
    Ok(is_mac(mac, signature))
}

/// Tells whether `signature` is the one of a form's policy in base64.
pub(crate) fn is_text_signature(
    policy: &str,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    signed_at: Moment,
    signature: &str,
) -> Result<bool, SignError> {
    let mut mac = derive(credentials, scope, signed_at.iso_basic().day())?;
    mac.text(policy);
    Ok(is_mac(mac, signature))
}

/// Compares in constant time.
fn is_mac(mac: Hmac<Sha256>, signature: &str) -> bool {
    hex::decode(signature).is_some_and(|signature| mac.verify_slice(&signature).is_ok())
}
