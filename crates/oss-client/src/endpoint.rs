//! The endpoint of OSS, and the URLs of objects on it.

use oss_signer::EndpointKind;
use strict_http::{ServerUrl, ServerUrlError};

use crate::BucketName;

/// An OSS endpoint: the host that serves buckets, https unless it has a scheme, and how its URLs name a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    server: ServerUrl,
    addressing: Addressing,
    /// What the vendor's rules say about the host; `None` for a host that none of them can be about.
    vendor: Option<oss_signer::Endpoint>,
}

/// How a URL names a bucket. The signature is the same in all cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Addressing {
    /// In the host: `https://BUCKET.ENDPOINT/KEY`.
    Virtual,
    /// In the path: `https://ENDPOINT/BUCKET/KEY`.
    Path,
    /// Not at all: the endpoint is a domain that belongs to one bucket, `https://ENDPOINT/KEY`.
    Cname,
}

impl Endpoint {
    /// Parses `oss-cn-hangzhou.aliyuncs.com`, or an endpoint with scheme and port such as `http://oss.localhost:9000`.
    ///
    /// The host tells the [`Addressing`]: [`Path`](Addressing::Path) for an IP address, [`Virtual`](Addressing::Virtual) for
    /// the vendor's hosts and for names under `localhost`, and [`Cname`](Addressing::Cname) for all others. The vendor's SDK
    /// for Android decides so too, but for names under `localhost`.
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
        if server.as_url().path() != "/" {
            return Err(EndpointError::HasPath {
                endpoint: server.to_string(),
            });
        }
        let vendor = oss_signer::Endpoint::parse(&server.to_string()).ok();
        Ok(Self {
            addressing: addressing(&server, vendor.as_ref()),
            server,
            vendor,
        })
    }

    /// Names buckets in this way, whatever the host is.
    #[must_use]
    pub fn addressing(mut self, addressing: Addressing) -> Self {
        self.addressing = addressing;
        self
    }

    /// Returns the server. In virtual-host style the hosts of its buckets end in its host.
    pub fn server(&self) -> &ServerUrl {
        &self.server
    }

    /// Returns the region that the host names, as V4 wants it: `cn-hangzhou` for `oss-cn-hangzhou.aliyuncs.com`.
    ///
    /// Returns `None` for an accelerate endpoint, a custom domain, and every other host that names no region.
    pub fn region(&self) -> Option<&str> {
        self.vendor.as_ref()?.region()
    }

    /// Returns whether it is the public endpoint of a region, which has an internal one beside it.
    pub fn is_public(&self) -> bool {
        let kind = self.vendor.as_ref().map(oss_signer::Endpoint::kind);
        kind == Some(EndpointKind::Public)
    }

    /// Returns the product that V4 signs for.
    pub(crate) fn product(&self) -> &'static str {
        self.vendor
            .as_ref()
            .map_or("oss", oss_signer::Endpoint::product)
    }

    /// Returns the part before the object key's slash in the URL of every object of a bucket.
    pub(crate) fn origin(&self, bucket: &BucketName) -> String {
        let url = self.server.as_url();
        let port = url
            .port()
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        let (scheme, host) = (url.scheme(), self.server.host());
        match self.addressing {
            Addressing::Virtual => format!("{scheme}://{bucket}.{host}{port}"),
            Addressing::Path => format!("{scheme}://{host}{port}/{bucket}"),
            Addressing::Cname => format!("{scheme}://{host}{port}"),
        }
    }
}

fn addressing(server: &ServerUrl, vendor: Option<&oss_signer::Endpoint>) -> Addressing {
    let kind = vendor.map_or(EndpointKind::CustomDomain, oss_signer::Endpoint::kind);
    match kind {
        _ if server.ip().is_some() => Addressing::Path,
        // A name of this computer: the sandbox has its buckets below it.
        _ if server.is_loopback() => Addressing::Virtual,
        EndpointKind::CustomDomain => Addressing::Cname,
        _ => Addressing::Virtual,
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
            ("http://localhost:9000", "http://bkt.localhost:9000"),
            (
                "oss-accelerate.aliyuncs.com",
                "https://bkt.oss-accelerate.aliyuncs.com",
            ),
            ("files.example.com", "https://files.example.com"),
            (
                "https://my_files.example:8443",
                "https://my_files.example:8443",
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
                "oss.example.com",
                Addressing::Virtual,
                "https://bkt.oss.example.com",
            ),
            (
                "oss.example.com",
                Addressing::Path,
                "https://oss.example.com/bkt",
            ),
            (
                "http://files.localhost:9000",
                Addressing::Cname,
                "http://files.localhost:9000",
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
