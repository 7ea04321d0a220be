//! The query part of V4's canonical request: every parameter, encoded, sorted by encoded name.
//!
//! It is also a valid query for a URL, and a presigned URL uses it as such.

use super::scope::Scope;
use crate::percent::{cmp_components, write_component, write_secret_component};
use crate::request::Request;
use crate::sink::Sink;

/// The value of a parameter that the signature adds.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    Text(&'a str),
    Secret(&'a str),
    /// `<access key ID>/<scope>`.
    Credential {
        access_key_id: &'a str,
        scope: &'a Scope<'a>,
        day: &'a str,
    },
    /// The names of the additional headers, joined by `;`.
    AdditionalHeaders(&'a Scope<'a>),
}

/// Writes the request's parameters and those in `added`, which must be sorted by name.
///
/// The names in `added` need no encoding. A parameter with an empty value is a bare name.
pub(super) fn write(
    sink: &mut (impl Sink + ?Sized),
    request: &Request<'_>,
    added: &[Option<(&str, Value<'_>)>],
) {
    let mut added = added.iter().flatten().peekable();
    let mut separator = "";
    let given = request.sorted_query();
    // In a request that a server received, the signature does not sign itself.
    for (name, value) in given.filter(|(name, _)| *name != "x-oss-signature") {
        while let Some((name, value)) =
            added.next_if(|(other, _)| cmp_components(other, name).is_lt())
        {
            write_added(sink, separator, name, value, request);
            separator = "&";
        }
        sink.text(separator);
        separator = "&";
        write_component(sink, name);
        if !value.is_empty() {
            sink.text("=");
            write_component(sink, value);
        }
    }
    for (name, value) in added {
        write_added(sink, separator, name, value, request);
        separator = "&";
    }
}

fn write_added(
    sink: &mut (impl Sink + ?Sized),
    separator: &str,
    name: &str,
    value: &Value<'_>,
    request: &Request<'_>,
) {
    sink.text(separator);
    sink.text(name);
    sink.text("=");
    match *value {
        Value::Text(text) => write_component(sink, text),
        Value::Secret(text) => write_secret_component(sink, text),
        Value::Credential {
            access_key_id,
            scope,
            day,
        } => {
            write_component(sink, access_key_id);
            for part in scope.parts(day) {
                sink.text("%2F");
                sink.text(part);
            }
        }
        Value::AdditionalHeaders(scope) => {
            let mut separator = "";
            for name in scope.additional(request) {
                sink.text(separator);
                separator = "%3B";
                write_component(sink, name);
            }
        }
    }
}
