//! The public URL: the product, and a secret while it is valid.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use percent_encoding::percent_decode_str;
use reqwest::Url;
use strict_http::ServerUrl;
use zeroize::Zeroizing;

/// Longer URLs are refused, since programs that receive them cut them. A signed URL of OSS has about a thousand bytes.
const URL_MAX_BYTES: usize = 8 * 1024;

/// A public URL that is safe to hand to another program, kept to the letter as the backend sent it.
///
/// It may have any host and either signature version (assumption A8).
///
/// Its memory is overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedUrl(Zeroizing<String>);

impl SignedUrl {
    /// Checks a URL.
    ///
    /// It must be an absolute https URL, or http to a loopback host, in visible ASCII without a backslash.
    /// It must have a host and no user name or password, and at most 8 KiB.
    ///
    /// # Errors
    ///
    /// Fails with a rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, SignedUrlError> {
        if text.len() > URL_MAX_BYTES {
            return Err(SignedUrlError::TooLong);
        }
        // URL parsers disagree on the backslash: some take it for a slash.
        if !text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        {
            return Err(SignedUrlError::Character);
        }
        let (scheme, rest) = text.split_once("://").ok_or(SignedUrlError::NotAUrl)?;
        if !matches!(scheme, "https" | "http") {
            return Err(SignedUrlError::NotHttps);
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.is_empty() {
            return Err(SignedUrlError::NotAUrl);
        }
        if authority.contains('@') {
            return Err(SignedUrlError::UserInfo);
        }
        let url = Url::parse(text).map_err(|_| SignedUrlError::NotAUrl)?;
        if scheme == "http" && !is_loopback(&url) {
            return Err(SignedUrlError::NotHttps);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// Returns the URL itself, which whoever holds it can fetch.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns when the URL expires, if it says so in the parameters of V1 (`Expires`) or V4 (`x-oss-date` and
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

    /// Returns the object key that the URL names: its path, decoded.
    ///
    /// A host that is an IP address has the bucket before the key, as OSS addresses buckets there. `None` when the path is
    /// empty or not UTF-8. A domain of the backend's own may name objects in another way, so this is a guess.
    pub fn object_key(&self) -> Option<String> {
        let (_, rest) = self.0.split_once("://")?;
        let path = rest.split(['?', '#']).next()?.split_once('/')?.1;
        let key = match server(&Url::parse(&self.0).ok()?)?.ip() {
            None => path,
            Some(_) => path.split_once('/')?.1,
        };
        let key = percent_decode_str(key).decode_utf8().ok()?;
        (!key.is_empty()).then(|| key.into_owned())
    }

    /// Returns whether the host is this computer.
    pub(crate) fn is_loopback(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| is_loopback(&url))
    }
}

fn is_loopback(url: &Url) -> bool {
    server(url).is_some_and(|server| server.is_loopback())
}

fn server(url: &Url) -> Option<ServerUrl> {
    ServerUrl::parse(&url.origin().ascii_serialization()).ok()
}

impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.0.find(['?', '#']).unwrap_or(self.0.len());
        write!(f, "SignedUrl({}?[redacted])", &self.0[..end])
    }
}

/// The rule that a public URL breaks. It does not repeat the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignedUrlError {
    /// A space, a control character, a backslash, or a letter outside ASCII.
    #[error("has a character that no URL has")]
    Character,
    /// More than 8 KiB.
    #[error("is longer than {URL_MAX_BYTES} bytes")]
    TooLong,
    /// Not an absolute URL, or one without a host.
    #[error("is not a URL with a host")]
    NotAUrl,
    /// Another scheme, or plain http to a host that is not loopback.
    #[error("is not an https URL")]
    NotHttps,
    /// A user name or a password before the host.
    #[error("has a user name or a password")]
    UserInfo,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_anywhere_and_http_on_loopback_are_accepted_to_the_letter() {
        for text in [
            "https://b.example/k?Expires=1&Signature=a%2Bb%3D",
            "https://b.example:8443/%E5%89%AA.mp4?x=user@host",
            "https://b.example",
            "http://127.0.0.1:9000/b/k?x",
            "http://b.oss.localhost:9000/k",
        ] {
            let url = SignedUrl::parse(text).unwrap_or_else(|error| panic!("{text} {error}"));
            assert_eq!(url.0.as_str(), text);
        }
    }

    #[test]
    fn what_another_program_must_not_be_given_is_refused_by_rule() {
        use SignedUrlError::{Character, NotAUrl, NotHttps, TooLong, UserInfo};
        for (text, expected) in [
            ("", NotAUrl),
            ("javascript:alert(1)", NotAUrl),
            ("https:/b.example", NotAUrl),
            ("https://", NotAUrl),
            ("https:///k", NotAUrl),
            ("https://?k", NotAUrl),
            ("https://b.example:99999/", NotAUrl),
            ("//b.example/k", NotAUrl),
            ("not a URL", Character),
            (" https://b.example", Character),
            ("https://b.example/\u{1b}[31m", Character),
            ("https://b.example/a\nhttps://c.example", Character),
            ("https://b.example/\u{9b}31m", Character),
            ("https://b.example/\u{202e}", Character),
            ("https://b.example/剪", Character),
            ("https://b.example\\@c.example", Character),
            ("file:///etc/passwd", NotHttps),
            ("HTTPS://b.example/", NotHttps),
            ("http://b.example/", NotHttps),
            ("http://127.0.0.1.example/", NotHttps),
            ("http://localhost.example/", NotHttps),
            ("https://user:pw@b.example/", UserInfo),
            ("https://@b.example/", UserInfo),
        ] {
            assert_eq!(SignedUrl::parse(text).expect_err(text), expected, "{text}");
        }
        let long = format!("https://b.example/{}", "k".repeat(URL_MAX_BYTES));
        assert_eq!(SignedUrl::parse(&long).expect_err("too long"), TooLong);
    }

    fn check(url: &str, expected: Option<u64>) {
        let expires_at = SignedUrl::parse(url).expect(url).expires_at();
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
    }

    #[test]
    fn the_object_key_is_the_decoded_path_behind_the_bucket_if_that_is_in_it() {
        for (url, expected) in [
            ("https://b.example/u/a.mp4?Expires=1#x", Some("u/a.mp4")),
            ("https://b.example/%E5%89%AA%20+%2B.mp4", Some("剪 ++.mp4")),
            ("https://b.example/a%2", Some("a%2")),
            ("https://b.example/../a", Some("../a")),
            ("http://127.0.0.1:9000/bkt/u/a.mp4?x", Some("u/a.mp4")),
            ("http://[::1]:9000/bkt/a", Some("a")),
            ("http://127.0.0.1:9000/bkt", None),
            ("https://b.example/%FF", None),
            ("https://b.example/", None),
            ("https://b.example?a/b", None),
        ] {
            let parsed = SignedUrl::parse(url).expect(url);
            assert_eq!(parsed.object_key().as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn debug_keeps_the_place_and_drops_the_query() {
        let url = SignedUrl::parse("https://b.example/k?Signature=canary").expect("a good URL");
        assert_eq!(
            format!("{url:?}"),
            "SignedUrl(https://b.example/k?[redacted])"
        );
    }
}
