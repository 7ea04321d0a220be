//! The signer's `verify` and the sandbox's verifier give the same verdict on requests that were changed after signing.

use std::time::{Duration, SystemTime};

use oss_signer::verify::{self as signer, Received};
use oss_signer::{Credentials, Resource};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use proptest::sample::Index;
use vectcut_sandbox::verify::{Refusal, Wire};

use super::{ACCESS_KEY_ID, BUCKET, Case, SECRET, case};

/// Something that happens to a request between signing and verifying.
#[derive(Clone, Debug)]
enum Change {
    Nothing,
    Method,
    /// Takes away one header, or one parameter.
    Drop(Index),
    /// Replaces the value of one header or one parameter.
    Replace(Index, &'static str),
    /// Adds a token that the access key does not have.
    Token,
    /// The server's clock is off by so many seconds.
    Clock(i64),
}

proptest! {
    #[test]
    fn the_signer_and_the_sandbox_agree_on_changed_requests(case in case(), change in change()) {
        let mut wire = case.signed();
        let mut now = case.time();
        change.apply(&mut wire, &mut now);
        let sandbox = verdict_of_the_sandbox(&case, &wire, now);
        let signer = verdict_of_the_signer(&case, &wire, now);
        prop_assert_eq!(sandbox, signer, "after {:?}", change);
    }
}

fn change() -> impl Strategy<Value = Change> {
    let values = vec![
        "",
        "x",
        "OSS a:b",
        "OSS4-HMAC-SHA256 Credential=a",
        "1",
        "9999999999",
        "-1",
        "Thu, 01 Jan 2026 01:02:03 GMT",
        "20260101T010203Z",
        "UNSIGNED-PAYLOAD",
        "STS.example/20260101/cn-hangzhou/oss/aliyun_v4_request",
    ];
    prop_oneof![
        Just(Change::Nothing),
        Just(Change::Method),
        any::<Index>().prop_map(Change::Drop),
        (any::<Index>(), prop::sample::select(values))
            .prop_map(|(index, value)| Change::Replace(index, value)),
        Just(Change::Token),
        prop_oneof![
            -901..-899_i64,
            899..902_i64,
            599..602_i64,
            -90_000..90_000_i64
        ]
        .prop_map(Change::Clock),
    ]
}

impl Change {
    fn apply(&self, wire: &mut Wire, now: &mut SystemTime) {
        let (path, query) = wire.target.split_once('?').unwrap_or((&wire.target, ""));
        let path = path.to_owned();
        let mut pairs: Vec<String> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(str::to_owned)
            .collect();
        let (headers, count) = (wire.headers.len(), wire.headers.len() + pairs.len());
        match self {
            Self::Nothing => {}
            Self::Method => wire.method = "DELETE".to_owned(),
            Self::Drop(_) | Self::Replace(..) if count == 0 => {}
            Self::Drop(index) => match index.index(count).checked_sub(headers) {
                None => drop(wire.headers.remove(index.index(count))),
                Some(at) => drop(pairs.remove(at)),
            },
            Self::Replace(index, value) => match index.index(count).checked_sub(headers) {
                None => (*value).clone_into(&mut wire.headers[index.index(count)].1),
                Some(at) => {
                    let name = pairs[at].split('=').next().unwrap_or_default();
                    let value = oss_signer::percent::query_component(value);
                    pairs[at] = format!("{name}={value}");
                }
            },
            Self::Token => {
                let is_token = |(name, _): &(String, String)| name == "x-oss-security-token";
                if !wire.headers.iter().any(is_token) {
                    let token = ("x-oss-security-token".to_owned(), "other".to_owned());
                    wire.headers.push(token);
                }
            }
            Self::Clock(seconds) => {
                let by = Duration::from_secs(seconds.unsigned_abs());
                *now = if *seconds < 0 { *now - by } else { *now + by };
            }
        }
        let separator = if pairs.is_empty() { "" } else { "?" };
        wire.target = format!("{path}{separator}{}", pairs.join("&"));
    }
}

fn verdict_of_the_sandbox(case: &Case, wire: &Wire, now: SystemTime) -> &'static str {
    let keys = case.keys(SECRET);
    match vectcut_sandbox::verify::check(wire, &super::addressing(), &keys, now) {
        Ok(_) => "verified",
        Err(refusal) => match refusal {
            Refusal::Unsigned => "unsigned",
            Refusal::SignedTwice => "signed twice",
            Refusal::Malformed { .. } => "malformed",
            Refusal::ParameterMissing { .. } => "missing",
            Refusal::UnreadableDate => "date",
            Refusal::TooSkewed { .. } => "skew",
            Refusal::UrlExpired { .. } => "time of the URL",
            Refusal::UnknownAccessKeyId { .. } => "access key ID",
            Refusal::UnknownToken { .. } => "token",
            Refusal::TokenNotSupported => "no token supported",
            Refusal::Mismatch(_) => "mismatch",
            other => panic!("no verdict for {other}"),
        },
    }
}

fn verdict_of_the_signer(case: &Case, wire: &Wire, now: SystemTime) -> &'static str {
    let mut credentials = Credentials::new(ACCESS_KEY_ID, SECRET);
    if let Some(token) = &case.token {
        credentials = credentials.security_token(token);
    }
    let key = wire.path().trim_start_matches('/');
    let key = percent_decode_str(key)
        .decode_utf8()
        .expect("a key of the case");
    let resource = Resource::Object {
        bucket: BUCKET,
        object_key: &key,
    };
    let query = wire.query();
    let mut received = Received::new(&wire.method, resource);
    for (name, value) in &query {
        received = received.query(name, value);
    }
    for (name, value) in &wire.headers {
        received = received.header(name, value);
    }
    match signer::check(&received, &credentials, now, Duration::from_secs(15 * 60)) {
        Ok(_) => "verified",
        Err(refusal) => match refusal {
            signer::Refusal::Unsigned => "unsigned",
            signer::Refusal::SignedTwice => "signed twice",
            signer::Refusal::Malformed { .. }
            | signer::Refusal::ContentHash
            | signer::Refusal::ScopeDate
            | signer::Refusal::Lifetime { .. } => "malformed",
            signer::Refusal::Missing { .. } => "missing",
            signer::Refusal::UnreadableDate => "date",
            signer::Refusal::TooSkewed { .. } => "skew",
            signer::Refusal::Expired { .. } | signer::Refusal::NotYetValid { .. } => {
                "time of the URL"
            }
            signer::Refusal::UnknownAccessKeyId => "access key ID",
            signer::Refusal::UnknownToken => "token",
            signer::Refusal::TokenNotSupported => "no token supported",
            signer::Refusal::Mismatch => "mismatch",
            other => panic!("no verdict for {other}"),
        },
    }
}
