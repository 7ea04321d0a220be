//! A request as a server received it.

use alloc::borrow::Cow;
use core::fmt;

use super::refusal::Refusal;
use crate::request::{Request, Resource};

/// A request as a server received it, decoded, with everything that the signature set.
///
/// Building one never fails. [`check`](super::check) returns the first error of the builder.
/// A parameter that occurs twice is refused, and so is a header that the signature reads: OSS and its SDKs disagree about which one counts.
/// Other headers may be repeated.
#[derive(Clone)]
pub struct Received<'a> {
    request: Request<'a>,
}

impl<'a> Received<'a> {
    /// Takes the method, and the resource with its raw object key.
    #[must_use]
    pub fn new(method: &'a str, resource: Resource<'a>) -> Self {
        Self {
            request: Request::new(method, resource),
        }
    }

    /// Adds a decoded query parameter. A bare name has an empty value.
    #[must_use]
    pub fn query(mut self, name: &'a str, value: impl Into<Cow<'a, str>>) -> Self {
        self.request = self.request.any_query(name, value);
        self
    }

    /// Adds a header, with its name in any case.
    #[must_use]
    pub fn header(mut self, name: &'a str, value: impl Into<Cow<'a, str>>) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// Returns the request if a client can have signed it.
    pub(super) fn request(&self) -> Result<&Request<'a>, Refusal> {
        let checked = self.request.check(&[]);
        checked.map_err(|reason| Refusal::Invalid { reason })?;
        Ok(&self.request)
    }
}

impl fmt::Debug for Received<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("request", &self.request)
            .finish()
    }
}
