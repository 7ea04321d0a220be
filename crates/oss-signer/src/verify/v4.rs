//! Checks a V4 signature.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use super::admit::{admit, check_skew};
use super::parameters::{need_query, query};
use super::refusal::Refusal;
use super::verified::{Place, Verified, Version};
use crate::canonical_headers::SECURITY_TOKEN;
use crate::credentials::Credentials;
use crate::moment::Moment;
use crate::request::Request;
use crate::timestamp::Timestamp;
use crate::v4::Scope;
use crate::v4::received::{self, longest_lifetime_seconds};

pub(super) const ALGORITHM: &str = "OSS4-HMAC-SHA256";

/// `<access key ID>/<day>/<region>/<product>/aliyun_v4_request`.
#[derive(Clone, Copy)]
pub(super) struct Credential<'a> {
    pub(super) access_key_id: &'a str,
    day: &'a str,
    pub(super) region: &'a str,
    product: &'a str,
}

impl<'a> Credential<'a> {
    /// Reads a credential; an access key ID may contain a slash.
    pub(super) fn read(text: &'a str, name: &'static str) -> Result<Self, Refusal> {
        let mut parts = text.rsplitn(5, '/');
        let mut next = || parts.next().filter(|part| !part.is_empty());
        let (terminator, product, region, day, id) = (next(), next(), next(), next(), next());
        match (id, day, region, product, terminator) {
            (
                Some(access_key_id),
                Some(day),
                Some(region),
                Some(product @ ("oss" | "oss-cloudbox")),
                Some("aliyun_v4_request"),
            ) => Ok(Self {
                access_key_id,
                day,
                region,
                product,
            }),
            _ => Err(Refusal::Malformed { name }),
        }
    }

    /// Reads the signing time, whose day must be that of the scope.
    pub(super) fn signed_at(&self, date: &str) -> Result<Moment, Refusal> {
        let moment = Moment::from_iso_basic(date).ok_or(Refusal::UnreadableDate)?;
        if moment.iso_basic().day() != self.day {
            return Err(Refusal::ScopeDate);
        }
        Ok(moment)
    }

    pub(super) fn scope(&self) -> Scope<'a> {
        Scope::new(self.region).product(self.product)
    }
}

/// The parts of an `Authorization` header.
pub(super) struct Authorization<'a> {
    pub(super) credential: Credential<'a>,
    additional_headers: &'a str,
    signature: &'a str,
}

pub(super) fn authorization<'r>(request: &'r Request<'_>) -> Result<Authorization<'r>, Refusal> {
    let value = request.header_value("authorization").unwrap_or_default();
    let fields = value.strip_prefix(ALGORITHM).unwrap_or_default();
    let field = |wanted: &str| {
        let mut fields = fields.split(',');
        fields.find_map(|field| {
            let (name, value) = field.trim().split_once('=')?;
            (name == wanted).then_some(value)
        })
    };
    let malformed = Refusal::Malformed {
        name: "authorization",
    };
    let (Some(credential), Some(signature)) = (field("Credential"), field("Signature")) else {
        return Err(malformed);
    };
    Ok(Authorization {
        credential: Credential::read(credential, "authorization")?,
        additional_headers: field("AdditionalHeaders").unwrap_or_default(),
        signature,
    })
}

pub(super) fn check_header(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    now: Timestamp,
    skew_seconds: u64,
) -> Result<Verified, Refusal> {
    let authorization = authorization(request)?;
    let date = request.header_value("x-oss-date");
    let date = date.ok_or(Refusal::UnreadableDate)?;
    if request.header_value("x-oss-content-sha256") != Some("UNSIGNED-PAYLOAD") {
        return Err(Refusal::ContentHash);
    }
    let signed_at = authorization.credential.signed_at(date)?;
    check_skew(signed_at, now, skew_seconds)?;
    let token = request.header_value(SECURITY_TOKEN);
    admit(credentials, authorization.credential.access_key_id, token)?;
    compare(request, credentials, &authorization, signed_at)?;
    Ok(verified(&authorization.credential, Place::Header))
}

pub(super) fn check_url(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    now: Timestamp,
    skew_seconds: u64,
) -> Result<Verified, Refusal> {
    if need_query(request, "x-oss-signature-version")? != ALGORITHM {
        return Err(Refusal::Malformed {
            name: "x-oss-signature-version",
        });
    }
    let credential = need_query(request, "x-oss-credential")?;
    let credential = Credential::read(credential, "x-oss-credential")?;
    let date = need_query(request, "x-oss-date")?;
    let authorization = Authorization {
        credential,
        additional_headers: query(request, "x-oss-additional-headers").unwrap_or_default(),
        signature: need_query(request, "x-oss-signature")?,
    };
    let signed_at = credential.signed_at(date)?;
    let token = query(request, SECURITY_TOKEN);
    let max_seconds = longest_lifetime_seconds(token.is_some());
    let lifetime = need_query(request, "x-oss-expires")?.parse().ok();
    let lifetime = lifetime.filter(|seconds| (1..=max_seconds).contains(seconds));
    let lifetime = lifetime.ok_or(Refusal::Lifetime { max_seconds })?;
    check_window(signed_at, now, skew_seconds, lifetime)?;
    admit(credentials, credential.access_key_id, token)?;
    compare(request, credentials, &authorization, signed_at)?;
    Ok(verified(&credential, Place::Url))
}

/// Refuses a URL before its signing time, less the skew, and after its lifetime.
fn check_window(
    signed_at: Moment,
    now: Timestamp,
    skew_seconds: u64,
    lifetime_seconds: u64,
) -> Result<(), Refusal> {
    let signed_at = Timestamp::from(signed_at);
    let (start, now) = (signed_at.unix_seconds(), now.unix_seconds());
    let seconds = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
    if now < start.saturating_sub(seconds(skew_seconds)) {
        return Err(Refusal::NotYetValid { signed_at });
    }
    let end = start.saturating_add(seconds(lifetime_seconds));
    if end < now {
        let expired_at = Timestamp::from_unix_seconds(end);
        return Err(Refusal::Expired { expired_at });
    }
    Ok(())
}

fn compare(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    authorization: &Authorization<'_>,
    signed_at: Moment,
) -> Result<(), Refusal> {
    let names: Vec<&str> = authorization.additional_headers.split(';').collect();
    let scope = authorization.credential.scope().additional_headers(&names);
    let signature = authorization.signature;
    match received::is_signature(request, credentials, &scope, signed_at, signature) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Refusal::Mismatch),
        Err(reason) => Err(Refusal::Invalid { reason }),
    }
}

fn verified(credential: &Credential<'_>, place: Place) -> Verified {
    Verified {
        version: Version::V4,
        place,
        region: Some(credential.region.to_owned()),
    }
}
