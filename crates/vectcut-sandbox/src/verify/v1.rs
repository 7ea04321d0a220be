//! Signature V1: HMAC-SHA1 over a string to sign, in the `Authorization` header or in a presigned URL.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;

use super::dates::parse_rfc1123;
use super::keys::{Key, Secret};
use super::refusal::Mismatch;
use super::{
    Identity, Keys, Place, Refusal, Resource, Version, Wire, check_skew, percent_encode_value,
};

/// Query parameters that belong to the signed resource.
///
/// The names of the vendor's page on V1 headers, and those that its SDKs for Python, Go and PHP sign beyond that page.
const SUB_RESOURCES: &[&str] = &[
    "accessPoint",
    "accessPointPolicy",
    "acl",
    "append",
    "asyncFetch",
    "bucketInfo",
    "callback",
    "callback-var",
    "cloudboxes",
    "cname",
    "comp",
    "continuation-token",
    "cors",
    "delete",
    "encryption",
    "endTime",
    "group",
    "httpsConfig",
    "img",
    "inventory",
    "inventoryId",
    "lifecycle",
    "link",
    "live",
    "location",
    "logging",
    "metaQuery",
    "objectInfo",
    "objectMeta",
    "partNumber",
    "policy",
    "position",
    "publicAccessBlock",
    "qos",
    "qosInfo",
    "redundancyTransition",
    "referer",
    "regionList",
    "replication",
    "replicationLocation",
    "replicationProgress",
    "requestPayment",
    "resourceGroup",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "responseHeader",
    "restore",
    "rtc",
    "security-token",
    "sequential",
    "startTime",
    "stat",
    "status",
    "style",
    "styleName",
    "symlink",
    "tagging",
    "transferAcceleration",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "vod",
    "website",
    "withHashContext",
    "worm",
    "wormExtend",
    "wormId",
    "x-oss-ac-forward-allow",
    "x-oss-ac-source-ip",
    "x-oss-ac-subnet-mask",
    "x-oss-ac-vpc-id",
    "x-oss-async-process",
    "x-oss-enable-md5",
    "x-oss-enable-sha1",
    "x-oss-enable-sha256",
    "x-oss-hash-ctx",
    "x-oss-md5-ctx",
    "x-oss-process",
    "x-oss-request-payer",
    "x-oss-traffic-limit",
];

/// Checks `Authorization: OSS <access key ID>:<signature>`.
pub(super) fn check_header(
    wire: &Wire,
    resource: &Resource,
    keys: &Keys,
    now: Timestamp,
) -> Result<Identity, Refusal> {
    let (access_key_id, provided) = wire
        .header("authorization")
        .and_then(|value| value.strip_prefix("OSS "))
        .and_then(|pair| pair.split_once(':'))
        .ok_or_else(|| Refusal::malformed("Authorization header is invalid."))?;
    let date = wire
        .header("x-oss-date")
        .or_else(|| wire.header("date"))
        .ok_or(Refusal::UnreadableDate)?;
    check_skew(parse_rfc1123(date).ok_or(Refusal::UnreadableDate)?, now)?;
    let key = keys.admit(access_key_id, wire.header("x-oss-security-token"), now)?;
    compare(
        key,
        access_key_id,
        provided,
        string_to_sign(wire, resource, date),
    )?;
    Ok(identity(access_key_id, Place::Header))
}

/// Checks `OSSAccessKeyId`, `Expires` and `Signature` in the query.
pub(super) fn check_url(
    wire: &Wire,
    resource: &Resource,
    keys: &Keys,
    now: Timestamp,
) -> Result<Identity, Refusal> {
    let query = wire.query();
    let first = |name: &'static str| {
        query
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    };
    let need = |name| {
        first(name)
            .filter(|value| !value.is_empty())
            .ok_or(Refusal::ParameterMissing { name })
    };
    let (access_key_id, expires, provided) = (
        need("OSSAccessKeyId")?,
        need("Expires")?,
        need("Signature")?,
    );
    let expires_at = expires
        .parse()
        .ok()
        .and_then(|second| Timestamp::from_second(second).ok())
        .ok_or_else(|| Refusal::malformed("Expires should be a number of seconds."))?;
    if expires_at < now {
        return Err(Refusal::UrlExpired {
            expires_at,
            server_time: now,
        });
    }
    let key = keys.admit(access_key_id, first("security-token"), now)?;
    compare(
        key,
        access_key_id,
        provided,
        string_to_sign(wire, resource, expires),
    )?;
    Ok(identity(access_key_id, Place::Url))
}

/// Returns the query of a presigned GET, which the backend publishes.
pub(crate) fn presign_get(
    access_key_id: &str,
    secret: &str,
    bucket: &str,
    key: &str,
    expires_at: Timestamp,
) -> String {
    let expires = expires_at.as_second().to_string();
    let resource = Resource {
        bucket: Some(bucket.to_owned()),
        key: Some(key.as_bytes().to_vec()),
    };
    let wire = Wire {
        method: "GET".into(),
        ..Wire::default()
    };
    let signature = sign(secret, &string_to_sign(&wire, &resource, &expires));
    format!(
        "OSSAccessKeyId={}&Expires={expires}&Signature={}",
        percent_encode_value(access_key_id),
        percent_encode_value(&signature)
    )
}

/// Builds the string to sign; `date` is the date header's text, or the time at which a URL expires.
fn string_to_sign(wire: &Wire, resource: &Resource, date: &str) -> Vec<u8> {
    let content_md5 = wire.header("content-md5").unwrap_or_default();
    let content_type = wire.header("content-type").unwrap_or_default();
    let mut text = format!("{}\n{content_md5}\n{content_type}\n{date}\n", wire.method).into_bytes();
    for (name, value) in wire.sorted_headers(|name| name.starts_with("x-oss-")) {
        text.extend_from_slice(format!("{name}:{value}\n").as_bytes());
    }
    text.extend_from_slice(&resource.raw());
    text.extend_from_slice(signed_query(wire).as_bytes());
    text
}

/// Returns the sub-resources, raw: empty, or `?` and the pairs sorted by name.
fn signed_query(wire: &Wire) -> String {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (name, value) in wire.query() {
        // The first of repeated parameters counts.
        if SUB_RESOURCES.contains(&name.as_str()) && !pairs.iter().any(|(known, _)| *known == name)
        {
            pairs.push((name, value));
        }
    }
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| {
            if value.is_empty() {
                name
            } else {
                format!("{name}={value}")
            }
        })
        .collect();
    if pairs.is_empty() {
        String::new()
    } else {
        format!("?{}", pairs.join("&"))
    }
}

fn compare(
    key: &Key,
    access_key_id: &str,
    provided: &str,
    string_to_sign: Vec<u8>,
) -> Result<(), Refusal> {
    let right = match &key.secret {
        Secret::Plain(secret) => sign(secret, &string_to_sign) == provided,
        Secret::DerivedV4(_) => false,
    };
    if right {
        return Ok(());
    }
    Err(Refusal::Mismatch(Box::new(Mismatch {
        version: Version::V1,
        access_key_id: access_key_id.to_owned(),
        provided: provided.to_owned(),
        string_to_sign,
        canonical_request: None,
    })))
}

pub(super) fn sign(secret: &str, string_to_sign: &[u8]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(string_to_sign);
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

fn identity(access_key_id: &str, place: Place) -> Identity {
    Identity {
        access_key_id: access_key_id.to_owned(),
        version: Version::V1,
        place,
        region: None,
    }
}
