//! The addresses of a running sandbox and the keys that it accepts.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::hosts::{CUSTOM_DOMAIN, OSS_HOST};
use crate::random::{self, HEX};
use crate::store::write_record;
use crate::tls::Trust;

/// The one region of the sandbox's OSS.
pub(crate) const REGION: &str = "cn-hangzhou";
/// The one bucket.
pub(crate) const BUCKET: &str = "vectcut-sandbox";
const IDENTITY_FILE: &str = "sandbox.json";

/// Variables that add authorities to a program's own: of Node.js, which Bun knows as well, and of Deno.
const ADDS_TRUST: [&str; 2] = ["NODE_EXTRA_CA_CERTS", "DENO_CERT"];
/// Variables that replace a program's own authorities: of OpenSSL, which Python, Ruby and Go follow, of Python's requests,
/// on which the vendor's SDKs build, and of curl.
const REPLACES_TRUST: [&str; 3] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

/// What clients need to know of a running sandbox.
///
/// The keys are good for this sandbox only. Even so, `Debug` shows no secret.
#[derive(Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The key that the backend accepts.
    pub api_key: String,
    /// The backend: `http://127.0.0.1:PORT`.
    pub base_url: String,
    /// OSS for virtual-host style: `http://oss.localhost:PORT`.
    pub oss_endpoint: String,
    /// OSS for the vendor's SDKs, which use path style for an IP address: `http://127.0.0.1:PORT`.
    pub oss_sdk_endpoint: String,
    /// A custom domain (CNAME) of the bucket, which its URLs do not name: `http://files.localhost:PORT`.
    pub oss_custom_domain: String,
    /// The region for V4 signatures.
    pub oss_region: String,
    /// The bucket.
    pub oss_bucket: String,
    /// A long-lived access key ID with all rights.
    pub oss_access_key_id: String,
    /// Its secret.
    pub oss_access_key_secret: String,
    /// The certificate authority to trust, a PEM file; `None` without TLS.
    pub ca_cert: Option<PathBuf>,
    /// The system's certificate authorities and this one, a PEM file, for programs that replace their list; `None` without
    /// TLS.
    pub ca_bundle: Option<PathBuf>,
    /// The status page for a browser. It holds a random token: whoever has it sees names of files and stored objects.
    pub status_url: String,
}

impl Settings {
    pub(crate) fn new(
        identity: &Identity,
        port: u16,
        trust: Option<Trust>,
        status_token: &str,
    ) -> Self {
        let scheme = if trust.is_some() { "https" } else { "http" };
        let (ca_cert, ca_bundle) = trust.map(|trust| (trust.ca_cert, trust.ca_bundle)).unzip();
        Self {
            api_key: identity.api_key.clone(),
            base_url: format!("{scheme}://127.0.0.1:{port}"),
            oss_endpoint: format!("{scheme}://{OSS_HOST}:{port}"),
            oss_sdk_endpoint: format!("{scheme}://127.0.0.1:{port}"),
            oss_custom_domain: format!("{scheme}://{CUSTOM_DOMAIN}:{port}"),
            oss_region: REGION.to_owned(),
            oss_bucket: BUCKET.to_owned(),
            oss_access_key_id: identity.oss_access_key_id.clone(),
            oss_access_key_secret: identity.oss_access_key_secret.clone(),
            ca_cert,
            ca_bundle,
            status_url: format!("{scheme}://127.0.0.1:{port}/?token={status_token}"),
        }
    }

    /// Returns these settings with an IP address in place of `oss.localhost`, for systems that do not resolve the names
    /// below `localhost`. Clients then name the bucket in the path.
    #[must_use]
    pub fn by_ip(mut self) -> Self {
        self.oss_endpoint.clone_from(&self.oss_sdk_endpoint);
        self
    }

    /// Returns the environment that points `vectcut` and the vendor's SDKs at this sandbox: names and values, secrets included.
    ///
    /// With TLS it also lets Python, Node.js, Go, curl and what builds on them trust the sandbox. A variable that replaces
    /// a program's own list names [`ca_bundle`](Self::ca_bundle), so the program trusts the same servers as before.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut environment = vec![
            ("VECTCUT_API_KEY", self.api_key.clone()),
            ("VECTCUT_BASE_URL", self.base_url.clone()),
            ("VECTCUT_OSS_ENDPOINT", self.oss_endpoint.clone()),
            ("VECTCUT_OSS_REGION", self.oss_region.clone()),
        ];
        if let Some(ca_cert) = &self.ca_cert {
            environment.push(("VECTCUT_CA_CERT", ca_cert.display().to_string()));
        }
        environment.extend([
            ("OSS_ENDPOINT", self.oss_sdk_endpoint.clone()),
            ("OSS_REGION", self.oss_region.clone()),
            ("OSS_BUCKET", self.oss_bucket.clone()),
            ("OSS_ACCESS_KEY_ID", self.oss_access_key_id.clone()),
            ("OSS_ACCESS_KEY_SECRET", self.oss_access_key_secret.clone()),
        ]);
        if let Some(ca_cert) = &self.ca_cert {
            environment.extend(ADDS_TRUST.map(|name| (name, ca_cert.display().to_string())));
        }
        if let Some(ca_bundle) = &self.ca_bundle {
            environment.extend(REPLACES_TRUST.map(|name| (name, ca_bundle.display().to_string())));
        }
        environment
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("base_url", &self.base_url)
            .field("oss_endpoint", &self.oss_endpoint)
            .field("oss_bucket", &self.oss_bucket)
            .field("oss_access_key_id", &self.oss_access_key_id)
            .field("ca_cert", &self.ca_cert)
            .finish_non_exhaustive()
    }
}

/// The keys of a sandbox that its state directory keeps.
#[derive(Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) api_key: String,
    pub(crate) oss_access_key_id: String,
    pub(crate) oss_access_key_secret: String,
}

impl Identity {
    /// Reads the keys that an earlier sandbox left in `state_dir`, or makes new ones and stores them.
    pub(crate) fn open(state_dir: &Path, api_key: Option<String>) -> io::Result<Self> {
        let path = state_dir.join(IDENTITY_FILE);
        let mut identity = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("`{}` is damaged: {error}", path.display()),
                )
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self {
                api_key: format!("sandbox-key-{}", random::secret(24, HEX)?),
                oss_access_key_id: format!("LTAI{}", random::secret(20, HEX)?),
                oss_access_key_secret: random::secret(30, HEX)?,
            },
            Err(error) => return Err(error),
        };
        if let Some(api_key) = api_key {
            identity.api_key = api_key;
        }
        write_record(&path, &identity)?;
        Ok(identity)
    }
}
