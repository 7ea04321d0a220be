//! HMAC, started with the key of either version.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::error::{Field, SignError};

/// The block of SHA-256: HMAC hashes a longer key before it uses it.
const BLOCK_BYTES: usize = 64;

/// Starts an HMAC-SHA1.
pub(crate) fn hmac_sha1(key: &[u8]) -> Result<Hmac<Sha1>, SignError> {
    start(key)
}

/// Starts an HMAC-SHA256.
pub(crate) fn hmac_sha256(key: &[u8]) -> Result<Hmac<Sha256>, SignError> {
    start(key)
}

/// Starts an HMAC-SHA256 whose key is `prefix` followed by `secret`, without joining them on the heap.
pub(crate) fn hmac_sha256_of_prefixed(
    prefix: &str,
    secret: &str,
) -> Result<Hmac<Sha256>, SignError> {
    let (prefix, secret) = (prefix.as_bytes(), secret.as_bytes());
    let len = prefix.len() + secret.len();
    let mut key = Zeroizing::new([0; BLOCK_BYTES]);
    if len <= BLOCK_BYTES {
        key[..prefix.len()].copy_from_slice(prefix);
        key[prefix.len()..len].copy_from_slice(secret);
        return start(&key[..len]);
    }
    let mut digest = Sha256::new()
        .chain_update(prefix)
        .chain_update(secret)
        .finalize();
    let mac = start(&digest);
    digest[..].zeroize();
    mac
}

/// Starts an HMAC-SHA256 whose key is the result of another.
pub(crate) fn hmac_sha256_of_mac(mac: Hmac<Sha256>) -> Result<Hmac<Sha256>, SignError> {
    let mut key = mac.finalize().into_bytes();
    let next = start(&key);
    key[..].zeroize();
    next
}

/// Refuses the empty key, which HMAC itself would take.
///
/// `new_from_slice` returns a `Result` because some MACs refuse keys of some lengths; HMAC takes every length.
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

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn a_prefixed_key_is_the_joined_key_whatever_its_length() {
        for len in [1, 54, 55, 56, 64, 200] {
            let secret = "s".repeat(len);
            let prefixed = hmac_sha256_of_prefixed("aliyun_v4", &secret).expect("a key");
            let joined = hmac_sha256(format!("aliyun_v4{secret}").as_bytes()).expect("a key");
            let (prefixed, joined) = (prefixed.finalize(), joined.finalize());
            assert_eq!(prefixed.into_bytes(), joined.into_bytes(), "{len}");
        }
    }
}
