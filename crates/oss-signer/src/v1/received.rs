//! Compares a V1 signature that a server received.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;

use super::canonical_resource;
use super::string_to_sign::{self, Token};
use crate::credentials::Credentials;
use crate::error::SignError;
use crate::keyed_hash::hmac_sha1;
use crate::request::Request;
use crate::sink::Sink;

/// Tells whether `signature` is the one of a request, which contains the token as the signature set it.
pub(crate) fn is_signature(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    date_line: &str,
    signature: &str,
) -> Result<bool, SignError> {
    canonical_resource::check(request)?;
    let mut mac = hmac_sha1(credentials.secret().as_bytes())?;
    string_to_sign::write(&mut mac, request, date_line.as_bytes(), Token::Header(None));
    Ok(is_mac(mac, signature))
}

/// Tells whether `signature` is the one of a form's policy in base64.
pub(crate) fn is_text_signature(
    policy: &str,
    credentials: &Credentials<'_>,
    signature: &str,
) -> Result<bool, SignError> {
    let mut mac = hmac_sha1(credentials.secret().as_bytes())?;
    mac.text(policy);
    Ok(is_mac(mac, signature))
}

/// Compares in constant time.
fn is_mac(mac: Hmac<Sha1>, signature: &str) -> bool {
    let signature = STANDARD.decode(signature).unwrap_or_default();
    mac.verify_slice(&signature).is_ok()
}
