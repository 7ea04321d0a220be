//! Reads what OSS says when it refuses: the elements that help, and none that may repeat a secret.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use oss_signer::{Credentials, diagnose::Diagnosis};
use reqwest::header::HeaderMap;
use strict_http::{ServerText, header_text, retry_after, server_time};

use crate::{signing::Signed, xml};

/// The elements that are read; all others are ignored.
const KEPT: [&str; 5] = ["Code", "Message", "RequestId", "EC", "ServerTime"];

/// A response whose status is not 2xx.
///
/// OSS repeats the string to sign in `SignatureDoesNotMatch`, and the token in `SecurityTokenExpired`. The first is compared
/// with what was signed; then both, and all other elements without a field here, are dropped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ErrorReply {
    /// The HTTP status.
    pub status: u16,
    /// `Code`, such as `SecurityTokenExpired`; `None` when something other than OSS responded.
    pub code: Option<ServerText>,
    /// `EC`, such as `0002-00000080`, from the document or the header `x-oss-ec`.
    pub ec: Option<ServerText>,
    /// `Message`.
    pub message: Option<ServerText>,
    /// The request ID, which the vendor's support asks for.
    pub request_id: Option<ServerText>,
    /// The server's clock, to the second: `ServerTime` of the document, else the header `Date`.
    pub server_time: Option<SystemTime>,
    /// Why OSS computed another signature, when it says so. It names a header or a parameter, and has no value of one.
    pub diagnosis: Option<Diagnosis>,
    /// How long the server asks the client to wait, from `Retry-After` (assumption A13).
    pub retry_after: Option<Duration>,
}

impl fmt::Display for ErrorReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{code} (HTTP {}", self.status)?,
            None => write!(f, "no OSS error code (HTTP {}", self.status)?,
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
    /// Returns whether OSS itself refused: every response of OSS has a request ID, and its error documents have a code.
    ///
    /// Anything else comes from something in between, such as a proxy (assumption A12).
    pub fn is_from_oss(&self) -> bool {
        self.code.is_some() || self.request_id.is_some()
    }

    /// Reads a response whose status is not 2xx.
    pub(crate) fn parse(
        status: u16,
        headers: &HeaderMap,
        document: &[u8],
        signed: Option<Signed<'_>>,
    ) -> Self {
        let credentials = signed.as_ref().map(|signed| &signed.signing.credentials);
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
        let code_text = code("Code");
        let is_mismatch =
            code_text.as_ref().map(ServerText::as_str) == Some("SignatureDoesNotMatch");
        Self {
            status,
            diagnosis: signed
                .filter(|_| is_mismatch)
                .and_then(|signed| signed.diagnose(document)),
            code: code_text,
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

/// Returns an ETag without its quotes. A text that cleaning would change is no ETag, since complete repeats it to the letter.
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
    use oss_signer::Request;

    use super::*;
    use crate::{Signature, Signing};

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
        let request = Request::put("bucket", "key").header("content-type", "text/plain");
        let signing = Signing::new(credentials, Signature::V1, SystemTime::UNIX_EPOCH);
        let signed = Signed {
            request: &request,
            signing: &signing,
            product: "oss",
        };
        ErrorReply::parse(403, &headers, document.as_bytes(), Some(signed))
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
    fn elements_that_may_repeat_a_secret_are_dropped() {
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

    /// The text that OSS signed, in its response.
    fn mismatch(text: &str) -> ErrorReply {
        parse(
            &format!(
                "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>{text}</StringToSign></Error>"
            ),
            &[],
        )
    }

    const DATE: &str = "Thu, 01 Jan 1970 00:00:00 GMT";

    #[test]
    fn a_changed_header_is_named_without_its_value() {
        let reply = mismatch(&format!(
            "PUT\n\nimage/canary\n{DATE}\nx-oss-security-token:canary-token\n/bucket/key"
        ));
        assert_eq!(
            reply.diagnosis,
            Some(Diagnosis::Header {
                name: "content-type".into(),
                change: oss_signer::diagnose::Change::Changed,
            })
        );
        assert!(
            !format!("{reply} {reply:?}").contains("canary"),
            "{reply:?}"
        );
    }

    #[test]
    fn the_same_text_means_another_secret_and_another_code_means_nothing() {
        let text =
            format!("PUT\n\ntext/plain\n{DATE}\nx-oss-security-token:canary-token\n/bucket/key");
        assert_eq!(mismatch(&text).diagnosis, Some(Diagnosis::Secret));
        let other =
            format!("<Error><Code>AccessDenied</Code><StringToSign>{text}</StringToSign></Error>");
        assert_eq!(parse(&other, &[]).diagnosis, None);
        assert_eq!(
            parse("<Error><Code>SignatureDoesNotMatch</Code></Error>", &[]).diagnosis,
            None
        );
    }

    #[test]
    fn a_name_that_repeats_the_token_is_dropped() {
        for name in ["x-canary-token", "canary-token"] {
            let reply = mismatch(&format!(
                "PUT\n\ntext/plain\n{DATE}\n{name}:1\nx-oss-security-token:canary-token\n/bucket/key"
            ));
            assert_eq!(reply.diagnosis, Some(Diagnosis::CanonicalRequest), "{name}");
        }
    }

    #[test]
    fn every_text_is_short_and_without_secrets() {
        let long = "C".repeat(20_000);
        let reply = parse(
            &format!(
                "<Error><Code>canary-token</Code><EC>{long}</EC><Message>{long}</Message></Error>"
            ),
            &[("x-oss-request-id", "id canary-secret")],
        );
        let shown = |text: Option<ServerText>| text.expect("a text").to_string();
        assert_eq!(shown(reply.code), "[redacted]");
        assert_eq!(shown(reply.request_id), "id [redacted]");
        assert_eq!(shown(reply.ec).chars().count(), 64);
        assert_eq!(shown(reply.message).chars().count(), 300);
    }

    #[test]
    fn only_a_reply_with_a_code_or_a_request_id_is_from_oss() {
        assert!(parse("<Error><Code>AccessDenied</Code></Error>", &[]).is_from_oss());
        assert!(!parse("<html>403 Forbidden</html>", &[]).is_from_oss());
        assert!(!parse("", &[]).is_from_oss());
        assert!(parse("", &[("x-oss-request-id", "5F3CA1")]).is_from_oss());
    }

    #[test]
    fn an_etag_is_kept_to_the_letter_or_not_at_all() {
        let read = |raw| etag(raw).map(|etag| etag.to_string());
        assert_eq!(read("\"25F9E794-2\""), Some("25F9E794-2".into()));
        for raw in ["", "\"\"", "a\u{1b}b", "a  b", &"E".repeat(65)] {
            assert_eq!(read(raw), None, "{raw:?}");
        }
    }

    #[test]
    fn the_error_of_a_head_request_is_read_from_its_header() {
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
    fn the_page_of_a_proxy_leaves_status_and_headers() {
        let reply = parse(
            "<html><body>502 Bad Gateway<br></body>",
            &[("retry-after", "7")],
        );
        assert_eq!(reply.to_string(), "no OSS error code (HTTP 403)");
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
