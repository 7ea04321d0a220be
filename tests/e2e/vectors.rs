//! The vendor's signature vectors, sent to the sandbox's verifier as requests on the wire.
//!
//! The signer is not involved: the vectors bring their signatures, so this proves the verifier alone.
//! `OSS_VECTORS_FILE` names a file of the same schema to run instead of the repository's own.

mod vector;

use std::path::{Path, PathBuf};

use vectcut_sandbox::verify::Refusal;

use vector::Vector;

const FOLDER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../crates/oss-signer/tests/vectors"
);

#[test]
fn every_vector_verifies() {
    for file in files() {
        let vectors = read(&file);
        let failures: Vec<String> = vectors.iter().filter_map(failure).collect();
        let kind = vectors[0].kind();
        let verified = vectors.len() - failures.len();
        println!(
            "sandbox: {verified} of {} vectors verified ({kind})",
            vectors.len()
        );
        assert!(
            failures.is_empty(),
            "{}:\n{}",
            file.display(),
            failures.join("\n")
        );
    }
}

#[test]
fn a_signature_with_any_one_character_changed_is_refused() {
    for vector in files().iter().flat_map(|file| read(file)) {
        for position in 0..vector.signature.len() {
            let signature = with_another_character(&vector.signature, position);
            let outcome = vector.check(&signature);
            assert!(
                matches!(outcome, Err(Refusal::Mismatch(_))),
                "`{}` with another character at {position}: {outcome:?}",
                vector.name
            );
        }
    }
}

fn files() -> Vec<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one setting of this test, for `cargo xtask golden --vectors`"
    )]
    match std::env::var_os("OSS_VECTORS_FILE") {
        Some(file) => vec![PathBuf::from(file)],
        None => ["oss-v1.json", "oss-v4.json", "oss-post.json"]
            .map(|name| Path::new(FOLDER).join(name))
            .to_vec(),
    }
}

fn read(file: &Path) -> Vec<Vector> {
    let text =
        std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let vectors: Vec<Vector> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert!(!vectors.is_empty(), "{}: no vector in it", file.display());
    vectors
}

/// Returns the verifier's reason for refusing a vector, with both strings to sign.
fn failure(vector: &Vector) -> Option<String> {
    let refusal = vector.check(&vector.signature).err()?;
    let computed = match &refusal {
        Refusal::Mismatch(mismatch) => {
            String::from_utf8_lossy(&mismatch.string_to_sign).into_owned()
        }
        _ => String::new(),
    };
    let expected = &vector.string_to_sign;
    Some(format!(
        "`{}`: {refusal}\n  expected {expected:?}\n  computed {computed:?}",
        vector.name
    ))
}

fn with_another_character(signature: &str, position: usize) -> String {
    let mut bytes = signature.as_bytes().to_vec();
    bytes[position] = if bytes[position] == b'0' { b'1' } else { b'0' };
    String::from_utf8(bytes).expect("a signature is ASCII")
}
