//! The `Range` header of a request for bytes.

use std::ops::Range;

/// What a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Whole,
    Part(Range<u64>),
    Impossible,
}

/// Reads `Range: bytes=…`. As OSS does, it sends the whole object for a range that it cannot read.
pub(crate) fn wanted(range: Option<&str>, len_bytes: u64) -> Wanted {
    let Some((first, last)) = range
        .and_then(|text| text.strip_prefix("bytes="))
        .and_then(|text| text.split_once('-'))
    else {
        return Wanted::Whole;
    };
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), _) if first >= len_bytes => Wanted::Impossible,
        (Ok(first), Err(_)) if last.is_empty() => Wanted::Part(first..len_bytes),
        (Ok(first), Ok(last)) if last >= first => {
            Wanted::Part(first..last.saturating_add(1).min(len_bytes))
        }
        (Err(_), Ok(0)) if first.is_empty() => Wanted::Impossible,
        // An empty object has no range: its last five bytes are all of it.
        (Err(_), Ok(_)) if first.is_empty() && len_bytes == 0 => Wanted::Whole,
        (Err(_), Ok(suffix)) if first.is_empty() => {
            Wanted::Part(len_bytes.saturating_sub(suffix)..len_bytes)
        }
        _ => Wanted::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        let of_ten = |text| wanted(Some(text), 10);
        assert_eq!(wanted(None, 10), Wanted::Whole);
        assert_eq!(of_ten("bytes=0-3"), Wanted::Part(0..4));
        assert_eq!(of_ten("bytes=8-"), Wanted::Part(8..10));
        assert_eq!(of_ten("bytes=8-99"), Wanted::Part(8..10));
        assert_eq!(of_ten("bytes=-3"), Wanted::Part(7..10));
        assert_eq!(of_ten("bytes=-99"), Wanted::Part(0..10));
        assert_eq!(of_ten("bytes=10-"), Wanted::Impossible);
        assert_eq!(of_ten("bytes=-0"), Wanted::Impossible);
        assert_eq!(of_ten("bytes=5-2"), Wanted::Whole);
        assert_eq!(of_ten("lines=1-2"), Wanted::Whole);
        assert_eq!(wanted(Some("bytes=-5"), 0), Wanted::Whole);
    }
}
