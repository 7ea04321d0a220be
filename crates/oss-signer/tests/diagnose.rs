//! Each cause of `SignatureDoesNotMatch` has its own diagnosis, and no diagnosis shows a secret.

// Marks the helpers as test code, for the lints that are off in tests.
#![cfg(test)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oss_signer::diagnose::{
    Change, Diagnosis, canonical_request, string_to_sign, string_to_sign_bytes,
};
use oss_signer::v4::{self, Scope};
use oss_signer::{Credentials, Request, v1};

const CREDENTIALS: Credentials<'static> =
    Credentials::new("LTAI-EXAMPLE", "example-secret").security_token("CANARY");
const SCOPE: Scope<'static> = Scope::new("cn-hangzhou").additional_headers(&["range"]);

fn time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_229_323)
}

fn request<'a>() -> Request<'a> {
    Request::put("examplebucket", "a b.mp4")
        .query("partNumber", "1")
        .header("Content-Type", "video/mp4")
        .header("x-oss-meta-a", "1")
        .header("Range", "bytes=0-1")
}

/// Replaces a piece of the text that was signed, as if OSS had received it so.
fn v1_after(old: &str, new: &str) -> Diagnosis {
    let ours = v1::string_to_sign(&request(), &CREDENTIALS, time()).expect("a text");
    let theirs = replaced(ours.reveal_secrets(), old, new);
    string_to_sign(&ours, &theirs)
}

fn v4_after(old: &str, new: &str) -> Diagnosis {
    let ours = v4::canonical_request(&request(), &CREDENTIALS, &SCOPE, time()).expect("a text");
    let theirs = replaced(ours.reveal_secrets(), old, new);
    canonical_request(&ours, &theirs)
}

fn v4_string_after(old: &str, new: &str) -> Diagnosis {
    let ours = v4::string_to_sign(&request(), &CREDENTIALS, &SCOPE, time()).expect("a text");
    let theirs = replaced(ours.reveal_secrets(), old, new);
    string_to_sign(&ours, &theirs)
}

fn replaced(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "{old}");
    text.replacen(old, new, 1)
}

fn header(name: &str, change: Change) -> Diagnosis {
    let name = name.to_owned();
    Diagnosis::Header { name, change }
}

fn query(name: &str, change: Change) -> Diagnosis {
    let name = name.to_owned();
    Diagnosis::Query { name, change }
}

#[test]
fn each_difference_of_v1_is_named() {
    assert_eq!(v1_after("PUT", "PUT"), Diagnosis::Secret);
    assert_eq!(v1_after("PUT", "POST"), Diagnosis::Method);
    assert_eq!(v1_after("01:02:03", "01:02:04"), Diagnosis::Time);
    assert_eq!(
        v1_after("video/mp4", "text/plain"),
        header("content-type", Change::Changed)
    );
    assert_eq!(
        v1_after("video/mp4", ""),
        header("content-type", Change::Removed)
    );
    assert_eq!(
        v1_after("x-oss-meta-a:1\n", ""),
        header("x-oss-meta-a", Change::Removed)
    );
    let added = "x-oss-meta-a:1\nx-oss-meta-b:2\n";
    assert_eq!(
        v1_after("x-oss-meta-a:1\n", added),
        header("x-oss-meta-b", Change::Added)
    );
    assert_eq!(v1_after("CANARY", "other"), Diagnosis::Token);
    assert_eq!(v1_after("a b.mp4", "a%20b.mp4"), Diagnosis::PathEncoding);
    assert_eq!(v1_after("/a b.mp4", "/b.mp4"), Diagnosis::Path);
    assert_eq!(
        v1_after("?partNumber=1", ""),
        query("partNumber", Change::Removed)
    );
    let ours = v1::string_to_sign(&request(), &CREDENTIALS, time()).expect("a text");
    assert_eq!(string_to_sign(&ours, "garbage"), Diagnosis::Unreadable);
    let v4 = v4::string_to_sign(&request(), &CREDENTIALS, &SCOPE, time()).expect("a text");
    let theirs = v4.reveal_secrets();
    assert_eq!(string_to_sign(&ours, theirs), Diagnosis::Version);
    assert_eq!(
        string_to_sign(&v4, ours.reveal_secrets()),
        Diagnosis::Version
    );
}

#[test]
fn each_difference_of_v4_is_named() {
    assert_eq!(v4_after("PUT", "PUT"), Diagnosis::Secret);
    assert_eq!(v4_after("PUT", "GET"), Diagnosis::Method);
    assert_eq!(v4_after("T010203Z", "T010204Z"), Diagnosis::Time);
    assert_eq!(v4_after("a%20b.mp4", "a+b.mp4"), Diagnosis::PathEncoding);
    assert_eq!(v4_after("a%20b.mp4", "b.mp4"), Diagnosis::Path);
    assert_eq!(
        v4_after("partNumber=1", "partNumber=%31"),
        query("partNumber", Change::Encoded)
    );
    assert_eq!(
        v4_after("partNumber=1", "partNumber=2"),
        query("partNumber", Change::Changed)
    );
    assert_eq!(
        v4_after("x-oss-meta-a:1\n", ""),
        header("x-oss-meta-a", Change::Removed)
    );
    assert_eq!(
        v4_after("bytes=0-1", "bytes=0-2"),
        header("range", Change::Changed)
    );
    assert_eq!(
        v4_after("x-oss-security-token:CANARY\n", ""),
        Diagnosis::Token
    );
    assert_eq!(v4_after("\nrange\n", "\n\n"), Diagnosis::AdditionalHeaders);
    assert_eq!(v4_after("\n\nrange", ""), Diagnosis::Unreadable);

    assert_eq!(v4_string_after("OSS4", "OSS4"), Diagnosis::Secret);
    assert_eq!(v4_string_after("OSS4", "OSS5"), Diagnosis::Unreadable);
    assert_eq!(v4_string_after("T010203Z", "T010204Z"), Diagnosis::Time);
    assert_eq!(
        v4_string_after("cn-hangzhou", "cn-beijing"),
        Diagnosis::Region
    );
    assert_eq!(v4_string_after("/oss/", "/oss-cloudbox/"), Diagnosis::Scope);
    assert_eq!(
        v4_string_after("aliyun_v4_request\n", "aliyun_v4_request\n0"),
        Diagnosis::CanonicalRequest
    );
}

#[test]
fn a_diagnosis_shows_no_value_and_no_long_or_unprintable_name() {
    let name = "x-oss-\u{1b}[31m".to_owned() + &"a".repeat(100);
    let line = format!("{name}:CANARY\n");
    let shown = v1_after("x-oss-meta-a:1\n", &line).to_string();
    assert!(
        !shown.contains("CANARY") && !shown.contains('\u{1b}'),
        "{shown}"
    );
    assert!(shown.len() < 200, "{shown}");
    let debug = format!("{:?}", v1_after("CANARY", "CANARY2"));
    assert_eq!(debug, "Token");
}

#[test]
fn line_ends_that_were_changed_on_the_way_differ_in_nothing() {
    let ours = v1::string_to_sign(&request(), &CREDENTIALS, time()).expect("a text");
    let exact = ours.reveal_secrets();
    let escaped = exact.replace('\n', "\\n");
    let windows = exact.replace('\n', "\r\n");
    for theirs in [escaped, windows, format!("\n{exact}\n")] {
        assert_eq!(
            string_to_sign(&ours, &theirs),
            Diagnosis::Secret,
            "{theirs:?}"
        );
    }
    let bytes: Vec<_> = exact.bytes().map(|byte| format!("{byte:02X}")).collect();
    let bytes = bytes.join(" ");
    assert_eq!(string_to_sign_bytes(&ours, &bytes), Diagnosis::Secret);
    assert_eq!(
        string_to_sign_bytes(&ours, &bytes.replacen("50", "51", 1)),
        Diagnosis::Method
    );
    assert_eq!(string_to_sign_bytes(&ours, "5"), Diagnosis::Unreadable);
    assert_eq!(string_to_sign_bytes(&ours, "50 FF"), Diagnosis::Unreadable);
}
