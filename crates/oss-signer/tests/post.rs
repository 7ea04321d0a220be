//! Policies: what the builder writes is what official SDKs wrote, and it refuses what OSS would refuse.

// Marks the helpers as test code, for the lints that are off in tests.
#![cfg(test)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oss_signer::post::{Form, Policy, sign_v1};
use oss_signer::v4::Scope;
use oss_signer::{Credentials, SignError};
use serde_json::Value;

const CREDENTIALS: Credentials<'static> = Credentials::new("LTAI-EXAMPLE", "example-secret");

fn time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_229_323)
}

/// Builds the policy that the vectors of this name have, which end in `-post-…`.
fn built<'a>(name: &str, expires_at: SystemTime) -> Option<Policy<'a>> {
    let policy = Policy::new("examplebucket", expires_at);
    let case = name.split_once("-post-")?.1;
    Some(match case {
        "key-equals" => policy.equals("key", "uploads/clip.mp4"),
        "starts-with" => policy.starts_with("key", "user/42/"),
        "length-range" => policy
            .content_length_range(1, 524_288_000)
            .equals("key", "a.bin"),
        "unicode-key" => policy.equals("key", "素材/片段 1+2.mp4"),
        "success-status" => policy
            .equals("success_action_status", "200")
            .one_of("content-type", &["image/jpg", "image/png"])
            .equals("key", "x.png"),
        "leap-day" => policy.equals("key", "l.bin"),
        _ => return None,
    })
}

#[test]
fn the_builder_makes_the_form_of_every_vector() {
    let text = include_str!("vectors/oss-post.json");
    let vectors: Vec<Value> = serde_json::from_str(text).expect("vectors");
    assert_eq!(vectors.len(), 12);
    for vector in vectors {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let name = text(&vector["name"]).expect("a name");
        let number = |field: &str| Duration::from_secs(vector[field].as_u64().expect("a number"));
        let time = UNIX_EPOCH + number("timestamp");
        let policy = built(&name, time + number("expires_in")).expect("a known case");
        let [id, secret, token] = ["access_key_id", "access_key_secret", "security_token"]
            .map(|field| text(&vector["credentials"][field]).unwrap_or_default());
        let mut credentials = Credentials::new(&id, &secret);
        if !token.is_empty() {
            credentials = credentials.security_token(&token);
        }
        let region = text(&vector["region"]).unwrap_or_default();
        let form = match &*text(&vector["version"]).expect("a version") {
            "v1" => policy.sign_v1(&credentials),
            _ => policy.sign_v4(&credentials, &Scope::new(&region), time),
        };
        let form = form.expect("a form");
        let key = text(&vector["key"]).expect("a key");
        let fields: Vec<_> = form.fields(&key).collect();
        assert_eq!(serde_json::json!(fields), vector["form"], "{name}");
    }
}

#[track_caller]
fn refused(result: Result<Form, SignError>, message: &str) {
    let refusal = result.err().map(|error| error.to_string());
    assert_eq!(refusal.as_deref(), Some(message));
}

#[test]
fn policies_that_oss_would_refuse_are_refused_first() {
    let policy = || Policy::new("examplebucket", time());
    let v1 = |policy: Policy<'_>| policy.sign_v1(&CREDENTIALS);
    refused(v1(Policy::new("", time())), "`bucket` is empty");
    refused(v1(policy().equals("", "v")), "form field `` is empty");
    refused(
        v1(policy().equals("a\"b", "v")),
        "form field `a\\\"b` holds U+0022, which cannot be signed there",
    );
    let variable = v1(policy().equals("x:user", "v"));
    assert!(variable.is_ok(), "a variable of a callback");
    refused(v1(policy().one_of("key", &[])), "form field `key` is empty");
    refused(
        v1(policy().none_of("key", &[])),
        "form field `key` is empty",
    );
    refused(
        v1(policy().content_length_range(2, 1)),
        "content length range from 2 to 1 bytes is empty",
    );
    for name in [
        "bucket",
        "policy",
        "x-oss-credential",
        "x-oss-security-token",
    ] {
        refused(
            v1(policy().equals(name, "v")),
            &format!("form field `{name}` is set by the signature; do not set it"),
        );
    }
    refused(sign_v1("", &CREDENTIALS), "`policy` is empty");
    refused(
        policy().sign_v1(&Credentials::new("id", "")),
        "`access_key_secret` is empty",
    );
    refused(
        policy().sign_v4(&CREDENTIALS, &Scope::new("oss-cn-hangzhou"), time()),
        "region `oss-cn-hangzhou` starts with `oss-`; leave that prefix out",
    );
    let before_1970 = UNIX_EPOCH - Duration::from_secs(1);
    refused(
        v1(Policy::new("examplebucket", before_1970)),
        "`expires_at` is before 1970 or after 9999",
    );
}

#[test]
fn a_form_shows_neither_its_token_nor_its_signature() {
    let credentials = CREDENTIALS.security_token("CANARY");
    let policy = Policy::new("examplebucket", time()).equals("x-oss-meta-a", "CANARY");
    assert!(!format!("{policy:?}").contains("CANARY"));
    let form = policy.sign_v1(&credentials).expect("a form");
    assert_eq!(format!("{form:?}"), "Form { .. }");
    let token = form
        .fields("k")
        .find(|(name, _)| *name == "x-oss-security-token");
    assert_eq!(token, Some(("x-oss-security-token", "CANARY")));
}
