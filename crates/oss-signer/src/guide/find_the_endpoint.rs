//! Find the URL and the region of a bucket.
//!
//! [`Endpoint`](crate::Endpoint) reads the host that your user configured, and gives what a request needs of it.
//!
//! ```
//! use oss_signer::{Endpoint, EndpointKind, Request, v4::Scope};
//!
//! # fn main() -> Result<(), oss_signer::EndpointError> {
//! let endpoint = Endpoint::parse("oss-accelerate.aliyuncs.com")?;
//! assert_eq!(endpoint.kind(), EndpointKind::Accelerate);
//!
//! // This host does not name a region: sign for the region of the bucket.
//! let region = endpoint.region().unwrap_or("cn-hangzhou");
//! let scope = Scope::new(region).product(endpoint.product());
//!
//! let request = Request::put("examplebucket", "clip.mp4");
//! assert_eq!(
//!     request.url(&endpoint.origin("examplebucket")),
//!     "https://examplebucket.oss-accelerate.aliyuncs.com/clip.mp4",
//! );
//! # Ok(())
//! # }
//! ```
//!
//! | the user has | give `Endpoint::parse` |
//! |---|---|
//! | an OSS endpoint | `oss-cn-hangzhou.aliyuncs.com`, without the bucket |
//! | a custom domain (CNAME) | the domain, and then `with_kind(EndpointKind::CustomDomain)`; its URLs have no bucket, and the signature still has it |
//! | a server on this machine | `http://127.0.0.1:9000`; the bucket is then in the path |
//! | a gateway that wants the bucket in the path | its host, and then `with_kind(EndpointKind::PathStyle)` |
