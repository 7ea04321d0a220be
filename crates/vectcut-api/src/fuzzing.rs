//! Entry points for fuzzing, compiled with the feature `fuzzing` only. Each panics when a property is broken.

use reqwest::{StatusCode, Url, header::HeaderMap};
use strict_http::{ServerText, fuzzing::assert_clean};

use crate::{ApiKey, Call, SignedUrl, envelope::Envelope};

/// Any body of the backend is a success with usable fields, or an error with clean words without the API key.
pub fn backend_envelope(data: &[u8]) {
    let secret = "canary-key";
    let Ok(api_key) = ApiKey::parse(secret) else {
        unreachable!("the key is visible ASCII");
    };
    let (call, headers) = (Call::InitUpload, HeaderMap::new());
    for status in [
        StatusCode::OK,
        StatusCode::BAD_REQUEST,
        StatusCode::FORBIDDEN,
    ] {
        let error = match Envelope::judge(call, status, &headers, data, &api_key) {
            Ok(reply) => {
                assert!(status.is_success());
                let field = reply.required("credentials.AccessKeyId");
                assert!(field.map_or(true, |text| !text.trim().is_empty()));
                continue;
            }
            Err(error) => error,
        };
        assert_eq!(error.http_status(), Some(status.as_u16()));
        let words = error.words().cloned().unwrap_or_default();
        for text in [words.message, words.purchase_link].iter().flatten() {
            assert_clean(text, ServerText::MESSAGE_MAX_CHARS, &[secret]);
        }
        assert!(!format!("{error} {error:?}").contains(secret));
    }
}

/// A public URL that is accepted is an absolute URL that other programs read the same way.
pub fn signed_url(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(signed_url) = SignedUrl::parse(&text) else {
        return;
    };
    let _ = signed_url.expires_at();
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
    assert!(text.starts_with("https://") || text.starts_with("http://"));
    let host = Url::parse(&text).ok().and_then(|url| {
        assert!(url.username().is_empty() && url.password().is_none());
        url.host_str().map(str::to_owned)
    });
    assert!(host.is_some_and(|host| !host.is_empty()));
}
