//! Reads what OSS says when it refuses: the few elements that help, and none that may repeat a secret.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use oss_signer::Credentials;
use reqwest::{Response, header::HeaderMap};

use crate::{client::DOCUMENT_MAX_BYTES, xml};

/// The elements that are read; all others are passed over.
const KEPT: [&str; 5] = ["Code", "Message", "RequestId", "EC", "ServerTime"];

/// A longer message is cut: it goes into one line of a terminal.
const MESSAGE_MAX_CHARS: usize = 300;

/// An answer that is not a success.
///
/// `SignatureDoesNotMatch` repeats the string to sign, `SecurityTokenExpired` the token; those elements, and all that are
/// not listed here, are dropped while reading.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ErrorReply {
    /// The HTTP status.
    pub status: u16,
    /// `Code`, such as `SecurityTokenExpired`; absent when something else than OSS answered.
    pub code: Option<String>,
    /// `EC`, such as `0002-00000080`, from the document or the header `x-oss-ec`.
    pub ec: Option<String>,
    /// `Message`, in one line.
    pub message: Option<String>,
    /// The request ID, which the vendor's support asks for.
    pub request_id: Option<String>,
    /// The server's clock: `ServerTime` of the document, else the header `Date`, to the second.
    pub server_time: Option<SystemTime>,
    /// How long the server asked to wait, from `Retry-After` in seconds. OSS does not document that it sends it.
    pub retry_after: Option<Duration>,
}

impl fmt::Display for ErrorReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{code} (HTTP {}", self.status)?,
            None => write!(f, "HTTP {} (no error code", self.status)?,
        }
        if let Some(ec) = &self.ec {
            write!(f, ", EC {ec}")?;
        }
        if let Some(request_id) = &self.request_id {
            write!(f, ", request ID {request_id}")?;
        }
        f.write_str(")")?;
        match &self.message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

impl ErrorReply {
    /// Reads an answer to its end, as far as it can be read: an answer that breaks off still has a status.
    pub(crate) async fn read(
        mut response: Response,
        credentials: Option<&Credentials<'_>>,
    ) -> Self {
        let mut document = Vec::new();
        while document.len() < DOCUMENT_MAX_BYTES {
            match response.chunk().await {
                Ok(Some(chunk)) => document.extend_from_slice(&chunk),
                Ok(None) | Err(_) => break,
            }
        }
        Self::parse(
            response.status().as_u16(),
            response.headers(),
            &document,
            credentials,
        )
    }

    fn parse(
        status: u16,
        headers: &HeaderMap,
        document: &[u8],
        credentials: Option<&Credentials<'_>>,
    ) -> Self {
        let header = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .and_then(line)
        };
        // An answer to HEAD has no body; OSS puts the document into a header then.
        let from_header = header("x-oss-err").and_then(|text| BASE64_STANDARD.decode(text).ok());
        let document = if document.is_empty() {
            from_header.as_deref().unwrap_or_default()
        } else {
            document
        };
        let elements = xml::children(document, "Error", &KEPT);
        let element = |name: &str| {
            elements
                .iter()
                .find(|(found, _)| found == name)
                .and_then(|(_, text)| line(text))
        };
        Self {
            status,
            code: element("Code"),
            ec: element("EC").or_else(|| header("x-oss-ec")),
            message: element("Message").map(|message| redact(message, credentials)),
            request_id: header("x-oss-request-id").or_else(|| element("RequestId")),
            server_time: element("ServerTime")
                .and_then(|text| instant(&text))
                .or_else(|| header("date").and_then(|text| http_date(&text))),
            retry_after: header("retry-after")
                .and_then(|text| text.parse().ok())
                .map(Duration::from_secs),
        }
    }
}

/// One line without control characters; `None` when nothing is left.
fn line(text: &str) -> Option<String> {
    let words = text
        .split(char::is_whitespace)
        .filter(|word| !word.is_empty());
    let line: String = words
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    (!line.is_empty()).then_some(line)
}

/// Takes this request's secrets out of a message, should the server repeat them, and cuts it to a readable length.
fn redact(message: String, credentials: Option<&Credentials<'_>>) -> String {
    let message = match credentials {
        Some(credentials) => credentials.redact(&message),
        None => message,
    };
    match message.char_indices().nth(MESSAGE_MAX_CHARS) {
        Some((cut, _)) => format!("{}…", &message[..cut]),
        None => message,
    }
}

/// `2024-09-23T06:32:40.000Z`, the form of `ServerTime`.
fn instant(text: &str) -> Option<SystemTime> {
    unix_time(text.parse::<jiff::Timestamp>().ok()?)
}

/// `Mon, 23 Sep 2024 06:32:40 GMT`, the form of `Date`.
fn http_date(text: &str) -> Option<SystemTime> {
    unix_time(jiff::fmt::rfc2822::parse(text).ok()?.timestamp())
}

fn unix_time(timestamp: jiff::Timestamp) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(
        u64::try_from(timestamp.as_second()).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(document: &str, headers: &[(&'static str, &str)]) -> ErrorReply {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    name.parse().expect("a name"),
                    value.parse().expect("a value"),
                )
            })
            .collect();
        let credentials = Credentials::new("id", "canary-secret").security_token("canary-token");
        ErrorReply::parse(403, &headers, document.as_bytes(), Some(&credentials))
    }

    #[test]
    fn a_skewed_clock_comes_with_the_servers_time() {
        let reply = parse(
            "<?xml version=\"1.0\"?>\n<Error>\n <Code>RequestTimeTooSkewed</Code><Message>a &amp; b</Message>\
             <RequestId>5F3CA1</RequestId><ServerTime>2024-09-23T06:32:40.000Z</ServerTime>\
             <EC>\n0002-00000504\n</EC></Error>",
            &[("date", "Thu, 01 Jan 1970 00:00:00 GMT")],
        );
        assert_eq!(reply.code.as_deref(), Some("RequestTimeTooSkewed"));
        assert_eq!(reply.message.as_deref(), Some("a & b"));
        assert_eq!(reply.ec.as_deref(), Some("0002-00000504"));
        assert_eq!(
            reply.server_time,
            Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_727_073_160))
        );
    }

    #[test]
    fn what_may_repeat_a_secret_is_dropped() {
        let reply = parse(
            "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>canary-token</StringToSign>\
             <SecurityToken>canary-token</SecurityToken><Message>token canary-token, secret canary-secret</Message>\
             <Nested><Code>canary-token</Code></Nested></Error>",
            &[],
        );
        assert!(
            !format!("{reply} {reply:?}").contains("canary"),
            "{reply:?}"
        );
        assert_eq!(
            reply.message.as_deref(),
            Some("token [redacted], secret [redacted]")
        );
    }

    #[test]
    fn an_answer_to_head_is_read_from_its_header() {
        let document =
            BASE64_STANDARD.encode("<Error><Code>NoSuchKey</Code><EC>0026-00000001</EC></Error>");
        let reply = parse(
            "",
            &[("x-oss-err", &document), ("x-oss-request-id", "5F3CA1")],
        );
        assert_eq!(
            reply.to_string(),
            "NoSuchKey (HTTP 403, EC 0026-00000001, request ID 5F3CA1)"
        );
    }

    #[test]
    fn a_proxys_page_leaves_status_and_headers() {
        let reply = parse(
            "<html><body>502 Bad Gateway<br></body>",
            &[("retry-after", "7")],
        );
        assert_eq!(reply.to_string(), "HTTP 403 (no error code)");
        assert_eq!(reply.retry_after, Some(Duration::from_secs(7)));
    }

    #[test]
    fn a_cut_document_gives_what_it_has() {
        let reply = parse("<Error><Code>AccessDenied</Code><Message>you are not", &[]);
        assert_eq!(reply.code.as_deref(), Some("AccessDenied"));
    }

    #[test]
    fn an_http_date_is_read() {
        let reply = parse("", &[("date", "Mon, 23 Sep 2024 06:32:40 GMT")]);
        assert_eq!(
            reply.server_time,
            Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_727_073_160))
        );
    }

    proptest::proptest! {
        #[test]
        fn no_document_panics(document in "(<Error>)?(<Code>|</Code>|&#x?[0-9a-f]*;|&lt|<!\\[CDATA\\[|]]>|[ -~]){0,20}") {
            let _ = parse(&document, &[]);
        }
    }
}
