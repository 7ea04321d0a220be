//! Reads query parameters of a received request.

use super::refusal::Refusal;
use crate::request::Request;

/// Returns the value of a query parameter.
pub(super) fn query<'a>(request: &Request<'a>, name: &str) -> Option<&'a str> {
    let mut query = request.sorted_query().iter();
    let found = query.find(|(given, _)| *given == name);
    found.map(|(_, value)| *value)
}

/// Returns the value of a query parameter, which must not be empty.
pub(super) fn need_query<'a>(
    request: &Request<'a>,
    name: &'static str,
) -> Result<&'a str, Refusal> {
    let value = query(request, name).filter(|value| !value.is_empty());
    value.ok_or(Refusal::Missing { name })
}
