//! Uploads one file and prints its URL: `cargo run -p vectcut-upload --example one_file -- clip.mp4`.
//!
//! `VECTCUT_API_KEY` holds the key. The servers are the real ones, unless `VECTCUT_BASE_URL` and `VECTCUT_OSS_ENDPOINT`
//! name others, such as those of `vectcut sandbox`. The library itself reads no environment.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "an example is a program"
)]

use std::error::Error;
use std::path::Path;

use oss_client::Endpoint;
use strict_http::{Options, ServerUrl};
use vectcut_api::ApiKey;
use vectcut_upload::{Event, Upload, Uploader};

/// Where the file goes, and who sends it.
pub(crate) struct Account {
    /// The VectCut backend, such as `https://open.vectcut.com`.
    pub(crate) base_url: String,
    /// OSS, such as `oss-cn-hangzhou.aliyuncs.com`.
    pub(crate) oss_endpoint: String,
    /// The API key.
    pub(crate) api_key: String,
}

impl Account {
    /// Reads the variables. A program's own settings do as well.
    pub(crate) fn of_environment() -> Result<Self, std::env::VarError> {
        let variable = |name, default: &str| std::env::var(name).unwrap_or(default.to_owned());
        Ok(Self {
            base_url: variable("VECTCUT_BASE_URL", "https://open.vectcut.com"),
            oss_endpoint: variable("VECTCUT_OSS_ENDPOINT", "oss-cn-hangzhou.aliyuncs.com"),
            api_key: std::env::var("VECTCUT_API_KEY")?,
        })
    }
}

/// Returns an uploader that saves its progress in `state_dir`.
pub(crate) fn uploader(
    account: Account,
    state_dir: &Path,
) -> Result<Uploader, Box<dyn Error + Send + Sync>> {
    let base_url = ServerUrl::parse(&account.base_url)?;
    let endpoint = Endpoint::parse(&account.oss_endpoint)?;
    let http = strict_http::client(&Options::for_servers([&base_url, endpoint.server()]))?;
    let key = ApiKey::parse(account.api_key)?;
    let api = vectcut_api::Client::new(http.clone(), base_url, key);
    let oss = oss_client::Client::new(http, endpoint);
    Ok(Uploader::new(api, oss).state_dir(state_dir))
}

/// Uploads a file and returns its URL.
pub(crate) async fn upload(
    uploader: &Uploader,
    path: &Path,
) -> Result<String, Box<dyn Error + Send + Sync>> {
    let mut on_event = |event: Event| {
        if let Event::Progress {
            safe_bytes,
            len_bytes,
            ..
        } = event
        {
            eprintln!("{safe_bytes} of {len_bytes} bytes");
        }
    };
    let published = uploader.upload(&Upload::new(path), &mut on_event).await?;
    Ok(published.public_signed_url.expose().to_owned())
}

#[tokio::main]
#[cfg_attr(test, expect(dead_code, reason = "the tests call the functions above"))]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let account = Account::of_environment()?;
    let path = std::env::args_os().nth(1).ok_or("usage: one_file FILE")?;
    let uploader = uploader(account, &std::env::temp_dir().join("vectcut-example"))?;
    println!("{}", upload(&uploader, Path::new(&path)).await?);
    Ok(())
}
