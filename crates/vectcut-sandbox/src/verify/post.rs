//! Form uploads: the signature over a form's policy, and the policy's conditions.
//!
//! Written from the vendor's pages on [PostObject](https://www.alibabacloud.com/help/doc-detail/31988.htm) and on
//! [its V4 signature](https://help.aliyun.com/zh/oss/developer-reference/signature-version-4-recommend).
//! They do not say in which order OSS checks; here the signature comes first, then the times, then the conditions.
//! Nor do they say whether a condition on `content-type` sees the type of the file part; here it sees only the field.

use std::time::SystemTime;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use jiff::Timestamp;
use serde_json::Value;

use super::dates::parse_basic;
use super::keys::{Key, Secret};
use super::refusal::Mismatch;
use super::{Keys, Refusal, SKEW_MAX_SECONDS, Version, v1, v4};

/// How long a V4 form is valid after its `x-oss-date`, in seconds: 7 days.
const V4_AGE_MAX_SECONDS: i64 = 7 * 24 * 60 * 60;
/// The fields of a V4 form that its policy must pin, the last one only if the form has it.
const PINNED_FIELDS: [&str; 4] = [
    "x-oss-signature-version",
    "x-oss-credential",
    "x-oss-date",
    "x-oss-security-token",
];

/// The fields of a form without its file, and the bucket that its host names.
#[derive(Clone, Default)]
pub struct Form {
    /// The bucket.
    pub bucket: String,
    /// Names and values, in the order of the form. Names are compared without regard to case.
    pub fields: Vec<(String, String)>,
}

/// Who signed a form, and how large its file may be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdmittedForm {
    /// The access key ID whose secret made the signature.
    pub access_key_id: String,
    /// The algorithm.
    pub version: Version,
    /// The region of the V4 scope, `None` for V1.
    pub region: Option<String>,
    /// The smallest and the largest size of the file in bytes.
    pub len_bytes: (u64, u64),
}

impl Form {
    /// Returns the value of the first field of that name.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    fn need(&self, name: &'static str) -> Result<&str, Refusal> {
        self.field(name)
            .filter(|value| !value.is_empty())
            .ok_or(Refusal::FieldMissing { name })
    }
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The values are signatures and tokens.
        f.debug_struct("Form")
            .field("bucket", &self.bucket)
            .finish_non_exhaustive()
    }
}

/// Checks the signature of a form and the conditions of its policy, as OSS would at the time `now`.
///
/// # Errors
/// A [`Refusal`] that says which rule the form broke; each is one of OSS's own error responses.
pub fn check_form(form: &Form, keys: &Keys, now: SystemTime) -> Result<AdmittedForm, Refusal> {
    let now = Timestamp::try_from(now).unwrap_or(Timestamp::MAX);
    let is_v1 = form.field("OSSAccessKeyId").is_some() || form.field("Signature").is_some();
    let is_v4 = form.field("x-oss-signature-version").is_some();
    let signer = match (is_v1, is_v4) {
        (true, true) => return Err(Refusal::SignedTwice),
        (true, false) => check_v1(form, keys, now)?,
        (false, true) => check_v4(form, keys, now)?,
        (false, false) => return Err(Refusal::Unsigned),
    };
    if let Some(signed_at) = signer.signed_at {
        check_age(signed_at, now)?;
    }
    let len_bytes = check_policy(form, signer.version, now)?;
    Ok(AdmittedForm {
        access_key_id: signer.access_key_id.to_owned(),
        version: signer.version,
        region: signer.region.map(str::to_owned),
        len_bytes,
    })
}

/// Who signed a form.
struct Signer<'a> {
    access_key_id: &'a str,
    version: Version,
    region: Option<&'a str>,
    /// When, for V4.
    signed_at: Option<Timestamp>,
}

impl<'a> Signer<'a> {
    /// Returns the signer if the signature is the one that the server computes.
    fn if_signed(
        self,
        computed: Option<String>,
        policy: &str,
        provided: &str,
    ) -> Result<Self, Refusal> {
        if computed.is_some_and(|computed| computed == provided) {
            return Ok(self);
        }
        Err(Refusal::Mismatch(Box::new(Mismatch {
            version: self.version,
            access_key_id: self.access_key_id.to_owned(),
            provided: provided.to_owned(),
            string_to_sign: policy.as_bytes().to_vec(),
            canonical_request: None,
        })))
    }
}

fn check_v1<'a>(form: &'a Form, keys: &Keys, now: Timestamp) -> Result<Signer<'a>, Refusal> {
    let access_key_id = form.need("OSSAccessKeyId")?;
    let (policy, provided) = (form.need("policy")?, form.need("Signature")?);
    let key = keys.admit(access_key_id, form.field("x-oss-security-token"), now)?;
    let computed = match &key.secret {
        Secret::Plain(secret) => Some(v1::sign(secret, policy.as_bytes())),
        Secret::DerivedV4(_) => None,
    };
    let signer = Signer {
        access_key_id,
        version: Version::V1,
        region: None,
        signed_at: None,
    };
    signer.if_signed(computed, policy, provided)
}

fn check_v4<'a>(form: &'a Form, keys: &Keys, now: Timestamp) -> Result<Signer<'a>, Refusal> {
    if form.need("x-oss-signature-version")? != v4::ALGORITHM {
        return Err(Refusal::malformed("x-oss-signature-version is invalid."));
    }
    let (access_key_id, scope) = v4::credential(form.need("x-oss-credential")?)?;
    let date = form.need("x-oss-date")?;
    let signed_at = parse_basic(date).ok_or(Refusal::UnreadableDate)?;
    if !date.starts_with(scope.day) || scope.day.len() != 8 {
        return Err(Refusal::malformed(
            "The date of Credential differs from x-oss-date.",
        ));
    }
    let (policy, provided) = (form.need("policy")?, form.need("x-oss-signature")?);
    let key = keys.admit(access_key_id, form.field("x-oss-security-token"), now)?;
    let signer = Signer {
        access_key_id,
        version: Version::V4,
        region: Some(scope.region),
        signed_at: Some(signed_at),
    };
    signer.if_signed(Some(v4_signature(key, &scope, policy)), policy, provided)
}

fn v4_signature(key: &Key, scope: &v4::Scope<'_>, policy: &str) -> String {
    let signing_key = match &key.secret {
        Secret::Plain(secret) => v4::signing_key(secret, scope.day, scope.region),
        Secret::DerivedV4(signing_key) => *signing_key,
    };
    v4::hex(&v4::hmac(&signing_key, policy.as_bytes()))
}

/// Refuses a V4 form that was signed in the future or too long ago.
fn check_age(signed_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    let age_seconds = now.as_second() - signed_at.as_second();
    if age_seconds < -SKEW_MAX_SECONDS {
        return Err(Refusal::TooSkewed {
            request_time: signed_at,
            server_time: now,
        });
    }
    if age_seconds > V4_AGE_MAX_SECONDS {
        return Err(violated("x-oss-date is more than 7 days ago."));
    }
    Ok(())
}

/// Checks expiration and conditions, and returns the sizes that the policy allows.
fn check_policy(form: &Form, version: Version, now: Timestamp) -> Result<(u64, u64), Refusal> {
    let invalid = |message: &str| Refusal::InvalidPolicy {
        message: message.to_owned(),
    };
    let json = BASE64_STANDARD
        .decode(form.need("policy")?)
        .map_err(|_| invalid("The policy is not base64."))?;
    let policy: Value =
        serde_json::from_slice(&json).map_err(|_| invalid("The policy is not JSON."))?;
    let expiration = policy["expiration"].as_str().unwrap_or_default();
    let expiration: Timestamp = expiration
        .parse()
        .map_err(|_| invalid("The policy's expiration is missing or unreadable."))?;
    if expiration < now {
        return Err(violated("Policy expired."));
    }
    let conditions = policy["conditions"].as_array();
    let conditions = conditions
        .filter(|conditions| !conditions.is_empty())
        .ok_or_else(|| invalid("The policy's conditions are missing."))?;
    let must_pin = |name: &&str| version == Version::V4 && form.field(name).is_some();
    for name in PINNED_FIELDS.into_iter().filter(must_pin) {
        if !conditions.iter().any(|condition| pins(condition, name)) {
            return Err(violated(&format!("The policy has no condition on {name}.")));
        }
    }
    let mut sizes = (0, u64::MAX);
    for condition in conditions {
        check_condition(form, condition, &mut sizes)?;
    }
    Ok(sizes)
}

fn check_condition(form: &Form, condition: &Value, sizes: &mut (u64, u64)) -> Result<(), Refusal> {
    let invalid = || Refusal::InvalidPolicy {
        message: format!("Invalid condition {condition}."),
    };
    let holds = match condition {
        Value::Object(exact) => exact.iter().all(|(name, value)| {
            value_of(form, name).is_some() && value_of(form, name) == value.as_str()
        }),
        Value::Array(parts) => match parts.as_slice() {
            [mode, min, max] if mode == "content-length-range" => {
                let (min, max) = min.as_u64().zip(max.as_u64()).ok_or_else(invalid)?;
                *sizes = (sizes.0.max(min), sizes.1.min(max));
                true
            }
            [mode, field, wanted] => {
                let name = field.as_str().and_then(|field| field.strip_prefix('$'));
                let given = value_of(form, name.ok_or_else(invalid)?);
                holds(mode.as_str().unwrap_or_default(), given, wanted).ok_or_else(invalid)?
            }
            _ => return Err(invalid()),
        },
        _ => return Err(invalid()),
    };
    if holds {
        return Ok(());
    }
    Err(violated(&format!("Policy Condition failed: {condition}")))
}

/// Tells whether a condition demands one value of a field.
fn pins(condition: &Value, name: &str) -> bool {
    match condition {
        Value::Object(exact) => exact.keys().any(|given| given.eq_ignore_ascii_case(name)),
        Value::Array(parts) => match parts.as_slice() {
            [mode, field, _] if mode == "eq" => field
                .as_str()
                .and_then(|field| field.strip_prefix('$'))
                .is_some_and(|field| field.eq_ignore_ascii_case(name)),
            _ => false,
        },
        _ => false,
    }
}

/// Tells whether a field's value fulfils a condition; `None` for a condition that does not exist.
fn holds(mode: &str, given: Option<&str>, wanted: &Value) -> Option<bool> {
    let given = given.unwrap_or_default();
    let is_one_of = |list: &Vec<Value>| list.iter().any(|one| one.as_str() == Some(given));
    match mode {
        "eq" => Some(given == wanted.as_str()?),
        "starts-with" => Some(given.starts_with(wanted.as_str()?)),
        "in" => wanted.as_array().map(is_one_of),
        "not-in" => wanted.as_array().map(|list| !is_one_of(list)),
        _ => None,
    }
}

fn value_of<'a>(form: &'a Form, name: &str) -> Option<&'a str> {
    if name.eq_ignore_ascii_case("bucket") {
        return Some(&form.bucket);
    }
    form.field(name)
}

fn violated(message: &str) -> Refusal {
    Refusal::PolicyViolated {
        message: format!("Invalid according to Policy: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Signs with V1 and a policy of these conditions, which ends in 2026.
    fn form(conditions: &str, fields: &[(&str, &str)]) -> Form {
        let policy =
            format!(r#"{{"expiration":"2026-01-01T00:00:00Z","conditions":[{conditions}]}}"#);
        let policy = BASE64_STANDARD.encode(policy);
        let signature = v1::sign("secret", policy.as_bytes());
        let signed = [
            ("OSSAccessKeyId", "id"),
            ("policy", &policy),
            ("Signature", &signature),
        ];
        let fields = fields.iter().chain(&signed);
        Form {
            bucket: "examplebucket".into(),
            fields: fields
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    fn check_at(form: &Form, date: &str) -> Result<(u64, u64), Refusal> {
        let mut keys = Keys::default();
        keys.add("id", Key::long_lived("secret"));
        let now: Timestamp = date.parse().unwrap();
        check_form(form, &keys, crate::clock::system_time(now)).map(|admitted| admitted.len_bytes)
    }

    fn check(conditions: &str, fields: &[(&str, &str)]) -> Result<(u64, u64), Refusal> {
        check_at(&form(conditions, fields), "2025-12-31T00:00:00Z")
    }

    #[test]
    fn each_condition_is_checked() {
        let key = [("key", "user/42/a.png"), ("Content-Type", "image/png")];
        let no_range = Ok((0, u64::MAX));
        for condition in [
            r#"{"bucket":"examplebucket"}"#,
            r#"["eq","$key","user/42/a.png"]"#,
            r#"["starts-with","$key","user/42/"]"#,
            r#"["in","$content-type",["image/jpg","image/png"]]"#,
            r#"["not-in","$content-type",["text/html"]]"#,
        ] {
            assert_eq!(check(condition, &key), no_range, "{condition}");
        }
        assert_eq!(check(r#"["content-length-range",1,10]"#, &key), Ok((1, 10)));
        for condition in [
            r#"{"bucket":"another"}"#,
            r#"{"x-oss-meta-a":"1"}"#,
            r#"["eq","$key","user/42"]"#,
            r#"["starts-with","$key","user/43/"]"#,
            r#"["in","$content-type",["image/jpg"]]"#,
            r#"["not-in","$content-type",["image/png"]]"#,
        ] {
            let refused = check(condition, &key);
            assert!(
                matches!(refused, Err(Refusal::PolicyViolated { .. })),
                "{condition}"
            );
        }
        for condition in [
            "1",
            r#"["eq","key","a"]"#,
            r#"["like","$key","a"]"#,
            r#"["eq","$key"]"#,
            "",
        ] {
            let refused = check(condition, &key);
            assert!(
                matches!(refused, Err(Refusal::InvalidPolicy { .. })),
                "{condition}"
            );
        }
    }

    #[test]
    fn two_ranges_of_length_allow_what_both_allow() {
        assert_eq!(
            check(
                r#"["content-length-range",1,10],["content-length-range",5,1000]"#,
                &[]
            ),
            Ok((5, 10))
        );
    }

    const DAY: &str = "20251230";
    const SIGNED_AT: &str = "20251230T120000Z";

    /// Signs with V4, and a policy that pins these fields.
    fn v4_form(pinned: &[&str]) -> Form {
        let credential = format!("id/{DAY}/cn-hangzhou/oss/aliyun_v4_request");
        let signed = [
            ("x-oss-signature-version", v4::ALGORITHM),
            ("x-oss-credential", &credential),
            ("x-oss-date", SIGNED_AT),
            ("x-oss-security-token", "token"),
        ];
        let conditions: Vec<Value> = signed
            .iter()
            .filter(|(name, _)| pinned.contains(name))
            .map(|(name, value)| serde_json::json!({ *name: value }))
            .chain([serde_json::json!({ "bucket": "examplebucket" })])
            .collect();
        let policy = serde_json::json!({
            "expiration": "2026-12-31T00:00:00Z",
            "conditions": conditions,
        });
        let policy = BASE64_STANDARD.encode(policy.to_string());
        let key = v4::signing_key("secret", DAY, "cn-hangzhou");
        let signature = v4::hex(&v4::hmac(&key, policy.as_bytes()));
        let fields = signed
            .into_iter()
            .chain([("policy", policy.as_str()), ("x-oss-signature", &signature)]);
        Form {
            bucket: "examplebucket".into(),
            fields: fields
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }

    fn check_v4_at(form: &Form, date: &str) -> Result<AdmittedForm, Refusal> {
        let mut keys = Keys::default();
        keys.add("id", Key::temporary("secret", "token", None));
        let now: Timestamp = date.parse().unwrap();
        check_form(form, &keys, crate::clock::system_time(now))
    }

    #[test]
    fn a_v4_policy_pins_what_the_signature_needs() {
        let now = "2025-12-30T12:00:00Z";
        check_v4_at(&v4_form(&PINNED_FIELDS), now).unwrap();
        for missing in PINNED_FIELDS {
            let pinned: Vec<_> = PINNED_FIELDS
                .into_iter()
                .filter(|name| *name != missing)
                .collect();
            let refused = check_v4_at(&v4_form(&pinned), now);
            assert!(
                matches!(refused, Err(Refusal::PolicyViolated { .. })),
                "{missing}: {refused:?}"
            );
        }
    }

    #[test]
    fn a_v4_form_is_valid_for_seven_days() {
        let form = v4_form(&PINNED_FIELDS);
        for (date, is_valid) in [
            ("2025-12-30T11:44:59Z", false),
            ("2025-12-30T11:45:00Z", true),
            ("2026-01-06T12:00:00Z", true),
            ("2026-01-06T12:00:01Z", false),
        ] {
            let verdict = check_v4_at(&form, date);
            assert_eq!(verdict.is_ok(), is_valid, "{date}: {verdict:?}");
        }
    }

    #[test]
    fn a_form_is_refused_after_its_expiration_and_with_another_policy() {
        let condition = r#"{"bucket":"examplebucket"}"#;
        let mut form = form(condition, &[]);
        let late = check_at(&form, "2026-01-01T00:00:01Z");
        assert!(matches!(late, Err(Refusal::PolicyViolated { .. })));
        let policy = form
            .fields
            .iter_mut()
            .find(|(name, _)| name == "policy")
            .unwrap();
        policy.1.insert(0, 'A');
        let changed = check_at(&form, "2025-12-31T00:00:00Z");
        assert!(matches!(changed, Err(Refusal::Mismatch(_))));
    }
}
