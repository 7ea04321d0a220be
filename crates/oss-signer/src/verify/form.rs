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
    let field = |wanted: &str| {
        let mut fields = fields.iter();
        let found = fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| *value)
    };
    let need = |name: &'static str| {
        let value = field(name).filter(|value| !value.is_empty());
        value.ok_or(Refusal::Missing { name })
    };
    let is_v1 = field("OSSAccessKeyId").is_some() || field("Signature").is_some();
    let is_v4 = field("x-oss-signature-version").is_some();
    let token = field(SECURITY_TOKEN);
    let (is_right, version, region) = match (is_v1, is_v4) {
        (true, true) => return Err(Refusal::SignedTwice),
        (false, false) => return Err(Refusal::Unsigned),
        (true, false) => {
            let access_key_id = need("OSSAccessKeyId")?;
            let (policy, signature) = (need("policy")?, need("Signature")?);
            admit(credentials, access_key_id, token)?;
            let is_right = v1::received::is_text_signature(policy, credentials, signature);
            (is_right, Version::V1, None)
        }
        (false, true) => {
            if need("x-oss-signature-version")? != ALGORITHM {
                let name = "x-oss-signature-version";
                return Err(Refusal::Malformed { name });
            }
            let credential = Credential::read(need("x-oss-credential")?, "x-oss-credential")?;
            let signed_at = credential.signed_at(need("x-oss-date")?)?;
            let (policy, signature) = (need("policy")?, need("x-oss-signature")?);
            admit(credentials, credential.access_key_id, token)?;
            let scope = credential.scope();
            let is_right =
                v4::received::is_text_signature(policy, credentials, &scope, signed_at, signature);
            (is_right, Version::V4, Some(credential.region.to_owned()))
        }
    };
    match is_right {
        Ok(true) => {}
        Ok(false) => return Err(Refusal::Mismatch),
        Err(reason) => return Err(Refusal::Invalid { reason }),
    }
    let malformed = Refusal::Malformed { name: "policy" };
    let policy = STANDARD.decode(need("policy")?).ok();
    let policy = policy.and_then(|policy| String::from_utf8(policy).ok());
    Ok(VerifiedForm {
        verified: Verified {
            version,
            place: Place::Form,
            region,
        },
        policy: policy.ok_or(malformed)?,
    })
}
