//! What a request is signed with, and what was signed.

use std::time::SystemTime;

use oss_signer::{Credentials, Request};

/// Which signature to make.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signature {
    /// HMAC-SHA1, which OSS is withdrawing.
    V1,
    /// HMAC-SHA256, which needs the region.
    V4 {
        /// The region, such as `cn-hangzhou`, without the prefix `oss-`.
        region: String,
    },
}

/// What a request is signed with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Signing<'a> {
    /// Who signs.
    pub credentials: Credentials<'a>,
    /// Which signature.
    pub signature: Signature,
    /// The time of sending. OSS allows it to differ by 15 minutes from its own clock.
    pub time: SystemTime,
}

impl<'a> Signing<'a> {
    /// Returns what to sign requests with at `time`.
    pub fn new(credentials: Credentials<'a>, signature: Signature, time: SystemTime) -> Self {
        Self {
            credentials,
            signature,
            time,
        }
    }
}

/// What was signed. It is kept until the response is read.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) request: &'a Request<'a>,
    pub(crate) signing: &'a Signing<'a>,
    /// The product that V4 signs for.
    pub(crate) product: &'static str,
}
