//! The names of the sandbox's OSS. Names below `localhost` are this computer (RFC 6761).

/// The host of OSS; buckets are the names below it.
pub(crate) const OSS_HOST: &str = "oss.localhost";
/// A custom domain (CNAME) of the sandbox's bucket.
pub(crate) const CUSTOM_DOMAIN: &str = "files.localhost";
