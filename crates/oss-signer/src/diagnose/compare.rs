//! Compares two texts of one kind.

use alloc::vec::Vec;

use super::diagnosis::Diagnosis;
use super::pairs::{decoded, first_difference, header_pairs, query_pairs, value};
use crate::canonical_headers::SECURITY_TOKEN;

/// How a string to sign of V4 begins.
pub(super) const V4: &str = "OSS4-HMAC-SHA256\n";

/// A string to sign of V1 or a canonical request of V4, taken apart.
struct Parts<'a> {
    method: &'a str,
    /// V1's date line, or V4's `x-oss-date`.
    date: &'a str,
    path: &'a str,
    query: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    additional_headers: &'a str,
}

impl<'a> Parts<'a> {
    /// Reads method, Content-MD5, Content-Type, date, headers and resource.
    fn of_v1(text: &'a str) -> Option<Self> {
        let (method, rest) = text.split_once('\n')?;
        let (content_md5, rest) = rest.split_once('\n')?;
        let (content_type, rest) = rest.split_once('\n')?;
        let (date, rest) = rest.split_once('\n')?;
        let (headers, resource) = rest.rsplit_once('\n').unwrap_or(("", rest));
        let (path, query) = resource.split_once('?').unwrap_or((resource, ""));
        let mut headers = header_pairs(headers.lines());
        let content = [("content-md5", content_md5), ("content-type", content_type)];
        headers.extend(content.into_iter().filter(|(_, value)| !value.is_empty()));
        Some(Self {
            method,
            date,
            path,
            query,
            headers,
            additional_headers: "",
        })
    }

    /// Reads method, path, query, headers, an empty line and additional headers.
    fn of_canonical(text: &'a str) -> Option<Self> {
        let (method, rest) = text.split_once('\n')?;
        let (path, rest) = rest.split_once('\n')?;
        let (query, rest) = rest.split_once('\n')?;
        let (headers, rest) = rest.split_once("\n\n")?;
        let headers = header_pairs(headers.lines());
        let in_query = || value(&query_pairs(query), "x-oss-date");
        Some(Self {
            method,
            date: value(&headers, "x-oss-date")
                .or_else(in_query)
                .unwrap_or_default(),
            path,
            query,
            headers,
            additional_headers: rest.lines().next().unwrap_or_default(),
        })
    }
}

/// Compares two strings to sign of V1.
pub(super) fn v1_strings_to_sign(ours: &str, theirs: &str) -> Diagnosis {
    if theirs.starts_with(V4) {
        return Diagnosis::Version;
    }
    compare(Parts::of_v1(ours), Parts::of_v1(theirs))
}

/// Compares two canonical requests of V4.
pub(super) fn canonical_requests(ours: &str, theirs: &str) -> Diagnosis {
    compare(Parts::of_canonical(ours), Parts::of_canonical(theirs))
}

/// Compares two strings to sign of V4: algorithm, time, scope, hash of the canonical request.
pub(super) fn v4_strings_to_sign(ours: &str, theirs: &str) -> Diagnosis {
    let differs = |line: usize| ours.lines().nth(line) != theirs.lines().nth(line);
    let regions = [ours, theirs].map(|text| text.lines().nth(2)?.split('/').nth(1));
    if differs(0) {
        match Parts::of_v1(theirs) {
            Some(_) => Diagnosis::Version,
            None => Diagnosis::Unreadable,
        }
    } else if differs(1) {
        Diagnosis::Time
    } else if regions[0] != regions[1] {
        Diagnosis::Region
    } else if differs(2) {
        Diagnosis::Scope
    } else if differs(3) {
        Diagnosis::CanonicalRequest
    } else {
        Diagnosis::Secret
    }
}

/// Compares what matters most first: a changed time changes other parts too.
fn compare(ours: Option<Parts<'_>>, theirs: Option<Parts<'_>>) -> Diagnosis {
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        return Diagnosis::Unreadable;
    };
    if ours.method != theirs.method {
        return Diagnosis::Method;
    }
    if ours.date != theirs.date {
        return Diagnosis::Time;
    }
    if let Some(diagnosis) = path_difference(ours.path, theirs.path) {
        return diagnosis;
    }
    if let Some((name, change)) =
        first_difference(&query_pairs(ours.query), &query_pairs(theirs.query))
    {
        return if name == SECURITY_TOKEN || name == "security-token" {
            Diagnosis::Token
        } else {
            Diagnosis::Query { name, change }
        };
    }
    if let Some((name, change)) = first_difference(&ours.headers, &theirs.headers) {
        return if name == SECURITY_TOKEN {
            Diagnosis::Token
        } else {
            Diagnosis::Header { name, change }
        };
    }
    if ours.additional_headers != theirs.additional_headers {
        return Diagnosis::AdditionalHeaders;
    }
    Diagnosis::Secret
}

fn path_difference(ours: &str, theirs: &str) -> Option<Diagnosis> {
    if ours == theirs {
        None
    } else if decoded(ours) == decoded(theirs) {
        Some(Diagnosis::PathEncoding)
    } else {
        Some(Diagnosis::Path)
    }
}
