//! Signing refuses what cannot be signed, and the error names the field.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oss_signer::v4::{Scope, SigningKey};
use oss_signer::{Credentials, Request, Resource, SignError, v1, v4};

const TIME: SystemTime = UNIX_EPOCH;
const CREDENTIALS: Credentials<'static> = Credentials::new("LTAI-EXAMPLE", "example-secret");
const SCOPE: Scope<'static> = Scope::new("cn-hangzhou");
const HOUR: Duration = Duration::from_secs(3600);

/// Signs in all four ways and expects the same error from each.
#[track_caller]
fn refused(request: &Request<'_>, credentials: &Credentials<'_>, message: &str) {
    let errors: [Option<SignError>; 4] = [
        v1::sign(request, credentials, TIME).err(),
        v1::presign(request, credentials, TIME).err(),
        v4::sign(request, credentials, &SCOPE, TIME).err(),
        v4::presign(request, credentials, &SCOPE, TIME, HOUR).err(),
    ];
    let messages = errors.map(|error| error.map(|error| error.to_string()));
    assert_eq!(messages, [(); 4].map(|()| Some(message.to_owned())));
}

fn put() -> Request<'static> {
    Request::put("examplebucket", "clip.mp4")
}

#[test]
fn empty_fields() {
    refused(&Request::put("", "k"), &CREDENTIALS, "`bucket` is empty");
    refused(
        &Request::put("b", ""),
        &CREDENTIALS,
        "`object_key` is empty",
    );
    let bucket = Request::new("GET", Resource::Bucket { bucket: "" });
    refused(&bucket, &CREDENTIALS, "`bucket` is empty");
    refused(
        &Request::new("", Resource::Service),
        &CREDENTIALS,
        "`method` is empty",
    );
    refused(
        &put(),
        &Credentials::new("", "s"),
        "`access_key_id` is empty",
    );
    refused(
        &put(),
        &Credentials::new("id", ""),
        "`access_key_secret` is empty",
    );
    refused(
        &put(),
        &CREDENTIALS.security_token(""),
        "`security_token` is empty",
    );
    refused(
        &put().header("", "v"),
        &CREDENTIALS,
        "header name `` is empty",
    );
    refused(
        &put().query("", "v"),
        &CREDENTIALS,
        "query parameter name `` is empty",
    );
}

#[test]
fn characters_that_would_end_a_field() {
    let holds = |field: &str, character: &str| {
        format!("{field} holds {character}, which cannot be signed there")
    };
    for (value, character) in [
        ("a\r\nx-oss-object-acl:public-read", "U+000D"),
        ("a\nb", "U+000A"),
        ("a\0b", "U+0000"),
        ("a\u{7f}b", "U+007F"),
    ] {
        let request = put().header("X-Oss-Meta-A", value);
        let message = holds("header `x-oss-meta-a`", character);
        refused(&request, &CREDENTIALS, &message);
    }
    for (name, shown, character) in [
        ("x-oss-a\nb", r"header name `x-oss-a\nb`", "U+000A"),
        ("x-oss-a:b", "header name `x-oss-a:b`", "U+003A"),
        ("x-oss-ä", "header name `x-oss-ä`", "U+00E4"),
        ("x-oss-a ", "header name `x-oss-a `", "U+0020"),
    ] {
        refused(
            &put().header(name, "v"),
            &CREDENTIALS,
            &holds(shown, character),
        );
    }
    let bucket = Request::put("a/b", "c");
    refused(&bucket, &CREDENTIALS, &holds("`bucket`", "U+002F"));
    let method = Request::new("put", Resource::Service);
    refused(&method, &CREDENTIALS, &holds("`method`", "U+0070"));
    for id in ["id:x", "id/x", "id,x"] {
        let message = holds("`access_key_id`", &format!("U+{:04X}", id.as_bytes()[2]));
        refused(&put(), &Credentials::new(id, "s"), &message);
    }
    for (token, character) in [
        ("to ken", "U+0020"),
        ("token\n", "U+000A"),
        ("视", "U+89C6"),
    ] {
        let credentials = CREDENTIALS.security_token(token);
        refused(&put(), &credentials, &holds("`security_token`", character));
    }
}

#[test]
fn the_same_name_twice() {
    refused(
        &put()
            .header("x-oss-meta-a", "1")
            .header("X-OSS-META-A", "2"),
        &CREDENTIALS,
        "header `x-oss-meta-a` is given twice",
    );
    refused(
        &put().query("uploads", "").query("uploads", ""),
        &CREDENTIALS,
        "query parameter `uploads` is given twice",
    );
}

#[test]
fn fields_that_the_signature_sets() {
    for name in ["Authorization", "x-oss-security-token"] {
        let message = format!(
            "header `{}` is set by the signature; do not set it",
            name.to_lowercase()
        );
        refused(&put().header(name, "v"), &CREDENTIALS, &message);
    }
    for name in [
        "Expires",
        "OSSAccessKeyId",
        "Signature",
        "security-token",
        "x-oss-additional-headers",
        "x-oss-credential",
        "x-oss-date",
        "x-oss-expires",
        "x-oss-security-token",
        "x-oss-signature",
        "x-oss-signature-version",
    ] {
        let message = format!("query parameter `{name}` is set by the signature; do not set it");
        refused(&put().query(name, "v"), &CREDENTIALS, &message);
    }
}

#[test]
fn headers_that_only_one_version_sets() {
    let message = |error: Option<SignError>| error.map(|error| error.to_string());
    let taken = |name| {
        Some(format!(
            "header `{name}` is set by the signature; do not set it"
        ))
    };

    let date = put().header("Date", "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(
        message(v1::sign(&date, &CREDENTIALS, TIME).err()),
        taken("date")
    );
    assert_eq!(
        message(v1::presign(&date, &CREDENTIALS, TIME).err()),
        taken("date")
    );
    assert!(v4::sign(&date, &CREDENTIALS, &SCOPE, TIME).is_ok());

    let oss_date = put().header("x-oss-date", "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(
        message(v1::presign(&oss_date, &CREDENTIALS, TIME).err()),
        taken("x-oss-date")
    );
    assert_eq!(
        message(v4::sign(&oss_date, &CREDENTIALS, &SCOPE, TIME).err()),
        taken("x-oss-date")
    );

    let hash = put().header("x-oss-content-sha256", "UNSIGNED-PAYLOAD");
    assert_eq!(
        message(v4::sign(&hash, &CREDENTIALS, &SCOPE, TIME).err()),
        taken("x-oss-content-sha256")
    );
}

#[test]
fn v1_takes_x_oss_date_in_place_of_date_if_it_is_the_signing_time() {
    let request = put().header("x-oss-date", "Thu, 01 Jan 1970 00:00:00 GMT");
    let signed = v1::sign(&request, &CREDENTIALS, TIME).expect("the same moment");
    let names: Vec<_> = signed.headers().map(|(name, _)| name).collect();
    assert_eq!(names, ["authorization"]);

    let later = TIME + Duration::from_secs(1);
    let error = v1::sign(&request, &CREDENTIALS, later).expect_err("another moment");
    assert_eq!(
        error.to_string(),
        "header `x-oss-date` differs from the signing time `Thu, 01 Jan 1970 00:00:01 GMT`"
    );
}

#[test]
fn v1_refuses_control_characters_that_it_would_sign_raw_and_v4_encodes_them() {
    let key = Request::put("examplebucket", "a\nb");
    let error = v1::sign(&key, &CREDENTIALS, TIME).expect_err("raw in V1");
    assert_eq!(
        error.to_string(),
        "`object_key` holds U+000A, which cannot be signed there"
    );
    assert!(v4::sign(&key, &CREDENTIALS, &SCOPE, TIME).is_ok());

    let value = put().query("response-content-type", "a\r\nb");
    let error = v1::presign(&value, &CREDENTIALS, TIME).expect_err("raw in V1");
    assert_eq!(
        error.to_string(),
        "query parameter `response-content-type` holds U+000D, which cannot be signed there"
    );
    let unsigned = put().query("prefix", "a\nb");
    assert!(v1::sign(&unsigned, &CREDENTIALS, TIME).is_ok());
}

#[test]
fn times_out_of_range() {
    let before = UNIX_EPOCH - HOUR;
    let error = v1::sign(&put(), &CREDENTIALS, before).expect_err("before 1970");
    assert_eq!(error.to_string(), "`time` is before 1970 or after 9999");
    let error = v1::presign(&put(), &CREDENTIALS, before).expect_err("before 1970");
    assert_eq!(
        error.to_string(),
        "`expires_at` is before 1970 or after 9999"
    );
    let after = UNIX_EPOCH + Duration::from_secs(253_402_300_800);
    let error = v4::sign(&put(), &CREDENTIALS, &SCOPE, after).expect_err("after 9999");
    assert_eq!(error.to_string(), "`time` is before 1970 or after 9999");
}

#[test]
fn v4_urls_live_a_second_to_a_week_or_half_a_day_with_a_token() {
    let presign = |credentials: &Credentials<'_>, expires_in: Duration| {
        let presigned = v4::presign(&put(), credentials, &SCOPE, TIME, expires_in);
        presigned.err().map(|error| error.to_string())
    };
    let with_token = CREDENTIALS.security_token("token");
    for (credentials, max) in [(CREDENTIALS, 604_800), (with_token, 43_200)] {
        let message = format!("`expires_in` is not between 1 and {max} seconds");
        assert_eq!(presign(&credentials, Duration::from_secs(1)), None);
        assert_eq!(presign(&credentials, Duration::from_secs(max)), None);
        let too_short = presign(&credentials, Duration::from_millis(999));
        assert_eq!(too_short.as_ref(), Some(&message));
        let too_long = presign(&credentials, Duration::from_secs(max + 1));
        assert_eq!(too_long.as_ref(), Some(&message));
    }
}

#[test]
fn scopes_that_cannot_be_signed() {
    let error = |scope: Scope<'_>| {
        let signed = v4::sign(&put(), &CREDENTIALS, &scope, TIME);
        signed.expect_err("refused").to_string()
    };
    assert_eq!(
        error(Scope::new("oss-cn-hangzhou")),
        "region `oss-cn-hangzhou` starts with `oss-`; leave that prefix out"
    );
    assert_eq!(error(Scope::new("")), "`region` is empty");
    assert_eq!(
        error(Scope::new("cn/hangzhou")),
        "`region` holds U+002F, which cannot be signed there"
    );
    assert_eq!(error(SCOPE.product("")), "`product` is empty");
}

#[test]
fn a_signing_key_is_for_one_day_region_and_product() {
    let key = SigningKey::derive(&CREDENTIALS, &SCOPE, TIME).expect("a key");
    let error = |scope: Scope<'_>, time| {
        let signed = key.sign(&put(), &CREDENTIALS, &scope, time);
        signed.expect_err("another key").to_string()
    };
    assert_eq!(
        error(SCOPE, TIME + 24 * HOUR),
        "signing key was derived for another day than that of `time`"
    );
    assert_eq!(
        error(Scope::new("cn-beijing"), TIME),
        "signing key was derived for another `region`"
    );
    assert_eq!(
        error(SCOPE.product("oss-cloudbox"), TIME),
        "signing key was derived for another `product`"
    );
}
