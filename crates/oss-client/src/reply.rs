//! Reads what OSS says when it refuses: the few elements that help, and none that may repeat a secret.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use oss_signer::Credentials;
use reqwest::{Response, header::HeaderMap};
use strict_http::{ServerText, header_text, retry_after, server_time};

use crate::{client::DOCUMENT_MAX_BYTES, xml};

/// The elements that are read; all others are passed over.
const KEPT: [&str; 5] = ["Code", "Message", "RequestId", "EC", "ServerTime"];

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
    pub code: Option<ServerText>,
    /// `EC`, such as `0002-00000080`, from the document or the header `x-oss-ec`.
    pub ec: Option<ServerText>,
    /// `Message`, in one line.
    pub message: Option<ServerText>,
    /// The request ID, which the vendor's support asks for.
    pub request_id: Option<ServerText>,
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
    /// Returns whether OSS itself refused: only its error documents have a code.
    ///
    /// Without one, something in between responded, such as a proxy with a page of its own.
    pub fn is_from_oss(&self) -> bool {
        self.code.is_some()
    }

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
        // A response to HEAD has no body; OSS puts the document into a header then.
        let from_header = headers
            .get("x-oss-err")
            .and_then(|encoded| BASE64_STANDARD.decode(encoded.as_bytes().trim_ascii()).ok());
        let document = if document.is_empty() {
            from_header.as_deref().unwrap_or_default()
        } else {
            document
        };
        let elements = xml::children(document, "Error", &KEPT);
        let raw = |name: &str| elements.iter().find(|(found, _)| found == name);
        let element = |name: &str, max_chars| {
            ServerText::clean_with(&raw(name)?.1, max_chars, |text| redact(text, credentials))
                .non_empty()
        };
        let code = |name: &str| element(name, ServerText::CODE_MAX_CHARS);
        let header = |name: &str| header(headers, name, credentials);
        Self {
            status,
            code: code("Code"),
            ec: code("EC").or_else(|| header("x-oss-ec")),
            message: element("Message", ServerText::MESSAGE_MAX_CHARS),
            request_id: header("x-oss-request-id").or_else(|| code("RequestId")),
            server_time: raw("ServerTime")
                .and_then(|(_, text)| instant(text))
                .or_else(|| server_time(headers)),
            retry_after: retry_after(headers),
        }
    }
}

/// Takes this request's secrets out of a text, should OSS repeat them.
fn redact(text: &str, credentials: Option<&Credentials<'_>>) -> String {
    credentials.map_or_else(|| text.to_owned(), |credentials| credentials.redact(text))
}

/// Returns a code, an ID or a media type from a header, cleaned.
pub(crate) fn header(
    headers: &HeaderMap,
    name: &str,
    credentials: Option<&Credentials<'_>>,
) -> Option<ServerText> {
    let redact = |text: &str| redact(text, credentials);
    header_text(headers, name, ServerText::CODE_MAX_CHARS, redact)
}

/// Returns an ETag without its quotes, or `None` for a text that is none: complete must send it back to the letter.
pub(crate) fn etag(raw: &str) -> Option<ServerText> {
    let raw = raw.trim().trim_matches('"');
    let etag = ServerText::clean(raw, ServerText::CODE_MAX_CHARS, &[]).non_empty()?;
    (etag.as_str() == raw).then_some(etag)
}

/// `2024-09-23T06:32:40.000Z`, the form of `ServerTime`.
fn instant(text: &str) -> Option<SystemTime> {
    let seconds = text.trim().parse::<jiff::Timestamp>().ok()?.as_second();
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
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
        assert_eq!(
            reply.code.as_ref().map(ServerText::as_str),
            Some("RequestTimeTooSkewed")
        );
        assert_eq!(
            reply.message.as_ref().map(ServerText::as_str),
            Some("a & b")
        );
        assert_eq!(
            reply.ec.as_ref().map(ServerText::as_str),
            Some("0002-00000504")
        );
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
            reply.message.as_ref().map(ServerText::as_str),
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
        assert_eq!(
            reply.code.as_ref().map(ServerText::as_str),
            Some("AccessDenied")
        );
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
