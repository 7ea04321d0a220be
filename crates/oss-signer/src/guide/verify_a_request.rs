//! Verify a request that a server received. Needs the feature `verify`.
//!
//! [`verify`](crate::verify) has an example of a request.
//! This one checks an upload form, and applies the policy as far as the server wants.
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//! use oss_signer::post::Policy;
//! use oss_signer::verify::{Refusal, check_form};
//! use oss_signer::Credentials;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let credentials = Credentials::new("LTAI-EXAMPLE", "example-secret");
//! let form = Policy::new("examplebucket", UNIX_EPOCH + Duration::from_secs(1_767_229_323))
//!     .equals("key", "clip.mp4")
//!     .sign_v1(&credentials)?;
//!
//! // On the server, with the fields that the form has before its file:
//! let fields: Vec<_> = form.fields("clip.mp4").collect();
//! let verified = check_form(&fields, &credentials)?;
//! assert!(verified.policy().starts_with(r#"{"expiration":"2026-01-01T01:02:03.000Z""#));
//!
//! let other = Credentials::new("LTAI-EXAMPLE", "another-secret");
//! assert_eq!(check_form(&fields, &other), Err(Refusal::Mismatch));
//! # Ok(())
//! # }
//! ```
//!
//! Answer every refusal with the same words, or a stranger learns which part was right.
