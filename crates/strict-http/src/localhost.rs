//! Names under `localhost` are loopback; every other name goes to the system's resolver.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Resolves as RFC 6761, section 6.3, asks: many systems know `localhost` but not `bucket.oss.localhost`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LocalhostResolver;

impl Resolve for LocalhostResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str();
            let addresses: Addrs = if is_localhost(host) {
                Box::new(loopback().into_iter())
            } else {
                Box::new(
                    tokio::net::lookup_host((host, 0))
                        .await?
                        .collect::<Vec<_>>()
                        .into_iter(),
                )
            };
            Ok(addresses)
        })
    }
}

/// Returns whether the name is `localhost` or ends in `.localhost`; case and a final dot do not matter.
pub(crate) fn is_localhost(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

/// IPv4 first: local servers listen there, and a refused `::1` would cost a second attempt.
pub(crate) fn loopback() -> [SocketAddr; 2] {
    [
        (Ipv4Addr::LOCALHOST, 0).into(),
        (Ipv6Addr::LOCALHOST, 0).into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::is_localhost;

    #[test]
    fn only_whole_labels_count() {
        for (host, expected) in [
            ("localhost", true),
            ("bucket.oss.localhost", true),
            ("OSS.LocalHost.", true),
            ("notlocalhost", false),
            ("localhost.example.com", false),
            ("", false),
        ] {
            assert_eq!(is_localhost(host), expected, "{host}");
        }
    }
}
