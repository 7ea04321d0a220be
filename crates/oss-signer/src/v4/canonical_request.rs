//! V4's canonical request: what is hashed into the string to sign.
//!
//! Which headers and parameters the signature adds is left to the two modes.

use sha2::{Digest, Sha256};

use super::canonical_query::{self, Value};
use super::scope::Scope;
use crate::canonical_headers;
use crate::hex::Hex;
use crate::percent;
use crate::request::{Request, Resource};
use crate::sink::Sink;

pub(super) const CONTENT_SHA256: &str = "x-oss-content-sha256";
pub(super) const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The parts of a canonical request.
pub(super) struct Canonical<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) scope: &'a Scope<'a>,
    /// The query parameters that the signature adds, sorted.
    pub(super) added_query: &'a [Option<(&'a str, Value<'a>)>],
    /// The headers that the signature adds, sorted.
    pub(super) added_headers: &'a [(&'a str, &'a str)],
}

impl Canonical<'_> {
    /// Returns the SHA-256.
    pub(super) fn sha256(&self) -> Hex {
        let mut hash = Sha256::new();
        self.write(&mut hash);
        Hex::new(&hash.finalize().into())
    }

    /// Writes the canonical request.
    pub(super) fn write(&self, sink: &mut (impl Sink + ?Sized)) {
        let request = self.request;
        sink.text(request.method());
        sink.text("\n");
        write_path(sink, request.resource());
        sink.text("\n");
        canonical_query::write(sink, request, self.added_query);
        sink.text("\n");
        let headers = request.sorted_headers().iter();
        let signed = headers.filter(|header| self.scope.signs(&header.name));
        canonical_headers::write(sink, signed, self.added_headers);
        // An empty line ends the headers.
        sink.text("\n");
        self.scope.write_additional(sink, request);
        sink.text("\n");
        sink.text(UNSIGNED_PAYLOAD);
    }
}

/// Writes the encoded resource. The bucket is always part of it, even if the host names the bucket.
fn write_path(sink: &mut (impl Sink + ?Sized), resource: Resource<'_>) {
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
            percent::write_path(sink, object_key);
        }
    }
}
