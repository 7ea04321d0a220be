//! `vectcut url`: prints a URL of an upload that is valid for long enough.

use std::path::Path;

use oss_client::ObjectKey;
use vectcut_api::SignedUrl;
use vectcut_upload::{Link, LinkOf, Stop, UploadError};

use crate::args::{OutputFormat, TransferArgs, UrlArgs, UrlFormat};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::plain_text::escape_json;
use crate::result::LinkResult;
use crate::settings::{Environment, format_variable};
use crate::site::Site;
use crate::stderr::Stderr;
use crate::words::{failures, uploads as say};
use crate::{amounts, clipboard, mistaken_path, output};

/// Prints the URL, and says on standard error how long it is valid.
///
/// # Errors
///
/// Fails on wrong usage, without an API key, and when no URL can be had.
pub(crate) async fn run(
    args: &UrlArgs,
    environment: &Environment,
    stderr: &Stderr,
) -> Result<ExitCode, Failure> {
    let mut interrupt =
        Interrupt::listen().map_err(|error| Failure::internal(failures::signals(), &error))?;
    let of = object(&args.object)?;
    let format = format(args, environment)?;
    let transfer = TransferArgs::defaults(args.state_dir.clone());
    let site = Site::open(&args.servers, &transfer, environment, Stop::new())?;
    let mut on_event = |_| {};
    let link = tokio::select! {
        biased;
        _ = interrupt.signal() => return Ok(ExitCode::Interrupted),
        link = site.uploader.renew(&of, args.min_valid, &mut on_event) => link,
    };
    let link = link.map_err(|error| {
        let proxy = site.proxy_at(Some(error.step()));
        let path = Path::new(&args.object);
        let mut failure = Failure::of_upload(path, &error, proxy);
        match (&of, error) {
            (LinkOf::ObjectKey(_), UploadError::UnknownObject { .. }) => {
                failure.neither_file_nor_object(path)
            }
            _ => {
                failure.what = say::no_link(shown(&args.object));
                failure
            }
        }
    })?;
    let url = link.public_signed_url.expose();
    output::print(match format {
        UrlFormat::Url => format!("{url}\n"),
        UrlFormat::Json => json(&link)?,
    })?;
    if let Some(left) = link.left {
        stderr.note(&say::valid_for(amounts::rough(left)));
    }
    if args.copy {
        let links = [url.to_owned()];
        let copying = clipboard::copy(&links, environment.session(), stderr);
        tokio::select! {
            biased;
            _ = interrupt.signal() => return Ok(ExitCode::Interrupted),
            () = copying => {}
        }
    }
    Ok(ExitCode::Success)
}

/// Returns the format: flag, then environment. Whoever does not say gets the URL alone.
fn format(args: &UrlArgs, environment: &Environment) -> Result<UrlFormat, Failure> {
    if let Some(format) = args.format {
        return Ok(format);
    }
    Ok(match format_variable(environment)? {
        Some(OutputFormat::Json | OutputFormat::Jsonl) => UrlFormat::Json,
        Some(OutputFormat::Url | OutputFormat::Text) | None => UrlFormat::Url,
    })
}

fn json(link: &Link) -> Result<String, Failure> {
    let json = serde_json::to_string_pretty(&LinkResult::new(link))
        .map_err(|error| Failure::internal(failures::stdout(), &error))?;
    Ok(format!("{}\n", escape_json(&json)))
}

impl Failure {
    /// A name that was taken for an object key, since no file has it: most likely it is a misspelt path.
    fn neither_file_nor_object(mut self, path: &Path) -> Self {
        self.what = say::neither_file_nor_object(path.display());
        self.causes.clear();
        if let Some(hint) = mistaken_path::hint_of_name(path) {
            self.hints = vec![hint];
        }
        self
    }
}

/// Reads what names an upload: a URL, a file that is there, else an object key.
///
/// # Errors
///
/// Fails with wrong usage when it is none of them.
pub(super) fn object(text: &str) -> Result<LinkOf, Failure> {
    let refused = |error: &(dyn std::error::Error + 'static)| {
        Failure::new(ExitCode::Usage, "usage", say::not_an_object(shown(text))).because(error)
    };
    if text.contains("://") {
        let url = SignedUrl::parse(text).map_err(|error| refused(&error))?;
        return Ok(LinkOf::Url(url));
    }
    if Path::new(text).exists() {
        return Ok(LinkOf::File(text.into()));
    }
    let object_key = ObjectKey::parse(text).map_err(|error| refused(&error))?;
    Ok(LinkOf::ObjectKey(object_key))
}

/// Returns a name without the query of a URL, which whoever has it can use.
pub(super) fn shown(text: &str) -> &str {
    match text.contains("://") {
        true => text.split('?').next().unwrap_or_default(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_an_upload_is_a_url_a_file_or_an_object_key() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        assert!(matches!(object(file), Ok(LinkOf::File(_))));
        let url = "https://b.example/uploads/a.mp4?Signature=canary";
        assert!(matches!(object(url), Ok(LinkOf::Url(_))));
        assert!(matches!(
            object("uploads/7f3a/a.mp4"),
            Ok(LinkOf::ObjectKey(_))
        ));
        let failure = object("ftp://b.example/a?Signature=canary").expect_err("no URL of ours");
        assert_eq!(failure.exit_code, ExitCode::Usage);
        assert!(!format!("{failure:?}").contains("canary"), "{failure:?}");
    }
}
