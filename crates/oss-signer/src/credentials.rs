//! The access key that signs, with its security token if it is a temporary one.
//!
//! Getting, keeping and renewing credentials is left to the caller.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt;

use zeroize::Zeroize;

use crate::error::{Field, SignError};
use crate::percent::query_component;
use crate::redacted::PLACEHOLDER;
use crate::refuse;

/// An access key ID, its secret, and the security token of a temporary key (STS).
///
/// It borrows all three, so the caller stays the only owner of the secret.
/// `Debug` shows the access key ID only.
///
/// ```
/// use oss_signer::Credentials;
/// let credentials = Credentials::new("LTAI-EXAMPLE", "example-secret").security_token("CAIS-EXAMPLE");
/// assert_eq!(format!("{credentials:?}"), r#"Credentials { access_key_id: "LTAI-EXAMPLE", .. }"#);
/// ```
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    access_key_id: &'a str,
    access_key_secret: &'a str,
    security_token: Option<&'a str>,
}

impl<'a> Credentials<'a> {
    /// Takes an access key that has no security token.
    #[must_use]
    pub const fn new(access_key_id: &'a str, access_key_secret: &'a str) -> Self {
        Self {
            access_key_id,
            access_key_secret,
            security_token: None,
        }
    }

    /// Adds the security token of a temporary access key.
    #[must_use]
    pub const fn security_token(mut self, security_token: &'a str) -> Self {
        self.security_token = Some(security_token);
        self
    }

    /// Replaces the secret and the security token in a text by `[redacted]`, also where they are percent-encoded.
    ///
    /// Servers repeat the token in some error messages, and errors of HTTP clients repeat the URL with it.
    ///
    /// ```
    /// use oss_signer::Credentials;
    /// let credentials = Credentials::new("LTAI-EXAMPLE", "example-secret").security_token("CAIS-EXAMPLE");
    /// assert_eq!(credentials.redact("the token CAIS-EXAMPLE has expired"), "the token [redacted] has expired");
    /// ```
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let raw = [
            self.access_key_secret,
            self.security_token.unwrap_or_default(),
        ];
        let mut forms: Vec<_> = raw.into_iter().flat_map(shown_forms).collect();
        // The longer one first: if it contains the other, no piece of it must stay.
        forms.sort_unstable_by_key(|form| Reverse(form.len()));
        let present = forms.iter().filter(|form| !form.is_empty());
        let redacted = present.fold(text.to_owned(), |text, form| {
            text.replace(form.as_str(), PLACEHOLDER)
        });
        forms.iter_mut().for_each(Zeroize::zeroize);
        redacted
    }

    pub(crate) fn access_key_id(&self) -> &'a str {
        self.access_key_id
    }

    /// Returns the secret, only to be used as an HMAC key.
    pub(crate) fn secret(&self) -> &'a str {
        self.access_key_secret
    }

    pub(crate) fn token(&self) -> Option<&'a str> {
        self.security_token
    }

    /// Refuses what cannot be sent. The secret is never sent, so any secret passes.
    pub(crate) fn check(&self) -> Result<(), SignError> {
        refuse::empty(self.access_key_id, || Field::AccessKeyId)?;
        refuse::bytes(self.access_key_id, refuse::no_access_key_id, || {
            Field::AccessKeyId
        })?;
        if let Some(token) = self.security_token {
            refuse::other_than_visible_ascii(token, || Field::SecurityToken)?;
        }
        Ok(())
    }
}

/// Returns how a secret may stand in a text: as it is, in a URL with the escapes in either case, and as the bytes that OSS
/// shows in `StringToSignBytes`.
fn shown_forms(secret: &str) -> [String; 4] {
    let encoded = query_component(secret);
    let mut lower = String::with_capacity(encoded.len());
    let mut pieces = encoded.split('%');
    lower.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        // An escape is two digits, and both are ASCII.
        let (digits, rest) = piece.split_at(2);
        lower.push('%');
        lower.push_str(&digits.to_ascii_lowercase());
        lower.push_str(rest);
    }
    let bytes: Vec<_> = secret.bytes().map(|byte| format!("{byte:02X}")).collect();
    [secret.to_owned(), encoded, lower, bytes.join(" ")]
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}
