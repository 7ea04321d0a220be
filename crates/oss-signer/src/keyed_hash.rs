//! HMAC as the two versions start it.
//!
//! What is hashed is left to them.

use hmac::{Hmac, KeyInit};
use sha1::Sha1;
use sha2::Sha256;

use crate::error::{Field, SignError};

/// Starts an HMAC-SHA1.
pub(crate) fn hmac_sha1(key: &[u8]) -> Result<Hmac<Sha1>, SignError> {
    start(key)
}

/// Starts an HMAC-SHA256.
pub(crate) fn hmac_sha256(key: &[u8]) -> Result<Hmac<Sha256>, SignError> {
    start(key)
}

/// Refuses the empty key, which HMAC itself would take.
///
/// The `Result` of `new_from_slice` is there for MACs that refuse some lengths; HMAC takes keys of all, so it brings no second error.
#[inline]
fn start<M: KeyInit>(key: &[u8]) -> Result<M, SignError> {
    let empty = || SignError::Empty {
        field: Field::AccessKeySecret,
    };
    if key.is_empty() {
        return Err(empty());
    }
    M::new_from_slice(key).map_err(|_| empty())
}
