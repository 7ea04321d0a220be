//! The fuzz targets: every place where this repository reads text that somebody else wrote.
//!
//! libFuzzer runs each through a file in `fuzz_targets/`; `examples/stable.rs` runs them all without it.
//! A target is a function of bytes that panics when it finds a fault.

pub mod mutation;

/// A target and its name.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("backend_envelope", vectcut_api::fuzzing::backend_envelope),
    ("http_date", oss_signer::fuzzing::http_date),
    ("journal_read", vectcut_upload::fuzzing::journal_read),
    ("oss_error_xml", oss_client::fuzzing::oss_error_xml),
    (
        "sandbox_fault_grammar",
        vectcut_sandbox::fuzzing::sandbox_fault_grammar,
    ),
    (
        "sandbox_link_grammar",
        vectcut_sandbox::fuzzing::sandbox_link_grammar,
    ),
    (
        "sandbox_parts_xml",
        vectcut_sandbox::fuzzing::sandbox_parts_xml,
    ),
    (
        "sandbox_verify_v1_v4",
        vectcut_sandbox::fuzzing::sandbox_verify_v1_v4,
    ),
    ("server_text", strict_http::fuzzing::server_text),
    ("server_url", strict_http::fuzzing::server_url),
    ("signed_url", vectcut_api::fuzzing::signed_url),
];

/// Runs a target once.
///
/// # Panics
///
/// If the target finds a fault, or has another name than those of [`TARGETS`].
pub fn run(name: &str, data: &[u8]) {
    let (_, target) = find(name).unwrap_or_else(|| panic!("`{name}` is no fuzz target"));
    target(data);
}

/// Returns the target of that name.
pub fn find(name: &str) -> Option<Target> {
    TARGETS.iter().find(|(known, _)| *known == name).copied()
}
