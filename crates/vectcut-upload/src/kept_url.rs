//! A signed URL as the files of the state directory keep it.

use serde::{Deserialize, Serialize};
use vectcut_api::SignedUrl;
use zeroize::Zeroizing;

/// A signed URL in a file that only its owner can read. Whoever has it can read the object.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct KeptUrl(Zeroizing<String>);

impl KeptUrl {
    /// Checks a kept URL like a received one.
    pub(crate) fn parse(&self) -> Option<SignedUrl> {
        SignedUrl::parse(self.0.as_str()).ok()
    }
}

impl From<&SignedUrl> for KeptUrl {
    fn from(url: &SignedUrl) -> Self {
        Self(url.expose().to_owned().into())
    }
}

impl std::fmt::Debug for KeptUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}
