//! The resource part of V1's string to sign: `/bucket/key`, then the sub-resources among the query parameters.
//!
//! Everything here is raw: neither the object key nor a value is percent-encoded.
//! Percent-encoding for the URL is left to [`percent`](crate::percent).

use crate::error::{Field, SignError};
use crate::refuse;
use crate::request::{Request, Resource};
use crate::sink::Sink;

/// The query parameter that carries the security token of a presigned URL.
const SECURITY_TOKEN: &str = "security-token";

/// Refuses control characters in what is signed raw.
pub(super) fn check(request: &Request<'_>) -> Result<(), SignError> {
    if let Resource::Object { object_key, .. } = request.resource() {
        refuse::bytes(object_key, refuse::control, || Field::ObjectKey)?;
    }
    for (name, value) in sub_resources(request) {
        refuse::bytes(value, refuse::control, || Field::Query(name.to_owned()))?;
    }
    Ok(())
}

/// Writes the resource, with `token` as one of its sub-resources.
pub(super) fn write(sink: &mut impl Sink, request: &Request<'_>, token: Option<&str>) {
    sink.text("/");
    match request.resource() {
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
    let token = token.map(|token| (SECURITY_TOKEN, token));
    let mut sub_resources: Vec<_> = sub_resources(request).chain(token).collect();
    sub_resources.sort_unstable();
    let mut separator = "?";
    for (name, value) in sub_resources {
        sink.text(separator);
        separator = "&";
        sink.text(name);
        if value.is_empty() {
            continue;
        }
        sink.text("=");
        if name == SECURITY_TOKEN {
            sink.secret(value);
        } else {
            sink.text(value);
        }
    }
}

/// Returns the query parameters that are signed, in the order in which they were given.
fn sub_resources<'a>(request: &Request<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    let given = request.query_pairs().iter().copied();
    given.filter(|(name, _)| SUB_RESOURCES.binary_search(name).is_ok())
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
