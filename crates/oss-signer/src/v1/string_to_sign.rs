//! V1's string to sign.

use super::canonical_resource;
use crate::canonical_headers::{self, SECURITY_TOKEN};
use crate::header::is_oss_header;
use crate::request::Request;
use crate::sink::Sink;

/// The security token, in the place where it is signed.
#[derive(Clone, Copy)]
pub(super) enum Token<'a> {
    Header(Option<&'a str>),
    Query(Option<&'a str>),
}

/// Writes the string to sign; its fourth line is the date, or the time at which a URL expires.
#[inline]
pub(super) fn write(
    sink: &mut (impl Sink + ?Sized),
    request: &Request<'_>,
    date_line: &[u8],
    token: Token<'_>,
) {
    let (token_header, token_query) = match token {
        Token::Header(token) => (token, None),
        Token::Query(token) => (None, token),
    };
    sink.text(request.method());
    sink.text("\n");
    sink.text(request.header_value("content-md5").unwrap_or_default());
    sink.text("\n");
    sink.text(request.header_value("content-type").unwrap_or_default());
    sink.text("\n");
    sink.ascii(date_line);
    sink.text("\n");
    let headers = request.sorted_headers().iter();
    let signed = headers.filter(|header| is_oss_header(&header.name));
    match token_header {
        Some(token) => canonical_headers::write(sink, signed, &[(SECURITY_TOKEN, token)]),
        None => canonical_headers::write(sink, signed, &[]),
    }
    canonical_resource::write(sink, request, token_query);
}
