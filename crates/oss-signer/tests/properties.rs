//! Properties of every request: order never matters, no value ends its line, and encoding loses nothing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oss_signer::percent::{object_key_path, query_component};
use oss_signer::v4::Scope;
use oss_signer::{Credentials, Request, v1, v4};
use proptest::prelude::*;
use proptest::sample::SizeRange;

const CREDENTIALS: Credentials<'static> =
    Credentials::new("LTAI-EXAMPLE", "example-secret").security_token("CAIS-EXAMPLE");
const SCOPE: Scope<'static> = Scope::new("cn-hangzhou").additional_headers(&["range", "host"]);

type Pairs = Vec<(String, String)>;

fn time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_229_323)
}

/// Names that differ even if case is ignored, each with a value that can be sent.
fn headers() -> impl Strategy<Value = Pairs> {
    let name = prop_oneof![
        "x-oss-meta-[a-z0-9-]{1,8}",
        "X-Oss-[A-Z]{1,6}",
        Just("Content-Type".to_owned()),
        Just("content-md5".to_owned()),
        Just("Host".to_owned()),
        Just("Range".to_owned()),
        "[a-z]{3,9}",
    ];
    let free = |name: &String| {
        let name = name.to_lowercase();
        !["x-oss-date", "authorization", "date"].contains(&name.as_str())
    };
    distinct(
        name.prop_filter("set by the signature", free),
        "\\PC{0,12}",
        0..8,
    )
}

fn query() -> impl Strategy<Value = Pairs> {
    let name = prop_oneof![
        Just("uploads".to_owned()),
        Just("uploadId".to_owned()),
        Just("partNumber".to_owned()),
        Just("response-content-type".to_owned()),
        "[!-~]{1,6}",
    ];
    let free = |name: &String| name != "Expires";
    distinct(
        name.prop_filter("set by the signature", free),
        "\\PC{0,12}",
        0..6,
    )
}

fn distinct(
    name: impl Strategy<Value = String>,
    value: &'static str,
    count: impl Into<SizeRange>,
) -> impl Strategy<Value = Pairs> {
    prop::collection::vec((name, value), count).prop_map(|mut pairs: Pairs| {
        pairs.sort_by_key(|(name, _)| name.to_lowercase());
        pairs.dedup_by_key(|(name, _)| name.to_lowercase());
        pairs
    })
}

fn shuffled(pairs: impl Strategy<Value = Pairs>) -> impl Strategy<Value = (Pairs, Pairs)> {
    pairs.prop_flat_map(|pairs| (Just(pairs.clone()), Just(pairs).prop_shuffle()))
}

fn request<'a>(key: &'a str, headers: &'a Pairs, query: &'a Pairs) -> Request<'a> {
    let mut request = Request::put("examplebucket", key);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    for (name, value) in query {
        request = request.query(name, value);
    }
    request
}

/// Returns the texts that both versions sign.
#[expect(clippy::expect_used, reason = "a test may fail loudly")]
fn texts(request: &Request<'_>) -> [String; 2] {
    let v1 = v1::string_to_sign(request, &CREDENTIALS, time()).expect("signable");
    let v4 = v4::canonical_request(request, &CREDENTIALS, &SCOPE, time()).expect("signable");
    [
        v1.reveal_secrets().to_owned(),
        v4.reveal_secrets().to_owned(),
    ]
}

proptest! {
    #[test]
    fn the_order_of_headers_never_matters((given, other) in shuffled(headers())) {
        let none = Pairs::new();
        prop_assert_eq!(texts(&request("k", &given, &none)), texts(&request("k", &other, &none)));
    }

    #[test]
    fn the_order_of_the_query_never_matters((given, other) in shuffled(query())) {
        let none = Pairs::new();
        prop_assert_eq!(texts(&request("k", &none, &given)), texts(&request("k", &none, &other)));
    }

    #[test]
    fn the_case_of_header_names_never_matters(given in headers()) {
        let none = Pairs::new();
        let upper: Pairs = given.iter().map(|(n, v)| (n.to_uppercase(), v.clone())).collect();
        prop_assert_eq!(texts(&request("k", &given, &none)), texts(&request("k", &upper, &none)));
    }

    /// A value is refused, or the text has exactly one line for each of its fields.
    #[test]
    fn a_value_never_ends_its_line(
        key in "[\\x00-\\x7f\\PC]{1,12}",
        value in "[\\x00-\\x7f\\PC]{0,12}",
        sub_resource in "[\\x00-\\x7f\\PC]{0,12}",
    ) {
        let request = Request::put("examplebucket", &key)
            .header("content-type", &value)
            .header("x-oss-meta-a", &value)
            .query("response-content-type", &sub_resource);
        if let Ok(text) = v1::string_to_sign(&request, &CREDENTIALS, time()) {
            let lines: Vec<&str> = text.reveal_secrets().split('\n').collect();
            prop_assert_eq!(lines.len(), 7);
            let value = value.trim_matches([' ', '\t']);
            prop_assert_eq!(lines[2], value);
            prop_assert_eq!(lines[4], format!("x-oss-meta-a:{value}"));
            let resource = format!("/examplebucket/{key}?response-content-type");
            prop_assert!(lines[6].starts_with(&resource));
        }
        if let Ok(text) = v4::canonical_request(&request, &CREDENTIALS, &SCOPE, time()) {
            let lines: Vec<&str> = text.reveal_secrets().split('\n').collect();
            prop_assert_eq!(lines.len(), 11);
            prop_assert_eq!(lines[5], "x-oss-date:20260101T010203Z");
        }
    }

    #[test]
    fn control_characters_in_a_header_are_always_refused(
        before in "\\PC{0,6}",
        control in "[\\x00-\\x08\\x0a-\\x1f\\x7f]",
        after in "\\PC{0,6}",
    ) {
        let value = format!("{before}{control}{after}");
        let request = Request::put("examplebucket", "k").header("x-oss-meta-a", &value);
        prop_assert!(v1::sign(&request, &CREDENTIALS, time()).is_err());
        prop_assert!(v4::sign(&request, &CREDENTIALS, &SCOPE, time()).is_err());
    }

    #[test]
    fn percent_encoding_loses_nothing(text in any::<String>()) {
        for (encoded, kept) in [(object_key_path(&text), "-_.~/"), (query_component(&text), "-_.~")] {
            let is_clean = |c: char| c.is_ascii_alphanumeric() || c == '%' || kept.contains(c);
            prop_assert!(encoded.chars().all(is_clean));
            prop_assert_eq!(decoded(&encoded), text.as_bytes());
        }
    }

    #[test]
    fn a_presigned_url_carries_the_query_of_its_request(given in query()) {
        let none = Pairs::new();
        let request = request("k", &none, &given);
        let presigned = v4::presign(&request, &CREDENTIALS, &SCOPE, time(), Duration::from_secs(60))
            .expect("signable");
        let (_, encoded) = presigned.path_and_query().split_once('?').expect("a query");
        let mut in_url: Vec<_> = encoded
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decoded(name), decoded(value)))
            .filter(|(name, _)| !name.starts_with(b"x-oss-"))
            .collect();
        let mut added: Vec<_> = given
            .iter()
            .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
            .collect();
        in_url.sort();
        added.sort();
        prop_assert_eq!(in_url, added);
    }
}

fn decoded(text: &str) -> Vec<u8> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (hex, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(hex, 16).unwrap_or_default());
        bytes.extend_from_slice(rest.as_bytes());
    }
    bytes
}
