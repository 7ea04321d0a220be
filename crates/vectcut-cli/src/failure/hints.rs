//! What a person can do about a failed upload: the library's hints, and those that name flags and variables.

use std::error::Error as _;

use strict_http::{TransportError, TransportKind};
use vectcut_api::ApiError;
use vectcut_upload::{Fault, SourceAction, UploadError};

use super::Failure;
use crate::mistaken_path;
use crate::variables::API_KEY;
use crate::words::{Text, hints, sign_in};

/// Returns what a person can do, in the order in which it is shown.
pub(super) fn of_upload(error: &UploadError, proxy: Option<&str>) -> Vec<Text> {
    let mut found: Vec<_> = of_library(error);
    match error {
        // Nobody knows whether it was ever uploaded, so the library's "again" would be wrong.
        UploadError::NotUploaded { .. } => found = vec![hints::upload_first()],
        // A wrong key, or an object that is gone: what the code's entry says covers both.
        UploadError::UnknownObject { .. } => found.clear(),
        UploadError::NameNotUtf8 { .. } => found.push(hints::give_name()),
        UploadError::Source {
            path,
            action: SourceAction::Find,
            ..
        } if error.code() == "file_missing" => {
            found.extend(mistaken_path::hint(path));
        }
        UploadError::RegionUnknown => found.push(hints::set_region()),
        _ => {}
    }
    if error.fault() == Fault::ApiKey {
        found.push(sign_in::get_key(API_KEY));
    }
    if error.oss_code() == Some("PublicEndpointForbidden") {
        found.push(hints::set_endpoint());
    }
    let transport = transport(error).map(TransportError::kind);
    if transport == Some(TransportKind::Tls) {
        found.push(hints::name_ca());
    }
    if let (Some(_), Some(proxy)) = (transport, proxy) {
        found.push(hints::check_proxy(proxy));
    }
    let has_own_hint = matches!(error.fault(), Fault::File | Fault::Integrity);
    if error.is_retryable() && !has_own_hint {
        found.push(hints::again_later());
    }
    found
}

/// Returns the library's hints in both languages.
pub(super) fn of_library(error: &UploadError) -> Vec<Text> {
    error.hints().iter().map(hints::of_library).collect()
}

impl Failure {
    /// Adds what a person can do about a call that got no response.
    pub(crate) fn hints_of(self, error: &ApiError) -> Self {
        let ApiError::Transport { source, .. } = error else {
            return self;
        };
        of_transport(source.kind())
            .into_iter()
            .fold(self, Self::hint)
    }
}

/// Returns what a person can do when a server cannot be reached.
pub(crate) fn of_transport(kind: TransportKind) -> Vec<Text> {
    match kind {
        TransportKind::Resolve => vec![hints::check_name()],
        TransportKind::Connect => vec![hints::check_online()],
        TransportKind::Tls => vec![hints::check_tls(), hints::name_ca()],
        _ => Vec::new(),
    }
}

fn transport(error: &UploadError) -> Option<&TransportError> {
    let chain = std::iter::successors(error.source(), |&error| error.source());
    chain.filter_map(|error| error.downcast_ref()).next()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_command_adds_the_hints_that_need_its_flags() {
        for (error, hint) in [
            (
                UploadError::NameNotUtf8 {
                    path: "clip".into(),
                },
                hints::give_name(),
            ),
            (UploadError::RegionUnknown, hints::set_region()),
            (
                UploadError::NotUploaded {
                    path: "clip".into(),
                    is_changed: false,
                },
                hints::upload_first(),
            ),
        ] {
            assert_eq!(
                Failure::of_upload(Path::new("clip"), &error, None).hints,
                [hint]
            );
        }
    }
}
