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

use compare::{canonical_requests, v1_strings_to_sign, v4_strings_to_sign};

use crate::redacted::{CanonicalRequest, StringToSign};

pub use diagnosis::{Change, Diagnosis};

/// Compares the string to sign of either version with the element `StringToSign` of the response.
///
/// With V4, [`Diagnosis::CanonicalRequest`] means that [`canonical_request`] tells more.
#[must_use]
pub fn string_to_sign(ours: &StringToSign, theirs: &str) -> Diagnosis {
    let ours = ours.reveal_secrets();
    if ours.starts_with("OSS4-HMAC-SHA256\n") {
        v4_strings_to_sign(ours, theirs)
    } else {
        v1_strings_to_sign(ours, theirs)
    }
}

/// Compares the canonical request of V4 with the element `CanonicalRequest` of the response.
#[must_use]
pub fn canonical_request(ours: &CanonicalRequest, theirs: &str) -> Diagnosis {
    canonical_requests(ours.reveal_secrets(), theirs)
}
