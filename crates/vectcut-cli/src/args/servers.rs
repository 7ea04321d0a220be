//! The addresses of the servers.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use oss_client::Addressing;

/// The addresses of the servers.
#[derive(Debug, Default, Clone, Args)]
#[command(next_help_heading = "Servers")]
pub(crate) struct ServerArgs {
    /// VectCut backend [env: VECTCUT_BASE_URL] [default: https://open.vectcut.com]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) base_url: Option<String>,
    /// OSS endpoint host, without the bucket name [env: VECTCUT_OSS_ENDPOINT] [default: oss-cn-hangzhou.aliyuncs.com]
    #[arg(long, value_name = "HOST", value_hint = ValueHint::Hostname)]
    pub(crate) oss_endpoint: Option<String>,
    /// How URLs name the bucket: in the host, in the path, or not at all, for a custom domain of the bucket
    /// [env: VECTCUT_OSS_ADDRESSING] [default: read from the endpoint]
    #[arg(long, value_name = "STYLE")]
    pub(crate) oss_addressing: Option<AddressingArg>,
    /// OSS region, for V4 signatures [env: VECTCUT_OSS_REGION] [default: read from the endpoint]
    #[arg(long, value_name = "REGION")]
    pub(crate) oss_region: Option<String>,
    /// PEM file of certificate authorities to trust in addition to the system's [env: VECTCUT_CA_CERT]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ca_cert: Option<PathBuf>,
}

/// The values of `--oss-addressing`, which are those of the vendor's ossutil.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AddressingArg {
    Virtual,
    Path,
    Cname,
}

impl From<AddressingArg> for Addressing {
    fn from(style: AddressingArg) -> Self {
        match style {
            AddressingArg::Virtual => Self::Virtual,
            AddressingArg::Path => Self::Path,
            AddressingArg::Cname => Self::Cname,
        }
    }
}
