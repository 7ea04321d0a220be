//! Uploads several files within a time, and says what to do with each failure:
//! `cargo run -p vectcut-upload --example many_files -- a.mp4 b.mp4`.
//!
//! The variables are those of `one_file`.
#![expect(clippy::print_stdout, reason = "an example is a program")]

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use vectcut_upload::{Event, Stop, StopReason, Upload, Uploader};

#[path = "one_file.rs"]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "only the uploader is of use here")
)]
mod one_file;

/// How a file ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It has this URL.
    Uploaded(String),
    /// The same call later may succeed, and does not send again what OSS has acknowledged.
    TryLater(String),
    /// Somebody has to change something first.
    Failed(String),
}

/// Uploads the files, four at a time, and stops after `budget`. Dropping the future stops at once.
pub(crate) async fn upload_all(
    uploader: Uploader,
    paths: &[PathBuf],
    budget: Duration,
) -> Vec<Ending> {
    let stop = Stop::new();
    // Parts become small enough to be acknowledged before the end.
    stop.announce(budget);
    let uploader = uploader.stop_on(stop.clone());
    let uploads: Vec<_> = paths.iter().map(Upload::new).collect();
    let mut endings: Vec<_> = paths.iter().map(|_| None).collect();
    let mut on_event = |_: usize, _: Event| {};
    let mut on_result =
        |index: usize, result: Result<vectcut_upload::Published, vectcut_upload::UploadError>| {
            endings[index] = Some(match result {
                Ok(published) => Ending::Uploaded(published.public_signed_url.expose().to_owned()),
                Err(error) if error.is_retryable() => Ending::TryLater(error.to_string()),
                Err(error) => Ending::Failed(error.to_string()),
            });
        };
    let uploading = uploader.upload_all(&uploads, 4, &mut on_event, &mut on_result);
    let watching = async {
        tokio::time::sleep(budget).await;
        stop.request(StopReason::BudgetEnded);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = uploading => {}
        () = watching => {}
    }
    endings.into_iter().flatten().collect()
}

#[tokio::main]
#[cfg_attr(test, expect(dead_code, reason = "the tests call the function above"))]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let account = one_file::Account::of_environment()?;
    let paths: Vec<_> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let uploader = one_file::uploader(account, &std::env::temp_dir().join("vectcut-example"))?;
    for ending in upload_all(uploader, &paths, Duration::from_secs(100)).await {
        println!("{ending:?}");
    }
    Ok(())
}
