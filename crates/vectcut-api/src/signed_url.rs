//! The public URL: the product, and a secret while it lives.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use reqwest::Url;

/// A public URL, kept to the letter as the backend sent it.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedUrl(String);

impl SignedUrl {
    /// Wraps a URL; it is neither parsed nor rewritten.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// Returns the URL itself, which whoever holds it can fetch.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns when the URL ends, if it says so in the parameters of V1 (`Expires`) or V4 (`x-oss-date` and
    /// `x-oss-expires`).
    pub fn expires_at(&self) -> Option<SystemTime> {
        let url = Url::parse(&self.0).ok()?;
        let parameter = |wanted: &str| {
            url.query_pairs()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, value)| value.into_owned())
        };
        let seconds = |text: String| text.parse().ok().map(Duration::from_secs);
        match parameter("x-oss-date") {
            Some(signed_at) => crate::credentials::instant(&signed_at)?
                .checked_add(seconds(parameter("x-oss-expires")?)?),
            None => SystemTime::UNIX_EPOCH.checked_add(seconds(parameter("Expires")?)?),
        }
    }
}

impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.0.find(['?', '#']).unwrap_or(self.0.len());
        write!(f, "SignedUrl({}?[redacted])", &self.0[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: Option<u64>) {
        let expires_at = SignedUrl::new(url).expires_at();
        assert_eq!(
            expires_at,
            expected.map(|s| SystemTime::UNIX_EPOCH + Duration::from_secs(s)),
            "{url}"
        );
    }

    #[test]
    fn expiry_is_read_from_either_version_or_not_at_all() {
        check(
            "https://b.example/k?OSSAccessKeyId=a&Expires=1767229323&Signature=s",
            Some(1_767_229_323),
        );
        check(
            "https://b.example/k?x-oss-date=20260101T010203Z&x-oss-expires=3600",
            Some(1_767_232_923),
        );
        check("https://b.example/k?x-oss-date=20260101T010203Z", None);
        check(
            "https://b.example/k?x-oss-date=soon&x-oss-expires=3600",
            None,
        );
        check("https://b.example/k?Expires=never", None);
        check("https://b.example/k?Expires=99999999999999999999", None);
        check("https://b.example/k", None);
        check("not a URL", None);
    }

    #[test]
    fn debug_keeps_the_place_and_drops_the_query() {
        let url = SignedUrl::new("https://b.example/k?Signature=canary");
        assert_eq!(
            format!("{url:?}"),
            "SignedUrl(https://b.example/k?[redacted])"
        );
    }
}
