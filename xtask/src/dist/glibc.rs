//! Which glibc a binary for Linux needs: the newest version among its symbols.

use std::fs;
use std::path::Path;

use super::unusable;
use crate::process::Failure;

/// Returns the minor version, such as 17 for glibc 2.17; none for a static binary.
pub(super) fn required(binary: &Path) -> Result<Option<u32>, Failure> {
    let bytes = fs::read(binary).map_err(|error| unusable(binary, &error))?;
    Ok(newest(&bytes))
}

fn newest(bytes: &[u8]) -> Option<u32> {
    const START: &[u8] = b"GLIBC_2.";
    let versions = (0..bytes.len()).filter_map(|at| {
        let rest = bytes.get(at..)?.strip_prefix(START)?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
        let digits: String = digits.map(|byte| char::from(*byte)).collect();
        digits.parse().ok()
    });
    versions.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_symbol_decides() {
        assert_eq!(newest(b"\0GLIBC_2.2.5\0GLIBC_2.17\0GLIBC_2.3\0"), Some(17));
        assert_eq!(newest(b"\0GLIBC_PRIVATE\0nothing"), None);
    }
}
