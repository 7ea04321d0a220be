//! `GET` of the public URL's first byte: proves that the object is there, and how long it is.

use std::time::{Duration, SystemTime};

use reqwest::{
    StatusCode,
    header::{CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, RANGE},
};
use strict_http::{
    ServerText, TransportError, header_text, parsed_header, retry_after, server_time,
};

use crate::{Client, SignedUrl};

/// How long the response may take to start.
const PROBE_TIMEOUT: Duration = Duration::from_secs(30);

/// What the host of a public URL says about the object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Probe {
    /// The length of the whole object in bytes, if the response tells.
    pub len_bytes: Option<u64>,
    /// The CRC-64/XZ of the whole object, if the host shows OSS's `x-oss-hash-crc64ecma`.
    pub crc64: Option<u64>,
    /// The ETag of the object, without quotes, if the host shows one.
    pub etag: Option<ServerText>,
    /// The host's clock when it responded, to the second, from `Date`.
    pub server_time: Option<SystemTime>,
}

/// A public URL that did not prove its object.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// Status 404: the URL's host has no such object.
    #[error("there is no object at the URL (HTTP 404)")]
    NotThere,
    /// Status 401 or 403: the URL has expired or is not valid.
    #[error("the URL is not valid (HTTP {status})")]
    Denied {
        /// 401 or 403.
        status: u16,
    },
    /// Any other status that is not a success, redirects included.
    #[error("the URL's host responded with HTTP {status}")]
    Status {
        /// The status.
        status: u16,
        /// How long the host asks the client to wait (`Retry-After`).
        retry_after: Option<Duration>,
    },
    /// There was no response.
    #[error("no response from the URL's host")]
    Transport {
        /// How far the request got.
        source: TransportError,
    },
}

impl ProbeError {
    /// Returns whether the same probe may succeed later: the connection failed, or the status is 408, 429 or 5xx.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::NotThere | Self::Denied { .. } => false,
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500..),
            Self::Transport { source } => source.is_transient(),
        }
    }
}

impl Client {
    /// Asks the host of a public URL for the object's first byte, without the API key (assumption A15).
    ///
    /// It reads the headers of the response and not its body. It never follows a redirect.
    ///
    /// # Errors
    ///
    /// [`ProbeError::NotThere`] proves that there is no object. The other variants prove nothing.
    ///
    /// # Cancellation
    ///
    /// Dropping the future closes the connection and leaves nothing behind.
    pub async fn probe(&self, url: &SignedUrl) -> Result<Probe, ProbeError> {
        let request = self
            .http()
            .get(url.expose())
            .timeout(PROBE_TIMEOUT)
            .header(RANGE, "bytes=0-0");
        let response = request
            .send()
            .await
            .map_err(|error| ProbeError::Transport {
                source: TransportError::new(error),
            })?;
        let status = response.status();
        tracing::debug!(status = status.as_u16(), "the URL's host responded");
        judge(status, response.headers())
    }
}

fn judge(status: StatusCode, headers: &HeaderMap) -> Result<Probe, ProbeError> {
    let probe = |len_bytes| {
        Ok(Probe {
            len_bytes,
            crc64: parsed_header(headers, "x-oss-hash-crc64ecma"),
            etag: etag(headers),
            server_time: server_time(headers),
        })
    };
    match status.as_u16() {
        206 => probe(whole_length(headers)),
        // The host ignored the range; the length is that of the whole.
        200 => probe(parsed_header(headers, CONTENT_LENGTH.as_str())),
        // An empty object has no first byte.
        416 if whole_length(headers) == Some(0) => probe(Some(0)),
        404 => Err(ProbeError::NotThere),
        status @ (401 | 403) => Err(ProbeError::Denied { status }),
        status => Err(ProbeError::Status {
            status,
            retry_after: retry_after(headers),
        }),
    }
}

fn etag(headers: &HeaderMap) -> Option<ServerText> {
    let unquoted = |text: &str| text.trim().trim_matches('"').to_owned();
    header_text(headers, ETAG.as_str(), ServerText::CODE_MAX_CHARS, unquoted)
}

/// The length after the slash of `Content-Range: bytes 0-0/12345`.
fn whole_length(headers: &HeaderMap) -> Option<u64> {
    let range: String = parsed_header(headers, CONTENT_RANGE.as_str())?;
    let (_, length) = range.strip_prefix("bytes ")?.rsplit_once('/')?;
    length.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        status: u16,
        headers: &[(&'static str, &str)],
        expected: Option<(Option<u64>, Option<u64>)>,
    ) {
        let shown = format!("{status} {headers:?}");
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    name.parse().expect("a name"),
                    value.parse().expect("a value"),
                )
            })
            .collect();
        let status = StatusCode::from_u16(status).expect("a status");
        let found = judge(status, &headers).ok();
        let found = found.map(|probe| (probe.len_bytes, probe.crc64));
        assert_eq!(found, expected, "{shown}");
    }

    #[test]
    fn length_and_checksum_are_read_from_each_kind_of_success() {
        let crc64 = ("x-oss-hash-crc64ecma", "18446744073709551615");
        check(
            206,
            &[("content-range", "bytes 0-0/12345"), crc64],
            Some((Some(12345), Some(u64::MAX))),
        );
        check(206, &[("content-range", "bytes 0-0/*")], Some((None, None)));
        check(206, &[], Some((None, None)));
        check(
            200,
            &[("content-length", "12345")],
            Some((Some(12345), None)),
        );
        check(200, &[], Some((None, None)));
        check(
            416,
            &[("content-range", "bytes */0"), crc64],
            Some((Some(0), Some(u64::MAX))),
        );
    }

    #[test]
    fn etag_and_date_are_read_where_the_host_shows_them() {
        let headers = HeaderMap::from_iter([
            (ETAG, "\"25F9E794\"".parse().expect("a value")),
            (
                reqwest::header::DATE,
                "Thu, 01 Jan 2026 00:00:00 GMT".parse().expect("a value"),
            ),
        ]);
        let probe = judge(StatusCode::PARTIAL_CONTENT, &headers).expect("a success");
        assert_eq!(probe.etag.expect("an ETag").as_str(), "25F9E794");
        let seconds = Duration::from_secs(1_767_225_600);
        assert_eq!(probe.server_time, Some(SystemTime::UNIX_EPOCH + seconds));
    }

    #[test]
    fn any_other_status_proves_nothing() {
        check(416, &[("content-range", "bytes */7")], None);
        check(416, &[], None);
        for status in [204, 302, 400, 401, 403, 404, 429, 500] {
            check(status, &[("content-length", "5")], None);
        }
    }
}
