//! V1's signature: an HMAC-SHA1 in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;

use super::string_to_sign::{self, Token};
use crate::credentials::Credentials;
use crate::error::SignError;
use crate::keyed_hash::hmac_sha1;
use crate::request::Request;
use crate::sink::Sink;

/// The length of an HMAC-SHA1 in base64.
const LEN: usize = 28;

/// The signature on the stack.
pub(crate) struct Signature([u8; LEN]);

impl Signature {
    pub(super) fn of_request(
        credentials: &Credentials<'_>,
        request: &Request<'_>,
        date_line: &str,
        token: Token<'_>,
    ) -> Result<Self, SignError> {
        let mut mac = hmac_sha1(credentials.secret().as_bytes())?;
        string_to_sign::write(&mut mac, request, date_line, token);
        Ok(Self::new(mac))
    }

    pub(crate) fn of_text(credentials: &Credentials<'_>, text: &str) -> Result<Self, SignError> {
        let mut mac = hmac_sha1(credentials.secret().as_bytes())?;
        mac.text(text);
        Ok(Self::new(mac))
    }

    fn new(mac: Hmac<Sha1>) -> Self {
        let mut text = [0; LEN];
        // The length is known, so this always fits.
        let _ = STANDARD.encode_slice(mac.finalize().into_bytes(), &mut text);
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        // Base64 is ASCII.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}
