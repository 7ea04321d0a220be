//! Signs the text of a policy.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::form::Form;
use crate::canonical_headers;
use crate::credentials::Credentials;
use crate::error::{Field, SignError};
use crate::refuse;
use crate::timestamp::Timestamp;
use crate::v1::signature::Signature;
use crate::v4::Scope;
use crate::v4::form::FormParts;

/// The form field that carries the security token.
pub(super) const SECURITY_TOKEN: &str = canonical_headers::SECURITY_TOKEN;

/// Signs the text of a policy with V1.
///
/// The text is signed as it is, and not checked.
/// With a security token it must contain the condition `{"x-oss-security-token": token}`.
///
/// # Errors
///
/// [`SignError`] names the field: an empty policy, an empty secret, an access key ID or a token that cannot be sent.
pub fn sign_v1(policy: &str, credentials: &Credentials<'_>) -> Result<Form, SignError> {
    credentials.check()?;
    let policy = encoded(policy)?;
    let signature = Signature::of_text(credentials, &policy)?;
    let mut fields = Vec::with_capacity(4);
    fields.push(("OSSAccessKeyId", credentials.access_key_id().to_owned()));
    fields.push(("policy", policy));
    fields.push(("Signature", signature.as_str().to_owned()));
    push_token(&mut fields, credentials);
    Ok(Form::new(fields))
}

/// Signs the text of a policy with V4 at the time `time`.
///
/// The text is signed as it is, and not checked.
/// It must contain conditions with the values of the form fields `x-oss-signature-version`, `x-oss-credential` and `x-oss-date`.
/// With a security token it must contain the condition `{"x-oss-security-token": token}` too.
///
/// # Errors
///
/// As for [`sign_v1`], and a region or product that cannot be signed, and a time before 1970 or after 9999.
pub fn sign_v4(
    policy: &str,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    time: impl Into<Timestamp>,
) -> Result<Form, SignError> {
    let parts = FormParts::new(credentials, scope, time.into())?;
    let policy = encoded(policy)?;
    let signature = parts.signature(credentials, &policy)?;
    let mut fields = Vec::with_capacity(6);
    fields.push(("policy", policy));
    for (name, value) in parts.fields() {
        fields.push((name, value.to_owned()));
    }
    fields.push(("x-oss-signature", signature.as_str().to_owned()));
    push_token(&mut fields, credentials);
    Ok(Form::new(fields))
}

/// Returns the base64 of a policy: the text that is signed.
fn encoded(policy: &str) -> Result<String, SignError> {
    refuse::empty(policy, || Field::Policy)?;
    Ok(STANDARD.encode(policy))
}

fn push_token(fields: &mut Vec<(&'static str, String)>, credentials: &Credentials<'_>) {
    if let Some(token) = credentials.token() {
        fields.push((SECURITY_TOKEN, token.to_owned()));
    }
}
