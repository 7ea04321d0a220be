//! V1's signature: an HMAC-SHA1 in base64.

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
        date_line: &[u8],
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
        Self(base64(&mac.finalize().into_bytes().into()))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        // Base64 is ASCII.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Returns 20 bytes in base64. The crate `base64`, which encodes any length, takes 15 ns longer for these.
fn base64(bytes: &[u8; 20]) -> [u8; LEN] {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = [b'='; LEN];
    for (four, three) in text.chunks_exact_mut(4).zip(bytes.chunks(3)) {
        let byte = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for (digit, shift) in four.iter_mut().zip([18, 12, 6, 0]).take(three.len() + 1) {
            *digit = DIGITS[((bits >> shift) & 63) as usize];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn base64_is_that_of_the_crate() {
        for start in 0..=u8::MAX {
            let bytes =
                core::array::from_fn(|place| start.wrapping_mul(31).wrapping_add(place as u8 * 13));
            assert_eq!(
                super::base64(&bytes)[..],
                *STANDARD.encode(bytes).as_bytes()
            );
        }
    }
}
