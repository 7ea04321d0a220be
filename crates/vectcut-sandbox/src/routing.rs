//! Finds, from host, method and target, which server a request is for and which call it is.

use std::net::Ipv4Addr;

use hyper::Method;

use crate::hosts::{CUSTOM_DOMAIN, OSS_HOST};
use crate::settings::BUCKET;
use crate::step::Step;
use crate::verify::{Addressing, Wire};

/// Which server a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// The backend, and the call.
    Backend(Step),
    /// OSS, and where the bucket is named.
    Oss(Addressing),
}

/// Returns which server responds: the host decides, and on an IP address or plain `localhost` the path.
pub(crate) fn route(wire: &Wire) -> Route {
    let host = host_without_port(&wire.host).to_ascii_lowercase();
    if host == OSS_HOST {
        return Route::Oss(Addressing::Path);
    }
    if host == CUSTOM_DOMAIN {
        // OSS treats it like the bucket's own host.
        return Route::Oss(Addressing::VirtualHost {
            bucket: BUCKET.to_owned(),
        });
    }
    if let Some(bucket) = bucket_of(&host) {
        return Route::Oss(Addressing::VirtualHost {
            bucket: bucket.to_owned(),
        });
    }
    match wire.path() {
        "/sts/upload/init" => Route::Backend(Step::Init),
        "/sts/upload/complete" => Route::Backend(Step::Complete),
        "/cut_jianying/task_status" => Route::Backend(Step::CheckKey),
        _ => Route::Oss(Addressing::Path),
    }
}

/// Returns which operation of OSS a request is.
pub(crate) fn operation(method: &Method, query: &[(String, String)], has_key: bool) -> Step {
    let has = |name: &str| query.iter().any(|(given, _)| given == name);
    // These sub-resources make it an operation that the sandbox does not have.
    let is_plain = !query
        .iter()
        .any(|(name, _)| OTHER_OPERATIONS.contains(&name.as_str()));
    if !has_key || !is_plain {
        return Step::Other;
    }
    match *method {
        Method::PUT if has("uploadId") || has("partNumber") => Step::UploadPart,
        Method::PUT => Step::PutObject,
        Method::POST if has("uploads") => Step::InitiateUpload,
        Method::POST if has("uploadId") => Step::CompleteUpload,
        Method::DELETE if has("uploadId") => Step::AbortUpload,
        Method::DELETE => Step::DeleteObject,
        Method::GET if has("uploadId") => Step::ListParts,
        Method::GET => Step::GetObject,
        Method::HEAD => Step::HeadObject,
        _ => Step::Other,
    }
}

const OTHER_OPERATIONS: &[&str] = &[
    "acl",
    "append",
    "asyncFetch",
    "delete",
    "live",
    "restore",
    "symlink",
    "tagging",
    "vod",
    "x-oss-process",
    "x-oss-async-process",
];

/// Returns the bucket of a virtual-host style name.
///
/// The vendor's SDK for Node.js, given an IP address as its endpoint, sends the public name of the region as the host.
fn bucket_of(host: &str) -> Option<&str> {
    if let Some(prefix) = host.strip_suffix(OSS_HOST) {
        return prefix.strip_suffix('.');
    }
    let (bucket, endpoint) = host.split_once('.')?;
    (endpoint.starts_with("oss-") && endpoint.ends_with(".aliyuncs.com")).then_some(bucket)
}

/// Returns whether a host is this computer itself, and no name that OSS has.
pub(crate) fn is_this_computer(host: &str) -> bool {
    let host = host_without_port(host);
    host.eq_ignore_ascii_case("localhost")
        || host == "[::1]"
        || host
            .parse()
            .is_ok_and(|address: Ipv4Addr| address.is_loopback())
}

fn host_without_port(host: &str) -> &str {
    if let Some(end) = host.find(']') {
        return &host[..=end];
    }
    host.split_once(':').map_or(host, |(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routed(host: &str, target: &str) -> Route {
        route(&Wire {
            host: host.into(),
            target: target.into(),
            ..Wire::default()
        })
    }

    #[test]
    fn the_host_decides_and_then_the_path() {
        let bucket = |bucket: &str| {
            Route::Oss(Addressing::VirtualHost {
                bucket: bucket.into(),
            })
        };
        assert_eq!(
            routed("b-1.oss.localhost:9000", "/sts/upload/init"),
            bucket("b-1")
        );
        assert_eq!(routed("B.OSS.localhost", "/"), bucket("b"));
        assert_eq!(
            routed("b-1.oss-cn-hangzhou.aliyuncs.com", "/k"),
            bucket("b-1")
        );
        assert_eq!(
            routed("files.localhost:9000", "/sts/upload/init"),
            bucket(BUCKET)
        );
        assert_eq!(
            routed("oss.localhost:9000", "/sts/upload/init"),
            Route::Oss(Addressing::Path)
        );
        for host in ["127.0.0.1:9000", "localhost", "[::1]:9000"] {
            assert_eq!(routed(host, "/sts/upload/init"), Route::Backend(Step::Init));
            assert_eq!(
                routed(host, "/bucket/sts/upload/init"),
                Route::Oss(Addressing::Path)
            );
        }
    }

    #[test]
    fn method_and_sub_resource_name_the_operation() {
        let operation = |method: Method, query: &str| {
            let wire = Wire {
                target: format!("/k?{query}"),
                ..Wire::default()
            };
            operation(&method, &wire.query(), true)
        };
        assert_eq!(operation(Method::PUT, ""), Step::PutObject);
        assert_eq!(
            operation(Method::PUT, "partNumber=1&uploadId=U"),
            Step::UploadPart
        );
        assert_eq!(operation(Method::POST, "uploads"), Step::InitiateUpload);
        assert_eq!(operation(Method::POST, "uploadId=U"), Step::CompleteUpload);
        assert_eq!(operation(Method::DELETE, "uploadId=U"), Step::AbortUpload);
        assert_eq!(
            operation(Method::GET, "uploadId=U&max-parts=2"),
            Step::ListParts
        );
        assert_eq!(operation(Method::HEAD, "objectMeta"), Step::HeadObject);
        assert_eq!(operation(Method::PUT, "acl"), Step::Other);
        assert_eq!(operation(Method::PATCH, ""), Step::Other);
    }
}
