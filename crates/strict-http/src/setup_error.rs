//! Why a client could not be built.

use std::path::PathBuf;

/// Why no client could be built. Nothing was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The file of the extra CA could not be read.
    #[error("could not read the CA certificate `{}`", path.display())]
    ReadCa {
        /// The file as it was given.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file of the extra CA holds no usable PEM certificate.
    #[error("`{}` holds no PEM certificate of an authority", path.display())]
    NotACertificate {
        /// The file as it was given.
        path: PathBuf,
    },
    /// A variable of the environment names a proxy that cannot be used. Its value may hold a password and is not kept.
    #[error("`{variable}` is not the URL of a proxy, such as `http://proxy.example:8080`")]
    Proxy {
        /// The name of the variable.
        variable: &'static str,
    },
    /// rustls refused its own configuration.
    #[error("could not set up TLS")]
    Tls {
        /// What rustls said.
        source: rustls::Error,
    },
    /// reqwest refused the configuration.
    #[error("could not set up the HTTP client")]
    Client {
        /// What reqwest said.
        source: reqwest::Error,
    },
}
