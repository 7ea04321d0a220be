//! The credential scope: the day, region and product that a V4 signature is valid for.

use alloc::borrow::ToOwned;

use crate::error::{Field, SignError};
use crate::header::is_oss_header;
use crate::refuse;
use crate::request::Request;
use crate::sink::Sink;

/// Region and product of a V4 signature, and the additional headers to sign.
///
/// Creating one never fails. Signing refuses a region or product that cannot be signed.
/// The day of the scope comes from the signing time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    region: &'a str,
    product: &'a str,
    additional_headers: &'a [&'a str],
}

impl<'a> Scope<'a> {
    /// Creates the scope of a region, such as `cn-hangzhou`.
    ///
    /// An endpoint's `oss-cn-hangzhou` is the region `cn-hangzhou`.
    /// Signing refuses the prefix with [`SignError::RegionPrefix`] instead of removing it: a region from the wrong place may be wrong in other ways too.
    #[must_use]
    pub const fn new(region: &'a str) -> Self {
        Self {
            region,
            product: "oss",
            additional_headers: &[],
        }
    }

    /// Sets the product, which is `oss` by default.
    ///
    /// A CloudBox has the product `oss-cloudbox`, and its ID as the region.
    #[must_use]
    pub const fn product(mut self, product: &'a str) -> Self {
        self.product = product;
        self
    }

    /// Sets the names of more headers to sign than `x-oss-…`, `Content-Type` and `Content-MD5`, in any case and order.
    ///
    /// Names that are signed in any case, and names that the request does not have, are ignored, as in the official SDKs.
    /// To sign `Host`, add it to the request as a header.
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

    /// Refuses an additional header that the request has twice: nobody says which one is signed.
    pub(super) fn check_additional(&self, request: &Request<'_>) -> Result<(), SignError> {
        let names = self.additional(request);
        match names
            .clone()
            .zip(names.skip(1))
            .find(|(one, next)| one == next)
        {
            Some((name, _)) => Err(SignError::Duplicate {
                field: Field::Header(name.to_owned()),
            }),
            None => Ok(()),
        }
    }

    /// Returns `20260101`, `cn-hangzhou`, `oss`, `aliyun_v4_request`.
    pub(super) fn parts<'p>(&'p self, day: &'p str) -> [&'p str; 4] {
        [day, self.region, self.product, TERMINATOR]
    }

    /// Writes `20260101/cn-hangzhou/oss/aliyun_v4_request`.
    pub(super) fn write(&self, sink: &mut (impl Sink + ?Sized), day: &str) {
        let mut separator = "";
        for part in self.parts(day) {
            sink.text(separator);
            separator = "/";
            sink.text(part);
        }
    }

    /// Writes the names of the additional headers, `a;b`, or nothing.
    pub(super) fn write_additional(&self, sink: &mut (impl Sink + ?Sized), request: &Request<'_>) {
        let mut separator = "";
        for name in self.additional(request) {
            sink.text(separator);
            separator = ";";
            sink.text(name);
        }
    }

    /// Tells whether V4 signs the header of this lower-case name.
    pub(crate) fn signs(&self, name: &str) -> bool {
        is_always_signed(name) || self.is_additional(name)
    }

    /// Returns the names of the request's additional headers, sorted.
    pub(super) fn additional<'r>(
        &self,
        request: &'r Request<'_>,
    ) -> impl Iterator<Item = &'r str> + Clone {
        let names = request.sorted_headers().iter().map(|header| &*header.name);
        names.filter(|name| !is_always_signed(name) && self.is_additional(name))
    }

    fn is_additional(&self, name: &str) -> bool {
        let mut names = self.additional_headers.iter();
        names.any(|additional| additional.eq_ignore_ascii_case(name))
    }
}

/// The last part of the scope, and the last step of deriving the key.
const TERMINATOR: &str = "aliyun_v4_request";

fn is_always_signed(name: &str) -> bool {
    is_oss_header(name) || matches!(name, "content-type" | "content-md5")
}
