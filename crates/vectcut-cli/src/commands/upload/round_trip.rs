//! The proof behind `--sandbox`: fetches the public URL and compares every byte with the file.

use std::io;
use std::path::Path;

use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use vectcut_upload::Step;

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::words::{Text, failures};

/// Fetches the URL and compares it with the file, a piece at a time.
///
/// # Errors
///
/// Fails when one of them cannot be read to its end, and when they differ.
///
/// # Cancellation
///
/// Dropping the future closes the connection. Nothing else changed.
pub(super) async fn compare(
    oss: &oss_client::Client,
    public_signed_url: &str,
    path: &Path,
) -> Result<(), Failure> {
    let mut fetched = oss
        .get_presigned(public_signed_url)
        .await
        .map_err(|error| {
            at_the_end(
                ExitCode::Unavailable,
                "url_unreachable",
                failures::url_fetch(),
            )
            .because(&error)
        })?;
    let unreadable = |error: io::Error| {
        let what = failures::file_compare(path.display());
        at_the_end(ExitCode::LocalFile, "file_unreadable", what).because(&error)
    };
    let mut file = File::open(path).await.map_err(unreadable)?;
    let mut expected = Vec::new();
    let mut compared_bytes: u64 = 0;
    loop {
        let chunk = fetched.chunk().await.map_err(|error| {
            at_the_end(
                ExitCode::Unavailable,
                "url_unreachable",
                failures::url_fetch_whole(),
            )
            .because(&error)
        })?;
        let Some(chunk) = chunk else { break };
        expected.resize(chunk.len(), 0);
        match file.read_exact(&mut expected).await {
            Ok(_) if expected == *chunk => compared_bytes += chunk.len() as u64,
            Ok(_) => return Err(differs(path, compared_bytes)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(differs(path, compared_bytes));
            }
            Err(error) => return Err(unreadable(error)),
        }
    }
    match file.read(&mut [0]).await.map_err(unreadable)? {
        0 => {
            tracing::info!(compared_bytes, "the URL returned every byte");
            Ok(())
        }
        _ => Err(differs(path, compared_bytes)),
    }
}

fn differs(path: &Path, compared_bytes: u64) -> Failure {
    let what = failures::url_differs(path.display(), compared_bytes);
    at_the_end(ExitCode::Corrupted, "url_content_differs", what)
}

fn at_the_end(exit_code: ExitCode, code: &'static str, what: Text) -> Failure {
    let mut failure = Failure::new(exit_code, code, what);
    failure.step = Some(Step::Complete);
    failure
}
