//! Finds out why OSS answered `SignatureDoesNotMatch`.
//!
//! The response contains the text that OSS signed. Compare it with the text that you signed, and get one [`Diagnosis`].
//! A diagnosis names what differs and contains no value that could be secret.
//!
//! ```
//! use std::time::UNIX_EPOCH;
//! use oss_signer::{Credentials, Request, diagnose, v1};
//!
//! # fn main() -> Result<(), oss_signer::SignError> {
//! let request = Request::put("examplebucket", "clip.mp4").header("Content-Type", "video/mp4");
//! let credentials = Credentials::new("LTAI-EXAMPLE", "example-secret");
//! let signed = v1::string_to_sign(&request, &credentials, UNIX_EPOCH)?;
//!
//! // From the element `StringToSign` of the response:
//! let theirs = "PUT\n\n\nThu, 01 Jan 1970 00:00:00 GMT\n/examplebucket/clip.mp4";
//! assert_eq!(
//!     diagnose::string_to_sign(&signed, theirs).to_string(),
//!     "OSS did not receive the signed header `content-type`; the HTTP client or a proxy removed it",
//! );
//! # Ok(())
//! # }
//! ```

mod compare;
mod diagnosis;
mod pairs;

use compare::{V4, canonical_requests, v1_strings_to_sign, v4_strings_to_sign};

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::redacted::{CanonicalRequest, StringToSign};

pub use diagnosis::{Change, Diagnosis};

/// Compares the string to sign of either version with the element `StringToSign` of the response.
///
/// With V4, [`Diagnosis::CanonicalRequest`] means that [`canonical_request`] tells more.
/// Line ends may be `\r\n` or the two characters `\n`, as on their way through XML and logs.
#[must_use]
pub fn string_to_sign(ours: &StringToSign, theirs: &str) -> Diagnosis {
    let ours = ours.reveal_secrets();
    let theirs = &*as_signed(theirs);
    if ours.starts_with(V4) {
        v4_strings_to_sign(ours, theirs)
    } else {
        v1_strings_to_sign(ours, theirs)
    }
}

/// Compares the canonical request of V4 with the element `CanonicalRequest` of the response.
#[must_use]
pub fn canonical_request(ours: &CanonicalRequest, theirs: &str) -> Diagnosis {
    canonical_requests(ours.reveal_secrets(), &as_signed(theirs))
}

/// As [`string_to_sign`], with the element `StringToSignBytes`: each byte as two hexadecimal digits.
///
/// It is exact where `StringToSign` went through an editor or a log.
#[must_use]
pub fn string_to_sign_bytes(ours: &StringToSign, theirs: &str) -> Diagnosis {
    let bytes = theirs.split_ascii_whitespace();
    let bytes: Option<Vec<u8>> = bytes
        .map(|byte| u8::from_str_radix(byte, 16).ok())
        .collect();
    match bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
        Some(text) => string_to_sign(ours, &text),
        None => Diagnosis::Unreadable,
    }
}

/// Undoes what XML, editors and logs do to line ends. No text that is signed begins or ends with one.
fn as_signed(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(['\r', '\n']);
    if !text.contains('\n') && text.contains("\\n") {
        return text.replace("\\n", "\n").into();
    }
    match text.contains('\r') {
        true => text.replace("\r\n", "\n").into(),
        false => text.into(),
    }
}
