//! The query part of V4's canonical request: every parameter, encoded, sorted by encoded name.
//!
//! It is also a valid query for the URL, and a presigned URL uses it as such.

use std::borrow::Cow;

use crate::percent::encode_component;
use crate::request::Request;
use crate::sink::Sink;

/// The query parameter that carries the security token of a presigned URL.
pub(super) const SECURITY_TOKEN: &str = "x-oss-security-token";

/// Encoded names and values, sorted by the bytes of the encoded names.
///
/// Sorting raw names would differ: `|` comes after the letters, `%7C` before them.
pub(super) struct CanonicalQuery<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> CanonicalQuery<'a> {
    /// Takes the request's parameters and those of the signature.
    pub(super) fn new(request: &Request<'a>, added: &[(&'static str, String)]) -> Self {
        let given = request.query_pairs().iter();
        let given = given.map(|&(name, value)| (encode_component(name), encode_component(value)));
        let added = added.iter().map(|(name, value)| {
            let value = encode_component(value).into_owned();
            (Cow::Borrowed(*name), Cow::Owned(value))
        });
        let mut pairs: Vec<_> = given.chain(added).collect();
        pairs.sort_unstable();
        Self(pairs)
    }

    /// Writes the parameters; one with an empty value is a bare name.
    pub(super) fn write(&self, sink: &mut impl Sink) {
        let mut separator = "";
        for (name, value) in &self.0 {
            sink.text(separator);
            separator = "&";
            sink.text(name);
            if !value.is_empty() {
                sink.text("=");
                if name == SECURITY_TOKEN {
                    sink.secret(value);
                } else {
                    sink.text(value);
                }
            }
        }
    }
}
