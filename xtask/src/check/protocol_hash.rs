//! Ties docs/protocol.md to the code that speaks the protocol, so that neither changes alone.
//!
//! The document carries a hash of the wire files.
//! After changing either, read both, then write the new hash with `cargo xtask check --bless-protocol`.

use std::fs;

use crate::process::Failure;
use crate::workspace;

const DOCUMENT: &str = "docs/protocol.md";
const MARK: &str = "<!-- wire files: fnv1a64 ";
const MARK_END: &str = " -->";

/// Files that put bytes on the wire, read them, or decide what a response means; each must exist.
const WIRE_FILES: [&str; 32] = [
    "crates/oss-client/src/body.rs",
    "crates/oss-client/src/client.rs",
    "crates/oss-client/src/connect_ahead.rs",
    "crates/oss-client/src/crc64.rs",
    "crates/oss-client/src/document.rs",
    "crates/oss-client/src/endpoint.rs",
    "crates/oss-client/src/get_object.rs",
    "crates/oss-client/src/head_object.rs",
    "crates/oss-client/src/multipart.rs",
    "crates/oss-client/src/names.rs",
    "crates/oss-client/src/new_object.rs",
    "crates/oss-client/src/put_object.rs",
    "crates/oss-client/src/reply.rs",
    "crates/oss-client/src/xml.rs",
    "crates/oss-signer/src/canonical_headers.rs",
    "crates/oss-signer/src/moment.rs",
    "crates/oss-signer/src/percent.rs",
    "crates/oss-signer/src/request.rs",
    "crates/oss-signer/src/v1.rs",
    "crates/oss-signer/src/v4.rs",
    "crates/strict-http/src/headers.rs",
    "crates/vectcut-api/src/check_key.rs",
    "crates/vectcut-api/src/client.rs",
    "crates/vectcut-api/src/complete_upload.rs",
    "crates/vectcut-api/src/credentials.rs",
    "crates/vectcut-api/src/envelope.rs",
    "crates/vectcut-api/src/error.rs",
    "crates/vectcut-api/src/init_upload.rs",
    "crates/vectcut-api/src/probe.rs",
    "crates/vectcut-api/src/signed_url.rs",
    "crates/vectcut-upload/src/policy/verdict.rs",
    "crates/vectcut-upload/src/reuse.rs",
];

/// Folders whose files all belong to the wire.
const WIRE_FOLDERS: [&str; 3] = [
    "crates/oss-signer/src/moment/",
    "crates/oss-signer/src/v1/",
    "crates/oss-signer/src/v4/",
];

/// Compares the hash in the document with that of the wire files.
pub(super) fn findings(files: &[String]) -> Result<Vec<String>, Failure> {
    let now = hash_of_wire_files(files)?;
    Ok(match blessed(&workspace::read(DOCUMENT)?) {
        Some(blessed) if blessed == now => Vec::new(),
        Some(blessed) => vec![format!(
            "{DOCUMENT} was read against wire files {blessed}, now they are {now}; \
             read both, then run `cargo xtask check --bless-protocol`"
        )],
        None => vec![format!("{DOCUMENT} has no line `{MARK}…{MARK_END}`")],
    })
}

/// Writes the current hash into the document.
pub(crate) fn bless() -> Result<(), Failure> {
    let text = workspace::read(DOCUMENT)?;
    let now = hash_of_wire_files(&workspace::files()?)?;
    let Some(before) = blessed(&text) else {
        return Err(Failure::new(format!(
            "{DOCUMENT} has no line `{MARK}…{MARK_END}`"
        )));
    };
    let text = text.replace(
        &format!("{MARK}{before}{MARK_END}"),
        &format!("{MARK}{now}{MARK_END}"),
    );
    fs::write(workspace::root().join(DOCUMENT), text)
        .map_err(|error| Failure::new(format!("could not write `{DOCUMENT}`: {error}")))?;
    println!("{DOCUMENT}: {before} → {now}");
    Ok(())
}

fn blessed(document: &str) -> Option<&str> {
    let mut lines = document.lines();
    lines.find_map(|line| line.strip_prefix(MARK)?.strip_suffix(MARK_END))
}

fn hash_of_wire_files(files: &[String]) -> Result<String, Failure> {
    let mut wire_files = WIRE_FILES.map(str::to_owned).to_vec();
    let in_wire_folder =
        |file: &&String| WIRE_FOLDERS.iter().any(|folder| file.starts_with(folder));
    wire_files.extend(files.iter().filter(in_wire_folder).cloned());
    wire_files.sort();
    let mut hash = Fnv1a::new();
    for file in &wire_files {
        hash.write(file.as_bytes());
        hash.write(b"\0");
        hash.write(workspace::read(file)?.as_bytes());
        hash.write(b"\0");
    }
    Ok(format!("{:016x}", hash.0))
}

/// FNV-1a, 64 bits: it need not resist anybody, only notice a change.
struct Fnv1a(u64);

impl Fnv1a {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        let mut hash = Fnv1a::new();
        hash.write(b"foobar");
        assert_eq!(hash.0, 0x8594_4171_f739_67e8);
    }

    #[test]
    fn the_mark_is_found_on_its_own_line() {
        assert_eq!(
            blessed("# Title\n\n<!-- wire files: fnv1a64 0123 -->\n"),
            Some("0123")
        );
        assert_eq!(blessed("# Title\n"), None);
    }
}
