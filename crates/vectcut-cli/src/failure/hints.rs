//! The hints that name flags and variables.

use std::error::Error as _;

use strict_http::{TransportError, TransportKind};
use vectcut_upload::{Fault, UploadError};

pub(super) const KEY_HINT: &str =
    "copy the key from https://www.vectcut.com/auth and set `VECTCUT_API_KEY`";

/// Returns what a person can do, in words that the layers below do not know.
pub(super) fn of_command(error: &UploadError, proxy: Option<&str>) -> Vec<String> {
    let mut hints = Vec::new();
    match error {
        UploadError::NameNotUtf8 { .. } => hints.push("give it a name with `--name`".into()),
        UploadError::RegionUnknown => {
            hints.push("set `--oss-region`, for example `cn-hangzhou`".into());
        }
        _ => {}
    }
    if error.fault() == Fault::ApiKey {
        hints.push(KEY_HINT.into());
    }
    if error.oss_code() == Some("PublicEndpointForbidden") {
        hints.push("set `--oss-endpoint` to it".into());
    }
    let transport = transport(error).map(TransportError::kind);
    if transport == Some(TransportKind::Tls) {
        hints.push("name the CA's PEM file with `--ca-cert`".into());
    }
    if let (Some(_), Some(proxy)) = (transport, proxy) {
        hints.push(of_proxy(proxy));
    }
    let has_own_hint = matches!(error.fault(), Fault::File | Fault::Integrity);
    if error.is_retryable() && !has_own_hint {
        hints.push("run the same command again later".into());
    }
    hints
}

pub(super) fn of_proxy(proxy: &str) -> String {
    format!("check the proxy {proxy}, which these requests take")
}

fn transport(error: &UploadError) -> Option<&TransportError> {
    let chain = std::iter::successors(error.source(), |&error| error.source());
    chain.filter_map(|error| error.downcast_ref()).next()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::failure::Failure;

    #[test]
    fn the_command_adds_the_hints_that_need_its_flags() {
        for (error, hint) in [
            (
                UploadError::NameNotUtf8 {
                    path: "clip".into(),
                },
                "give it a name with `--name`",
            ),
            (
                UploadError::RegionUnknown,
                "set `--oss-region`, for example `cn-hangzhou`",
            ),
        ] {
            assert_eq!(
                Failure::of_upload(Path::new("clip"), &error, None).hints,
                [hint]
            );
        }
    }
}
