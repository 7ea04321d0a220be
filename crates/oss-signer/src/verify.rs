//! Checks the signature of a request or a form that a server received. Needs the feature `verify`.
//!
//! For servers that imitate OSS, gateways in front of it, and tests of clients.
//!
//! [`check`] takes the request as it was received, decoded, and the credentials that should have signed it.
//! A server with many access keys calls [`access_key_id`] first, and looks the credentials up.
//! [`check_form`] does the same for a form upload.
//!
//! Signatures and tokens are compared in constant time.
//! Each refusal is a variant of [`Refusal`], and the checks run in the order of OSS: what can be read, the time, the access key, the signature.
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//! use oss_signer::verify::{self, Received, Refusal};
//! use oss_signer::{Credentials, Request, Resource, v1};
//!
//! # fn main() -> Result<(), oss_signer::SignError> {
//! let credentials = Credentials::new("LTAI-EXAMPLE", "example-secret");
//! let time = UNIX_EPOCH + Duration::from_secs(1_767_229_323);
//! let signed = v1::sign(&Request::put("examplebucket", "clip.mp4"), &credentials, time)?;
//!
//! // On the server:
//! let resource = Resource::Object { bucket: "examplebucket", object_key: "clip.mp4" };
//! let mut received = Received::new("PUT", resource);
//! for (name, value) in signed.headers() {
//!     received = received.header(name, value);
//! }
//! let skew = Duration::from_secs(15 * 60);
//! assert!(verify::check(&received, &credentials, time, skew).is_ok());
//!
//! let hour_later = time + Duration::from_secs(3600);
//! let refusal = verify::check(&received, &credentials, hour_later, skew).expect_err("too late");
//! assert!(matches!(refusal, Refusal::TooSkewed { .. }));
//! # Ok(())
//! # }
//! ```
//!
//! # What it leaves to you
//!
//! - Decoding: the object key and the query must be percent-decoded once.
//! - The region of a V4 signature: compare [`Verified::region`] with yours.
//! - Rights: whether the access key may do this.
//! - Of a form: the expiration and the conditions of its policy.

mod admit;
mod check;
mod claim;
mod form;
mod parameters;
mod received;
mod refusal;
mod v1;
mod v4;
mod verified;

pub use check::check;
pub use claim::access_key_id;
pub use form::{VerifiedForm, check_form};
pub use received::Received;
pub use refusal::Refusal;
pub use verified::{Place, Verified, Version};
