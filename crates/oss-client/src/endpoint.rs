//! The endpoint of OSS, and the URLs of objects on it.

use oss_signer::EndpointKind;
use strict_http::{ServerUrl, ServerUrlError};

use crate::BucketName;

/// An OSS endpoint: the host that serves buckets, https unless it has a scheme, and how its URLs name a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    server: ServerUrl,
    /// What the host tells by the vendor's rules.
    host: oss_signer::Endpoint,
    /// `None` for what the host tells.
    addressing: Option<Addressing>,
}

/// How a URL names a bucket. The signature is the same in all cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Addressing {
    /// In the host: `https://BUCKET.ENDPOINT/KEY`.
    Virtual,
    /// In the path: `https://ENDPOINT/BUCKET/KEY`.
    Path,
    /// Not at all: the endpoint is a custom domain (CNAME), which belongs to one bucket: `https://ENDPOINT/KEY`.
    Cname,
}

impl Endpoint {
    /// Parses `oss-cn-hangzhou.aliyuncs.com`, or an endpoint with scheme and port such as `http://oss.localhost:9000`.
    ///
    /// URLs name the bucket in the path for an IP address and for `localhost`, and in the host otherwise.
    /// [`addressing`](Self::addressing) says so if it is another way: no host tells that it is a custom domain.
    ///
    /// # Errors
    ///
    /// Fails as [`ServerUrl::parse`] does, and when there is a path after the host.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let server = if text.contains("://") {
            ServerUrl::parse(text)?
        } else {
            ServerUrl::parse(&format!("https://{text}"))?
        };
        let endpoint = server.to_string();
        if server.as_url().path() != "/" {
            return Err(EndpointError::HasPath { endpoint });
        }
        match oss_signer::Endpoint::parse(&endpoint) {
            Ok(host) => Ok(Self {
                server,
                host,
                addressing: None,
            }),
            Err(_) => Err(EndpointError::NotAHost),
        }
    }

    /// Names buckets in this way, whatever the host tells.
    #[must_use]
    pub fn addressing(mut self, addressing: Addressing) -> Self {
        self.addressing = Some(addressing);
        self
    }

    /// Returns the server. The hosts of buckets are it, or end in its host.
    pub fn server(&self) -> &ServerUrl {
        &self.server
    }

    /// Returns the region that the host names, as V4 wants it: `cn-hangzhou` for `oss-cn-hangzhou.aliyuncs.com`.
    ///
    /// Returns `None` for an accelerate endpoint, a custom domain, and every other host that names no region.
    pub fn region(&self) -> Option<&str> {
        self.host.region()
    }

    /// Returns whether it is the public endpoint of a region, which has an internal one beside it.
    pub fn is_public(&self) -> bool {
        self.host.kind() == EndpointKind::Public
    }

    /// Returns the product that V4 signs for.
    pub(crate) fn product(&self) -> &'static str {
        self.host.product()
    }

    /// Returns the part before the object key's slash in the URL of every object of a bucket.
    pub(crate) fn origin(&self, bucket: &BucketName) -> String {
        let kind = match self.addressing {
            None => self.host.kind(),
            Some(Addressing::Virtual) => EndpointKind::Other,
            Some(Addressing::Path) => EndpointKind::PathStyle,
            Some(Addressing::Cname) => EndpointKind::CustomDomain,
        };
        self.host.clone().with_kind(kind).origin(bucket.as_str())
    }
}

/// Why a text is not an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// It is not the URL of a server that credentials may be sent to.
    #[error(transparent)]
    Server(#[from] ServerUrlError),
    /// There is a path after the host, where the object key goes.
    #[error("`{endpoint}` has a path; an endpoint is only a host")]
    HasPath {
        /// The endpoint as it was given.
        endpoint: String,
    },
    /// It has a character that no host has.
    #[error("an endpoint is a host with an optional port")]
    NotAHost,
}

#[cfg(test)]
mod tests {
    use oss_signer::Request;
    use proptest::prelude::*;

    use super::*;
    use crate::ObjectKey;

    fn origin(endpoint: &str) -> String {
        let bucket = BucketName::parse("bkt").expect("a good bucket");
        Endpoint::parse(endpoint).expect(endpoint).origin(&bucket)
    }

    #[test]
    fn the_host_tells_where_the_bucket_is_named() {
        for (endpoint, expected) in [
            (
                "oss-cn-hangzhou.aliyuncs.com",
                "https://bkt.oss-cn-hangzhou.aliyuncs.com",
            ),
            (
                "https://oss-cn-hangzhou.aliyuncs.com/",
                "https://bkt.oss-cn-hangzhou.aliyuncs.com",
            ),
            ("http://oss.localhost:9000", "http://bkt.oss.localhost:9000"),
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000/bkt"),
            ("https://[::1]:9000", "https://[::1]:9000/bkt"),
            ("http://localhost:9000", "http://localhost:9000/bkt"),
            (
                "oss-accelerate.aliyuncs.com",
                "https://bkt.oss-accelerate.aliyuncs.com",
            ),
            ("oss.example.com", "https://bkt.oss.example.com"),
            (
                "https://my_oss.example:8443",
                "https://bkt.my_oss.example:8443",
            ),
        ] {
            assert_eq!(origin(endpoint), expected);
        }
    }

    #[test]
    fn a_choice_overrides_what_the_host_tells() {
        let bucket = BucketName::parse("bkt").expect("a good bucket");
        for (endpoint, addressing, expected) in [
            (
                "http://localhost:9000",
                Addressing::Virtual,
                "http://bkt.localhost:9000",
            ),
            (
                "files.example.com",
                Addressing::Cname,
                "https://files.example.com",
            ),
            (
                "oss.example.com",
                Addressing::Path,
                "https://oss.example.com/bkt",
            ),
        ] {
            let endpoint = Endpoint::parse(endpoint).expect(endpoint);
            let endpoint = endpoint.addressing(addressing);
            assert_eq!(endpoint.origin(&bucket), expected);
        }
    }

    #[test]
    fn the_region_is_read_from_the_vendors_hosts_only() {
        for (endpoint, expected) in [
            ("oss-cn-hangzhou.aliyuncs.com", Some("cn-hangzhou")),
            ("oss-cn-hangzhou-internal.aliyuncs.com", Some("cn-hangzhou")),
            ("cn-hangzhou.oss.aliyuncs.com", Some("cn-hangzhou")),
            ("oss-cn-hangzhou-vpc.aliyuncs.com", Some("cn-hangzhou")),
            ("cn-hangzhou-internal.oss.aliyuncs.com", Some("cn-hangzhou")),
            ("oss-.aliyuncs.com", None),
            ("oss-accelerate.aliyuncs.com", None),
            ("oss-accelerate-overseas.aliyuncs.com", None),
            ("files.example.com", None),
            ("http://oss.localhost:9000", None),
        ] {
            assert_eq!(
                Endpoint::parse(endpoint).expect(endpoint).region(),
                expected,
                "{endpoint}"
            );
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused() {
        for text in [
            "",
            "http://oss-cn-hangzhou.aliyuncs.com",
            "https://a.example/path",
            "a b",
            "https://u:p@a.example",
        ] {
            Endpoint::parse(text).expect_err(text);
        }
    }

    proptest! {
        #[test]
        fn a_url_type_keeps_the_path_of_every_accepted_key(key in "[ -~剪\\n\\t/.%\\\\]{1,40}") {
            if let Ok(key) = ObjectKey::parse(key) {
                let text = Request::put("bkt", key.as_str()).url(&origin("http://oss.localhost"));
                let parsed = reqwest::Url::parse(&text).expect("a URL");
                prop_assert_eq!(parsed.as_str(), text.as_str());
            }
        }
    }
}
