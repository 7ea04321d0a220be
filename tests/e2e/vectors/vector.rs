//! One vector, and the request on the wire that it stands for.
//!
//! The vectors' README says what each field means, and what a signer adds that is therefore not among the fields.

use std::time::{Duration, SystemTime};

use serde::Deserialize;
use vectcut_sandbox::verify::{self, Addressing, Form, Key, Keys, Refusal, Wire};

/// A request, a key and a time, and the signature that the vendor makes of them.
#[derive(Deserialize)]
pub(super) struct Vector {
    pub(super) name: String,
    pub(super) version: String,
    mode: Mode,
    #[serde(default)]
    method: String,
    bucket: Option<String>,
    key: Option<String>,
    #[serde(default)]
    query: Vec<(String, String)>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    credentials: Credentials,
    timestamp: u64,
    #[serde(default)]
    date: String,
    expires_at: Option<u64>,
    canonical_request: Option<String>,
    pub(super) string_to_sign: String,
    pub(super) signature: String,
    url: Option<String>,
    authorization: Option<String>,
    presigned_url: Option<String>,
    signing_key_hex: Option<String>,
    /// The fields of a form in order.
    form: Option<Vec<(String, String)>>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Header,
    Query,
    Post,
}

#[derive(Deserialize)]
struct Credentials {
    access_key_id: String,
    access_key_secret: Option<String>,
    security_token: Option<String>,
}

impl Vector {
    /// Verifies the vector with `signature` in the place of its own.
    pub(super) fn check(&self, signature: &str) -> Result<(), Refusal> {
        if self.mode == Mode::Post {
            return verify::check_form(&self.form(signature), &self.keys(), self.time()).map(drop);
        }
        let wire = self.wire(signature);
        verify::check(&wire, &self.addressing(), &self.keys(), self.time()).map(drop)
    }

    /// What the vector is about, for the count of a file.
    pub(super) fn kind(&self) -> &str {
        match self.mode {
            Mode::Post => "post",
            Mode::Header | Mode::Query => &self.version,
        }
    }

    fn form(&self, signature: &str) -> Form {
        let mut form = Form {
            bucket: self.bucket.clone().unwrap_or_default(),
            fields: self.form.clone().unwrap_or_default(),
        };
        for (_, value) in &mut form.fields {
            if *value == self.signature {
                signature.clone_into(value);
            }
        }
        // A vector pins the signature, not the form of an upload: these policies ask for more fields.
        form.fields.extend(
            [
                ("success_action_status", "200"),
                ("content-type", "image/png"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        form
    }

    fn time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.timestamp)
    }

    fn addressing(&self) -> Addressing {
        match &self.bucket {
            Some(bucket) => Addressing::VirtualHost {
                bucket: bucket.clone(),
            },
            None => Addressing::Path,
        }
    }

    /// The one key that a server knows for this vector.
    fn keys(&self) -> Keys {
        let Credentials {
            access_key_id,
            access_key_secret,
            security_token,
        } = &self.credentials;
        let key = match (access_key_secret, &self.signing_key_hex, security_token) {
            (Some(secret), _, None) => Key::long_lived(secret),
            (Some(secret), _, Some(token)) => Key::temporary(secret, token, None),
            (None, Some(hex), _) => Key::derived_v4(from_hex(hex)),
            (None, None, _) => panic!("`{}` has neither a secret nor a signing key", self.name),
        };
        let mut keys = Keys::default();
        keys.add(access_key_id, key);
        keys
    }

    /// The signed request, with `signature` in the place of the vector's own.
    fn wire(&self, signature: &str) -> Wire {
        let mut headers = self.headers.clone();
        if self.mode == Mode::Header {
            headers.extend(self.added_headers(signature));
        }
        Wire {
            method: self.method.clone(),
            host: self.host().to_owned(),
            target: self.target(signature),
            headers,
        }
    }

    fn added_headers(&self, signature: &str) -> Vec<(String, String)> {
        let given = |name: &str| {
            self.headers
                .iter()
                .any(|(given, _)| given.eq_ignore_ascii_case(name))
        };
        let authorization = self
            .authorization
            .as_deref()
            .expect("a header vector has its Authorization");
        let mut added = vec![(
            "Authorization".to_owned(),
            authorization.replace(&self.signature, signature),
        )];
        if self.version == "v1" {
            added.push(("Date".to_owned(), self.date.clone()));
        } else if !given("x-oss-date") {
            added.push(("x-oss-date".to_owned(), self.date.clone()));
        }
        if self.version == "v4" {
            added.push((
                "x-oss-content-sha256".to_owned(),
                "UNSIGNED-PAYLOAD".to_owned(),
            ));
        }
        if let Some(token) = &self.credentials.security_token {
            added.push(("x-oss-security-token".to_owned(), token.clone()));
        }
        added
    }

    fn host(&self) -> &str {
        let url = self.url.as_ref().or(self.presigned_url.as_ref());
        let after_scheme = url
            .and_then(|url| url.split_once("://"))
            .map_or("", |(_, rest)| rest);
        after_scheme.split('/').next().unwrap_or_default()
    }

    fn target(&self, signature: &str) -> String {
        let url = self.url.as_ref().or(self.presigned_url.as_ref());
        let Some(url) = url else {
            return self.target_of_a_pinned_signature(signature);
        };
        let origin_len = url.find("://").map_or(0, |scheme| scheme + 3) + self.host().len();
        let target = &url[origin_len..];
        // `=` and `+` of base64 are encoded in a URL; hexadecimal stays as it is.
        target.replace(&encode(&self.signature), &encode(signature))
    }

    /// Some sources print the signature of a URL without the URL; then the parameters are put together here.
    fn target_of_a_pinned_signature(&self, signature: &str) -> String {
        if let Some(canonical) = &self.canonical_request {
            let mut lines = canonical.lines().skip(1);
            let (path, query) = (
                lines.next().unwrap_or_default(),
                lines.next().unwrap_or_default(),
            );
            let bucket = format!("/{}", self.bucket.as_deref().unwrap_or_default());
            let path = path.strip_prefix(&bucket).unwrap_or(path);
            return format!("{path}?{query}&x-oss-signature={signature}");
        }
        let mut pairs = self.query.clone();
        pairs.push((
            "OSSAccessKeyId".to_owned(),
            self.credentials.access_key_id.clone(),
        ));
        pairs.push((
            "Expires".to_owned(),
            self.expires_at.unwrap_or_default().to_string(),
        ));
        pairs.push(("Signature".to_owned(), signature.to_owned()));
        if let Some(token) = &self.credentials.security_token {
            pairs.push(("security-token".to_owned(), token.clone()));
        }
        let pairs = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        let key = encode(self.key.as_deref().unwrap_or_default());
        format!("/{key}?{}", pairs.collect::<Vec<_>>().join("&"))
    }
}

fn encode(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let byte = |byte: u8| {
        if keep(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(byte).collect()
}

fn from_hex(hex: &str) -> [u8; 32] {
    let byte = |index: usize| {
        u8::from_str_radix(&hex[2 * index..2 * index + 2], 16).expect("hexadecimal digits")
    };
    std::array::from_fn(byte)
}
