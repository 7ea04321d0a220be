//! Random names, and secrets that nobody can guess.

use std::io;

/// The upper-case hexadecimal digits.
pub(crate) const HEX: &[u8; 16] = b"0123456789ABCDEF";
/// The digits of base64.
pub(crate) const BASE64: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Returns `len` hexadecimal digits, upper case, for a name that may be known: others can compute it from the clock.
pub(crate) fn name(len: usize) -> String {
    (0..len)
        .map(|_| fastrand::digit(16).to_ascii_uppercase())
        .collect()
}

/// Returns `len` characters of `alphabet` from the system's generator.
///
/// The length of `alphabet` divides 256, so each character is equally likely.
///
/// # Errors
/// The system has no random numbers.
pub(crate) fn secret<const N: usize>(len: usize, alphabet: &[u8; N]) -> io::Result<String> {
    const {
        assert!(
            256 % N == 0,
            "some characters would be likelier than others"
        )
    };
    let mut bytes = vec![0; len];
    getrandom::fill(&mut bytes)?;
    Ok(bytes
        .into_iter()
        .map(|byte| char::from(alphabet[usize::from(byte) % N]))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_follow_from_the_seed_that_names_follow_from() {
        let made = |seed| {
            fastrand::seed(seed);
            (name(24), secret(24, HEX).unwrap())
        };
        let (one, two) = (made(7), made(7));
        assert_eq!(one.0, two.0);
        assert_ne!(one.1, two.1);
    }

    #[test]
    fn a_secret_has_the_length_and_the_alphabet_that_were_asked_for() {
        let secret = secret(800, BASE64).unwrap();
        assert_eq!(secret.len(), 800);
        assert!(
            secret.bytes().all(|byte| BASE64.contains(&byte)),
            "{secret}"
        );
    }
}
