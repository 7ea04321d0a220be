//! Says why OSS computed another signature, from the texts that a `SignatureDoesNotMatch` repeats.
//!
//! Those texts hold the security token. They are compared here and dropped; only the name of what differs leaves.

use oss_signer::{
    Credentials, SignError,
    diagnose::{self, Diagnosis},
    v1, v4,
};

use crate::{
    signing::{Signature, Signed, Signing},
    xml,
};

impl Signed<'_> {
    /// Compares what was signed with what OSS says that it signed; `None` if the document does not say it.
    pub(crate) fn diagnose(&self, document: &[u8]) -> Option<Diagnosis> {
        let elements = xml::children(document, "Error", &["StringToSign", "CanonicalRequest"]);
        let element = |name: &str| {
            let found = elements.iter().find(|(found, _)| found == name);
            found.map(|(_, text)| text.as_str())
        };
        let theirs = element("StringToSign")?;
        let diagnosis = self.compare(theirs, element("CanonicalRequest")).ok()?;
        let theirs = elements
            .iter()
            .map(|(_, text)| text.as_str())
            .collect::<String>();
        Some(without_secrets(
            diagnosis,
            &theirs,
            &self.signing.credentials,
        ))
    }

    fn compare(&self, text: &str, canonical: Option<&str>) -> Result<Diagnosis, SignError> {
        let Signing {
            credentials,
            signature,
            time,
        } = self.signing;
        let Signature::V4 { region } = signature else {
            let ours = v1::string_to_sign(self.request, credentials, *time)?;
            return Ok(diagnose::string_to_sign(&ours, text));
        };
        let scope = v4::Scope::new(region).product(self.product);
        let ours = v4::string_to_sign(self.request, credentials, &scope, *time)?;
        match (diagnose::string_to_sign(&ours, text), canonical) {
            (Diagnosis::CanonicalRequest, Some(canonical)) => {
                let ours = v4::canonical_request(self.request, credentials, &scope, *time)?;
                Ok(diagnose::canonical_request(&ours, canonical))
            }
            (diagnosis, _) => Ok(diagnosis),
        }
    }
}

/// Drops a name that is a piece of a secret: the server chose it, and may have put the token there.
fn without_secrets(diagnosis: Diagnosis, theirs: &str, credentials: &Credentials<'_>) -> Diagnosis {
    match &diagnosis {
        Diagnosis::Header { name, .. } | Diagnosis::Query { name, .. }
            if theirs.contains(name) && !credentials.redact(theirs).contains(name) =>
        {
            Diagnosis::CanonicalRequest
        }
        _ => diagnosis,
    }
}
