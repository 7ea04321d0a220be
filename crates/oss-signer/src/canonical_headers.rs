//! The headers part of both canonical forms: lower-case names, sorted, `name:value\n` for each.
//!
//! Which headers take part is left to the versions.

use std::cmp::Ordering;

use crate::request::{Header, compare_names};
use crate::sink::Sink;

/// The name of the header that carries the security token, whose value is secret.
pub(crate) const SECURITY_TOKEN: &str = "x-oss-security-token";

/// Tells whether OSS signs this header in every version.
pub(crate) fn is_oss_header(name: &str) -> bool {
    name.get(..6)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-oss-"))
}

/// Writes one line for each of the request's headers and of those that the signature adds.
///
/// Both are sorted by lower-case name, so they are merged and nothing is sorted here.
pub(crate) fn write<'a>(
    sink: &mut impl Sink,
    given: impl Iterator<Item = Header<'a>>,
    added: impl Iterator<Item = Header<'a>>,
) {
    let mut added = added.peekable();
    for header in given {
        while let Some(earlier) =
            added.next_if(|added| compare_names(added.name, header.name) == Ordering::Less)
        {
            write_line(sink, earlier);
        }
        write_line(sink, header);
    }
    for header in added {
        write_line(sink, header);
    }
}

fn write_line(sink: &mut impl Sink, header: Header<'_>) {
    write_lower_case(sink, header.name);
    sink.text(":");
    if header.name == SECURITY_TOKEN {
        sink.secret(header.value);
    } else {
        sink.text(header.value);
    }
    sink.text("\n");
}

/// Writes a header name in lower case, without a copy when it is already.
pub(crate) fn write_lower_case(sink: &mut impl Sink, name: &str) {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        sink.text(&name.to_ascii_lowercase());
    } else {
        sink.text(name);
    }
}
