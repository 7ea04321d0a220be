//! A server that credentials may be sent to: https, or plain http on loopback.

use std::{fmt, net::IpAddr};

use reqwest::Url;

use crate::{ServerText, localhost::is_localhost};

/// The URL of a server: scheme, host, port and perhaps a path, and nothing that may be a secret or get lost.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerUrl(Url);

impl ServerUrl {
    /// Parses a URL such as `https://open.vectcut.com` or `http://127.0.0.1:9000`.
    ///
    /// # Errors
    ///
    /// Fails when the text is not an absolute http or https URL, when it is http to a host that is not loopback, and when
    /// it has a user name, a password, a query or a fragment.
    pub fn parse(text: &str) -> Result<Self, ServerUrlError> {
        let refuse = |reason| ServerUrlError {
            text: shown(text),
            reason,
        };
        let url = Url::parse(text).map_err(|_| refuse(Reason::NotAUrl))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(refuse(Reason::NotAUrl));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse(Reason::HasCredentials));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse(Reason::HasQuery));
        }
        let server = Self(url);
        if server.0.scheme() == "http" && !server.is_loopback() {
            return Err(refuse(Reason::PlainHttp));
        }
        Ok(server)
    }

    /// Returns whether the host is loopback: `localhost`, a name under it, `127.0.0.0/8` or `::1`.
    pub fn is_loopback(&self) -> bool {
        self.ip()
            .map_or_else(|| is_localhost(self.host()), |ip| ip.is_loopback())
    }

    /// Returns the host's address when it is an IP address and not a name.
    pub fn ip(&self) -> Option<IpAddr> {
        self.host()
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse()
            .ok()
    }

    /// Returns the host; an IPv6 address stands in brackets.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Returns the URL itself.
    pub fn as_url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerUrl({self})")
    }
}

/// Why a text is not the URL of a server to trust with credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` {reason}")]
pub struct ServerUrlError {
    text: ServerText,
    reason: Reason,
}

impl ServerUrlError {
    /// Returns the text, without what may be a secret.
    pub fn text(&self) -> &ServerText {
        &self.text
    }

    /// Returns whether it is plain http to a host that is not loopback.
    pub fn is_plain_http(&self) -> bool {
        self.reason == Reason::PlainHttp
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Reason {
    #[error("is not an http or https URL")]
    NotAUrl,
    #[error("has a user name or a password, which would leak")]
    HasCredentials,
    #[error("has a query or a fragment, which requests would drop")]
    HasQuery,
    #[error(
        "is plain http to a host that is not loopback, so others on the network could read the credentials; use https"
    )]
    PlainHttp,
}

/// Hides user name, password and query from the error that refuses them.
fn shown(text: &str) -> ServerText {
    let mut shown = text.to_owned();
    if let Some(query) = shown.find('?') {
        shown.replace_range(query + 1.., "[redacted]");
    }
    let host = shown.find("://").map_or(0, |scheme_end| scheme_end + 3);
    if let Some(at) = shown[host..].rfind('@') {
        shown.replace_range(host..host + at, "[redacted]");
    }
    ServerText::clean(&shown, ServerText::MESSAGE_MAX_CHARS, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_anywhere_and_http_on_loopback_are_accepted() {
        for text in [
            "https://open.vectcut.com",
            "https://open.vectcut.com:8443/base/",
            "http://127.0.0.1:9000",
            "http://127.9.9.9",
            "http://[::1]:9000",
            "http://localhost",
            "http://oss.localhost:9000",
        ] {
            ServerUrl::parse(text).unwrap_or_else(|error| panic!("{error}"));
        }
    }

    #[test]
    fn each_refusal_says_its_reason() {
        for (text, words) in [
            ("open.vectcut.com", "is not an http or https URL"),
            ("", "is not an http or https URL"),
            ("ftp://open.vectcut.com", "is not an http or https URL"),
            ("http://open.vectcut.com", "is plain http"),
            ("http://192.168.1.1", "is plain http"),
            ("http://localhost.example.com", "is plain http"),
            ("https://a.example?x=1", "has a query"),
            ("https://a.example#x", "has a query"),
        ] {
            let error = ServerUrl::parse(text).expect_err(text).to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn what_may_be_a_secret_is_not_repeated() {
        for (text, words) in [
            (
                "https://user:hunter2@a.example",
                "`https://[redacted]@a.example` has a user name or a password, which would leak",
            ),
            (
                "user:hunter2@a.example",
                "`[redacted]@a.example` is not an http or https URL",
            ),
            (
                "https://a.example/?token=hunter2",
                "`https://a.example/?[redacted]` has a query or a fragment, which requests would drop",
            ),
        ] {
            let error = ServerUrl::parse(text).expect_err(text);
            assert_eq!(error.to_string(), words);
        }
    }

    #[test]
    fn a_trailing_slash_is_not_shown() {
        let server = ServerUrl::parse("https://open.vectcut.com").expect("a good URL");
        assert_eq!(server.to_string(), "https://open.vectcut.com");
    }
}
