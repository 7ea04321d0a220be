//! The signer's `verify` and the sandbox's verifier give the same verdict on forms, whole and changed.

use std::time::{Duration, SystemTime};

use oss_signer::post::Policy;
use oss_signer::v4::Scope;
use oss_signer::verify::{self as signer};
use oss_signer::{Credentials, SignError};
use proptest::prelude::*;
use proptest::sample::Index;
use vectcut_sandbox::verify::{Form, Key, Keys, Refusal, Version, check_form};

use super::{ACCESS_KEY_ID, BUCKET, REGION, SECRET};

/// A form as somebody might sign it.
#[derive(Clone, Debug)]
struct Case {
    version: Version,
    token: Option<String>,
    object_key: String,
    seconds: u64,
}

/// Something that happens to a form between signing and verifying.
#[derive(Clone, Debug)]
enum Change {
    Nothing,
    Drop(Index),
    Replace(Index, String),
    /// Adds a field, which may repeat one or belong to the other version.
    Add(&'static str, String),
    UpperCaseNames,
}

proptest! {
    #[test]
    fn a_signed_form_is_admitted(case in case()) {
        let form = case.signed().expect("a form that can be signed");
        let admitted = check_form(&form, &case.keys(), case.time());
        prop_assert!(admitted.is_ok(), "{:?}", admitted);
        prop_assert_eq!(case.verdict_of_the_signer(&form), "verified");
    }

    #[test]
    fn the_signer_and_the_sandbox_agree_on_changed_forms(case in case(), change in change()) {
        let mut form = case.signed().expect("a form that can be signed");
        change.apply(&mut form);
        let sandbox = case.verdict_of_the_sandbox(&form);
        prop_assert_eq!(sandbox, case.verdict_of_the_signer(&form), "after {:?}", change);
    }
}

fn case() -> impl Strategy<Value = Case> {
    (
        prop_oneof![Just(Version::V1), Just(Version::V4)],
        prop::option::of("[A-Za-z0-9+/=]{1,60}"),
        "[a-z0-9/._-]{1,20}",
        3600..4_102_444_800_u64,
    )
        .prop_map(|(version, token, object_key, seconds)| Case {
            version,
            token,
            object_key,
            seconds,
        })
}

fn change() -> impl Strategy<Value = Change> {
    let names = vec![
        "key",
        "policy",
        "Signature",
        "OSSAccessKeyId",
        "x-oss-security-token",
        "x-oss-signature",
        "x-oss-signature-version",
        "x-oss-date",
        "x-oss-credential",
    ];
    let value = || {
        prop_oneof![
            Just(String::new()),
            Just("OSS4-HMAC-SHA256".to_owned()),
            Just("20260101T010203Z".to_owned()),
            Just(format!(
                "{ACCESS_KEY_ID}/20260101/{REGION}/oss/aliyun_v4_request"
            )),
            Just("e30=".to_owned()),
            "[ -~]{1,30}",
        ]
    };
    prop_oneof![
        Just(Change::Nothing),
        any::<Index>().prop_map(Change::Drop),
        (any::<Index>(), value()).prop_map(|(index, value)| Change::Replace(index, value)),
        (prop::sample::select(names), value()).prop_map(|(name, value)| Change::Add(name, value)),
        Just(Change::UpperCaseNames),
    ]
}

impl Change {
    fn apply(&self, form: &mut Form) {
        let fields = &mut form.fields;
        match self {
            Self::Nothing => {}
            Self::Drop(index) => drop(fields.remove(index.index(fields.len()))),
            Self::Replace(index, value) => {
                let index = index.index(fields.len());
                fields[index].1.clone_from(value);
            }
            Self::Add(name, value) => fields.insert(0, ((*name).to_owned(), value.clone())),
            Self::UpperCaseNames => {
                let upper = |(name, _): &mut (String, String)| name.make_ascii_uppercase();
                fields.iter_mut().for_each(upper);
            }
        }
    }
}

impl Case {
    fn time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.seconds)
    }

    fn credentials(&self) -> Credentials<'_> {
        let credentials = Credentials::new(ACCESS_KEY_ID, SECRET);
        match &self.token {
            Some(token) => credentials.security_token(token),
            None => credentials,
        }
    }

    fn keys(&self) -> Keys {
        let key = match &self.token {
            Some(token) => Key::temporary(SECRET, token, None),
            None => Key::long_lived(SECRET),
        };
        let mut keys = Keys::default();
        keys.add(ACCESS_KEY_ID, key);
        keys
    }

    fn signed(&self) -> Result<Form, SignError> {
        let policy = Policy::new(BUCKET, self.time() + Duration::from_secs(600))
            .equals("key", &self.object_key)
            .content_length_range(0, 1000);
        let form = match self.version {
            Version::V1 => policy.sign_v1(&self.credentials())?,
            _ => policy.sign_v4(&self.credentials(), &Scope::new(REGION), self.time())?,
        };
        let fields = form.fields(&self.object_key);
        Ok(Form {
            bucket: BUCKET.to_owned(),
            fields: fields
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        })
    }

    /// The time and the conditions of the policy are checked after the signature, and by the sandbox only.
    fn verdict_of_the_sandbox(&self, form: &Form) -> &'static str {
        match check_form(form, &self.keys(), self.time()) {
            Ok(_)
            | Err(
                Refusal::InvalidPolicy { .. }
                | Refusal::PolicyViolated { .. }
                | Refusal::TooSkewed { .. },
            ) => "verified",
            Err(refusal) => match refusal {
                Refusal::Unsigned => "unsigned",
                Refusal::SignedTwice => "signed twice",
                Refusal::Malformed { .. } => "malformed",
                Refusal::FieldMissing { .. } => "missing",
                Refusal::UnreadableDate => "date",
                Refusal::UnknownAccessKeyId { .. } => "access key ID",
                Refusal::UnknownToken { .. } => "token",
                Refusal::TokenNotSupported => "no token supported",
                Refusal::Mismatch(_) => "mismatch",
                other => panic!("no verdict for {other}"),
            },
        }
    }

    fn verdict_of_the_signer(&self, form: &Form) -> &'static str {
        let fields: Vec<_> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        match signer::check_form(&fields, &self.credentials()) {
            // A policy that is no text has the right signature.
            Ok(_) | Err(signer::Refusal::Malformed { name: "policy" }) => "verified",
            Err(refusal) => match refusal {
                signer::Refusal::Unsigned => "unsigned",
                signer::Refusal::SignedTwice => "signed twice",
                signer::Refusal::Malformed { .. } | signer::Refusal::ScopeDate => "malformed",
                signer::Refusal::Missing { .. } => "missing",
                signer::Refusal::UnreadableDate => "date",
                signer::Refusal::UnknownAccessKeyId => "access key ID",
                signer::Refusal::UnknownToken => "token",
                signer::Refusal::TokenNotSupported => "no token supported",
                signer::Refusal::Mismatch => "mismatch",
                other => panic!("no verdict for {other}"),
            },
        }
    }
}
