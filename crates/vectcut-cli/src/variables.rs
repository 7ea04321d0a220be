//! The names of the environment variables that are settings of this command.

pub(crate) const API_KEY: &str = "VECTCUT_API_KEY";
pub(crate) const BASE_URL: &str = "VECTCUT_BASE_URL";
pub(crate) const OSS_ENDPOINT: &str = "VECTCUT_OSS_ENDPOINT";
pub(crate) const OSS_ADDRESSING: &str = "VECTCUT_OSS_ADDRESSING";
pub(crate) const OSS_REGION: &str = "VECTCUT_OSS_REGION";
pub(crate) const CA_CERT: &str = "VECTCUT_CA_CERT";
pub(crate) const STATE_DIR: &str = "VECTCUT_STATE_DIR";
pub(crate) const FORMAT: &str = "VECTCUT_FORMAT";
pub(crate) const LANG: &str = "VECTCUT_LANG";
/// The variables of POSIX for the language of messages, in their order.
pub(crate) const LOCALE: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];
pub(crate) const NO_COLOR: &str = "NO_COLOR";

/// The variables that name a server. A command under `vectcut sandbox` must not inherit any of them.
pub(crate) const SERVERS: [&str; 6] = [
    API_KEY,
    BASE_URL,
    OSS_ENDPOINT,
    OSS_ADDRESSING,
    OSS_REGION,
    CA_CERT,
];
