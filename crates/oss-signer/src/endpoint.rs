//! What an endpoint says about region, product and URLs.
//!
//! Resolving and connecting are left to the HTTP client.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::fmt;

/// An endpoint of OSS: the host that serves buckets, and how it names them.
///
/// | endpoint | kind | region |
/// |---|---|---|
/// | `oss-cn-hangzhou.aliyuncs.com` | public | `cn-hangzhou` |
/// | `oss-cn-hangzhou-internal.aliyuncs.com` | internal | `cn-hangzhou` |
/// | `oss-cn-hangzhou-vpc.aliyuncs.com`, `vpc100-oss-cn-hangzhou.aliyuncs.com` | VPC | `cn-hangzhou` |
/// | `cn-hangzhou.oss.aliyuncs.com` | public | `cn-hangzhou` |
/// | `oss-accelerate.aliyuncs.com`, `oss-accelerate-overseas.aliyuncs.com` | accelerate | that of the bucket |
/// | `cb-abc.cn-hangzhou.oss-cloudbox.aliyuncs.com` | CloudBox | `cb-abc`, with the product `oss-cloudbox` |
/// | any other host | custom domain | that of the bucket |
///
/// A custom domain (CNAME) belongs to one bucket, so its URLs have no bucket.
/// An IP address or `localhost` gets path style: the bucket is the first segment of the path.
/// The signature is the same in all three cases.
///
/// ```
/// use oss_signer::{Endpoint, Request};
/// # fn main() -> Result<(), oss_signer::EndpointError> {
/// let endpoint = Endpoint::parse("https://oss-cn-hangzhou-internal.aliyuncs.com")?;
/// assert_eq!(endpoint.region(), Some("cn-hangzhou"));
/// let request = Request::put("examplebucket", "clip.mp4");
/// assert_eq!(
///     request.url(&endpoint.origin("examplebucket")),
///     "https://examplebucket.oss-cn-hangzhou-internal.aliyuncs.com/clip.mp4",
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    scheme: &'static str,
    /// Host and port.
    authority: String,
    kind: EndpointKind,
    region: Option<String>,
}

/// The kind of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointKind {
    /// Reachable from the internet.
    Public,
    /// Reachable from Aliyun's own network (`-internal`).
    Internal,
    /// Reachable from a VPC (`-vpc`, `vpc100-`).
    Vpc,
    /// Transfer acceleration: one host for the buckets of all regions.
    Accelerate,
    /// A CloudBox in somebody's own data centre.
    CloudBox,
    /// A domain that belongs to one bucket (CNAME).
    CustomDomain,
    /// An IP address or `localhost`, with the bucket in the path.
    PathStyle,
}

/// A text that is not an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndpointError {
    reason: &'static str,
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "endpoint {}", self.reason)
    }
}

impl core::error::Error for EndpointError {}

impl Endpoint {
    /// Reads an endpoint without the bucket, such as `oss-cn-hangzhou.aliyuncs.com` or `http://127.0.0.1:9000`.
    ///
    /// Without a scheme it is `https`.
    ///
    /// # Errors
    ///
    /// [`EndpointError`] if the text has another scheme, a path, a query, user information, or a character that no host has.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let error = |reason| Err(EndpointError { reason });
        let (scheme, authority) = match text.split_once("://") {
            None => ("https", text),
            Some(("https", authority)) => ("https", authority),
            Some(("http", authority)) => ("http", authority),
            Some(_) => return error("has a scheme other than `http` and `https`"),
        };
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        let is_host_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        if authority.is_empty() {
            return error("is empty");
        }
        if !authority.bytes().all(is_host_byte) {
            return error("is not a host with an optional port");
        }
        let host = host_of(authority).ok_or(EndpointError {
            reason: "is not a host with an optional port",
        })?;
        let (kind, region) = classify(&host.to_ascii_lowercase());
        Ok(Self {
            scheme,
            authority: authority.to_owned(),
            kind,
            region,
        })
    }

    /// Returns the kind.
    #[must_use]
    pub fn kind(&self) -> EndpointKind {
        self.kind
    }

    /// Returns the region to sign V4 requests for, or the ID of a CloudBox.
    ///
    /// `None` if the host does not name it: then use the region of the bucket.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Returns the product to sign V4 requests for: `oss`, or `oss-cloudbox`.
    #[must_use]
    pub fn product(&self) -> &'static str {
        match self.kind {
            EndpointKind::CloudBox => "oss-cloudbox",
            _ => "oss",
        }
    }

    /// Returns everything of a URL before the slash of the object key, for [`Request::url`](crate::Request::url).
    ///
    /// The bucket is not checked here; signing refuses one that cannot be signed.
    #[must_use]
    pub fn origin(&self, bucket: &str) -> String {
        let (scheme, authority) = (self.scheme, &self.authority);
        match self.kind {
            EndpointKind::PathStyle => format!("{scheme}://{authority}/{bucket}"),
            EndpointKind::CustomDomain => format!("{scheme}://{authority}"),
            _ => format!("{scheme}://{bucket}.{authority}"),
        }
    }
}

/// Returns the host of `host:port`, or `None` if the port is not a number.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            (host, port.strip_prefix(':'))
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok());
    (is_port && !host.is_empty()).then_some(host)
}

/// Returns the kind and the region of a lower-case host.
fn classify(host: &str) -> (EndpointKind, Option<String>) {
    let is_ip = host.parse::<core::net::IpAddr>().is_ok();
    if is_ip || host == "localhost" {
        return (EndpointKind::PathStyle, None);
    }
    let custom = (EndpointKind::CustomDomain, None);
    let Some(name) = host.strip_suffix(".aliyuncs.com") else {
        return custom;
    };
    if let Some(cloud_box) = name.strip_suffix(".oss-cloudbox") {
        let id = cloud_box.split('.').next().unwrap_or_default();
        return (EndpointKind::CloudBox, Some(id.to_owned()));
    }
    if matches!(name, "oss-accelerate" | "oss-accelerate-overseas") {
        return (EndpointKind::Accelerate, None);
    }
    let (name, is_vpc_prefixed) = match name.strip_prefix("vpc100-") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let Some(region) = name
        .strip_prefix("oss-")
        .or_else(|| name.strip_suffix(".oss"))
    else {
        return custom;
    };
    let (region, kind) = match (
        region.strip_suffix("-internal"),
        region.strip_suffix("-vpc"),
    ) {
        (Some(region), _) => (region, EndpointKind::Internal),
        (_, Some(region)) => (region, EndpointKind::Vpc),
        _ if is_vpc_prefixed => (region, EndpointKind::Vpc),
        _ => (region, EndpointKind::Public),
    };
    if region.is_empty() || region.contains('.') {
        return custom;
    }
    (kind, Some(region.to_owned()))
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::EndpointKind::{
        Accelerate, CloudBox, CustomDomain, Internal, PathStyle, Public, Vpc,
    };
    use super::*;

    #[test]
    fn each_kind_is_told_apart() {
        for (text, kind, region) in [
            ("oss-cn-hangzhou.aliyuncs.com", Public, Some("cn-hangzhou")),
            (
                "https://OSS-cn-hangzhou.aliyuncs.com/",
                Public,
                Some("cn-hangzhou"),
            ),
            ("cn-hangzhou.oss.aliyuncs.com", Public, Some("cn-hangzhou")),
            (
                "oss-us-east-1-internal.aliyuncs.com",
                Internal,
                Some("us-east-1"),
            ),
            ("oss-cn-hangzhou-vpc.aliyuncs.com", Vpc, Some("cn-hangzhou")),
            (
                "vpc100-oss-cn-hangzhou.aliyuncs.com",
                Vpc,
                Some("cn-hangzhou"),
            ),
            ("oss-accelerate.aliyuncs.com", Accelerate, None),
            ("oss-accelerate-overseas.aliyuncs.com", Accelerate, None),
            (
                "cb-abc.cn-hangzhou.oss-cloudbox.aliyuncs.com",
                CloudBox,
                Some("cb-abc"),
            ),
            ("cdn.example.com", CustomDomain, None),
            ("bucket.oss-cn-hangzhou.aliyuncs.com", CustomDomain, None),
            ("http://127.0.0.1:9000", PathStyle, None),
            ("http://[::1]:9000", PathStyle, None),
            ("localhost", PathStyle, None),
        ] {
            let endpoint = Endpoint::parse(text).expect(text);
            assert_eq!(
                (endpoint.kind(), endpoint.region()),
                (kind, region),
                "{text}"
            );
        }
    }

    #[test]
    fn the_origin_names_the_bucket_where_the_kind_does() {
        for (text, origin) in [
            (
                "oss-cn-hangzhou.aliyuncs.com",
                "https://b.oss-cn-hangzhou.aliyuncs.com",
            ),
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000/b"),
            ("cdn.example.com:8443", "https://cdn.example.com:8443"),
        ] {
            assert_eq!(Endpoint::parse(text).expect(text).origin("b"), origin);
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused() {
        for (text, message) in [
            ("", "endpoint is empty"),
            ("https://", "endpoint is empty"),
            (
                "ftp://a",
                "endpoint has a scheme other than `http` and `https`",
            ),
            ("a/b", "endpoint is not a host with an optional port"),
            ("user@a", "endpoint is not a host with an optional port"),
            ("a?b", "endpoint is not a host with an optional port"),
            ("a:b", "endpoint is not a host with an optional port"),
            (":80", "endpoint is not a host with an optional port"),
        ] {
            let error = Endpoint::parse(text)
                .map(|_| ())
                .map_err(|error| error.to_string());
            assert_eq!(error, Err(message.to_owned()), "{text}");
        }
    }
}
