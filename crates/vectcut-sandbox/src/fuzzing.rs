//! Entry points for fuzz targets; not part of the API.

use std::time::{Duration, SystemTime};

use crate::faults::Fault;
use crate::link::Link;
use crate::oss;
use crate::verify::{self, Addressing, Key, Keys, Wire};

/// When the requests of the corpus were signed, in seconds since 1970.
const SIGNED_AT: u64 = 1_767_229_323;

/// Reads any bytes as a fault, and what the fault shows as the same fault.
///
/// # Panics
///
/// If a fault is not read back as it was shown.
pub fn sandbox_fault_grammar(data: &[u8]) {
    let Some(fault) = text(data).and_then(|text| text.parse::<Fault>().ok()) else {
        return;
    };
    assert_eq!(fault.to_string().parse(), Ok(fault), "read as it was shown");
}

/// Reads any bytes as a link, and what the link shows as the same link.
///
/// # Panics
///
/// If a link is not read back as it was shown.
pub fn sandbox_link_grammar(data: &[u8]) {
    let Some(link) = text(data).and_then(|text| text.parse::<Link>().ok()) else {
        return;
    };
    assert_eq!(link.to_string().parse(), Ok(link), "read as it was shown");
}

/// Reads any bytes as the list of parts that completes an upload.
///
/// # Panics
///
/// If a list that was read has no part.
pub fn sandbox_parts_xml(data: &[u8]) {
    if let Some(parts) = text(data).and_then(oss::parse_parts) {
        assert!(!parts.is_empty(), "a list without parts was read");
    }
}

/// Verifies any bytes as a signed request, in both ways of naming the bucket.
///
/// The bytes are `METHOD TARGET`, then `name: value` for each header, each on a line of its own.
///
/// # Panics
///
/// If a signature is good for another method than that of its request.
pub fn sandbox_verify_v1_v4(data: &[u8]) {
    let Some(wire) = text(data).and_then(request) else {
        return;
    };
    let mut keys = Keys::default();
    keys.add("id", Key::long_lived("secret"));
    keys.add("STS.id", Key::temporary("secret", "token", None));
    let bucket = "examplebucket".to_owned();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(SIGNED_AT);
    for addressing in [Addressing::Path, Addressing::VirtualHost { bucket }] {
        if verify::check(&wire, &addressing, &keys, now).is_err() {
            continue;
        }
        let method = format!("{}X", wire.method);
        let other = Wire {
            method,
            ..wire.clone()
        };
        let verdict = verify::check(&other, &addressing, &keys, now);
        assert!(verdict.is_err(), "good for {}, too", other.method);
    }
}

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

fn request(text: &str) -> Option<Wire> {
    let mut lines = text.lines();
    let (method, target) = lines.next()?.split_once(' ')?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut wire = Wire {
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        ..Wire::default()
    };
    wire.host = wire.header("host").unwrap_or_default().to_owned();
    Some(wire)
}
