//! Proxies of the environment: which one a request uses, and whether its setting can be used.

use std::ffi::OsString;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{ClientBuilder, NoProxy, Proxy, Url};

use crate::SetupError;

/// The variables that name a proxy for https, by precedence: the first pair that is set and not empty counts.
/// Plain http goes only to loopback, which no proxy may see.
const VARIABLES: [[&str; 2]; 2] = [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];

/// The variables that list the hosts to reach without a proxy.
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// Which requests of a client go through which proxy.
#[derive(Debug)]
pub(crate) struct Proxies {
    source: Source,
    matcher: Matcher,
}

#[derive(Debug)]
enum Source {
    /// No proxy, whatever the environment says.
    Direct,
    /// The settings of the operating system, where it has any.
    System,
    /// A variable of the environment.
    Variable(Box<Proxy>),
}

impl Proxies {
    /// Uses no proxy for any request.
    pub(crate) fn none() -> Self {
        Self {
            source: Source::Direct,
            matcher: Matcher::builder().build(),
        }
    }

    /// Reads the variables that `variable` looks up; without any, the operating system's settings count.
    pub(crate) fn from_environment(
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, SetupError> {
        let first_set = |names: [&'static str; 2]| {
            names
                .into_iter()
                .find_map(|name| Some((name, variable(name)?)))
                .filter(|(_, value)| !value.is_empty())
        };
        let Some((name, value)) = VARIABLES.into_iter().find_map(first_set) else {
            return Ok(Self {
                source: Source::System,
                matcher: Matcher::from_system(),
            });
        };
        let unusable = || SetupError::Proxy { variable: name };
        let url = value.to_str().and_then(proxy_url).ok_or_else(unusable)?;
        let exceptions = first_set(EXCEPTIONS)
            .and_then(|(_, list)| list.into_string().ok())
            .unwrap_or_default();
        let matcher = Matcher::builder()
            .https(url.as_str().to_owned())
            .no(exceptions.clone())
            .build();
        let proxy = Proxy::https(url)
            .map_err(|_| unusable())?
            .no_proxy(NoProxy::from_string(&exceptions));
        Ok(Self {
            source: Source::Variable(Box::new(proxy)),
            matcher,
        })
    }

    /// Makes a client use these proxies.
    pub(crate) fn apply(&self, builder: ClientBuilder) -> ClientBuilder {
        match &self.source {
            Source::Direct => builder.no_proxy(),
            Source::System => builder,
            Source::Variable(proxy) => builder.no_proxy().proxy(Proxy::clone(proxy)),
        }
    }

    /// Returns host and port of the proxy between this computer and a URL's host, without user name and password.
    pub(crate) fn before(&self, url: &Url) -> Option<String> {
        let proxy = self.matcher.intercept(&url.as_str().parse().ok()?)?;
        let authority = proxy.uri().authority()?;
        let default_port = match proxy.uri().scheme_str() {
            Some("http") => 80,
            Some("https") => 443,
            _ => 1080,
        };
        let port = authority.port_u16().unwrap_or(default_port);
        Some(format!("{}:{port}", authority.host()))
    }
}

/// Reads `http://proxy.example:8080`, also without its scheme, or a URL of SOCKS 4 or 5.
fn proxy_url(text: &str) -> Option<Url> {
    let url = match text.contains("://") {
        true => Url::parse(text).ok()?,
        false => Url::parse(&format!("http://{text}")).ok()?,
    };
    let is_known = matches!(
        url.scheme(),
        "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h"
    );
    (is_known && url.host_str().is_some_and(|host| !host.is_empty())).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Result<Proxies, SetupError> {
        Proxies::from_environment(|name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    fn before(variables: &[(&str, &str)], url: &str) -> Option<String> {
        let proxies = proxies(variables).expect("usable variables");
        proxies.before(&Url::parse(url).expect("a URL"))
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        for (value, expected) in [
            (
                "http://user:hunter2@proxy.example:8080",
                "proxy.example:8080",
            ),
            ("user:hunter2@proxy.example:8080", "proxy.example:8080"),
            ("http://proxy.example", "proxy.example:80"),
            ("https://proxy.example", "proxy.example:443"),
            ("socks5h://user:hunter2@127.0.0.1", "127.0.0.1:1080"),
            ("http://[::1]:8080/", "[::1]:8080"),
        ] {
            let named = before(&[("HTTPS_PROXY", value)], "https://a.example/k?x");
            assert_eq!(named.as_deref(), Some(expected), "{value}");
        }
    }

    #[test]
    fn https_proxy_comes_before_all_proxy_and_no_proxy_excepts_hosts() {
        let all = ("all_proxy", "http://all.example:1");
        let https = ("https_proxy", "http://https.example:2");
        let no = ("NO_PROXY", "oss.example, 10.0.0.0/8");
        let url = "https://bucket.oss.example/";
        assert_eq!(
            before(&[all, https], url).as_deref(),
            Some("https.example:2")
        );
        assert_eq!(before(&[all], url).as_deref(), Some("all.example:1"));
        assert_eq!(
            before(&[("HTTPS_PROXY", ""), all], url).as_deref(),
            Some("all.example:1")
        );
        assert_eq!(before(&[https, no], url), None);
        assert_eq!(before(&[https, no], "https://10.1.2.3/"), None);
        assert!(before(&[https, no], "https://other.example/").is_some());
    }

    #[test]
    fn a_variable_that_names_no_proxy_is_an_error_that_does_not_show_its_value() {
        for value in [
            "notaurl user:hunter2",
            "http://user:hunter2@[::bad",
            "ftp://user:hunter2@h",
            "http://user:hunter2@h:99999",
            "http://",
            "socks5://",
        ] {
            let error = proxies(&[("https_proxy", value)]).expect_err(value);
            let words = format!("{error} {error:?}");
            assert!(words.contains("`https_proxy`"), "{words}");
            assert!(!words.contains("hunter2"), "{words}");
        }
    }
}
