//! No `Debug`, `Display` or error shows a secret, and the headers and URLs that are sent contain it.

use std::fmt::{Debug, Display};
use std::time::{Duration, UNIX_EPOCH};

use oss_signer::v4::{Scope, SigningKey};
use oss_signer::{Credentials, Request, v1, v4};

const SECRET: &str = "CANARY-SECRET";
const TOKEN: &str = "CANARY+TOKEN/";

fn hides(shown: &str) {
    assert!(!shown.contains("CANARY"), "{shown}");
    assert!(!shown.contains("Signature"), "{shown}");
}

fn debug_hides(value: &impl Debug) {
    hides(&format!("{value:?}"));
    hides(&format!("{value:#?}"));
}

fn display_hides(value: &(impl Debug + Display)) {
    debug_hides(value);
    hides(&value.to_string());
    assert!(value.to_string().contains("[redacted]"));
}

#[test]
fn nothing_that_is_shown_holds_a_secret() {
    let time = UNIX_EPOCH + Duration::from_secs(1_767_229_323);
    let hour = Duration::from_secs(3600);
    let credentials = Credentials::new("LTAI-EXAMPLE", SECRET).security_token(TOKEN);
    let request = Request::put("examplebucket", "clip.mp4")
        .header("x-oss-callback", "CANARY")
        .query("security-token", TOKEN);
    let scope = Scope::new("cn-hangzhou");
    debug_hides(&credentials);
    debug_hides(&request);
    debug_hides(&SigningKey::derive(&credentials, &scope, time).expect("a key"));

    let request = Request::put("examplebucket", "clip.mp4");
    let signed = v1::sign(&request, &credentials, time).expect("a signature");
    debug_hides(&signed);
    assert!(signed.headers().any(|(_, value)| value == TOKEN));
    let signed = v4::sign(&request, &credentials, &scope, time).expect("a signature");
    debug_hides(&signed);
    assert!(signed.headers().any(|(_, value)| value == TOKEN));

    for presigned in [
        v1::presign(&request, &credentials, time).expect("a URL"),
        v4::presign(&request, &credentials, &scope, time, hour).expect("a URL"),
    ] {
        debug_hides(&presigned);
        assert!(presigned.url("https://h").contains("CANARY%2BTOKEN%2F"));
    }
}

#[test]
fn texts_for_diagnosis_hide_the_token_until_asked_by_name() {
    let time = UNIX_EPOCH + Duration::from_secs(1_767_229_323);
    let hour = Duration::from_secs(3600);
    let credentials = Credentials::new("LTAI-EXAMPLE", SECRET).security_token(TOKEN);
    let request = Request::get("examplebucket", "clip.mp4");
    let scope = Scope::new("cn-hangzhou");

    let text = v1::string_to_sign(&request, &credentials, time).expect("a text");
    display_hides(&text);
    assert_eq!(
        text.to_string(),
        "GET\n\n\nThu, 01 Jan 2026 01:02:03 GMT\nx-oss-security-token:[redacted]\n/examplebucket/clip.mp4"
    );
    assert!(text.reveal_secrets().contains(TOKEN));

    let text = v1::presign_string_to_sign(&request, &credentials, time).expect("a text");
    display_hides(&text);
    assert!(text.reveal_secrets().contains(TOKEN));

    let text = v4::canonical_request(&request, &credentials, &scope, time).expect("a text");
    display_hides(&text);
    assert!(text.reveal_secrets().contains(TOKEN));

    let text = v4::presign_canonical_request(&request, &credentials, &scope, time, hour);
    let text = text.expect("a text");
    display_hides(&text);
    assert!(text.reveal_secrets().contains("CANARY%2BTOKEN%2F"));

    // V4's string to sign holds a hash in place of the token.
    let text = v4::string_to_sign(&request, &credentials, &scope, time).expect("a text");
    debug_hides(&text);
    assert_eq!(text.to_string(), text.reveal_secrets());
}

#[test]
fn a_secret_is_redacted_in_each_form_in_which_servers_and_clients_repeat_it() {
    let credentials = Credentials::new("LTAI-EXAMPLE", "a+b").security_token("CAIS+/==");
    for text in [
        "token CAIS+/==",
        "token CAIS%2B%2F%3D%3D",
        "token CAIS%2b%2f%3d%3d",
        "token 43 41 49 53 2B 2F 3D 3D",
        "token a+b",
        "token a%2Bb",
    ] {
        assert_eq!(credentials.redact(text), "token [redacted]", "{text}");
    }
    let none = Credentials::new("LTAI-EXAMPLE", "");
    assert_eq!(none.redact("a text"), "a text");
}
