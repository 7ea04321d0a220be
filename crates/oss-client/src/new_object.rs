//! An object that is to be stored: where, and with what headers.

use oss_signer::Request;

use crate::{BucketName, ObjectKey};

/// An object to store: its place, its media type, and what else OSS is to do with it.
#[derive(Debug, Clone)]
pub struct NewObject<'a> {
    pub(crate) bucket: &'a BucketName,
    pub(crate) object_key: &'a ObjectKey,
    content_type: &'a str,
    headers: Vec<(&'a str, &'a str)>,
}

impl<'a> NewObject<'a> {
    /// Returns an object of the media type `application/octet-stream`. An existing object of that key is replaced.
    pub fn new(bucket: &'a BucketName, object_key: &'a ObjectKey) -> Self {
        Self {
            bucket,
            object_key,
            content_type: "application/octet-stream",
            headers: Vec::new(),
        }
    }

    /// Sets the media type, which OSS stores and sends with the object.
    #[must_use]
    pub fn content_type(mut self, content_type: &'a str) -> Self {
        self.content_type = content_type;
        self
    }

    /// Adds a header of OSS such as `x-oss-forbid-overwrite`, `x-oss-storage-class` or `x-oss-meta-author`, or one that it
    /// stores with the object, such as `Cache-Control`.
    ///
    /// A name of OSS that is added twice, and a name or value that no header can have, is refused when the request is
    /// signed.
    #[must_use]
    pub fn header(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Adds the headers to a request.
    pub(crate) fn describe<'r>(&self, request: Request<'r>) -> Request<'r>
    where
        'a: 'r,
    {
        let request = request.header("Content-Type", self.content_type);
        let headers = self.headers.iter();
        headers.fold(request, |request, &(name, value)| {
            request.header(name, value)
        })
    }
}
