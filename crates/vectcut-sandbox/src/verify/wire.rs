//! A request as it came over the wire, and the bucket and object key that its target names.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// The bytes that stay as they are in a query name or value.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
/// The bytes that stay as they are in an object key.
const KEY: &AsciiSet = &VALUE.remove(b'/');

/// The parts of a request that a signature covers, as they came over the wire.
#[derive(Clone, Default)]
pub struct Wire {
    /// The method, upper case.
    pub method: String,
    /// The value of the `Host` header.
    pub host: String,
    /// The request target: the raw path and, after a `?`, the raw query.
    pub target: String,
    /// The headers in any order; names in any case.
    pub headers: Vec<(String, String)>,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The query and the headers hold signatures and tokens.
        f.debug_struct("Wire")
            .field("method", &self.method)
            .field("host", &self.host)
            .field("path", &self.path())
            .finish_non_exhaustive()
    }
}

impl Wire {
    /// Returns the path of the target, raw.
    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(self.target.as_str(), |(path, _)| path)
    }

    /// Returns the query, decoded, in the order of the wire; a bare name has an empty value.
    /// A `+` is a space, as OSS reads it.
    pub fn query(&self) -> Vec<(String, String)> {
        let Some((_, query)) = self.target.split_once('?') else {
            return Vec::new();
        };
        query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode_query(name), decode_query(value))
            })
            .collect()
    }

    /// Returns the trimmed value of the first header of that name (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// Returns the headers whose names `wanted` accepts: names in lower case, values trimmed, sorted by name;
    /// the values of a repeated header are joined by a comma.
    pub(super) fn sorted_headers(&self, wanted: impl Fn(&str) -> bool) -> Vec<(String, String)> {
        let mut sorted: std::collections::BTreeMap<String, String> =
            std::collections::BTreeMap::new();
        for (name, value) in &self.headers {
            let name = name.to_ascii_lowercase();
            if !wanted(&name) {
                continue;
            }
            sorted
                .entry(name)
                .and_modify(|joined| {
                    joined.push(',');
                    joined.push_str(value.trim());
                })
                .or_insert_with(|| value.trim().to_owned());
        }
        sorted.into_iter().collect()
    }
}

/// Where a request names its bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addressing {
    /// In the host; the path is the object key.
    VirtualHost {
        /// The bucket.
        bucket: String,
    },
    /// In the first segment of the path, if anywhere.
    Path,
}

impl Addressing {
    /// Returns what a raw path names under this addressing.
    pub fn resource(&self, raw_path: &str) -> Resource {
        let path = raw_path.strip_prefix('/').unwrap_or(raw_path);
        let (bucket, key) = match self {
            Self::VirtualHost { bucket } => (Some(bucket.clone()), path),
            Self::Path if path.is_empty() => (None, ""),
            Self::Path => {
                let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
                (
                    Some(percent_decode_str(bucket).decode_utf8_lossy().into_owned()),
                    key,
                )
            }
        };
        let key = (!key.is_empty()).then(|| percent_decode_str(key).collect());
        Resource { bucket, key }
    }
}

/// What a request is about: an object, a bucket (no key), or the service (neither).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The bucket.
    pub bucket: Option<String>,
    /// The object key: percent-decoded once, not normalised, not necessarily UTF-8.
    pub key: Option<Vec<u8>>,
}

impl Resource {
    /// Returns `/bucket/key`, `/bucket/` or `/`, raw.
    pub(super) fn raw(&self) -> Vec<u8> {
        let mut raw = b"/".to_vec();
        if let Some(bucket) = &self.bucket {
            raw.extend_from_slice(bucket.as_bytes());
            raw.push(b'/');
        }
        raw.extend_from_slice(self.key.as_deref().unwrap_or_default());
        raw
    }
}

/// Percent-encodes an object key for a path; `/` stays.
pub(crate) fn percent_encode_key(key: &[u8]) -> String {
    percent_encode(key, KEY).to_string()
}

/// Percent-encodes a query name or value; `/` does not stay.
pub(crate) fn percent_encode_value(value: &str) -> String {
    percent_encode(value.as_bytes(), VALUE).to_string()
}

fn decode_query(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_decoded_once_and_never_normalised() {
        let host = Addressing::VirtualHost { bucket: "b".into() };
        let key = |path: &str| String::from_utf8(host.resource(path).key.unwrap()).unwrap();
        assert_eq!(key("/a/../b"), "a/../b");
        assert_eq!(key("/%2e%2E/%252e"), "../%2e");
        assert_eq!(key("//x/"), "/x/");
        assert_eq!(key("/a+b%2B"), "a+b+");
        assert_eq!(host.resource("/").key, None);
    }

    #[test]
    fn path_style_takes_the_bucket_from_the_path() {
        assert_eq!(
            Addressing::Path.resource("/b/k/l"),
            Resource {
                bucket: Some("b".into()),
                key: Some(b"k/l".to_vec())
            }
        );
        assert_eq!(
            Addressing::Path.resource("/b"),
            Resource {
                bucket: Some("b".into()),
                key: None
            }
        );
        assert_eq!(
            Addressing::Path.resource("/"),
            Resource {
                bucket: None,
                key: None
            }
        );
    }

    #[test]
    fn a_plus_in_the_query_is_a_space() {
        let wire = Wire {
            target: "/k?uploads&a=b+c%2B%20&=x&d=".into(),
            ..Wire::default()
        };
        let pairs: Vec<_> = wire
            .query()
            .into_iter()
            .map(|(name, value)| format!("{name}|{value}"))
            .collect();
        assert_eq!(pairs, ["uploads|", "a|b c+ ", "|x", "d|"]);
    }
}
