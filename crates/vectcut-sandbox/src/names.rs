//! The vendor's rules for bucket names and object keys.

/// The longest object key, in bytes of UTF-8.
const KEY_MAX_BYTES: usize = 1023;

/// How an object key breaks the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyError {
    /// Longer than 1023 bytes, or not UTF-8.
    LengthOrEncoding,
    /// Begins with `/` or `\`.
    Leading,
}

impl KeyError {
    /// Returns the EC that the vendor published for the rule.
    pub(crate) fn ec(self) -> &'static str {
        match self {
            Self::LengthOrEncoding => "0016-00000002",
            Self::Leading => "0016-00000005",
        }
    }
}

/// Returns whether `name` is a bucket name: 3 to 63 lower-case letters, digits and hyphens, no hyphen at either end.
pub(crate) fn is_bucket_name(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (3..=63).contains(&name.len())
        && name.bytes().all(inner)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// Checks an object key as it came over the wire, percent-decoded once.
pub(crate) fn check_key(key: &[u8]) -> Result<&str, KeyError> {
    let text = std::str::from_utf8(key).map_err(|_| KeyError::LengthOrEncoding)?;
    if text.is_empty() || text.len() > KEY_MAX_BYTES {
        return Err(KeyError::LengthOrEncoding);
    }
    if text.starts_with(['/', '\\']) {
        return Err(KeyError::Leading);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_follow_the_rules() {
        for good in ["abc", "a-1", "0bucket", &"a".repeat(63)] {
            assert!(is_bucket_name(good), "{good}");
        }
        for bad in [
            "ab",
            "-abc",
            "abc-",
            "Abc",
            "a_b",
            "a.b",
            "",
            &"a".repeat(64),
        ] {
            assert!(!is_bucket_name(bad), "{bad}");
        }
    }

    #[test]
    fn keys_follow_the_rules() {
        assert_eq!(check_key("视频/../a.mp4".as_bytes()), Ok("视频/../a.mp4"));
        assert_eq!(check_key(&[b'k'; 1023]).map(str::len), Ok(1023));
        assert_eq!(check_key(&[b'k'; 1024]), Err(KeyError::LengthOrEncoding));
        assert_eq!(check_key(b"\xff"), Err(KeyError::LengthOrEncoding));
        assert_eq!(check_key(b"/a"), Err(KeyError::Leading));
        assert_eq!(check_key(b"\\a"), Err(KeyError::Leading));
    }
}
