//! The credential scope: where and for what a V4 signature holds.
//!
//! The day comes from the signing time, so it is left to the call.

use crate::canonical_headers::is_oss_header;
use crate::error::{Field, SignError};
use crate::refuse;
use crate::request::Request;
use crate::sink::Sink;

/// Region and product of a V4 signature, and the headers to sign beyond those that always are.
///
/// Creating one never fails; a region or product that cannot be signed is refused when it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    region: &'a str,
    product: &'a str,
    additional_headers: &'a [&'a str],
}

impl<'a> Scope<'a> {
    /// Creates the scope of a region, such as `cn-hangzhou`.
    ///
    /// That is an endpoint's `oss-cn-hangzhou` without `oss-`; the prefix is not stripped but refused with [`SignError::RegionPrefix`], because a region that was read from the wrong place may be wrong in other ways too.
    #[must_use]
    pub const fn new(region: &'a str) -> Self {
        Self {
            region,
            product: "oss",
            additional_headers: &[],
        }
    }

    /// Sets the product, `oss` unless set; a CloudBox has `oss-cloudbox`, with the box's ID as the region.
    #[must_use]
    pub const fn product(mut self, product: &'a str) -> Self {
        self.product = product;
        self
    }

    /// Sets the names of headers to sign beyond `x-oss-…`, `Content-Type` and `Content-MD5`, in any case and order.
    ///
    /// Names that are signed anyway and names that the request does not have drop out, as in the official SDKs.
    /// To sign `Host`, give it to the request as a header.
    #[must_use]
    pub const fn additional_headers(mut self, names: &'a [&'a str]) -> Self {
        self.additional_headers = names;
        self
    }

    pub(super) fn region(&self) -> &'a str {
        self.region
    }

    pub(super) fn product_name(&self) -> &'a str {
        self.product
    }

    pub(super) fn check(&self) -> Result<(), SignError> {
        refuse::empty(self.region, || Field::Region)?;
        refuse::bytes(self.region, refuse::no_scope_part, || Field::Region)?;
        if self.region.starts_with("oss-") {
            let region = self.region.to_owned();
            return Err(SignError::RegionPrefix { region });
        }
        refuse::empty(self.product, || Field::Product)?;
        refuse::bytes(self.product, refuse::no_scope_part, || Field::Product)
    }

    /// Writes `20260101/cn-hangzhou/oss/aliyun_v4_request`.
    pub(super) fn write(&self, sink: &mut impl Sink, day: &str) {
        for part in [day, "/", self.region, "/", self.product, "/", TERMINATOR] {
            sink.text(part);
        }
    }

    /// Returns the length of what [`write`](Self::write) writes.
    pub(super) fn len(&self) -> usize {
        "20260101///".len() + self.region.len() + self.product.len() + TERMINATOR.len()
    }

    /// Tells whether V4 signs the header of this lower-case name.
    pub(super) fn signs(&self, name: &str) -> bool {
        is_always_signed(name) || self.is_additional(name)
    }

    /// Returns the names of the request's headers that are signed only because this scope names them, sorted.
    pub(super) fn additional<'r>(&self, request: &'r Request<'_>) -> impl Iterator<Item = &'r str> {
        let names = request.sorted_headers().iter().map(|header| &*header.name);
        names.filter(|name| !is_always_signed(name) && self.is_additional(name))
    }

    fn is_additional(&self, name: &str) -> bool {
        let mut names = self.additional_headers.iter();
        names.any(|additional| additional.eq_ignore_ascii_case(name))
    }
}

/// The last part of the scope, and the last step of the key's derivation.
pub(super) const TERMINATOR: &str = "aliyun_v4_request";

fn is_always_signed(name: &str) -> bool {
    is_oss_header(name) || matches!(name, "content-type" | "content-md5")
}
