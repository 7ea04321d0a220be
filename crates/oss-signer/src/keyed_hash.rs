//! HMAC with keys of any length, without an error that cannot happen.
//!
//! What is hashed is left to the versions.

use hmac::{Hmac, KeyInit};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// The block size of SHA-1 and of SHA-256, in bytes.
const BLOCK_LEN: usize = 64;

/// Starts an HMAC-SHA1.
pub(crate) fn hmac_sha1(key: &[u8]) -> Hmac<Sha1> {
    Hmac::new(&block_key::<Sha1>(key).into())
}

/// Starts an HMAC-SHA256.
pub(crate) fn hmac_sha256(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new(&block_key::<Sha256>(key).into())
}

/// Brings a key to the block size as RFC 2104 says: longer ones are hashed, then all are filled with zeros.
///
/// `Hmac::new_from_slice` does the same, but returns a `Result` for the sake of MACs that refuse some lengths.
fn block_key<D: Digest>(key: &[u8]) -> [u8; BLOCK_LEN] {
    let mut block = [0; BLOCK_LEN];
    if key.len() <= BLOCK_LEN {
        block[..key.len()].copy_from_slice(key);
    } else {
        let hash = D::digest(key);
        block[..hash.len()].copy_from_slice(&hash);
    }
    block
}

#[cfg(test)]
mod tests {
    use hmac::Mac;

    use super::*;

    #[test]
    fn keys_of_all_lengths_give_what_the_hmac_crate_gives() {
        for len in 0..=3 * BLOCK_LEN {
            let key: Vec<u8> = (1_u8..).take(len).collect();
            let sha1 = Hmac::<Sha1>::new_from_slice(&key).expect("any length");
            let sha256 = Hmac::<Sha256>::new_from_slice(&key).expect("any length");
            assert_eq!(
                hmac_sha1(&key).finalize().into_bytes(),
                sha1.finalize().into_bytes()
            );
            assert_eq!(
                hmac_sha256(&key).finalize().into_bytes(),
                sha256.finalize().into_bytes()
            );
        }
    }
}
