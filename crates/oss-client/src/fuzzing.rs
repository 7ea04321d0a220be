//! Entry points for fuzzing, compiled with the feature `fuzzing` only. Each panics when a property is broken.

use oss_signer::Credentials;
use reqwest::header::HeaderMap;
use strict_http::{ServerText, fuzzing::assert_clean};

use crate::ErrorReply;

/// Any body of a refusal gives clean texts without this request's secrets.
pub fn oss_error_xml(data: &[u8]) {
    let secrets = ["canary-secret", "canary-token"];
    let credentials = Credentials::new("id", secrets[0]).security_token(secrets[1]);
    let reply = ErrorReply::parse(403, &HeaderMap::new(), data, Some(&credentials));
    let codes = [&reply.code, &reply.ec, &reply.request_id];
    for text in codes.into_iter().flatten() {
        assert_clean(text, ServerText::CODE_MAX_CHARS, &secrets);
    }
    if let Some(message) = &reply.message {
        assert_clean(message, ServerText::MESSAGE_MAX_CHARS, &secrets);
    }
}
