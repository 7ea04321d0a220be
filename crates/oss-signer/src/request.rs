//! What gets signed: method, bucket, object key, query and headers of one request.
//!
//! The URL is made from the same value, so that nobody formats it a second time in another way.
//! The body, the host and sending are left to the HTTP client.

use std::borrow::Cow;
use std::fmt;

use crate::error::{Field, SignError};
use crate::percent;
use crate::refuse;

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

/// A request to be signed, as it will be sent.
///
/// Building one never fails; the first field that cannot be signed is remembered and refused when the request is signed.
/// Give every `x-oss-…` header, `Content-Type` and `Content-MD5` that will be sent, and no header that the signature adds.
/// Other headers are not signed (V4 can be asked to, see [`v4::Scope::additional_headers`](crate::v4::Scope::additional_headers)) and do no harm here.
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
    /// In the order in which they were given.
    query: Vec<(&'a str, &'a str)>,
    /// Sorted by name, the order in which both signatures need them.
    headers: Vec<Header<'a>>,
    /// Why the request cannot be signed.
    refused: Option<SignError>,
}

/// One header of a request.
#[derive(Clone)]
pub(crate) struct Header<'a> {
    /// In lower case.
    pub(crate) name: Cow<'a, str>,
    /// Without surrounding spaces and tabs, which HTTP does not carry.
    pub(crate) value: &'a str,
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

    /// Adds a query parameter, decoded; an empty value makes a bare name (`?uploads`).
    #[must_use]
    pub fn query(mut self, name: &'a str, value: &'a str) -> Self {
        if self.refused.is_none() {
            self.refused = self.check_query(name).err();
        }
        self.query.push((name, value));
        self
    }

    /// Adds a header; its name may be in any case, and spaces and tabs around its value are dropped, as HTTP drops them.
    #[must_use]
    pub fn header(mut self, name: &'a str, value: &'a str) -> Self {
        let name = lower_case(name);
        let value = value.trim_matches([' ', '\t']);
        let place = self.headers.partition_point(|header| header.name < name);
        if self.refused.is_none() {
            let is_duplicate = self
                .headers
                .get(place)
                .is_some_and(|next| next.name == name);
            self.refused = check_header(&name, value, is_duplicate).err();
        }
        self.headers.insert(place, Header { name, value });
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

    /// Returns the headers that were given, in lower case and sorted by name; those of the signature are not among them.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers
            .iter()
            .map(|header| (&*header.name, header.value))
    }

    /// Returns the encoded path and query of the URL when the host names the bucket: `/key?query`.
    #[must_use]
    pub fn path_and_query(&self) -> String {
        let mut text = self.path();
        let mut separator = '?';
        for &(name, value) in &self.query {
            text.push(separator);
            separator = '&';
            text.push_str(&percent::encode_component(name));
            if !value.is_empty() {
                text.push('=');
                text.push_str(&percent::encode_component(value));
            }
        }
        text
    }

    /// Returns the URL to send the request to.
    ///
    /// `origin` is everything before the object key, without the slash: `https://bucket.endpoint`, or in path style `http://127.0.0.1:9000/bucket`.
    /// It is not signed and not checked.
    #[must_use]
    pub fn url(&self, origin: &str) -> String {
        format!("{origin}{}", self.path_and_query())
    }

    /// Returns the encoded path of the URL when the host names the bucket.
    pub(crate) fn path(&self) -> String {
        let object_key = match self.resource {
            Resource::Object { object_key, .. } => object_key,
            Resource::Bucket { .. } | Resource::Service => "",
        };
        format!("/{}", percent::encode_path(object_key))
    }

    pub(crate) fn query_pairs(&self) -> &[(&'a str, &'a str)] {
        &self.query
    }

    pub(crate) fn sorted_headers(&self) -> &[Header<'a>] {
        &self.headers
    }

    /// Returns the value of the header of this lower-case name.
    pub(crate) fn header_value(&self, name: &str) -> Option<&'a str> {
        let mut headers = self.headers.iter();
        headers
            .find(|header| header.name == name)
            .map(|header| header.value)
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

    fn check_query(&self, name: &str) -> Result<(), SignError> {
        refuse::empty(name, || Field::QueryName(String::new()))?;
        let field = || Field::Query(name.to_owned());
        if self.query.iter().any(|&(other, _)| other == name) {
            return Err(SignError::Duplicate { field: field() });
        }
        if RESERVED_QUERY.contains(&name) {
            return Err(SignError::Reserved { field: field() });
        }
        Ok(())
    }
}

/// What a presigned URL of either version adds.
///
/// Refused everywhere: OSS answers 400 to a request signed in its header and in its URL, and the token belongs into the credentials.
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
    refuse::empty(bucket, || Field::Bucket)?;
    refuse::bytes(bucket, refuse::no_bucket, || Field::Bucket)
}

fn check_header(name: &str, value: &str, is_duplicate: bool) -> Result<(), SignError> {
    let header_name = || Field::HeaderName(name.to_owned());
    refuse::empty(name, header_name)?;
    refuse::bytes(name, refuse::no_header_name, header_name)?;
    let field = || Field::Header(name.to_owned());
    refuse::bytes(value, refuse::no_header_value, field)?;
    if is_duplicate {
        return Err(SignError::Duplicate { field: field() });
    }
    Ok(())
}

fn lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
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
