//! The key of a VectCut account, checked before it becomes a header.

use bytes::Bytes;
use reqwest::header::HeaderValue;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::Secret;

/// Keeps a fingerprint different from every other hash of the same key.
const FINGERPRINT_DOMAIN: &[u8] = b"vectcut-api key fingerprint v1\0";

/// What surrounds a key that was copied from a page, a chat or a file, besides white space: quotation marks, and the
/// marks of byte order and of width zero, which nobody sees.
const AROUND: [char; 12] = [
    '"', '\'', '`', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '\u{300c}', '\u{300d}',
    '\u{ff02}', '\u{feff}', '\u{200b}',
];

/// A VectCut API key that can stand in an `Authorization` header.
#[derive(Debug, Clone)]
pub struct ApiKey(Secret);

impl ApiKey {
    /// Checks a key as it was given.
    ///
    /// # Errors
    ///
    /// Fails when the key is empty or has a character that no key has: white space, a line break, or anything that is not
    /// visible ASCII. Such a key was copied or quoted wrongly, and trimming it would hide that.
    pub fn parse(text: impl Into<String>) -> Result<Self, ApiKeyError> {
        let key = Secret::new(text);
        let text = key.expose();
        if text.is_empty() {
            return Err(ApiKeyError::Empty);
        }
        if text.contains(['\r', '\n']) {
            return Err(ApiKeyError::LineBreak);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ApiKeyError::NotVisibleAscii);
        }
        Ok(Self(key))
    }

    /// Checks a key as a person copied it: white space, line breaks and quotation marks around it are left out.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), for what is left.
    pub fn copied(text: &str) -> Result<Self, ApiKeyError> {
        Self::parse(text.trim_matches(|c: char| c.is_whitespace() || AROUND.contains(&c)))
    }

    /// Returns the key itself, to store it or to hand it to a shell. The places that may call this are listed in
    /// `cargo xtask check`.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Returns 16 hexadecimal digits that distinguish this key from others and do not lead back to it.
    ///
    /// They are the start of a SHA-256; a real key is long and random, so nobody can try all keys.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::new()
            .chain_update(FINGERPRINT_DOMAIN)
            .chain_update(self.0.expose())
            .finalize();
        digest[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Returns the `Authorization` header, whose memory is overwritten when it is dropped.
    pub(crate) fn authorization(&self) -> Option<HeaderValue> {
        let bearer = Zeroizing::new(format!("Bearer {}", self.0.expose()).into_bytes());
        let mut header = HeaderValue::from_maybe_shared(Bytes::from_owner(bearer)).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// Takes the key out of a text that a server sent, should it repeat it.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.0.redact(text)
    }

    /// Returns whether a server repeats the key in a text.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.0.is_in(text)
    }
}

/// Why a text cannot be an API key. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApiKeyError {
    /// There is nothing.
    #[error("the API key is empty")]
    Empty,
    /// A line break, most often the last character of a file.
    #[error("the API key has a line break in it")]
    LineBreak,
    /// A space, a control character or a letter outside ASCII.
    #[error("the API key has a space or another character that no key has")]
    NotVisibleAscii,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_key_has_is_refused_by_name() {
        for (text, expected) in [
            ("", ApiKeyError::Empty),
            ("abc\n", ApiKeyError::LineBreak),
            ("abc\rdef", ApiKeyError::LineBreak),
            (" abc", ApiKeyError::NotVisibleAscii),
            ("abc\u{7f}", ApiKeyError::NotVisibleAscii),
            ("密钥", ApiKeyError::NotVisibleAscii),
        ] {
            assert_eq!(ApiKey::parse(text).expect_err(text), expected);
        }
    }

    #[test]
    fn what_surrounds_a_copied_key_is_left_out() {
        for text in [
            "canary",
            " canary\r\n",
            "\"canary\"",
            "'canary' ",
            "“canary”",
            "\u{feff}canary\u{200b}",
            "「canary」",
        ] {
            let key = ApiKey::copied(text).expect(text);
            assert_eq!(key.expose(), "canary");
        }
        assert_eq!(
            ApiKey::copied(" \"\" ").expect_err("nothing"),
            ApiKeyError::Empty
        );
        assert_eq!(
            ApiKey::copied("can ary").expect_err("a space inside"),
            ApiKeyError::NotVisibleAscii
        );
    }

    /// The expected value is that of `printf 'vectcut-api key fingerprint v1\0canary' | sha256sum`.
    #[test]
    fn a_fingerprint_is_the_start_of_a_hash_and_the_same_each_time() {
        let fingerprint = |key| ApiKey::parse(key).expect("a good key").fingerprint();
        assert_eq!(fingerprint("canary"), "05e2639b0ad01336");
        assert_ne!(fingerprint("canary"), fingerprint("canarY"));
    }

    #[test]
    fn debug_elides_the_key() {
        let key = ApiKey::parse("canary").expect("a good key");
        assert_eq!(format!("{key:?}"), "ApiKey([redacted])");
    }
}
