//! Checks the signature of a form.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::admit::admit;
use super::refusal::Refusal;
use super::v4::{ALGORITHM, Credential};
use super::verified::{Place, Verified, Version};
use crate::canonical_headers::SECURITY_TOKEN;
use crate::credentials::Credentials;
use crate::error::SignError;
use crate::{v1, v4};

/// A form whose signature is right.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedForm {
    verified: Verified,
    policy: String,
}

impl VerifiedForm {
    /// Returns what the signature proves.
    #[must_use]
    pub fn verified(&self) -> &Verified {
        &self.verified
    }

    /// Returns the JSON text of the policy, whose expiration and conditions are still to be checked.
    ///
    /// It may contain the security token.
    #[must_use]
    pub fn policy(&self) -> &str {
        &self.policy
    }
}

impl fmt::Debug for VerifiedForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedForm")
            .field("verified", &self.verified)
            .finish_non_exhaustive()
    }
}

/// Checks the signature of a form, with V1 or V4.
///
/// `fields` are the names and values of the form without its file. Of a repeated field, the first one counts.
/// The expiration and the conditions of the policy are left to the caller: see [`VerifiedForm::policy`].
///
/// # Errors
///
/// A [`Refusal`] that says which rule the form breaks.
pub fn check_form(
    fields: &[(&str, &str)],
    credentials: &Credentials<'_>,
) -> Result<VerifiedForm, Refusal> {
    let form = Fields(fields);
    let is_v1 = form.get("OSSAccessKeyId").is_some() || form.get("Signature").is_some();
    let is_v4 = form.get("x-oss-signature-version").is_some();
    let verified = match (is_v1, is_v4) {
        (true, true) => return Err(Refusal::SignedTwice),
        (false, false) => return Err(Refusal::Unsigned),
        (true, false) => check_v1(form, credentials)?,
        (false, true) => check_v4(form, credentials)?,
    };
    let policy = STANDARD.decode(form.need("policy")?).ok();
    let policy = policy.and_then(|policy| String::from_utf8(policy).ok());
    let policy = policy.ok_or(Refusal::Malformed { name: "policy" })?;
    Ok(VerifiedForm { verified, policy })
}

/// The names and values of a form.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a [(&'a str, &'a str)]);

impl<'a> Fields<'a> {
    fn get(self, wanted: &str) -> Option<&'a str> {
        let mut fields = self.0.iter();
        let found = fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| *value)
    }

    fn need(self, name: &'static str) -> Result<&'a str, Refusal> {
        let value = self.get(name).filter(|value| !value.is_empty());
        value.ok_or(Refusal::Missing { name })
    }
}

fn check_v1(form: Fields<'_>, credentials: &Credentials<'_>) -> Result<Verified, Refusal> {
    let access_key_id = form.need("OSSAccessKeyId")?;
    let (policy, signature) = (form.need("policy")?, form.need("Signature")?);
    admit(credentials, access_key_id, form.get(SECURITY_TOKEN))?;
    let is_right = v1::received::is_text_signature(policy, credentials, signature);
    verified(is_right, Version::V1, None)
}

fn check_v4(form: Fields<'_>, credentials: &Credentials<'_>) -> Result<Verified, Refusal> {
    if form.need("x-oss-signature-version")? != ALGORITHM {
        let name = "x-oss-signature-version";
        return Err(Refusal::Malformed { name });
    }
    let credential = Credential::read(form.need("x-oss-credential")?, "x-oss-credential")?;
    let signed_at = credential.signed_at(form.need("x-oss-date")?)?;
    let (policy, signature) = (form.need("policy")?, form.need("x-oss-signature")?);
    admit(
        credentials,
        credential.access_key_id,
        form.get(SECURITY_TOKEN),
    )?;
    let scope = credential.scope();
    let is_right =
        v4::received::is_text_signature(policy, credentials, &scope, signed_at, signature);
    verified(is_right, Version::V4, Some(credential.region.to_owned()))
}

fn verified(
    is_right: Result<bool, SignError>,
    version: Version,
    region: Option<String>,
) -> Result<Verified, Refusal> {
    match is_right {
        Ok(true) => Ok(Verified {
            version,
            place: Place::Form,
            region,
        }),
        Ok(false) => Err(Refusal::Mismatch),
        Err(reason) => Err(Refusal::Invalid { reason }),
    }
}
