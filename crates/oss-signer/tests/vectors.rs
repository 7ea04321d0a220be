//! Compares the signer with every vector of `tests/vectors/`, stage by stage. A failure names the first stage that differs.
//!
//! If `OSS_VECTORS_FILE` is set, the vectors of that file are compared instead.

// Marks the helpers as test code, for the lints that are off in tests.
#![cfg(test)]

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oss_signer::v4::{Scope, SigningKey};
use oss_signer::{Credentials, Presigned, Request, Resource, SignError, v1, v4};
use serde::Deserialize;

#[path = "vectors/post.rs"]
mod post;
#[cfg(feature = "verify")]
#[path = "vectors/verify.rs"]
mod verify;

#[cfg(feature = "verify")]
#[test]
fn every_vector_that_has_a_secret_is_verified() {
    let mut failures = Vec::new();
    for file in vector_files() {
        let vectors = read(&file);
        // One vector has a derived key instead of the secret, and `verify` takes secrets only.
        let vectors = vectors
            .iter()
            .filter(|vector| vector.signing_key_hex.is_none());
        failures.extend(vectors.filter_map(|vector| verify::check(vector).err()));
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn the_signer_agrees_with_every_vector() {
    let mut failures = Vec::new();
    for file in vector_files() {
        let vectors = read(&file);
        let version = file_label(&vectors[0]);
        let before = failures.len();
        failures.extend(vectors.iter().filter_map(|vector| check(vector).err()));
        let passed = vectors.len() - (failures.len() - before);
        println!(
            "signer: {passed} of {} vectors passed ({version})",
            vectors.len()
        );
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn read(file: &Path) -> Vec<Vector> {
    let text = std::fs::read_to_string(file)
        .unwrap_or_else(|error| panic!("could not read `{}`: {error}", file.display()));
    let vectors: Vec<Vector> = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("could not parse `{}`: {error}", file.display()));
    assert!(!vectors.is_empty(), "`{}` has no vectors", file.display());
    vectors
}

/// Returns what a file of vectors is about, by its first vector.
fn file_label(vector: &Vector) -> &str {
    match vector.mode.as_str() {
        "post" => "post",
        _ => &vector.version,
    }
}

/// Returns the file that the environment names, or those of the crate.
#[expect(clippy::disallowed_methods, reason = "the one setting of this test")]
fn vector_files() -> Vec<PathBuf> {
    if let Some(file) = std::env::var_os("OSS_VECTORS_FILE") {
        return vec![file.into()];
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    ["oss-v1.json", "oss-v4.json", "oss-post.json"]
        .map(|file| folder.join(file))
        .to_vec()
}

/// One vector. `tests/vectors/README.md` explains the fields.
#[derive(Deserialize)]
struct Vector {
    name: String,
    version: String,
    mode: String,
    #[serde(default)]
    method: String,
    bucket: Option<String>,
    key: Option<String>,
    region: Option<String>,
    #[serde(default)]
    additional_headers: Vec<String>,
    #[serde(default)]
    query: Vec<(String, String)>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    credentials: VectorCredentials,
    timestamp: u64,
    expires_in: Option<u64>,
    expires_at: Option<u64>,
    canonical_request: Option<String>,
    string_to_sign: String,
    signature: String,
    authorization: Option<String>,
    url: Option<String>,
    presigned_url: Option<String>,
    signing_key_hex: Option<String>,
    policy: Option<String>,
    form: Option<Vec<(String, String)>>,
}

#[derive(Deserialize)]
struct VectorCredentials {
    access_key_id: String,
    access_key_secret: Option<String>,
    security_token: Option<String>,
}

impl Vector {
    fn request(&self) -> Request<'_> {
        let resource = match (&self.bucket, &self.key) {
            (Some(bucket), Some(object_key)) => Resource::Object { bucket, object_key },
            (Some(bucket), None) => Resource::Bucket { bucket },
            (None, _) => Resource::Service,
        };
        let mut request = Request::new(&self.method, resource);
        for (name, value) in &self.query {
            request = request.query(name, value);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request
    }

    fn credentials(&self) -> Credentials<'_> {
        let secret = self.credentials.access_key_secret.as_deref();
        let credentials =
            Credentials::new(&self.credentials.access_key_id, secret.unwrap_or_default());
        match &self.credentials.security_token {
            Some(token) => credentials.security_token(token),
            None => credentials,
        }
    }

    fn time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.timestamp)
    }

    /// Compares one stage. The message shows both texts, one above the other.
    fn stage(&self, stage: &str, expected: &str, got: &str) -> Result<(), String> {
        if expected == got {
            return Ok(());
        }
        Err(format!(
            "{}: {stage} differs\n  expected: {expected:?}\n       got: {got:?}\n",
            self.name
        ))
    }

    /// Compares a stage that the vector may lack.
    fn optional_stage(&self, stage: &str, expected: Option<&str>, got: &str) -> Result<(), String> {
        expected.map_or(Ok(()), |expected| self.stage(stage, expected, got))
    }

    fn refused(&self, stage: &str) -> impl Fn(SignError) -> String {
        let place = format!("{}: {stage} was refused", self.name);
        move |error| format!("{place}: {error}\n")
    }
}

fn check(vector: &Vector) -> Result<(), String> {
    match (vector.version.as_str(), vector.mode.as_str()) {
        ("v1", "header") => check_v1_header(vector),
        ("v1", "query") => check_v1_query(vector),
        ("v4", "header") => check_v4_header(vector),
        ("v4", "query") => check_v4_query(vector),
        (_, "post") => post::check(vector),
        (version, mode) => Err(format!(
            "{}: unknown version `{version}` or mode `{mode}`\n",
            vector.name
        )),
    }
}

fn check_v1_header(vector: &Vector) -> Result<(), String> {
    let (request, credentials) = (vector.request(), vector.credentials());
    let text = v1::string_to_sign(&request, &credentials, vector.time())
        .map_err(vector.refused("string to sign"))?;
    vector.stage(
        "string to sign",
        &vector.string_to_sign,
        text.reveal_secrets(),
    )?;

    let signed =
        v1::sign(&request, &credentials, vector.time()).map_err(vector.refused("signature"))?;
    let authorization = header(signed.headers(), "authorization");
    let signature = authorization.rsplit(':').next().unwrap_or_default();
    vector.stage("signature", &vector.signature, signature)?;
    vector.optional_stage(
        "authorization",
        vector.authorization.as_deref(),
        &authorization,
    )?;
    check_token_header(vector, &header(signed.headers(), "x-oss-security-token"))?;
    check_url(vector, vector.url.as_deref(), |origin| request.url(origin))
}

fn check_v1_query(vector: &Vector) -> Result<(), String> {
    let (request, credentials) = (vector.request(), vector.credentials());
    let expires_at = UNIX_EPOCH + Duration::from_secs(vector.expires_at.unwrap_or_default());
    let text = v1::presign_string_to_sign(&request, &credentials, expires_at)
        .map_err(vector.refused("string to sign"))?;
    vector.stage(
        "string to sign",
        &vector.string_to_sign,
        text.reveal_secrets(),
    )?;

    let presigned =
        v1::presign(&request, &credentials, expires_at).map_err(vector.refused("signature"))?;
    let signature = query_value(&presigned, "Signature");
    vector.stage("signature", &vector.signature, &signature)?;
    check_url(vector, vector.presigned_url.as_deref(), |origin| {
        presigned.url(origin)
    })
}

fn check_v4_header(vector: &Vector) -> Result<(), String> {
    let (request, credentials, time) = (vector.request(), vector.credentials(), vector.time());
    let additional: Vec<&str> = vector
        .additional_headers
        .iter()
        .map(String::as_str)
        .collect();
    let region = vector.region.as_deref().unwrap_or_default();
    let scope = Scope::new(region).additional_headers(&additional);

    let text = v4::canonical_request(&request, &credentials, &scope, time)
        .map_err(vector.refused("canonical request"))?;
    let expected = vector.canonical_request.as_deref().unwrap_or_default();
    vector.stage("canonical request", expected, text.reveal_secrets())?;
    let text = v4::string_to_sign(&request, &credentials, &scope, time)
        .map_err(vector.refused("string to sign"))?;
    vector.stage(
        "string to sign",
        &vector.string_to_sign,
        text.reveal_secrets(),
    )?;

    let signed = match &vector.signing_key_hex {
        Some(hex) => SigningKey::from_derived(&key_of_hex(hex)?, &scope, time)
            .and_then(|key| key.sign(&request, &credentials, &scope, time)),
        None => v4::sign(&request, &credentials, &scope, time),
    };
    let signed = signed.map_err(vector.refused("signature"))?;
    let authorization = header(signed.headers(), "authorization");
    let part = |text: &str, name: &str| {
        let mut parts = text.split([' ', ',']);
        let found = parts.find_map(|part| part.strip_prefix(name));
        found.unwrap_or_default().to_owned()
    };
    vector.stage(
        "signature",
        &vector.signature,
        &part(&authorization, "Signature="),
    )?;
    for name in ["Credential=", "AdditionalHeaders=", "Signature="] {
        let expected = vector.authorization.as_deref().map(|text| part(text, name));
        vector.optional_stage(
            &format!("`{name}` of the authorization"),
            expected.as_deref(),
            &part(&authorization, name),
        )?;
    }
    check_token_header(vector, &header(signed.headers(), "x-oss-security-token"))?;
    check_url(vector, vector.url.as_deref(), |origin| request.url(origin))
}

fn check_v4_query(vector: &Vector) -> Result<(), String> {
    let (request, credentials, time) = (vector.request(), vector.credentials(), vector.time());
    let additional: Vec<&str> = vector
        .additional_headers
        .iter()
        .map(String::as_str)
        .collect();
    let region = vector.region.as_deref().unwrap_or_default();
    let scope = Scope::new(region).additional_headers(&additional);
    let expires_in = Duration::from_secs(vector.expires_in.unwrap_or_default());

    let text = v4::presign_canonical_request(&request, &credentials, &scope, time, expires_in)
        .map_err(vector.refused("canonical request"))?;
    let expected = vector.canonical_request.as_deref().unwrap_or_default();
    vector.stage("canonical request", expected, text.reveal_secrets())?;
    let text = v4::presign_string_to_sign(&request, &credentials, &scope, time, expires_in)
        .map_err(vector.refused("string to sign"))?;
    vector.stage(
        "string to sign",
        &vector.string_to_sign,
        text.reveal_secrets(),
    )?;

    let presigned = v4::presign(&request, &credentials, &scope, time, expires_in)
        .map_err(vector.refused("signature"))?;
    let signature = query_value(&presigned, "x-oss-signature");
    vector.stage("signature", &vector.signature, &signature)?;
    check_url(vector, vector.presigned_url.as_deref(), |origin| {
        presigned.url(origin)
    })
}

/// Returns the value of the first pair of this name, or the empty text.
fn header<'n, 'v>(mut pairs: impl Iterator<Item = (&'n str, &'v str)>, name: &str) -> String {
    let found = pairs.find(|(other, _)| *other == name);
    found.map_or_else(String::new, |(_, value)| value.to_owned())
}

/// Returns the decoded value of a query parameter, or the empty text.
fn query_value(presigned: &Presigned, name: &str) -> String {
    let query = presigned.path_and_query().split_once('?');
    let pairs = decoded_pairs(query.map_or("", |(_, query)| query));
    let found = pairs
        .into_iter()
        .find(|(other, _)| other == name.as_bytes());
    let value = found.map(|(_, value)| value).unwrap_or_default();
    String::from_utf8_lossy(&value).into_owned()
}

fn check_token_header(vector: &Vector, got: &str) -> Result<(), String> {
    let expected = vector.credentials.security_token.as_deref();
    vector.stage("token header", expected.unwrap_or_default(), got)
}

/// Compares the path byte for byte and the query as a set of decoded pairs, because its order has no meaning.
fn check_url(
    vector: &Vector,
    expected: Option<&str>,
    url: impl Fn(&str) -> String,
) -> Result<(), String> {
    let Some(expected) = expected else {
        return Ok(());
    };
    let after_scheme = expected.find("://").map_or(0, |place| place + 3);
    let path_start = expected[after_scheme..]
        .find('/')
        .map_or(expected.len(), |place| after_scheme + place);
    let got = url(&expected[..path_start]);
    let split = |text: &str| {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        (path.to_owned(), decoded_pairs(query))
    };
    let ((expected_path, expected_query), (path, query)) = (split(expected), split(&got));
    vector.stage("path of the URL", &expected_path, &path)?;
    vector.stage(
        "query of the URL",
        &format!("{expected_query:?}"),
        &format!("{query:?}"),
    )
}

fn decoded_pairs(query: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    let pairs = parts.map(|part| part.split_once('=').unwrap_or((part, "")));
    let mut pairs: Vec<_> = pairs
        .map(|(name, value)| (percent_decoded(name), percent_decoded(value)))
        .collect();
    pairs.sort();
    pairs
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        let escape = tail.get(..2).filter(|_| *byte == b'%');
        let escape = escape.and_then(|hex| std::str::from_utf8(hex).ok());
        let escaped = escape.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        decoded.push(escaped.unwrap_or(*byte));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    decoded
}

fn key_of_hex(hex: &str) -> Result<[u8; 32], String> {
    let digits = hex.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> = digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| "`signing_key_hex` is not 32 bytes of hexadecimal\n".to_owned())
}
