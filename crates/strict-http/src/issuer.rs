//! Who issued a certificate, read from its DER: only as much of it as a diagnosis shows.

use crate::ServerText;

const SEQUENCE: u8 = 0x30;
/// The context tag of the version, which comes first and is optional.
const VERSION: u8 = 0xa0;
/// `id-at-organizationName` and `id-at-commonName`, of which the first one found is shown.
const NAMES: [[u8; 3]; 2] = [[0x55, 0x04, 0x0a], [0x55, 0x04, 0x03]];

/// Returns the issuer's organisation, else its common name.
pub(crate) fn issuer(certificate: &[u8]) -> Option<ServerText> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut fields, _) = element(certificate)?;
    if let (VERSION, _, rest) = element(fields)? {
        fields = rest;
    }
    // The serial number and the algorithm come before the issuer.
    let (_, _, fields) = element(fields)?;
    let (_, _, fields) = element(fields)?;
    let (_, issuer, _) = element(fields)?;
    NAMES.iter().find_map(|name| attribute(issuer, name))
}

/// Returns the text of an attribute of a distinguished name: a sequence of sets of pairs.
fn attribute(mut sets: &[u8], wanted: &[u8]) -> Option<ServerText> {
    while !sets.is_empty() {
        let (_, mut pairs, rest) = element(sets)?;
        sets = rest;
        while !pairs.is_empty() {
            let (tag, pair, rest) = element(pairs)?;
            pairs = rest;
            let (_, name, value) = element(pair)?;
            if tag == SEQUENCE && name == wanted {
                let (_, text, _) = element(value)?;
                let text = String::from_utf8_lossy(text);
                return ServerText::clean(&text, ServerText::MESSAGE_MAX_CHARS, &[]).non_empty();
            }
        }
    }
    None
}

/// Splits the first element off: its tag, its content, and what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (len, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // A length of up to three bytes; no certificate is longer.
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let len = digits
                .iter()
                .fold(0, |len, &digit| len << 8 | usize::from(digit));
            (len, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(len)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair};

    use super::*;

    fn certificate(names: &[(DnType, &str)]) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["a.example".to_owned()]).expect("a name");
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, name) in names {
            params.distinguished_name.push(kind.clone(), *name);
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        certificate.der().to_vec()
    }

    #[test]
    fn an_issuer_is_its_organisation_else_its_common_name() {
        let both = [
            (DnType::CommonName, "Proxy CA\u{1b}[2J"),
            (DnType::OrganizationName, "Example 公司"),
        ];
        let read = |names| issuer(&certificate(names)).map(|name| name.to_string());
        assert_eq!(read(&both).as_deref(), Some("Example 公司"));
        assert_eq!(read(&both[..1]).as_deref(), Some("Proxy CA[2J"));
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn bytes_that_are_no_certificate_have_no_issuer() {
        let good = certificate(&[(DnType::CommonName, "Proxy CA")]);
        for end in 0..good.len().min(120) {
            // Must return, whatever it finds.
            let _ = issuer(&good[..end]);
        }
        for bytes in [
            &[] as &[u8],
            &[0x30],
            &[0x30, 0x84, 1, 1, 1, 1],
            &[0xff; 40],
        ] {
            assert_eq!(issuer(bytes), None);
        }
    }
}
