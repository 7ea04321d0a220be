//! Signature V4: HMAC-SHA256 with a key derived for one day, one region and the product, over a canonical request.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::dates::parse_basic;
use super::keys::{Key, Secret};
use super::refusal::Mismatch;
use super::{
    Identity, Keys, Place, Refusal, Resource, SKEW_MAX_SECONDS, Version, Wire, check_skew,
};
use super::{percent_encode_key, percent_encode_value};

/// The name of the algorithm, which opens the header and the string to sign.
pub(super) const ALGORITHM: &str = "OSS4-HMAC-SHA256";
const PAYLOAD: &str = "UNSIGNED-PAYLOAD";
const TERMINATOR: &str = "aliyun_v4_request";
/// How long a presigned URL may live, in seconds; less when it is signed with a security token.
const EXPIRES_MAX_SECONDS: i64 = 604_800;
const EXPIRES_MAX_WITH_TOKEN_SECONDS: i64 = 43_200;

/// The fields of a V4 signature.
struct Claims<'a> {
    access_key_id: &'a str,
    scope: Scope<'a>,
    date: &'a str,
    additional_headers: &'a str,
    signature: &'a str,
}

/// `<day>/<region>/oss/aliyun_v4_request`.
pub(super) struct Scope<'a> {
    text: &'a str,
    pub(super) day: &'a str,
    pub(super) region: &'a str,
}

/// Checks `Authorization: OSS4-HMAC-SHA256 Credential=…,AdditionalHeaders=…,Signature=…`.
pub(super) fn check_header(
    wire: &Wire,
    resource: &Resource,
    keys: &Keys,
    now: Timestamp,
) -> Result<Identity, Refusal> {
    let fields = wire
        .header("authorization")
        .and_then(|value| value.strip_prefix(ALGORITHM))
        .unwrap_or_default();
    let field = |wanted: &str| {
        fields
            .split(',')
            .filter_map(|field| field.trim().split_once('='))
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value)
    };
    let invalid = || Refusal::malformed("Authorization header is invalid.");
    let (access_key_id, scope) = credential(field("Credential").ok_or_else(invalid)?)?;
    let claims = Claims {
        access_key_id,
        scope,
        date: wire.header("x-oss-date").ok_or(Refusal::UnreadableDate)?,
        additional_headers: field("AdditionalHeaders").unwrap_or_default(),
        signature: field("Signature").ok_or_else(invalid)?,
    };
    if wire.header("x-oss-content-sha256") != Some(PAYLOAD) {
        return Err(Refusal::malformed(
            "Invalid x-oss-content-sha256 header: UNSIGNED-PAYLOAD is required.",
        ));
    }
    check_skew(signing_time(&claims)?, now)?;
    let key = keys.admit(access_key_id, wire.header("x-oss-security-token"), now)?;
    compare(key, &claims, wire, resource)?;
    Ok(identity(&claims, Place::Header))
}

/// Checks `x-oss-credential`, `x-oss-date`, `x-oss-expires` and `x-oss-signature` in the query.
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
    if need("x-oss-signature-version")? != ALGORITHM {
        return Err(Refusal::malformed("x-oss-signature-version is invalid."));
    }
    let (access_key_id, scope) = credential(need("x-oss-credential")?)?;
    let claims = Claims {
        access_key_id,
        scope,
        date: need("x-oss-date")?,
        additional_headers: first("x-oss-additional-headers").unwrap_or_default(),
        signature: need("x-oss-signature")?,
    };
    let signed_at = signing_time(&claims)?;
    let token = first("x-oss-security-token");
    let longest = if token.is_some() {
        EXPIRES_MAX_WITH_TOKEN_SECONDS
    } else {
        EXPIRES_MAX_SECONDS
    };
    let lifetime = need("x-oss-expires")?
        .parse()
        .ok()
        .filter(|seconds| (1..=longest).contains(seconds))
        .ok_or_else(|| {
            Refusal::malformed(format!(
                "x-oss-expires should be between 1 and {longest} seconds."
            ))
        })?;
    let expires_at = shifted(signed_at, lifetime);
    let valid_from = shifted(signed_at, -SKEW_MAX_SECONDS);
    if now < valid_from || expires_at < now {
        return Err(Refusal::UrlExpired {
            expires_at,
            server_time: now,
        });
    }
    let key = keys.admit(access_key_id, token, now)?;
    compare(key, &claims, wire, resource)?;
    Ok(identity(&claims, Place::Url))
}

/// Returns a time this many seconds later, or the last possible time: a client may sign with any date.
fn shifted(time: Timestamp, seconds: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

/// Returns the query of a presigned GET, signed at `signed_at` and valid for `lifetime_seconds`.
pub(crate) fn presign_get(
    access_key_id: &str,
    secret: &str,
    region: &str,
    (bucket, key): (&str, &str),
    signed_at: Timestamp,
    lifetime_seconds: u32,
) -> String {
    let date = super::dates::basic(signed_at);
    let day = date.get(..8).unwrap_or_default();
    let scope = format!("{day}/{region}/oss/{TERMINATOR}");
    let mut query = format!(
        "x-oss-credential={}&x-oss-date={date}&x-oss-expires={lifetime_seconds}&x-oss-signature-version={ALGORITHM}",
        percent_encode_value(&format!("{access_key_id}/{scope}"))
    );
    let wire = Wire {
        method: "GET".into(),
        target: format!("/?{query}"),
        ..Wire::default()
    };
    let resource = Resource {
        bucket: Some(bucket.to_owned()),
        key: Some(key.as_bytes().to_vec()),
    };
    let text = string_to_sign(&date, &scope, &canonical_request(&wire, &resource, ""));
    let signature = hex(&hmac(&signing_key(secret, day, region), text.as_bytes()));
    // Writing to a string cannot fail.
    let _ = write!(query, "&x-oss-signature={signature}");
    query
}

/// Splits `<access key ID>/<day>/<region>/oss/aliyun_v4_request`; an access key ID may itself hold a slash.
pub(super) fn credential(text: &str) -> Result<(&str, Scope<'_>), Refusal> {
    let mut parts = text.rsplitn(5, '/');
    let mut next = || parts.next().filter(|part| !part.is_empty());
    let (terminator, product, region, day, access_key_id) =
        (next(), next(), next(), next(), next());
    match (access_key_id, day, region, product, terminator) {
        (Some(id), Some(day), Some(region), Some("oss"), Some(TERMINATOR)) => {
            let scope = text.get(id.len() + 1..).unwrap_or_default();
            Ok((
                id,
                Scope {
                    text: scope,
                    day,
                    region,
                },
            ))
        }
        _ => Err(Refusal::malformed(
            "Credential is invalid: it should be <AccessKeyId>/<date>/<region>/oss/aliyun_v4_request.",
        )),
    }
}

fn signing_time(claims: &Claims<'_>) -> Result<Timestamp, Refusal> {
    let time = parse_basic(claims.date).ok_or(Refusal::UnreadableDate)?;
    if !claims.date.starts_with(claims.scope.day) || claims.scope.day.len() != 8 {
        return Err(Refusal::malformed(
            "The date of Credential differs from x-oss-date.",
        ));
    }
    Ok(time)
}

fn compare(
    key: &Key,
    claims: &Claims<'_>,
    wire: &Wire,
    resource: &Resource,
) -> Result<(), Refusal> {
    let canonical_request = canonical_request(wire, resource, claims.additional_headers);
    let text = string_to_sign(claims.date, claims.scope.text, &canonical_request);
    let signing_key = match &key.secret {
        Secret::Plain(secret) => signing_key(secret, claims.scope.day, claims.scope.region),
        Secret::DerivedV4(signing_key) => *signing_key,
    };
    if hex(&hmac(&signing_key, text.as_bytes())) == claims.signature {
        return Ok(());
    }
    Err(Refusal::Mismatch(Box::new(Mismatch {
        version: Version::V4,
        access_key_id: claims.access_key_id.to_owned(),
        provided: claims.signature.to_owned(),
        string_to_sign: text.into_bytes(),
        canonical_request: Some(canonical_request.into_bytes()),
    })))
}

fn string_to_sign(date: &str, scope: &str, canonical_request: &str) -> String {
    format!(
        "{ALGORITHM}\n{date}\n{scope}\n{}",
        hex(&Sha256::digest(canonical_request))
    )
}

fn canonical_request(wire: &Wire, resource: &Resource, additional_headers: &str) -> String {
    let listed: Vec<String> = additional_headers
        .split(';')
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let headers = wire
        .sorted_headers(|name| signed_anyway(name) || listed.iter().any(|listed| listed == name));
    // The list omits names that are always signed and names that the request lacks.
    let additional: Vec<&str> = headers
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| !signed_anyway(name))
        .collect();
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    format!(
        "{}\n{}\n{}\n{lines}\n{}\n{PAYLOAD}",
        wire.method,
        percent_encode_key(&resource.raw()),
        canonical_query(wire),
        additional.join(";"),
    )
}

fn signed_anyway(name: &str) -> bool {
    name.starts_with("x-oss-") || name == "content-type" || name == "content-md5"
}

fn canonical_query(wire: &Wire) -> String {
    let mut pairs: Vec<(String, String)> = wire
        .query()
        .iter()
        .filter(|(name, _)| name != "x-oss-signature")
        .map(|(name, value)| (percent_encode_value(name), percent_encode_value(value)))
        .collect();
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
    pairs.join("&")
}

pub(super) fn signing_key(secret: &str, day: &str, region: &str) -> [u8; 32] {
    let day = hmac(format!("aliyun_v4{secret}").as_bytes(), day.as_bytes());
    let region = hmac(&day, region.as_bytes());
    let product = hmac(&region, b"oss");
    hmac(&product, TERMINATOR.as_bytes())
}

pub(super) fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    mac.update(text);
    mac.finalize().into_bytes().into()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn identity(claims: &Claims<'_>, place: Place) -> Identity {
    Identity {
        access_key_id: claims.access_key_id.to_owned(),
        version: Version::V4,
        place,
        region: Some(claims.scope.region.to_owned()),
    }
}
