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
/// | an IP address, `localhost` | path style | that of the bucket |
/// | any other host, such as a gateway or a private cloud | other | that of the bucket |
///
/// The bucket is the first label of the host; in path style it is the first segment of the path.
/// A custom domain (CNAME) belongs to one bucket, so its URLs have no bucket. No host tells that it is one: say it with
/// [`with_kind`](Self::with_kind). The signature is the same in all cases.
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
    /// A domain that belongs to one bucket (CNAME). Only [`Endpoint::with_kind`] makes one.
    CustomDomain,
    /// The bucket is in the path, as with an IP address and `localhost`.
    PathStyle,
    /// Another host, with the bucket as its first label.
    Other,
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
    /// Without a scheme it is `https`. The kind is read from the host.
    ///
    /// # Errors
    ///
    /// [`EndpointError`] if the text has another scheme, a path, a query, user information, or a character that no host has.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let error = |reason| Err(EndpointError { reason });
        let (scheme, authority) = text.split_once("://").unwrap_or(("https", text));
        let mut schemes = ["https", "http"].into_iter();
        let Some(scheme) = schemes.find(|known| known.eq_ignore_ascii_case(scheme)) else {
            return error("has a scheme other than `http` and `https`");
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

    /// Sets the kind, for a host that does not tell it: a custom domain, or a server that wants path style.
    ///
    /// ```
    /// use oss_signer::{Endpoint, EndpointKind};
    /// # fn main() -> Result<(), oss_signer::EndpointError> {
    /// let cname = Endpoint::parse("media.example.com")?.with_kind(EndpointKind::CustomDomain);
    /// assert_eq!(cname.origin("examplebucket"), "https://media.example.com");
    /// let gateway = Endpoint::parse("http://minio:9000")?.with_kind(EndpointKind::PathStyle);
    /// assert_eq!(gateway.origin("examplebucket"), "http://minio:9000/examplebucket");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_kind(mut self, kind: EndpointKind) -> Self {
        self.kind = kind;
        self
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

    /// Returns everything of a URL before the slash when a request is about the service itself, such as the list of buckets.
    #[must_use]
    pub fn service_origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    /// Returns everything of a URL before the slash of the object key, for [`Request::url`](crate::Request::url).
    ///
    /// The bucket is not checked here; signing refuses one that cannot be signed.
    #[must_use]
    pub fn origin(&self, bucket: &str) -> String {
        let (scheme, authority) = (self.scheme, &self.authority);
        match self.kind {
            EndpointKind::PathStyle => format!("{scheme}://{authority}/{bucket}"),
            EndpointKind::CustomDomain => self.service_origin(),
            _ => format!("{scheme}://{bucket}.{authority}"),
        }
    }
}

/// Returns the host of `host:port`, or `None` if the port is not a number.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            let port = match port {
                "" => None,
                port => Some(port.strip_prefix(':')?),
            };
            (host, port)
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
    let other = (EndpointKind::Other, None);
    let Some(name) = host.strip_suffix(".aliyuncs.com") else {
        return other;
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
        return other;
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
        return other;
    }
    (kind, Some(region.to_owned()))
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::EndpointKind::{
        Accelerate, CloudBox, CustomDomain, Internal, Other, PathStyle, Public, Vpc,
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
            ("cdn.example.com", Other, None),
            ("oss.localhost:9000", Other, None),
            ("oss.aliyuncs.com", Other, None),
            ("oss-.aliyuncs.com", Other, None),
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
            ("cdn.example.com:8443", "https://b.cdn.example.com:8443"),
            ("HTTP://oss.localhost", "http://b.oss.localhost"),
        ] {
            assert_eq!(Endpoint::parse(text).expect(text).origin("b"), origin);
        }
        let cname = Endpoint::parse("cdn.example.com").expect("a host");
        assert_eq!(cname.service_origin(), "https://cdn.example.com");
        let cname = cname.with_kind(CustomDomain);
        assert_eq!(cname.origin("b"), "https://cdn.example.com");
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
            ("[::1]9000", "endpoint is not a host with an optional port"),
            (":80", "endpoint is not a host with an optional port"),
        ] {
            let error = Endpoint::parse(text)
                .map(|_| ())
                .map_err(|error| error.to_string());
            assert_eq!(error, Err(message.to_owned()), "{text}");
        }
    }
}
