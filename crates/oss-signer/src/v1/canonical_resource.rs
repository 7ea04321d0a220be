//! The resource part of V1's string to sign: `/bucket/key`, then the sub-resources among the query parameters.
//!
//! Everything here is raw: neither the object key nor a value is percent-encoded.

use alloc::borrow::ToOwned;

use crate::error::{Field, SignError};
use crate::refuse;
use crate::request::{Request, Resource};
use crate::sink::Sink;

/// The query parameter that carries the security token of a presigned URL.
pub(super) const SECURITY_TOKEN: &str = "security-token";

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
pub(super) fn write(
    sink: &mut (impl Sink + ?Sized),
    request: &Request<'_>,
    mut token: Option<&str>,
) {
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
    let mut separator = "?";
    let mut write = |name: &str, value: &str| {
        sink.text(separator);
        separator = "&";
        sink.text(name);
        if value.is_empty() {
            return;
        }
        sink.text("=");
        if name == SECURITY_TOKEN {
            sink.secret(value);
        } else {
            sink.text(value);
        }
    };
    // Both the encoded and the raw names of sub-resources have the same order.
    for (name, value) in sub_resources(request) {
        if name > SECURITY_TOKEN {
            if let Some(token) = token.take() {
                write(SECURITY_TOKEN, token);
            }
        }
        write(name, value);
    }
    if let Some(token) = token {
        write(SECURITY_TOKEN, token);
    }
}

/// Returns the query parameters that are signed, sorted by name.
fn sub_resources<'r>(request: &'r Request<'_>) -> impl Iterator<Item = (&'r str, &'r str)> {
    let query = request.sorted_query();
    query.filter(|(name, _)| SUB_RESOURCES.binary_search(name).is_ok())
}

/// The query parameters that V1 signs, sorted; the string to sign has no others.
///
/// [The documentation](https://www.alibabacloud.com/help/en/oss/developer-reference/include-signatures-in-the-authorization-header) names 45 of them, and its list is not complete.
/// Official SDKs sign the other 41: `oss2/auth.py` of `aliyun/aliyun-oss-python-sdk`, `oss/conn.go` of `aliyun/aliyun-oss-go-sdk` and `SignerV1.php` of `aliyun/aliyun-oss-php-sdk`.
/// If OSS signs a name that this list lacks, it answers `SignatureDoesNotMatch`.
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
