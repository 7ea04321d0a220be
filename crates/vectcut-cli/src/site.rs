//! Where the files are sent: to the servers of the settings, or to a sandbox in this process.

use std::path::{Path, PathBuf};

use oss_client::Endpoint;
use strict_http::ServerUrl;
use vectcut_api::ApiKey;
use vectcut_sandbox::Sandbox;
use vectcut_upload::{RetryPolicy, Step, Stop, Uploader};

use crate::args::{ServerArgs, TransferArgs};
use crate::failure::Failure;
use crate::settings::{Environment, Servers, api_key, proxy_for, state_dir};
use crate::words::failures;

/// The servers of a run, and their clients.
pub(crate) struct Site {
    /// The backend; the result names it.
    pub(crate) base_url: ServerUrl,
    /// Fetches a URL back.
    pub(crate) oss: oss_client::Client,
    /// Uploads to both servers.
    pub(crate) uploader: Uploader,
    /// The sandbox, when it is the server. It stops with the site.
    sandbox: Option<Sandbox>,
    proxies: Proxies,
}

/// The proxies that the requests to each server take, for error messages.
#[derive(Default)]
struct Proxies {
    backend: Option<String>,
    oss: Option<String>,
}

impl Site {
    /// Reads the settings and builds the clients. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Fails with wrong usage for settings that cannot be used, and with another exit code when there is no API key.
    pub(crate) fn open(
        servers: &ServerArgs,
        transfer: &TransferArgs,
        environment: &Environment,
        stop: Stop,
    ) -> Result<Self, Failure> {
        let servers = Servers::settle(servers, environment)?;
        let proxies = Proxies {
            backend: proxy_for(&servers.base_url, environment)?,
            oss: proxy_for(servers.oss_endpoint.server(), environment)?,
        };
        let state_dir = state_dir(transfer.state_dir.as_deref(), environment);
        Self::connect(servers, api_key(environment), transfer, state_dir, stop)
            .map(|site| Self { proxies, ..site })
    }

    /// Starts a sandbox and builds the clients for it.
    ///
    /// # Errors
    ///
    /// Fails when the sandbox cannot start.
    pub(crate) async fn of_sandbox(transfer: &TransferArgs, stop: Stop) -> Result<Self, Failure> {
        let sandbox = Sandbox::start()
            .await
            .map_err(|error| Failure::internal(failures::sandbox_start(), &error))?;
        let settings = sandbox.settings();
        let servers = Servers {
            base_url: ServerUrl::parse(&settings.base_url).map_err(unusable)?,
            oss_endpoint: Endpoint::parse(&settings.oss_endpoint).map_err(unusable)?,
            oss_region: Some(settings.oss_region.clone()),
            ca_cert: settings.ca_cert.clone(),
        };
        let key = ApiKey::parse(&*settings.api_key).map_err(unusable);
        // The server is gone after the run, so there is nothing to resume.
        Self::connect(servers, key, transfer, None, stop).map(|site| Self {
            sandbox: Some(sandbox),
            ..site
        })
    }

    /// Builds the clients. A missing key is checked last, so that wrong usage is reported before it.
    fn connect(
        servers: Servers,
        key: Result<ApiKey, Failure>,
        transfer: &TransferArgs,
        state_dir: Option<PathBuf>,
        stop: Stop,
    ) -> Result<Self, Failure> {
        let Servers {
            base_url,
            oss_endpoint,
            oss_region,
            ca_cert,
        } = servers;
        tracing::info!(%base_url, oss_endpoint = %oss_endpoint.server(), "servers");
        let client_for = |server: &ServerUrl| {
            let options = http_options(server, ca_cert.as_deref());
            strict_http::client(&options).map_err(|error| Failure::of_setup(&error))
        };
        let api = vectcut_api::Client::new(client_for(&base_url)?, base_url.clone(), key?);
        let oss = oss_client::Client::new(client_for(oss_endpoint.server())?, oss_endpoint);
        let mut uploader = Uploader::new(api, oss.clone())
            .signature(transfer.signature.into())
            .region(oss_region)
            .retry(RetryPolicy::default().unreachable_after(transfer.give_up_after))
            .ledger(!transfer.no_ledger)
            .stop_on(stop);
        if let Some(state_dir) = state_dir {
            tracing::info!(state_dir = %state_dir.display(), "unfinished uploads are saved here");
            uploader = uploader.state_dir(state_dir);
        }
        if let Some(streams) = transfer.streams {
            uploader = uploader.streams(streams.into());
        }
        if let Some(part_bytes) = transfer.part_size {
            uploader = uploader.part_size(part_bytes);
        }
        if let Some(bytes_per_second) = transfer.limit_rate {
            uploader = uploader.limit_rate(bytes_per_second);
        }
        Ok(Self {
            base_url,
            oss,
            uploader,
            sandbox: None,
            proxies: Proxies::default(),
        })
    }

    /// Returns the proxy that the requests of a step take, if they take one.
    pub(crate) fn proxy_at(&self, step: Option<Step>) -> Option<&str> {
        match step? {
            Step::Init | Step::Complete => self.proxies.backend.as_deref(),
            Step::Put => self.proxies.oss.as_deref(),
            _ => None,
        }
    }

    /// Returns whether the server is a sandbox, so that every byte can be compared at no cost.
    pub(crate) fn is_sandbox(&self) -> bool {
        self.sandbox.is_some()
    }
}

/// Returns what the client of one server is built from. Each server has its own: a proxy may be used for one of them and
/// not for the other.
pub(crate) fn http_options(server: &ServerUrl, ca_cert: Option<&Path>) -> strict_http::Options {
    let options = strict_http::Options::for_servers([server])
        .user_agent(concat!("vectcut/", env!("CARGO_PKG_VERSION")));
    match ca_cert {
        Some(ca_cert) => options.extra_ca(ca_cert),
        None => options,
    }
}

/// Returns a client of the backend alone.
///
/// # Errors
///
/// Fails when the HTTPS client cannot be set up.
pub(crate) fn backend(servers: &Servers, key: ApiKey) -> Result<vectcut_api::Client, Failure> {
    let options = http_options(&servers.base_url, servers.ca_cert.as_deref());
    let http = strict_http::client(&options).map_err(|error| Failure::of_setup(&error))?;
    Ok(vectcut_api::Client::new(
        http,
        servers.base_url.clone(),
        key,
    ))
}

/// The sandbox's own settings are always usable; anything else is a fault of the program.
fn unusable(error: impl std::error::Error + 'static) -> Failure {
    Failure::internal(failures::sandbox_settings(), &error)
}
