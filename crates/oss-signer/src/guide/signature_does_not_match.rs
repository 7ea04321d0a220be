//! Understand a 403 with `SignatureDoesNotMatch`.
//!
//! The response contains the string to sign as OSS computed it, and with V4 the canonical request too.
//! Compare them with [`v1::string_to_sign`](crate::v1::string_to_sign) or [`v4::canonical_request`](crate::v4::canonical_request).
//! If they differ, something changed the request between signing and sending.
//! If they are equal, the secret is wrong.
//!
//! `{}` hides the security token in both texts of this crate. The response does not hide it, so do not log the response.
