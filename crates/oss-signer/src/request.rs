//! What is signed: method, bucket, object key, query and headers of one request.
//!
//! The URL is made from the same value, so the URL that is sent is the one that is signed.
//! The body, the host and sending are left to the HTTP client.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::error::{Field, SignError};
use crate::header::{Header, is_read, lower_case, trimmed};
use crate::percent;
use crate::refuse;
use crate::sink::{Sink, written};

/// What a request is about.
///
/// Exhaustive on purpose: OSS has these three levels, and each has its own form in both signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource<'a> {
    /// The service itself: the request lists buckets.
    Service,
    /// A bucket.
    Bucket {
        /// The bucket's name.
        bucket: &'a str,
    },
    /// An object in a bucket.
    Object {
        /// The bucket's name.
        bucket: &'a str,
        /// The object key, raw: not percent-encoded, no leading slash.
        object_key: &'a str,
    },
}

/// A request to sign, as it will be sent.
///
/// Building one never fails. Signing returns the first error of the builder.
/// Add every `x-oss-…` header, `Content-Type` and `Content-MD5` that will be sent, and no header that the signature sets.
/// Other headers may be added, even twice: V1 does not sign them, and V4 signs those that [`v4::Scope::additional_headers`](crate::v4::Scope::additional_headers) names.
///
/// `Debug` shows the names of headers and query parameters without their values.
///
/// ```
/// use oss_signer::Request;
/// let request = Request::put("examplebucket", "videos/a b.mp4")
///     .query("partNumber", "1")
///     .query("uploadId", "0004B9895DBBB6EC98E36A1C2D3E4F50")
///     .header("Content-Type", "video/mp4");
/// assert_eq!(
///     request.url("https://examplebucket.oss-cn-hangzhou.aliyuncs.com"),
///     "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/videos/a%20b.mp4\
///      ?partNumber=1&uploadId=0004B9895DBBB6EC98E36A1C2D3E4F50",
/// );
/// ```
#[derive(Clone)]
pub struct Request<'a> {
    method: &'a str,
    resource: Resource<'a>,
    /// Sorted by encoded name, the order in which both signatures need them.
    query: Vec<(&'a str, Cow<'a, str>)>,
    /// Sorted by name, the order in which both signatures need them.
    headers: Vec<Header<'a>>,
    /// Why the request cannot be signed.
    refused: Option<SignError>,
}

impl<'a> Request<'a> {
    /// Creates a request with any method on any resource.
    #[must_use]
    pub fn new(method: &'a str, resource: Resource<'a>) -> Self {
        Self {
            method,
            resource,
            query: Vec::new(),
            headers: Vec::new(),
            refused: check_method(method)
                .and_then(|()| check_resource(resource))
                .err(),
        }
    }

    /// Creates a `PUT` of an object: `PutObject`, or `UploadPart` with its query.
    #[must_use]
    pub fn put(bucket: &'a str, object_key: &'a str) -> Self {
        Self::new("PUT", Resource::Object { bucket, object_key })
    }

    /// Creates a `GET` of an object.
    #[must_use]
    pub fn get(bucket: &'a str, object_key: &'a str) -> Self {
        Self::new("GET", Resource::Object { bucket, object_key })
    }

    /// Creates a `HEAD` of an object.
    #[must_use]
    pub fn head(bucket: &'a str, object_key: &'a str) -> Self {
        Self::new("HEAD", Resource::Object { bucket, object_key })
    }

    /// Creates a `POST` on an object, such as `InitiateMultipartUpload` with its query.
    #[must_use]
    pub fn post(bucket: &'a str, object_key: &'a str) -> Self {
        Self::new("POST", Resource::Object { bucket, object_key })
    }

    /// Creates a `DELETE` of an object.
    #[must_use]
    pub fn delete(bucket: &'a str, object_key: &'a str) -> Self {
        Self::new("DELETE", Resource::Object { bucket, object_key })
    }

    /// Adds a query parameter, not encoded. An empty value makes a bare name (`?uploads`).
    ///
    /// The value is borrowed or owned: `"1"`, or `number.to_string()`.
    #[must_use]
    pub fn query(mut self, name: &'a str, value: impl Into<Cow<'a, str>>) -> Self {
        if RESERVED_QUERY.contains(&name) {
            let field = Field::Query(name.to_owned());
            self.refused.get_or_insert(SignError::Reserved { field });
        }
        self.any_query(name, value)
    }

    /// Adds a query parameter, even one that a signature sets.
    pub(crate) fn any_query(mut self, name: &'a str, value: impl Into<Cow<'a, str>>) -> Self {
        let place = self
            .query
            .binary_search_by(|(other, _)| percent::cmp_components(other, name));
        let (Ok(index) | Err(index)) = place;
        if self.refused.is_none() {
            self.refused = check_query(name, place.is_ok()).err();
        }
        self.query.insert(index, (name, value.into()));
        self
    }

    /// Adds a header. Its name may be in any case, and spaces and tabs around its value are dropped, as HTTP drops them.
    ///
    /// The value is borrowed or owned, as in [`query`](Self::query).
    #[must_use]
    pub fn header(mut self, name: &'a str, value: impl Into<Cow<'a, str>>) -> Self {
        let name = lower_case(name);
        let value = trimmed(value.into());
        let place = self
            .headers
            .binary_search_by(|header| (*header.name).cmp(&name));
        let (Ok(index) | Err(index)) = place;
        if self.refused.is_none() {
            let is_repeated = place.is_ok() && is_read(&name);
            self.refused = check_header(&name, &value, is_repeated).err();
        }
        self.headers.insert(index, Header { name, value });
        self
    }

    /// Returns the HTTP method.
    #[must_use]
    pub fn method(&self) -> &'a str {
        self.method
    }

    /// Returns what the request is about.
    #[must_use]
    pub fn resource(&self) -> Resource<'a> {
        self.resource
    }

    /// Returns the headers that the caller added, sorted by name, with names in lower case.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers
            .iter()
            .map(|header| (&*header.name, &*header.value))
    }

    /// Returns the encoded path and query of the URL when the host names the bucket: `/key?query`.
    #[must_use]
    pub fn path_and_query(&self) -> String {
        written(|sink| {
            self.write_path(sink);
            self.write_query(sink);
        })
    }

    /// Returns the URL to send the request to.
    ///
    /// `origin` is everything before the slash of the object key: `https://bucket.endpoint`, or in path style `http://127.0.0.1:9000/bucket`.
    /// A slash at its end is dropped, because the object key would begin with it. It is neither signed nor checked.
    #[must_use]
    pub fn url(&self, origin: &str) -> String {
        written(|sink| {
            sink.text(origin.strip_suffix('/').unwrap_or(origin));
            self.write_path(sink);
            self.write_query(sink);
        })
    }

    /// Writes the encoded path of the URL when the host names the bucket.
    pub(crate) fn write_path(&self, sink: &mut (impl Sink + ?Sized)) {
        sink.text("/");
        if let Resource::Object { object_key, .. } = self.resource {
            percent::write_path(sink, object_key);
        }
    }

    /// Writes `?` and the encoded query, or nothing.
    pub(crate) fn write_query(&self, sink: &mut (impl Sink + ?Sized)) {
        let mut separator = "?";
        for (name, value) in &self.query {
            sink.text(separator);
            separator = "&";
            percent::write_component(sink, name);
            if !value.is_empty() {
                sink.text("=");
                percent::write_component(sink, value);
            }
        }
    }

    /// Returns the query parameters, sorted by encoded name.
    pub(crate) fn sorted_query(&self) -> impl ExactSizeIterator<Item = (&'a str, &str)> {
        self.query.iter().map(|(name, value)| (*name, &**value))
    }

    /// Returns the headers, sorted by name.
    pub(crate) fn sorted_headers(&self) -> &[Header<'a>] {
        &self.headers
    }

    /// Returns the value of the header of this lower-case name.
    pub(crate) fn header_value(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|header| header.name == name)
            .map(|header| &*header.value)
    }

    /// Refuses what neither version can sign, and the headers named in `reserved`, which are in lower case.
    pub(crate) fn check(&self, reserved: &[&str]) -> Result<(), SignError> {
        if let Some(refused) = &self.refused {
            return Err(refused.clone());
        }
        let mut names = self.headers.iter().map(|header| &*header.name);
        match names.find(|name| reserved.contains(name)) {
            Some(name) => Err(SignError::Reserved {
                field: Field::Header(name.to_owned()),
            }),
            None => Ok(()),
        }
    }
}

/// The query parameters that a presigned URL of either version sets.
///
/// Always refused: OSS answers 400 to a request signed in its header and in its URL, and the token belongs in the credentials.
const RESERVED_QUERY: [&str; 11] = [
    "Expires",
    "OSSAccessKeyId",
    "Signature",
    "security-token",
    "x-oss-additional-headers",
    "x-oss-credential",
    "x-oss-date",
    "x-oss-expires",
    "x-oss-security-token",
    "x-oss-signature",
    "x-oss-signature-version",
];

fn check_method(method: &str) -> Result<(), SignError> {
    refuse::empty(method, || Field::Method)?;
    refuse::bytes(method, refuse::no_method, || Field::Method)
}

fn check_resource(resource: Resource<'_>) -> Result<(), SignError> {
    let bucket = match resource {
        Resource::Service => return Ok(()),
        Resource::Bucket { bucket } => bucket,
        Resource::Object { bucket, object_key } => {
            refuse::empty(object_key, || Field::ObjectKey)?;
            bucket
        }
    };
    check_bucket(bucket)
}

/// Refuses a bucket's name that cannot be signed.
pub(crate) fn check_bucket(bucket: &str) -> Result<(), SignError> {
    refuse::empty(bucket, || Field::Bucket)?;
    refuse::bytes(bucket, refuse::no_bucket, || Field::Bucket)
}

fn check_query(name: &str, is_duplicate: bool) -> Result<(), SignError> {
    refuse::empty(name, || Field::QueryName(String::new()))?;
    if is_duplicate {
        let field = Field::Query(name.to_owned());
        return Err(SignError::Duplicate { field });
    }
    Ok(())
}

fn check_header(name: &str, value: &str, is_repeated: bool) -> Result<(), SignError> {
    let header_name = || Field::HeaderName(name.to_owned());
    refuse::empty(name, header_name)?;
    refuse::bytes(name, refuse::no_header_name, header_name)?;
    let field = || Field::Header(name.to_owned());
    refuse::bytes(value, refuse::no_header_value, field)?;
    if is_repeated {
        return Err(SignError::Duplicate { field: field() });
    }
    Ok(())
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header_names: Vec<_> = self.headers.iter().map(|header| &header.name).collect();
        let query_names: Vec<_> = self.query.iter().map(|(name, _)| name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("resource", &self.resource)
            .field("query_names", &query_names)
            .field("header_names", &header_names)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn a_slash_at_the_end_of_the_origin_does_not_begin_the_object_key() {
        let request = Request::get("examplebucket", "clip.mp4");
        let url = "https://h/clip.mp4";
        assert_eq!(request.url("https://h/"), url);
        assert_eq!(request.url("https://h"), url);
    }

    #[test]
    fn values_may_be_owned() {
        let part = |number: u16| {
            Request::put("examplebucket", "clip.mp4")
                .query("partNumber", number.to_string())
                .header("x-oss-meta-part", alloc::format!(" {number}\t"))
        };
        let request = part(7);
        assert_eq!(request.path_and_query(), "/clip.mp4?partNumber=7");
        let headers: Vec<_> = request.headers().collect();
        assert_eq!(headers, [("x-oss-meta-part", "7")]);
    }
}
