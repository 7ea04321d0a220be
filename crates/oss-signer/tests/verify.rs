//! Each rule that a request can break has its own refusal, and the checks run in the order of OSS.
#![cfg(feature = "verify")]
#![expect(clippy::expect_used, reason = "a test may fail loudly")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oss_signer::post::Policy;
use oss_signer::v4::{self, Scope};
use oss_signer::verify::{Place, Received, Refusal, Version, access_key_id, check, check_form};
use oss_signer::{Credentials, Request, Resource, Timestamp, v1};

const CREDENTIALS: Credentials<'static> =
    Credentials::new("STS.EXAMPLE", "example-secret").security_token("CAIS-EXAMPLE");
const SCOPE: Scope<'static> = Scope::new("cn-hangzhou");
const RESOURCE: Resource<'static> = Resource::Object {
    bucket: "examplebucket",
    object_key: "clip.mp4",
};
const SKEW: Duration = Duration::from_secs(15 * 60);
const HOUR: Duration = Duration::from_secs(3600);

fn time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_229_323)
}

/// A request on the wire: query and headers.
#[derive(Clone, Default)]
struct Wire {
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
}

impl Wire {
    fn signed(version: Version, place: Place) -> Self {
        let request = Request::put("examplebucket", "clip.mp4");
        let mut wire = Self::default();
        match (version, place) {
            (Version::V1, Place::Header) => {
                let signed = v1::sign(&request, &CREDENTIALS, time()).expect("signed");
                wire.headers = owned(signed.headers());
            }
            (_, Place::Header) => {
                let signed = v4::sign(&request, &CREDENTIALS, &SCOPE, time()).expect("signed");
                wire.headers = owned(signed.headers());
            }
            (Version::V1, _) => {
                let url = v1::presign(&request, &CREDENTIALS, time() + HOUR).expect("signed");
                wire.query = parsed(url.path_and_query());
            }
            _ => {
                let url = v4::presign(&request, &CREDENTIALS, &SCOPE, time(), HOUR);
                wire.query = parsed(url.expect("signed").path_and_query());
            }
        }
        wire
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        let all = self.query.iter_mut().chain(&mut self.headers);
        for (_, old) in all.filter(|(given, _)| given == name) {
            value.clone_into(old);
        }
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.query.retain(|(given, _)| given != name);
        self.headers.retain(|(given, _)| given != name);
        self
    }

    fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn received(&self) -> Received<'_> {
        let mut received = Received::new("PUT", RESOURCE);
        for (name, value) in &self.query {
            received = received.query(name, value);
        }
        for (name, value) in &self.headers {
            received = received.header(name, value);
        }
        received
    }

    #[track_caller]
    fn refused(&self, message: &str) {
        self.refused_at(time(), &CREDENTIALS, message);
    }

    #[track_caller]
    fn refused_at(&self, now: SystemTime, credentials: &Credentials<'_>, message: &str) {
        let refusal = check(&self.received(), credentials, now, SKEW).expect_err("refused");
        assert_eq!(refusal.to_string(), message);
    }
}

fn owned<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Reads a query whose only escapes are those of the credential and of base64.
fn parsed(path_and_query: &str) -> Vec<(String, String)> {
    let (_, query) = path_and_query.split_once('?').expect("a query");
    let decode = |text: &str| {
        text.replace("%2F", "/")
            .replace("%2B", "+")
            .replace("%3D", "=")
    };
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), decode(value)))
        .collect()
}

const ALL: [(Version, Place); 4] = [
    (Version::V1, Place::Header),
    (Version::V1, Place::Url),
    (Version::V4, Place::Header),
    (Version::V4, Place::Url),
];

#[test]
fn every_kind_of_signature_is_verified_and_told_apart() {
    for (version, place) in ALL {
        let wire = Wire::signed(version, place);
        let received = wire.received();
        assert_eq!(access_key_id(&received), Ok("STS.EXAMPLE"));
        let verified = check(&received, &CREDENTIALS, time(), SKEW).expect("verified");
        assert_eq!((verified.version(), verified.place()), (version, place));
        let region = (version == Version::V4).then_some("cn-hangzhou");
        assert_eq!(verified.region(), region);
        let other_secret = Credentials::new("STS.EXAMPLE", "other").security_token("CAIS-EXAMPLE");
        wire.refused_at(time(), &other_secret, "signature does not match");
        wire.with_header("x-oss-meta-added", "1")
            .refused("signature does not match");
    }
}

#[test]
fn the_access_key_and_its_token_must_be_those_of_the_credentials() {
    for (version, place) in ALL {
        let wire = Wire::signed(version, place);
        let other = Credentials::new("other", "example-secret");
        wire.refused_at(time(), &other, "access key ID is unknown");
        let other = CREDENTIALS.security_token("CAIS-EXAMPLF");
        wire.refused_at(time(), &other, "security token is unknown");
        let long_lived = Credentials::new("STS.EXAMPLE", "example-secret");
        wire.refused_at(
            time(),
            &long_lived,
            "a long-lived access key has no security token",
        );
        let token = match (version, place) {
            (Version::V1, Place::Url) => "security-token",
            _ => "x-oss-security-token",
        };
        wire.without(token).refused("access key ID is unknown");
    }
}

#[test]
fn a_signature_is_valid_for_its_time_only() {
    let second = Duration::from_secs(1);
    for version in [Version::V1, Version::V4] {
        let wire = Wire::signed(version, Place::Header);
        for now in [time() - SKEW, time() + SKEW] {
            assert!(check(&wire.received(), &CREDENTIALS, now, SKEW).is_ok());
        }
        for now in [time() - SKEW - second, time() + SKEW + second] {
            let message = "signing time 1767229323 is too far from the server's time";
            wire.refused_at(now, &CREDENTIALS, message);
        }
        let wire = Wire::signed(version, Place::Url);
        let expired_at = Timestamp::from(time() + HOUR);
        let refusal = check(&wire.received(), &CREDENTIALS, time() + HOUR + second, SKEW);
        assert_eq!(refusal, Err(Refusal::Expired { expired_at }));
    }
    let wire = Wire::signed(Version::V4, Place::Url);
    let early = check(&wire.received(), &CREDENTIALS, time() - SKEW - second, SKEW);
    let signed_at = Timestamp::from(time());
    assert_eq!(early, Err(Refusal::NotYetValid { signed_at }));
}

#[test]
fn what_cannot_be_read_is_named() {
    let received = Received::new("PUT", RESOURCE);
    let unsigned = check(&received, &CREDENTIALS, time(), SKEW);
    assert_eq!(unsigned, Err(Refusal::Unsigned));
    let [v1, v1_url, v4, v4_url] = ALL.map(|(version, place)| Wire::signed(version, place));
    v1_url
        .clone()
        .with_header("authorization", "OSS a:b")
        .refused("request is signed twice");
    for text in [
        "Basic a:b",
        "OSS a",
        "OSS4-HMAC-SHA256 ",
        "OSS4-HMAC-SHA256 Credential=a,Signature=b",
    ] {
        v1.clone()
            .set("authorization", text)
            .refused("`authorization` is malformed");
    }
    v1.clone()
        .set("date", "yesterday")
        .refused("signing time is missing or unreadable");
    v1.clone()
        .without("date")
        .refused("signing time is missing or unreadable");
    v1.clone()
        .with_header("date", "x")
        .refused("request cannot be signed: header `date` is given twice");
    v1_url
        .clone()
        .without("Expires")
        .refused("`Expires` is missing");
    v1_url
        .set("Expires", "soon")
        .refused("`Expires` is malformed");
    v4.clone()
        .without("x-oss-date")
        .refused("signing time is missing or unreadable");
    v4.clone()
        .set("x-oss-date", "20260102T010203Z")
        .refused("day of the credential scope is not the signing day");
    v4.set("x-oss-content-sha256", "e3b0")
        .refused("`x-oss-content-sha256` is not `UNSIGNED-PAYLOAD`");
    v4_url
        .clone()
        .set("x-oss-signature-version", "5")
        .refused("`x-oss-signature-version` is malformed");
    v4_url
        .clone()
        .set("x-oss-credential", "a/b")
        .refused("`x-oss-credential` is malformed");
    v4_url
        .clone()
        .set("x-oss-expires", "43201")
        .refused("URL lifetime is not between 1 and 43200 seconds");
    v4_url
        .set("x-oss-signature", "")
        .refused("`x-oss-signature` is missing");
}

#[test]
fn forms_are_verified_and_hand_out_their_policy() {
    let policy = Policy::new("examplebucket", time() + HOUR).equals("key", "k");
    let forms = [
        policy.sign_v1(&CREDENTIALS).expect("signed"),
        policy
            .sign_v4(&CREDENTIALS, &SCOPE, time())
            .expect("signed"),
    ];
    for form in forms {
        let fields: Vec<_> = form.fields("k").collect();
        let verified = check_form(&fields, &CREDENTIALS).expect("verified");
        assert_eq!(verified.verified().place(), Place::Form);
        assert!(verified.policy().contains(r#"["eq","$key","k"]"#));
        assert!(!format!("{verified:?}").contains("CAIS"));
        for (index, (name, _)) in fields.iter().enumerate().skip(1) {
            let mut changed = fields.clone();
            changed[index].1 = "x";
            assert!(check_form(&changed, &CREDENTIALS).is_err(), "{name}");
        }
        assert_eq!(
            check_form(&fields[..1], &CREDENTIALS),
            Err(Refusal::Unsigned)
        );
    }
}
