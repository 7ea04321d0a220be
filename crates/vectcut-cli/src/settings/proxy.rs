//! Proxies of the environment: whether their values can be used, and which proxy the requests to a server take.
//!
//! The HTTP client reads the same variables, by the same rules. It ignores a value that it cannot use.

use hyper_util::client::proxy::matcher::Matcher;
use strict_http::ServerUrl;

use super::Environment;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::words::{failures, hints};

/// The variables for https, in the order in which the HTTP client reads them. Only loopback servers may use http, and
/// their requests take no proxy.
const VARIABLES: [[&str; 2]; 2] = [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// Returns the proxy for requests to a server as `` `HOST:PORT` (`VARIABLE`) ``; `None` when they take none.
///
/// # Errors
///
/// Fails with wrong usage when the proxy that would be used cannot be. Its value is not repeated: it may hold a password.
pub(crate) fn proxy_for(
    server: &ServerUrl,
    environment: &Environment,
) -> Result<Option<String>, Failure> {
    let excluded = first_set(&NO_PROXY, environment)?.map_or_else(String::new, |(_, value)| value);
    for names in &VARIABLES {
        let Some((name, proxy)) = first_set(names, environment)? else {
            continue;
        };
        if server.is_loopback() || proxy_of(server, "http://proxy.invalid", &excluded).is_none() {
            return Ok(None);
        }
        return match proxy_of(server, &proxy, &excluded) {
            Some(address) => Ok(Some(format!("`{address}` (`{name}`)"))),
            None => Err(unusable(name)),
        };
    }
    Ok(None)
}

fn unusable(name: &str) -> Failure {
    Failure::new(ExitCode::Usage, "usage", failures::proxy_unusable(name))
        .hint(hints::proxy_url())
        .hint(hints::no_proxy(name))
}

/// Returns where the requests to a server connect to if `proxy` is the proxy, without its user and password.
fn proxy_of(server: &ServerUrl, proxy: &str, excluded: &str) -> Option<String> {
    let matcher = Matcher::builder().https(proxy).no(excluded).build();
    let server = server.to_string().parse().ok()?;
    let intercepted = matcher.intercept(&server)?;
    intercepted.uri().authority().map(ToString::to_string)
}

/// Returns the first variable that is set; if its value is empty, there is none.
fn first_set(
    names: &[&'static str],
    environment: &Environment,
) -> Result<Option<(&'static str, String)>, Failure> {
    let is_set = |name: &&&'static str| (environment.lookup)(name).is_some();
    match names.iter().find(is_set) {
        Some(name) => Ok(environment.text(name)?.map(|value| (*name, value))),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    const FAR: &str = "https://open.vectcut.com";

    #[track_caller]
    fn check(server: &str, variables: &'static [(&'static str, &'static str)], expected: &str) {
        let server = ServerUrl::parse(server).expect("a server");
        let proxy = match proxy_for(&server, &Environment::of(variables)) {
            Ok(proxy) => proxy.unwrap_or_else(|| "none".into()),
            Err(failure) => {
                assert_eq!(failure.exit_code, ExitCode::Usage);
                assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
                failure.what.to(Language::English).to_owned()
            }
        };
        assert_eq!(proxy, expected, "{variables:?}");
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        check(
            FAR,
            &[("HTTPS_PROXY", "http://user:hunter2@127.0.0.1:3128")],
            "`127.0.0.1:3128` (`HTTPS_PROXY`)",
        );
        check(
            FAR,
            &[("https_proxy", "proxy.example:3128")],
            "`proxy.example:3128` (`https_proxy`)",
        );
        check(
            FAR,
            &[("ALL_PROXY", "socks5://user:hunter2@127.0.0.1:1080")],
            "`127.0.0.1:1080` (`ALL_PROXY`)",
        );
    }

    #[test]
    fn a_value_that_is_no_proxy_is_wrong_usage() {
        check(
            FAR,
            &[("HTTPS_PROXY", "ftp://user:hunter2@proxy.example")],
            "the value of `HTTPS_PROXY` is not the URL of a proxy",
        );
        check(
            FAR,
            &[("all_proxy", "http://user:hunter2@[::bad")],
            "the value of `all_proxy` is not the URL of a proxy",
        );
    }

    #[test]
    fn a_proxy_that_is_not_used_may_have_any_value() {
        const BAD: (&str, &str) = ("HTTPS_PROXY", "no url hunter2");
        check("http://127.0.0.1:9000", &[BAD], "none");
        check(FAR, &[BAD, ("NO_PROXY", "localhost,.vectcut.com")], "none");
        check(FAR, &[("HTTP_PROXY", "no url hunter2")], "none");
        check(FAR, &[("HTTPS_PROXY", "")], "none");
        check(FAR, &[], "none");
    }
}
