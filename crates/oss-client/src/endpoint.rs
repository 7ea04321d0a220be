//! The endpoint of OSS, and the URLs of objects on it.

use strict_http::{ServerUrl, ServerUrlError};

use crate::BucketName;

/// An OSS endpoint: a host without the bucket, https unless it has a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(ServerUrl);

impl Endpoint {
    /// Parses `oss-cn-hangzhou.aliyuncs.com`, or an endpoint with scheme and port such as `http://oss.localhost:9000`.
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
        Ok(Self(server))
    }

    /// Returns the server without a bucket. The hosts of its buckets end in its host.
    pub fn server(&self) -> &ServerUrl {
        &self.0
    }

    /// Returns the region that the host names, as V4 wants it: `cn-hangzhou` for `oss-cn-hangzhou.aliyuncs.com`.
    ///
    /// Returns `None` for an accelerate endpoint, a custom domain, and every other host that names no region.
    pub fn region(&self) -> Option<&str> {
        let labels = self.0.host().strip_suffix(".aliyuncs.com")?;
        // Dual stack: `cn-hangzhou.oss.aliyuncs.com`.
        if let Some(region) = labels.strip_suffix(".oss") {
            return (!region.contains('.')).then_some(region);
        }
        let region = labels.strip_prefix("oss-")?;
        let region = region.strip_suffix("-internal").unwrap_or(region);
        (!region.contains('.') && !region.starts_with("accelerate")).then_some(region)
    }

    /// Returns the part before the object key's slash in the URL of every object of a bucket.
    ///
    /// Virtual-host style, `https://bucket.endpoint`; path style, `https://endpoint/bucket`, when the host is an IP
    /// address, as the vendor's SDKs do.
    pub(crate) fn origin(&self, bucket: &BucketName) -> String {
        let url = self.0.as_url();
        let port = url
            .port()
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        let (scheme, host) = (url.scheme(), self.0.host());
        match self.0.ip() {
            Some(_) => format!("{scheme}://{host}{port}/{bucket}"),
            None => format!("{scheme}://{bucket}.{host}{port}"),
        }
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
    fn a_name_takes_the_bucket_into_the_host_and_an_address_into_the_path() {
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
        ] {
            assert_eq!(origin(endpoint), expected);
        }
    }

    #[test]
    fn the_region_is_read_from_the_vendors_hosts_only() {
        for (endpoint, expected) in [
            ("oss-cn-hangzhou.aliyuncs.com", Some("cn-hangzhou")),
            ("oss-cn-hangzhou-internal.aliyuncs.com", Some("cn-hangzhou")),
            ("cn-hangzhou.oss.aliyuncs.com", Some("cn-hangzhou")),
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
