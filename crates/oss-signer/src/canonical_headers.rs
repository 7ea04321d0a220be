//! The headers part of both canonical forms: lower-case names, sorted, `name:value\n` for each.
//!
//! Which headers are signed is left to the two versions.

use crate::header::Header;
use crate::sink::Sink;

/// The name of the header that carries the security token.
pub(crate) const SECURITY_TOKEN: &str = "x-oss-security-token";

/// Writes one line for each of the request's headers and of those that the signature adds.
///
/// Both must be sorted by name.
pub(crate) fn write<'a>(
    sink: &mut (impl Sink + ?Sized),
    given: impl Iterator<Item = &'a Header<'a>>,
    added: &[(&str, &str)],
) {
    let mut added = added.iter().peekable();
    for header in given {
        while let Some((name, value)) = added.next_if(|(name, _)| **name < *header.name) {
            write_line(sink, name, value);
        }
        write_line(sink, &header.name, &header.value);
    }
    for (name, value) in added {
        write_line(sink, name, value);
    }
}

fn write_line(sink: &mut (impl Sink + ?Sized), name: &str, value: &str) {
    sink.text(name);
    sink.text(":");
    if name == SECURITY_TOKEN {
        sink.secret(value);
    } else {
        sink.text(value);
    }
    sink.text("\n");
}
