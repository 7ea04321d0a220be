//! The sandbox accepts what the signer signs, and refuses what was changed after signing.
//!
//! The two share no code. If they agree on arbitrary requests, both read the documents in the same way.

mod forms;
mod verdicts;

use std::time::{Duration, SystemTime};

use oss_signer::{Credentials, Request, v1, v4};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use vectcut_sandbox::verify::{
    self, Addressing, Identity, Key, Keys, Place, Refusal, Version, Wire,
};

const BUCKET: &str = "examplebucket";
const HOST: &str = "examplebucket.oss-cn-hangzhou.aliyuncs.com";
const ACCESS_KEY_ID: &str = "STS.example";
const SECRET: &str = "example-secret";
const REGION: &str = "cn-hangzhou";

/// A request as somebody might make it, and how to sign it.
#[derive(Clone, Debug)]
struct Case {
    method: &'static str,
    object_key: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    additional_headers: Vec<String>,
    token: Option<String>,
    seconds: u64,
    version: Version,
    place: Place,
}

proptest! {
    #[test]
    fn whatever_is_signed_verifies(case in case()) {
        let wire = case.signed();
        let identity = case.verify(&wire).map_err(|refusal| TestCaseError::fail(describe(&refusal)))?;
        prop_assert_eq!(identity.access_key_id, ACCESS_KEY_ID);
        prop_assert_eq!((identity.version, identity.place), (case.version, case.place));
    }

    #[test]
    fn a_signature_for_one_object_is_none_for_another(case in case(), other in object_key()) {
        prop_assume!(case.object_key != other);
        let mut wire = case.signed();
        let query = wire.target.find('?').map_or("", |start| &wire.target[start..]);
        wire.target = format!("/{}{query}", oss_signer::percent::object_key_path(&other));
        prop_assert!(is_mismatch(&case.verify(&wire)));
    }

    #[test]
    fn a_signature_for_one_method_is_none_for_another(case in case()) {
        let mut wire = case.signed();
        wire.method = if wire.method == "DELETE" { "PUT" } else { "DELETE" }.to_owned();
        prop_assert!(is_mismatch(&case.verify(&wire)));
    }

    #[test]
    fn a_signed_header_that_comes_later_breaks_the_signature(case in case(), value in "[a-z]{1,8}") {
        let mut wire = case.signed();
        wire.headers.push(("x-oss-meta-added-later".to_owned(), value));
        prop_assert!(is_mismatch(&case.verify(&wire)));
    }

    #[test]
    fn a_signature_of_another_secret_is_refused(case in case()) {
        let keys = case.keys("another-secret");
        let refused = verify::check(&case.signed(), &addressing(), &keys, case.time());
        prop_assert!(is_mismatch(&refused));
    }
}

impl Case {
    fn time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.seconds)
    }

    fn verify(&self, wire: &Wire) -> Result<Identity, Refusal> {
        verify::check(wire, &addressing(), &self.keys(SECRET), self.time())
    }

    fn keys(&self, secret: &str) -> Keys {
        let key = match &self.token {
            Some(token) => Key::temporary(secret, token, None),
            None => Key::long_lived(secret),
        };
        let mut keys = Keys::default();
        keys.add(ACCESS_KEY_ID, key);
        keys
    }

    /// The request on the wire, signed by the signer.
    fn signed(&self) -> Wire {
        let request = self.request();
        let mut credentials = Credentials::new(ACCESS_KEY_ID, SECRET);
        if let Some(token) = &self.token {
            credentials = credentials.security_token(token);
        }
        let additional: Vec<&str> = self.additional_headers.iter().map(String::as_str).collect();
        let scope = v4::Scope::new(REGION).additional_headers(&additional);
        let mut headers = self.headers.clone();
        let lifetime = Duration::from_secs(600);
        let time = self.time();
        let target = match (self.version, self.place) {
            (Version::V1, Place::Header) => {
                let signed = v1::sign(&request, &credentials, time).expect("it can be signed");
                headers.extend(owned(signed.headers()));
                request.path_and_query()
            }
            (Version::V1, _) => {
                let presigned = v1::presign(&request, &credentials, time + lifetime);
                presigned
                    .expect("it can be signed")
                    .path_and_query()
                    .to_owned()
            }
            (_, Place::Header) => {
                let signed =
                    v4::sign(&request, &credentials, &scope, time).expect("it can be signed");
                headers.extend(owned(signed.headers()));
                request.path_and_query()
            }
            (_, _) => {
                let presigned = v4::presign(&request, &credentials, &scope, time, lifetime);
                presigned
                    .expect("it can be signed")
                    .path_and_query()
                    .to_owned()
            }
        };
        Wire {
            method: self.method.to_owned(),
            host: HOST.to_owned(),
            target,
            headers,
        }
    }

    fn request(&self) -> Request<'_> {
        let resource = oss_signer::Resource::Object {
            bucket: BUCKET,
            object_key: &self.object_key,
        };
        let mut request = Request::new(self.method, resource);
        for (name, value) in &self.query {
            request = request.query(name, value);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request
    }
}

fn addressing() -> Addressing {
    Addressing::VirtualHost {
        bucket: BUCKET.to_owned(),
    }
}

fn owned<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn is_mismatch(outcome: &Result<Identity, Refusal>) -> bool {
    matches!(outcome, Err(Refusal::Mismatch(_)))
}

fn describe(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Mismatch(mismatch) => format!(
            "{refusal}; the verifier signs {:?}, of {:?}",
            String::from_utf8_lossy(&mismatch.string_to_sign),
            mismatch
                .canonical_request
                .as_deref()
                .map(String::from_utf8_lossy),
        ),
        other => other.to_string(),
    }
}

fn case() -> impl Strategy<Value = Case> {
    let signing = (
        prop::option::of("[A-Za-z0-9+/=]{1,60}"),
        // From 1970 to 2100, without the first minutes: a V4 URL is valid from 15 minutes before its date.
        3600..4_102_444_800_u64,
        prop_oneof![Just(Version::V1), Just(Version::V4)],
        prop_oneof![Just(Place::Header), Just(Place::Url)],
    );
    let method = prop::sample::select(vec!["GET", "HEAD", "PUT", "POST"]);
    (method, object_key(), query(), headers(), signing).prop_map(
        |(method, object_key, query, headers, (token, seconds, version, place))| Case {
            method,
            object_key,
            query,
            additional_headers: headers
                .iter()
                .map(|(name, _)| name.to_lowercase())
                .collect(),
            headers,
            token,
            seconds,
            version,
            place,
        },
    )
}

/// Any text, often with characters that encodings get wrong.
fn object_key() -> impl Strategy<Value = String> {
    let tricky = vec(
        prop::sample::select(vec![
            "/", ".", "..", "+", " ", "%", "%2F", "?", "&", "=", "\\", "节", "é", "a",
        ]),
        1..8,
    );
    prop_oneof![tricky.prop_map(|pieces| pieces.concat()), "\\PC{1,24}",]
        // OSS has no such key, and in path style the slash would belong to the bucket.
        .prop_filter("begins with a slash", |key| !key.starts_with('/'))
}

fn query() -> impl Strategy<Value = Vec<(String, String)>> {
    let known = prop::sample::select(vec![
        "uploads",
        "uploadId",
        "partNumber",
        "append",
        "position",
        "response-content-type",
        "acl",
    ]);
    let name = prop_oneof![
        known.prop_map(str::to_owned),
        "[a-z][a-zA-Z0-9 +/._-]{0,10}"
    ];
    let not_ours = |name: &String| !name.starts_with("x-oss-") && name != "security-token";
    let pairs = btree_map(
        name.prop_filter("the signature's own", not_ours),
        "\\PC{0,12}",
        0..5,
    );
    pairs
        .prop_map(|pairs| pairs.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
}

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let meta = "[xX]-[oO]ss-[mM]eta-[a-z]{1,6}";
    let plain = prop::sample::select(vec![
        "Content-Type",
        "content-md5",
        "Cache-Control",
        "Range",
        "Content-Disposition",
    ]);
    let name = prop_oneof![meta.prop_map(|name| name), plain.prop_map(str::to_owned)];
    let value = "[ -~é节]{0,16}";
    let pairs =
        btree_map(name, value, 0..6).prop_map(|pairs| pairs.into_iter().collect::<Vec<_>>());
    pairs.prop_map(without_duplicates).prop_shuffle()
}

/// The signer refuses a header that is given twice, in any case of its letters.
fn without_duplicates(pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut seen = std::collections::BTreeSet::new();
    pairs
        .into_iter()
        .filter(|(name, _)| seen.insert(name.to_lowercase()))
        .collect()
}
