//! The same vectors, as requests that a server received.

use std::time::Duration;

use oss_signer::v4::{self, Scope};
use oss_signer::verify::{self, Received};
use oss_signer::{Credentials, Request, v1};

use super::{Vector, decoded_pairs};

/// How far the clock may be off. The vectors have no clock, so none is needed.
const NO_SKEW: Duration = Duration::ZERO;

/// Checks the vector's own signature, and that it is none for another secret.
pub(super) fn check(vector: &Vector) -> Result<(), String> {
    let credentials = vector.credentials();
    let other = Credentials::new(&vector.credentials.access_key_id, "another secret");
    let other = match &vector.credentials.security_token {
        Some(token) => other.security_token(token),
        None => other,
    };
    let verified = match vector.mode.as_str() {
        "post" => {
            let form = vector.form.as_deref().unwrap_or_default();
            let fields: Vec<_> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            [&credentials, &other].map(|with| verify::check_form(&fields, with).map(drop))
        }
        mode => {
            let is_header = mode == "header";
            let request = vector.request();
            let query = if is_header {
                vector.query.clone()
            } else {
                query(vector, &request)?
            };
            let headers = if is_header {
                headers(vector, &request)?
            } else {
                vector.headers.clone()
            };
            let mut received = Received::new(request.method(), request.resource());
            for (name, value) in &query {
                received = received.query(name, value);
            }
            for (name, value) in &headers {
                received = received.header(name, value);
            }
            let time = vector.time();
            [&credentials, &other]
                .map(|with| verify::check(&received, with, time, NO_SKEW).map(drop))
        }
    };
    match verified {
        [Ok(()), Err(verify::Refusal::Mismatch)] => Ok(()),
        [right, wrong] => Err(format!(
            "{}: verified as {right:?}, with another secret as {wrong:?}\n",
            vector.name
        )),
    }
}

/// Returns the headers on the wire, with the `Authorization` of the vector's source.
fn headers(vector: &Vector, request: &Request<'_>) -> Result<Vec<(String, String)>, String> {
    let (credentials, time) = (vector.credentials(), vector.time());
    let refused = vector.refused("signature");
    let mut headers = vector.headers.clone();
    let mut add = |name: &str, value: &str| {
        let value = match (name, &vector.authorization) {
            ("authorization", Some(authorization)) => authorization.as_str(),
            _ => value,
        };
        headers.push((name.to_owned(), value.to_owned()));
    };
    if vector.version == "v1" {
        let signed = v1::sign(request, &credentials, time).map_err(refused)?;
        signed.headers().for_each(|(name, value)| add(name, value));
    } else {
        let names: Vec<&str> = vector
            .additional_headers
            .iter()
            .map(String::as_str)
            .collect();
        let scope = Scope::new(vector.region.as_deref().unwrap_or_default());
        let scope = scope.additional_headers(&names);
        let signed = v4::sign(request, &credentials, &scope, time).map_err(refused)?;
        signed.headers().for_each(|(name, value)| add(name, value));
    }
    Ok(headers)
}

/// Returns the decoded query of the vector's URL; of the signer's own, if the source gives the signature only.
fn query(vector: &Vector, request: &Request<'_>) -> Result<Vec<(String, String)>, String> {
    let credentials = vector.credentials();
    let url = match (&vector.presigned_url, vector.version.as_str()) {
        (Some(url), _) => url.clone(),
        (None, "v1") => {
            let expires_at =
                i64::try_from(vector.expires_at.unwrap_or_default()).unwrap_or(i64::MAX);
            let expires_at = oss_signer::Timestamp::from_unix_seconds(expires_at);
            let presigned = v1::presign(request, &credentials, expires_at);
            presigned.map_err(vector.refused("signature"))?.url("")
        }
        (None, _) => {
            let scope = Scope::new(vector.region.as_deref().unwrap_or_default());
            let expires_in = Duration::from_secs(vector.expires_in.unwrap_or_default());
            let presigned = v4::presign(request, &credentials, &scope, vector.time(), expires_in);
            presigned.map_err(vector.refused("signature"))?.url("")
        }
    };
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let text = |bytes| String::from_utf8(bytes).map_err(|error| error.to_string());
    decoded_pairs(query)
        .into_iter()
        .map(|(name, value)| Ok((text(name)?, text(value)?)))
        .collect()
}
