//! Entry points for fuzzing, compiled with the feature `fuzzing` only. Each panics when a property is broken.

use std::time::SystemTime;

use oss_signer::{Credentials, Request};
use reqwest::header::HeaderMap;
use strict_http::{ServerText, fuzzing::assert_clean};

use crate::{ErrorReply, Signature, Signing, signing::Signed};

/// Any body of a refusal gives clean texts without this request's secrets.
pub fn oss_error_xml(data: &[u8]) {
    let secrets = ["canary-secret", "canary-token"];
    let credentials = Credentials::new("id", secrets[0]).security_token(secrets[1]);
    let request = Request::put("bucket", "key");
    let signing = Signing::new(credentials, Signature::V1, SystemTime::UNIX_EPOCH);
    let signed = Signed {
        request: &request,
        signing: &signing,
        product: "oss",
    };
    let reply = ErrorReply::parse(403, &HeaderMap::new(), data, Some(signed));
    if let Some(diagnosis) = &reply.diagnosis {
        let shown = format!("{diagnosis} {diagnosis:?}");
        assert!(
            !secrets.iter().any(|secret| shown.contains(secret)),
            "{shown}"
        );
    }
    let codes = [&reply.code, &reply.ec, &reply.request_id];
    for text in codes.into_iter().flatten() {
        assert_clean(text, ServerText::CODE_MAX_CHARS, &secrets);
    }
    if let Some(message) = &reply.message {
        assert_clean(message, ServerText::MESSAGE_MAX_CHARS, &secrets);
    }
}
