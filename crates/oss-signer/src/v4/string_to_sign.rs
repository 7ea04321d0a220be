//! V4's string to sign: the time, the scope and the hash of the canonical request.

use super::canonical_request::Canonical;
use super::scope::Scope;
use crate::credentials::Credentials;
use crate::error::{Field, SignError};
use crate::moment::Ascii;
use crate::request::Request;
use crate::sink::Sink;
use crate::timestamp::Timestamp;

pub(super) const ALGORITHM: &str = "OSS4-HMAC-SHA256";
/// The header, and in a URL the query parameter, that carries the signing time.
pub(super) const DATE: &str = "x-oss-date";

/// Refuses what cannot be signed, and returns the signing time.
///
/// `reserved_headers` are those that the signature sets, in lower case.
pub(super) fn checked_date(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    time: Timestamp,
    reserved_headers: &[&str],
) -> Result<Ascii<16>, SignError> {
    request.check(reserved_headers)?;
    credentials.check()?;
    scope.check()?;
    scope.check_additional(request)?;
    Ok(time.moment(Field::Time)?.iso_basic())
}

/// Writes the string to sign.
pub(super) fn write(sink: &mut (impl Sink + ?Sized), canonical: &Canonical<'_>, date: &Ascii<16>) {
    sink.text(ALGORITHM);
    sink.text("\n");
    sink.text(date.as_str());
    sink.text("\n");
    canonical.scope.write(sink, date.day());
    sink.text("\n");
    sink.text(canonical.sha256().as_str());
}
