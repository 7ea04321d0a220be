//! What the responses have in common: a status, a JSON object, `success`, and a message when it is not true.

use std::time::SystemTime;

use reqwest::{StatusCode, header::HeaderMap};
use serde_json::{Map, Value};
use strict_http::{ServerText, TransportError, header_text, retry_after, server_time};
use zeroize::{Zeroize, Zeroizing};

use crate::{ApiError, ApiKey, Call, FieldFault, ServerWords};

/// A response has a few hundred bytes. What is larger than this is something else.
const BODY_MAX_BYTES: usize = 1024 * 1024;

/// Room for a usual response, so that its buffer need not move and leave a copy behind.
const BODY_USUAL_BYTES: usize = 16 * 1024;

/// The body of a successful response. No part of it is ever shown.
pub(crate) struct Envelope {
    call: Call,
    status: u16,
    fields: Fields,
    /// The backend's clock, from `Date`.
    pub(crate) server_time: Option<SystemTime>,
}

impl Envelope {
    /// Reads a response to its end and judges it.
    pub(crate) async fn read(
        call: Call,
        response: reqwest::Response,
        api_key: &ApiKey,
    ) -> Result<Self, ApiError> {
        let status = response.status();
        let headers = response.headers().clone();
        let body = match read_body(response).await {
            Ok(body) => body,
            // A refusal whose body breaks off is still a refusal.
            Err(_) if !status.is_success() => Zeroizing::default(),
            Err(source) => return Err(ApiError::Transport { call, source }),
        };
        Self::judge(call, status, &headers, &body, api_key)
    }

    /// A 401 or 403 is about the key (assumption A2), unless the response says where to buy what is missing: then it is
    /// about the membership (assumption A18).
    pub(crate) fn judge(
        call: Call,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        api_key: &ApiKey,
    ) -> Result<Self, ApiError> {
        let fields = Fields::parse(body);
        let words = fields
            .as_ref()
            .map(|Fields(fields)| server_words(fields, api_key))
            .unwrap_or_default();
        let is_success = status.is_success();
        let status = status.as_u16();
        match (status, fields) {
            (401 | 403, _) if words.purchase_link.is_none() => Err(ApiError::KeyRefused {
                call,
                status,
                words,
            }),
            _ if !is_success => Err(ApiError::Status {
                call,
                status,
                words,
                retry_after: retry_after(headers),
            }),
            (_, None) => Err(ApiError::NotJson {
                call,
                status,
                content_type: content_type(headers, api_key),
            }),
            (_, Some(fields)) if fields.0.get("success") == Some(&Value::Bool(true)) => Ok(Self {
                call,
                status,
                fields,
                server_time: server_time(headers),
            }),
            (_, Some(_)) => Err(ApiError::Declined {
                call,
                status,
                words,
            }),
        }
    }

    /// Returns a text that must be there. Dots separate the segments of its path.
    pub(crate) fn required(&self, path: &'static str) -> Result<&str, ApiError> {
        self.optional(path).ok_or(ApiError::MissingField {
            call: self.call,
            status: self.status,
            field: path,
        })
    }

    /// Returns the error of a field that cannot be used.
    pub(crate) fn invalid(&self, field: &'static str, fault: FieldFault) -> ApiError {
        ApiError::InvalidField {
            call: self.call,
            status: self.status,
            field,
            fault,
        }
    }

    /// Returns a text if it is there and not empty.
    pub(crate) fn optional(&self, path: &str) -> Option<&str> {
        let (last, parents) = path
            .rsplit_once('.')
            .map_or((path, ""), |(parents, last)| (last, parents));
        let mut fields = &self.fields.0;
        for parent in parents.split('.').filter(|parent| !parent.is_empty()) {
            fields = fields.get(parent)?.as_object()?;
        }
        fields
            .get(last)?
            .as_str()
            .filter(|text| !text.trim().is_empty())
    }
}

/// A JSON object whose texts are overwritten in memory when it is dropped: init's has credentials.
struct Fields(Map<String, Value>);

impl Fields {
    fn parse(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok().map(Self)
    }
}

impl Drop for Fields {
    fn drop(&mut self) {
        self.0.values_mut().for_each(overwrite);
    }
}

fn overwrite(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(values) => values.iter_mut().for_each(overwrite),
        Value::Object(fields) => fields.values_mut().for_each(overwrite),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

async fn read_body(mut response: reqwest::Response) -> Result<Zeroizing<Vec<u8>>, TransportError> {
    let mut body = Zeroizing::new(Vec::with_capacity(BODY_USUAL_BYTES));
    while let Some(chunk) = response.chunk().await.map_err(TransportError::new)? {
        body.extend_from_slice(&chunk);
        if body.len() > BODY_MAX_BYTES {
            break;
        }
    }
    Ok(body)
}

/// The `Content-Type` of a response, cleaned.
fn content_type(headers: &HeaderMap, api_key: &ApiKey) -> ServerText {
    let max_chars = ServerText::CODE_MAX_CHARS;
    header_text(headers, "content-type", max_chars, |text| {
        api_key.redact(text)
    })
    .unwrap_or_else(|| ServerText::clean("no content type", max_chars, &[]))
}

fn server_words(fields: &Map<String, Value>, api_key: &ApiKey) -> ServerWords {
    let text = |name: &str| {
        let raw = fields.get(name)?.as_str()?;
        let redact = |text: &str| api_key.redact(text);
        ServerText::clean_with(raw, ServerText::MESSAGE_MAX_CHARS, redact).non_empty()
    };
    // A link that cleaning has changed would lead somewhere else.
    let is_link = |link: &ServerText| {
        link.as_str().starts_with("https://")
            && link.as_str().bytes().all(|byte| byte.is_ascii_graphic())
            && fields.get("purchase_link").and_then(Value::as_str) == Some(link.as_str())
    };
    ServerWords {
        message: text("error").or_else(|| text("message")),
        purchase_link: text("purchase_link").filter(is_link),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(json: &str) -> Envelope {
        Envelope {
            call: Call::InitUpload,
            status: 200,
            fields: Fields::parse(json.as_bytes()).expect("a JSON object"),
            server_time: None,
        }
    }

    #[test]
    fn a_nested_field_is_found_and_an_empty_one_is_missing() {
        let envelope = envelope(r#"{"a": {"b": "c", "blank": " "}, "n": 1}"#);
        assert_eq!(envelope.required("a.b").expect("it is there"), "c");
        for path in ["a.blank", "a.x", "n", "x.b", "a"] {
            assert_eq!(envelope.optional(path), None, "{path}");
        }
    }

    #[test]
    fn words_lose_control_characters_line_breaks_and_the_key() {
        let fields = serde_json::from_str(
            r#"{"error": "bad\u001b[31m key\n  canary", "purchase_link": "javascript:x"}"#,
        );
        let key = ApiKey::parse("canary").expect("a good key");
        let words = server_words(&fields.expect("a JSON object"), &key);
        assert_eq!(
            words.message.expect("words").as_str(),
            "bad[31m key [redacted]"
        );
        assert_eq!(words.purchase_link, None);
    }

    #[test]
    fn a_cut_leaves_no_half_of_the_key() {
        let error = format!("{}canary", "x".repeat(ServerText::MESSAGE_MAX_CHARS - 3));
        let fields = Map::from_iter([("error".to_owned(), Value::String(error))]);
        let key = ApiKey::parse("canary").expect("a good key");
        let message = server_words(&fields, &key).message.expect("words");
        assert!(!message.as_str().contains("can"), "{message}");
    }

    #[test]
    fn a_refusal_with_a_link_to_buy_is_not_about_the_key() {
        let key = ApiKey::parse("canary").expect("a good key");
        let body =
            br#"{"success": false, "error": "no", "purchase_link": "https://www.vectcut.com"}"#;
        for status in [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN] {
            let judge = |body: &[u8]| {
                let judged =
                    Envelope::judge(Call::InitUpload, status, &HeaderMap::new(), body, &key);
                judged.err().expect("a refusal")
            };
            assert!(matches!(judge(body), ApiError::Status { .. }));
            assert!(matches!(judge(b"{}"), ApiError::KeyRefused { .. }));
        }
    }

    #[test]
    fn a_link_is_shown_only_as_the_server_wrote_it() {
        let key = ApiKey::parse("canary").expect("a good key");
        for (link, shown) in [
            ("https://www.vectcut.com", true),
            ("http://www.vectcut.com", false),
            ("https://a.example/?k=canary", false),
            ("https://a.example/\u{1b}[31m", false),
            ("https://a.example/\u{202e}", false),
            ("https://a.example/x y", false),
            (&format!("https://a.example/{}", "a".repeat(300)), false),
        ] {
            let fields = Map::from_iter([("purchase_link".to_owned(), Value::from(link))]);
            let words = server_words(&fields, &key);
            assert_eq!(words.purchase_link.is_some(), shown, "{link}");
        }
    }
}
