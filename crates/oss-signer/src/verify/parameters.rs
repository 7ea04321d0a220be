//! Reads query parameters of a received request.

use super::refusal::Refusal;
use crate::request::Request;

/// Returns the value of a query parameter.
pub(super) fn query<'r>(request: &'r Request<'_>, name: &str) -> Option<&'r str> {
    let mut query = request.sorted_query();
    let found = query.find(|(given, _)| *given == name);
    found.map(|(_, value)| value)
}

/// Returns the value of a query parameter, which must not be empty.
pub(super) fn need_query<'r>(
    request: &'r Request<'_>,
    name: &'static str,
) -> Result<&'r str, Refusal> {
    let value = query(request, name).filter(|value| !value.is_empty());
    value.ok_or(Refusal::Missing { name })
}
