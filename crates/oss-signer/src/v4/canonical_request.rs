//! V4's canonical request: what is hashed into the string to sign.
//!
//! Which headers and parameters the signature adds is left to the two modes.

use sha2::{Digest, Sha256};

use super::canonical_query::CanonicalQuery;
use super::scope::Scope;
use super::{UNSIGNED_PAYLOAD, hex};
use crate::canonical_headers;
use crate::percent::encode_path;
use crate::request::{Request, Resource};
use crate::sink::Sink;

/// The parts of a canonical request.
pub(super) struct Canonical<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) scope: &'a Scope<'a>,
    pub(super) query: &'a CanonicalQuery<'a>,
    /// The headers that the signature adds, sorted.
    pub(super) added: Vec<(&'a str, &'a str)>,
}

impl Canonical<'_> {
    /// Returns the SHA-256 in lower-case hexadecimal.
    pub(super) fn sha256(&self) -> hex::Hex {
        let mut hash = Sha256::new();
        self.write(&mut hash);
        hex::Hex::new(&hash.finalize().into())
    }

    /// Writes the canonical request.
    pub(super) fn write(&self, sink: &mut impl Sink) {
        let request = self.request;
        sink.text(request.method());
        sink.text("\n");
        write_path(sink, request.resource());
        sink.text("\n");
        self.query.write(sink);
        sink.text("\n");
        let headers = request.sorted_headers().iter();
        let signed = headers.filter(|header| self.scope.signs(&header.name));
        canonical_headers::write(sink, signed, &self.added);
        // The headers end with an empty line of their own.
        sink.text("\n");
        write_additional_headers(sink, self.scope, request);
        sink.text("\n");
        sink.text(UNSIGNED_PAYLOAD);
    }
}

/// Writes the encoded resource, always with the bucket, whatever host the request goes to.
fn write_path(sink: &mut impl Sink, resource: Resource<'_>) {
    sink.text("/");
    match resource {
        Resource::Service => {}
        Resource::Bucket { bucket } => {
            sink.text(bucket);
            sink.text("/");
        }
        Resource::Object { bucket, object_key } => {
            sink.text(bucket);
            sink.text("/");
            sink.text(&encode_path(object_key));
        }
    }
}

/// Writes the names of the additional headers, `a;b`, or nothing.
pub(super) fn write_additional_headers(
    sink: &mut impl Sink,
    scope: &Scope<'_>,
    request: &Request<'_>,
) {
    let mut separator = "";
    for name in scope.additional(request) {
        sink.text(separator);
        separator = ";";
        sink.text(name);
    }
}
