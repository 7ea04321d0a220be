//! A service that uploads files of its own disk on request, a bounded number at a time:
//! `cargo run -p vectcut-upload --example server -- FOLDER`, then `curl -X POST http://127.0.0.1:8080/upload/clip.mp4`.
//!
//! The variables are those of `one_file`. A client that goes away drops the handler's future, and with it the upload;
//! the next request for the file resumes it.

use std::error::Error;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use tokio::sync::Semaphore;
use vectcut_upload::{Fault, Upload, Uploader};

#[path = "one_file.rs"]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "only the uploader is of use here")
)]
mod one_file;

/// How many uploads run at once. Further requests wait.
const AT_ONCE: usize = 8;

/// What every request shares.
struct Service {
    uploader: Uploader,
    folder: PathBuf,
    room: Semaphore,
}

/// Returns the service for the files of a folder.
pub(crate) fn service(uploader: Uploader, folder: PathBuf) -> Router {
    let service = Service {
        uploader,
        folder,
        room: Semaphore::new(AT_ONCE),
    };
    Router::new()
        .route("/upload/{name}", post(upload))
        .with_state(Arc::new(service))
}

async fn upload(
    State(service): State<Arc<Service>>,
    Path(name): Path<String>,
) -> Result<String, (StatusCode, String)> {
    // The name of a file in the folder, and no way out of it.
    if FilePath::new(&name).file_name() != Some(name.as_ref()) {
        return Err((StatusCode::BAD_REQUEST, "not the name of a file".to_owned()));
    }
    let _permit = service
        .room
        .acquire()
        .await
        .map_err(|error| (StatusCode::SERVICE_UNAVAILABLE, error.to_string()))?;
    let upload = Upload::new(service.folder.join(name));
    match service.uploader.upload(&upload, &mut |_| {}).await {
        Ok(published) => Ok(published.public_signed_url.expose().to_owned()),
        Err(error) => {
            let status = match error.fault() {
                Fault::File => StatusCode::NOT_FOUND,
                _ if error.is_retryable() => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::BAD_GATEWAY,
            };
            Err((status, error.to_string()))
        }
    }
}

#[tokio::main]
#[cfg_attr(test, expect(dead_code, reason = "the tests call the function above"))]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let account = one_file::Account::of_environment()?;
    let folder = std::env::args_os().nth(1).ok_or("usage: server FOLDER")?;
    let uploader = one_file::uploader(account, &std::env::temp_dir().join("vectcut-example"))?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    axum::serve(listener, service(uploader, folder.into())).await?;
    Ok(())
}
