//! Who may see the status page, and what a browser may do with it.

use sha2::{Digest as _, Sha256};

use crate::reply::Reply;
use crate::routing::is_this_computer;
use crate::verify::{self, Refusal, Wire};

/// Whether a browser may see what it asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Admission {
    Granted(View),
    Refused,
}

/// What a browser asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum View {
    Page,
    /// What changes, as it changes.
    Events,
    /// The bytes of a picture, a sound or a video.
    Preview {
        object_key: String,
    },
}

/// Decides on a request for `/`; `None` if it is for one of the servers.
///
/// The host must be this computer: a page of another site that resolves its own name to this computer sends that name.
pub(super) fn admit(wire: &Wire, token: &str) -> Option<Admission> {
    let is_ours = wire.method == "GET" && wire.path() == "/" && is_this_computer(&wire.host);
    if !is_ours || !matches!(verify::claim(wire), Err(Refusal::Unsigned)) {
        return None;
    }
    let query = wire.query();
    let parameter = |wanted: &str| {
        let mut query = query.iter();
        query.find_map(|(name, value)| (name == wanted).then_some(value.as_str()))
    };
    let Some(given) = parameter("token") else {
        let is_browser = wire
            .header("accept")
            .is_some_and(|accept| accept.contains("text/html"));
        return (is_browser && query.is_empty()).then_some(Admission::Refused);
    };
    let view = match (parameter("events"), parameter("object")) {
        (Some(_), _) => View::Events,
        (None, Some(key)) => View::Preview {
            object_key: key.to_owned(),
        },
        (None, None) => View::Page,
    };
    // A link from elsewhere may open the page. Nothing else may ask for what is on it.
    let from = wire.header("sec-fetch-site").unwrap_or("none");
    let is_from_here = view == View::Page || matches!(from, "none" | "same-origin");
    Some(if is_same(given, token) && is_from_here {
        Admission::Granted(view)
    } else {
        Admission::Refused
    })
}

/// Compares hashes, so the time that it takes tells nothing about the token.
fn is_same(given: &str, token: &str) -> bool {
    Sha256::digest(given) == Sha256::digest(token)
}

/// The response without the right token.
pub(super) fn refusal() -> Reply {
    Reply::status(403).body(
        "text/plain; charset=utf-8",
        "Open the address that `vectcut sandbox` printed.\n请打开 `vectcut sandbox` 打印的网址。\n",
    )
}

/// Adds the headers that keep a response to this page: no copy, no frame, no guess of its type, no referrer.
///
/// A response that is shown as a document of its own runs no script, unless it says otherwise.
pub(super) fn closed(reply: Reply) -> Reply {
    let reply = match reply.headers.contains_key("content-security-policy") {
        true => reply,
        false => reply.header(
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        ),
    };
    reply
        .header("cache-control", "no-store")
        .header("cross-origin-opener-policy", "same-origin")
        .header("cross-origin-resource-policy", "same-origin")
        .header("referrer-policy", "no-referrer")
        .header("x-content-type-options", "nosniff")
        .header("x-frame-options", "DENY")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(target: &str, headers: &[(&str, &str)]) -> Option<Admission> {
        let headers = headers.iter();
        let wire = Wire {
            method: "GET".into(),
            host: "127.0.0.1:9000".into(),
            target: target.into(),
            headers: headers
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
        };
        admit(&wire, "T")
    }

    #[test]
    fn a_request_of_oss_is_not_for_the_page() {
        assert_eq!(asked("/", &[]), None);
        assert_eq!(asked("/?acl", &[("accept", "text/html")]), None);
        assert_eq!(asked("/bucket/?token=T", &[]), None);
        assert_eq!(asked("/?token=T", &[("authorization", "OSS a:b")]), None);
        assert_eq!(asked("/?token=T&OSSAccessKeyId=a&Signature=b", &[]), None);
        for (method, host) in [
            ("PUT", "127.0.0.1"),
            ("HEAD", "127.0.0.1"),
            ("GET", "oss.localhost"),
            ("GET", "bucket.oss.localhost:9000"),
            ("GET", "evil.example"),
            ("GET", "127.0.0.1.evil.example"),
            ("GET", "10.0.0.1"),
        ] {
            let wire = Wire {
                method: method.into(),
                host: host.into(),
                target: "/?token=T".into(),
                ..Wire::default()
            };
            assert_eq!(admit(&wire, "T"), None, "{method} {host}");
        }
    }

    #[test]
    fn only_the_token_opens_it_and_only_from_here() {
        let html = ("accept", "text/html,*/*");
        assert_eq!(asked("/", &[html]), Some(Admission::Refused));
        for target in ["/?token=", "/?token=t", "/?token=TT&events"] {
            assert_eq!(asked(target, &[html]), Some(Admission::Refused), "{target}");
        }
        let granted = |view| Some(Admission::Granted(view));
        let preview = || View::Preview {
            object_key: "a b/ü".into(),
        };
        assert_eq!(asked("/?token=T", &[]), granted(View::Page));
        assert_eq!(asked("/?token=T&events", &[]), granted(View::Events));
        let object = "/?token=T&object=a%20b%2F%C3%BC";
        assert_eq!(asked(object, &[]), granted(preview()));
        for site in ["cross-site", "same-site"] {
            let from = [("sec-fetch-site", site)];
            assert_eq!(asked("/?token=T", &from), granted(View::Page));
            assert_eq!(asked("/?token=T&events", &from), Some(Admission::Refused));
            assert_eq!(asked(object, &from), Some(Admission::Refused));
        }
    }
}
