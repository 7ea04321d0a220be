//! `get_url`: the public URL of a file that is uploaded already.

use std::path::{Path, PathBuf};
use std::time::Duration;

use oss_client::ObjectKey;
use serde::Deserialize;
use vectcut_api::SignedUrl;
use vectcut_upload::{Link, LinkOf};

use super::roots::Roots;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::site::Site;
use crate::words::mcp as say;

/// How long a URL is valid at least, unless the call says otherwise.
const MIN_VALID: Duration = Duration::from_secs(60);

/// The arguments of `get_url`: exactly one of the three names an upload.
#[derive(Deserialize)]
pub(super) struct GetUrl {
    path: Option<PathBuf>,
    object_key: Option<String>,
    url: Option<String>,
    min_valid_seconds: Option<u64>,
}

/// What a URL is wanted of.
pub(super) struct Wanted {
    of: LinkOf,
    /// For people.
    shown: String,
    min_valid: Duration,
}

impl GetUrl {
    /// Returns what is wanted. A file must be one that may be read.
    ///
    /// It may block.
    ///
    /// # Errors
    ///
    /// Fails with wrong usage, and with the exit code for a local file.
    pub(super) fn wanted(self, roots: &Roots) -> Result<Wanted, Failure> {
        let (of, shown) = match (self.path, self.object_key, self.url) {
            (Some(path), None, None) => {
                let file = roots.readable(&path)?;
                (
                    LinkOf::File(file.path().to_owned()),
                    path.display().to_string(),
                )
            }
            (None, Some(key), None) => {
                let parsed = ObjectKey::parse(&*key);
                (
                    LinkOf::ObjectKey(parsed.map_err(|error| usage(&error))?),
                    key,
                )
            }
            (None, None, Some(url)) => {
                let parsed = SignedUrl::parse(&url);
                // Until it expires the URL is a secret, so an error does not repeat it.
                (
                    LinkOf::Url(parsed.map_err(|error| usage(&error))?),
                    "url".to_owned(),
                )
            }
            _ => return Err(Failure::new(ExitCode::Usage, "usage", say::one_of_three())),
        };
        Ok(Wanted {
            of,
            shown,
            min_valid: self
                .min_valid_seconds
                .map_or(MIN_VALID, Duration::from_secs),
        })
    }
}

fn usage(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::new(ExitCode::Usage, "usage", say::one_of_three()).because(error)
}

impl Wanted {
    /// Returns a URL that is valid for long enough.
    ///
    /// # Errors
    ///
    /// As [`vectcut_upload::Uploader::renew`].
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves everything as it was.
    pub(super) async fn link(&self, site: &Site) -> Result<Link, Failure> {
        let link = site
            .uploader
            .renew(&self.of, self.min_valid, &mut |_| {})
            .await;
        link.map_err(|error| {
            let proxy = site.proxy_at(Some(error.step()));
            let mut failure = Failure::of_upload(Path::new(&self.shown), &error, proxy);
            failure.what = say::no_such_link(&*self.shown);
            if matches!(failure.code, "not_uploaded" | "object_unknown") {
                // A client of this server has a tool for that, and perhaps no shell.
                failure.hints = vec![say::upload_first()];
            }
            failure
        })
    }

    /// The failure of a call that may not wait any longer.
    pub(super) fn takes_too_long(&self) -> Failure {
        let what = say::no_such_link_in_time(&*self.shown);
        let mut failure = Failure::new(ExitCode::BudgetEnded, "budget_ended", what);
        failure.retryable = true;
        failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_thing_is_named() {
        let root = tempfile::tempdir().expect("a folder");
        std::fs::write(root.path().join("clip.mp4"), "a").expect("a file");
        let roots = Roots::open(&[root.path().to_owned()], false, []).expect("a root");
        let wanted = |json: serde_json::Value| {
            let arguments: GetUrl = serde_json::from_value(json).expect("arguments");
            arguments
                .wanted(&roots)
                .map(|wanted| wanted.shown)
                .map_err(|failure| failure.code)
        };
        use serde_json::json;
        assert_eq!(
            wanted(json!({ "path": "clip.mp4" })).as_deref(),
            Ok("clip.mp4")
        );
        assert_eq!(wanted(json!({ "object_key": "a/b" })).as_deref(), Ok("a/b"));
        assert_eq!(wanted(json!({ "path": "../secret" })), Err("outside_roots"));
        assert_eq!(wanted(json!({})), Err("usage"));
        assert_eq!(
            wanted(json!({ "path": "clip.mp4", "object_key": "a" })),
            Err("usage")
        );
        assert_eq!(wanted(json!({ "object_key": "/a" })), Err("usage"));
        assert_eq!(wanted(json!({ "url": "no URL" })), Err("usage"));
    }
}
