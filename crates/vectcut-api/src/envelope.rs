//! What every reply has in common: a status, a JSON object, `success`, and words when it is not.

use serde_json::{Map, Value};
use strict_http::TransportError;

use crate::{ApiError, ApiKey, Call, ServerWords};

/// A reply is a few hundred bytes; what is larger is something else and not worth reading.
const REPLY_MAX_BYTES: usize = 1024 * 1024;

/// Longer words of a server are cut: they go into one line of a terminal.
const MESSAGE_MAX_CHARS: usize = 300;

/// The body of a successful reply, of which no part is ever shown.
pub(crate) struct Envelope {
    call: Call,
    status: u16,
    fields: Map<String, Value>,
}

impl Envelope {
    /// Reads a reply to its end and judges it.
    pub(crate) async fn read(
        call: Call,
        response: reqwest::Response,
        api_key: &ApiKey,
    ) -> Result<Self, ApiError> {
        let status = response.status();
        let retry_after = retry_after(&response);
        let content_type =
            header_text(&response, "content-type").unwrap_or_else(|| "no content type".into());
        let body = match read_body(response).await {
            Ok(body) => body,
            // A refusal whose body breaks off is a refusal all the same, without words.
            Err(_) if !status.is_success() => Vec::new(),
            Err(source) => return Err(ApiError::Transport { call, source }),
        };
        let fields = match serde_json::from_slice(&body) {
            Ok(Value::Object(fields)) => Some(fields),
            _ => None,
        };

        let words = fields
            .as_ref()
            .map(|fields| server_words(fields, api_key))
            .unwrap_or_default();
        let status_code = status.as_u16();
        match (status_code, fields) {
            (401 | 403, _) => Err(ApiError::KeyRefused {
                call,
                status: status_code,
                words,
            }),
            _ if !status.is_success() => Err(ApiError::Status {
                call,
                status: status_code,
                words,
                retry_after,
            }),
            (status, None) => Err(ApiError::NotJson {
                call,
                status,
                content_type,
            }),
            (status, Some(fields)) if fields.get("success") == Some(&Value::Bool(true)) => {
                Ok(Self {
                    call,
                    status,
                    fields,
                })
            }
            (status, Some(_)) => Err(ApiError::Declined {
                call,
                status,
                words,
            }),
        }
    }

    /// Returns a text that must be there; the path's segments are separated by dots.
    pub(crate) fn required(&self, path: &'static str) -> Result<&str, ApiError> {
        self.optional(path).ok_or(ApiError::MissingField {
            call: self.call,
            status: self.status,
            field: path,
        })
    }

    /// Returns a text when it is there and not empty.
    pub(crate) fn optional(&self, path: &str) -> Option<&str> {
        let (last, parents) = path
            .rsplit_once('.')
            .map_or((path, ""), |(parents, last)| (last, parents));
        let mut fields = &self.fields;
        for parent in parents.split('.').filter(|parent| !parent.is_empty()) {
            fields = fields.get(parent)?.as_object()?;
        }
        fields
            .get(last)?
            .as_str()
            .filter(|text| !text.trim().is_empty())
    }
}

async fn read_body(mut response: reqwest::Response) -> Result<Vec<u8>, TransportError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(TransportError::new)? {
        body.extend_from_slice(&chunk);
        if body.len() > REPLY_MAX_BYTES {
            break;
        }
    }
    Ok(body)
}

fn header_text(response: &reqwest::Response, name: &str) -> Option<String> {
    response
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(|text| cut(one_line(text)))
}

/// Reads `Retry-After` in seconds; its other form, a date, is not worth a second clock to compare with.
fn retry_after(response: &reqwest::Response) -> Option<std::time::Duration> {
    header_text(response, "retry-after")?
        .trim()
        .parse()
        .ok()
        .map(std::time::Duration::from_secs)
}

fn server_words(fields: &Map<String, Value>, api_key: &ApiKey) -> ServerWords {
    let text = |name: &str| {
        let text = fields
            .get(name)?
            .as_str()
            .map(|text| api_key.redact(&one_line(text)))?;
        (!text.is_empty()).then_some(text)
    };
    // Cut only after the key is out: half a key would not be recognized.
    ServerWords {
        message: text("error").or_else(|| text("message")).map(cut),
        purchase_link: text("purchase_link")
            .filter(|link| link.starts_with("https://") && link.len() <= MESSAGE_MAX_CHARS),
    }
}

/// One line without control characters.
fn one_line(text: &str) -> String {
    let words = text
        .split(char::is_whitespace)
        .filter(|word| !word.is_empty());
    words
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .collect()
}

/// A length that a terminal bears.
fn cut(line: String) -> String {
    match line.char_indices().nth(MESSAGE_MAX_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(json: &str) -> Envelope {
        let fields = serde_json::from_str(json).expect("a JSON object");
        Envelope {
            call: Call::InitUpload,
            status: 200,
            fields,
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
        assert_eq!(words.message.as_deref(), Some("bad[31m key [redacted]"));
        assert_eq!(words.purchase_link, None);
    }

    #[test]
    fn long_words_are_cut_between_characters() {
        let line = cut("剪".repeat(400));
        assert_eq!(line.chars().count(), MESSAGE_MAX_CHARS + 1);
    }

    #[test]
    fn a_cut_leaves_no_half_of_the_key() {
        let error = format!("{}canary", "x".repeat(MESSAGE_MAX_CHARS - 3));
        let fields = Map::from_iter([("error".to_owned(), Value::String(error))]);
        let key = ApiKey::parse("canary").expect("a good key");
        let message = server_words(&fields, &key).message.expect("words");
        assert!(!message.contains("can"), "{message}");
    }
}
