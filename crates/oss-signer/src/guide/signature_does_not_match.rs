//! Understand a 403 with `SignatureDoesNotMatch`.
//!
//! The response contains the string to sign as OSS computed it, and with V4 the canonical request too.
//! [`diagnose`](crate::diagnose) compares them with your own texts and says in one sentence what differs.
//! If they are equal, the secret is wrong. Otherwise something changed the request between signing and sending.
//!
//! `{}` hides the security token in both texts of this crate. The response does not hide it, so do not log the response.
