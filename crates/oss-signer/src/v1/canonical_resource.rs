//! The resource part of V1's string to sign: `/bucket/key`, then the sub-resources among the query parameters.
//!
//! Everything here is raw: neither the object key nor a value is percent-encoded.
//! Percent-encoding for the URL is left to [`percent`](crate::percent).

use crate::error::{Field, SignError};
use crate::refuse;
use crate::request::{Request, Resource};
use crate::sink::Sink;

/// The query parameter that carries the security token of a presigned URL.
pub(super) const SECURITY_TOKEN: &str = "security-token";

/// A resource and those of its query parameters that are signed, sorted by name.
pub(super) struct CanonicalResource<'a> {
    resource: Resource<'a>,
    sub_resources: Vec<(&'a str, &'a str)>,
}

impl<'a> CanonicalResource<'a> {
    /// Picks the sub-resources of a request and adds `token` as one.
    pub(super) fn new(request: &Request<'a>, token: Option<&'a str>) -> Result<Self, SignError> {
        let resource = request.resource();
        if let Resource::Object { object_key, .. } = resource {
            refuse::controls(object_key, || Field::ObjectKey)?;
        }
        let signed = |&(name, _): &(&str, &str)| SUB_RESOURCES.binary_search(&name).is_ok();
        let given = request.query_pairs().iter().copied().filter(signed);
        let mut sub_resources: Vec<_> = given.collect();
        for &(name, value) in &sub_resources {
            refuse::controls(value, || Field::Query(name.to_owned()))?;
        }
        sub_resources.extend(token.map(|token| (SECURITY_TOKEN, token)));
        sub_resources.sort_unstable();
        Ok(Self {
            resource,
            sub_resources,
        })
    }

    pub(super) fn write(&self, sink: &mut impl Sink) {
        sink.text("/");
        match self.resource {
            Resource::Service => {}
            Resource::Bucket { bucket } => {
                sink.text(bucket);
                sink.text("/");
            }
            Resource::Object { bucket, object_key } => {
                sink.text(bucket);
                sink.text("/");
                sink.text(object_key);
            }
        }
        let mut separator = "?";
        for &(name, value) in &self.sub_resources {
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

/// The query parameters that V1 signs, sorted; all others are left out of the string to sign.
///
/// 45 of them are named in [the documentation](https://www.alibabacloud.com/help/en/oss/developer-reference/include-signatures-in-the-authorization-header), whose list is not complete.
/// The other 41 are signed by official SDKs: `oss2/auth.py` of `aliyun/aliyun-oss-python-sdk`, `oss/conn.go` of `aliyun/aliyun-oss-go-sdk` and `SignerV1.php` of `aliyun/aliyun-oss-php-sdk`.
/// A name that OSS signs and this list lacks gives `SignatureDoesNotMatch`, never a request with another meaning.
const SUB_RESOURCES: &[&str] = &[
    "accessPoint",
    "accessPointPolicy",
    "acl",
    "append",
    "asyncFetch",
    "bucketInfo",
    "callback",
    "callback-var",
    "cloudboxes",
    "cname",
    "comp",
    "continuation-token",
    "cors",
    "delete",
    "encryption",
    "endTime",
    "group",
    "httpsConfig",
    "img",
    "inventory",
    "inventoryId",
    "lifecycle",
    "link",
    "live",
    "location",
    "logging",
    "metaQuery",
    "objectInfo",
    "objectMeta",
    "partNumber",
    "policy",
    "position",
    "publicAccessBlock",
    "qos",
    "qosInfo",
    "redundancyTransition",
    "referer",
    "regionList",
    "replication",
    "replicationLocation",
    "replicationProgress",
    "requestPayment",
    "resourceGroup",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "responseHeader",
    "restore",
    "rtc",
    "security-token",
    "sequential",
    "startTime",
    "stat",
    "status",
    "style",
    "styleName",
    "symlink",
    "tagging",
    "transferAcceleration",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "vod",
    "website",
    "withHashContext",
    "worm",
    "wormExtend",
    "wormId",
    "x-oss-ac-forward-allow",
    "x-oss-ac-source-ip",
    "x-oss-ac-subnet-mask",
    "x-oss-ac-vpc-id",
    "x-oss-async-process",
    "x-oss-enable-md5",
    "x-oss-enable-sha1",
    "x-oss-enable-sha256",
    "x-oss-hash-ctx",
    "x-oss-md5-ctx",
    "x-oss-process",
    "x-oss-request-payer",
    "x-oss-traffic-limit",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_for_the_binary_search() {
        assert!(SUB_RESOURCES.is_sorted_by(|left, right| left < right));
    }
}
