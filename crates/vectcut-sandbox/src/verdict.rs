//! What a server found when it checked who sent a request: for the log and the status page, without any secret.

use std::fmt;

use crate::verify::{Place, Refusal, Version};

/// What came of checking the signature or the API key of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) proof: Proof,
    /// Why the proof is refused, as one fixed word; `None` if it is accepted.
    pub(crate) refused: Option<&'static str>,
}

/// What a request proves its sender with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Nothing, or something that cannot be read.
    Nothing,
    /// The API key of the backend.
    ApiKey,
    /// A signature of OSS.
    Signature(Version, Place),
    /// The signed policy of a form.
    Form,
}

impl Verdict {
    /// The proof is good.
    pub(crate) fn accepted(proof: Proof) -> Self {
        Self {
            proof,
            refused: None,
        }
    }

    /// The proof is refused, for this reason.
    pub(crate) fn refused(proof: Proof, reason: &'static str) -> Self {
        Self {
            proof,
            refused: Some(reason),
        }
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "none",
            Self::ApiKey => "api-key",
            Self::Form => "form",
            Self::Signature(Version::V1, Place::Header) => "v1-header",
            Self::Signature(Version::V1, Place::Url) => "v1-url",
            Self::Signature(Version::V4, Place::Header) => "v4-header",
            Self::Signature(Version::V4, Place::Url) => "v4-url",
        })
    }
}

/// Shows the verdict as `v4-header:accepted` or `v4-header:mismatch`.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.proof, self.refused.unwrap_or("accepted"))
    }
}

/// Returns one fixed word for a refusal. Its own text may repeat what the client sent.
pub(crate) fn reason(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Unsigned => "unsigned",
        Refusal::SignedTwice => "signed-twice",
        Refusal::Malformed { .. } => "malformed",
        Refusal::ParameterMissing { .. } => "parameter-missing",
        Refusal::FieldMissing { .. } => "field-missing",
        Refusal::InvalidPolicy { .. } => "invalid-policy",
        Refusal::PolicyViolated { .. } => "policy-violated",
        Refusal::UnreadableDate => "unreadable-date",
        Refusal::TooSkewed { .. } => "clock-skew",
        Refusal::UrlExpired { .. } => "url-expired",
        Refusal::UnknownAccessKeyId { .. } => "unknown-access-key-id",
        Refusal::UnknownToken { .. } => "unknown-token",
        Refusal::TokenExpired { .. } => "token-expired",
        Refusal::TokenNotSupported => "token-not-supported",
        Refusal::CredentialsMixed => "credentials-mixed",
        Refusal::Mismatch(_) => "mismatch",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_repeats_nothing_that_a_client_sent() {
        let refusal = Refusal::UnknownToken {
            security_token: "canary".into(),
        };
        let proof = Proof::Signature(Version::V1, Place::Header);
        let verdict = Verdict::refused(proof, reason(&refusal));
        assert_eq!(verdict.to_string(), "v1-header:unknown-token");
        let good = Verdict::accepted(Proof::ApiKey);
        assert_eq!(good.to_string(), "api-key:accepted");
    }
}
