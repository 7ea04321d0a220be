//! Where the files are sent: to the servers of the settings, or to a sandbox in this process.

use std::path::PathBuf;

use oss_client::Endpoint;
use strict_http::ServerUrl;
use vectcut_api::ApiKey;
use vectcut_sandbox::Sandbox;
use vectcut_upload::{RetryPolicy, Step, Stop, Uploader};

use crate::args::UploadArgs;
use crate::failure::Failure;
use crate::settings::{Environment, Servers, api_key, proxy_for, state_dir};

/// The servers of a run, and their clients.
pub(super) struct Site {
    /// The backend; the result names it.
    pub(super) base_url: ServerUrl,
    /// Fetches a URL back.
    pub(super) oss: oss_client::Client,
    /// Uploads to both servers.
    pub(super) uploader: Uploader,
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
    /// Reads the settings, starts the sandbox if it is the server, and builds the clients. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Fails with wrong usage for settings that cannot be used, and with another exit code when there is no API key or
    /// the sandbox cannot start.
    pub(super) async fn open(
        args: &UploadArgs,
        environment: &Environment,
        stop: Stop,
    ) -> Result<Self, Failure> {
        if args.sandbox {
            let sandbox = Sandbox::start()
                .await
                .map_err(|error| Failure::internal("could not start the sandbox", &error))?;
            let settings = sandbox.settings();
            let servers = Servers {
                base_url: ServerUrl::parse(&settings.base_url).map_err(of_sandbox)?,
                oss_endpoint: Endpoint::parse(&settings.oss_endpoint).map_err(of_sandbox)?,
                oss_region: Some(settings.oss_region.clone()),
                ca_cert: settings.ca_cert.clone(),
            };
            let key = ApiKey::parse(&*settings.api_key).map_err(of_sandbox);
            // The server is gone after the run, so there is nothing to resume.
            Self::connect(servers, key, args, None, stop).map(|site| Self {
                sandbox: Some(sandbox),
                ..site
            })
        } else {
            let servers = Servers::settle(&args.servers, environment)?;
            let proxies = Proxies {
                backend: proxy_for(&servers.base_url, environment)?,
                oss: proxy_for(servers.oss_endpoint.server(), environment)?,
            };
            let state_dir = state_dir(args.transfer.state_dir.as_deref(), environment);
            Self::connect(servers, api_key(environment), args, state_dir, stop)
                .map(|site| Self { proxies, ..site })
        }
    }

    /// Builds the clients. A missing key is checked last, so that wrong usage is reported before it.
    fn connect(
        servers: Servers,
        key: Result<ApiKey, Failure>,
        args: &UploadArgs,
        state_dir: Option<PathBuf>,
        stop: Stop,
    ) -> Result<Self, Failure> {
        let Servers {
            base_url,
            oss_endpoint,
            oss_region,
            ca_cert,
        } = servers;
        // One client for each server: a proxy may be used for one of them and not for the other.
        let client_for = |server: &ServerUrl| {
            let mut options = strict_http::Options::for_servers([server])
                .user_agent(concat!("vectcut/", env!("CARGO_PKG_VERSION")));
            if let Some(ca_cert) = &ca_cert {
                options = options.extra_ca(ca_cert);
            }
            strict_http::client(&options).map_err(|error| Failure::of_setup(&error))
        };
        tracing::info!(%base_url, oss_endpoint = %oss_endpoint.server(), "servers");
        let api = vectcut_api::Client::new(client_for(&base_url)?, base_url.clone(), key?);
        let oss = oss_client::Client::new(client_for(oss_endpoint.server())?, oss_endpoint);
        let mut uploader = Uploader::new(api, oss.clone())
            .signature(args.signature.into())
            .region(oss_region)
            .retry(RetryPolicy {
                unreachable_after: args.transfer.give_up_after,
                ..RetryPolicy::default()
            })
            .stop_on(stop);
        if let Some(state_dir) = state_dir {
            tracing::info!(state_dir = %state_dir.display(), "unfinished uploads are saved here");
            uploader = uploader.state_dir(state_dir);
        }
        if let Some(streams) = args.transfer.streams {
            uploader = uploader.streams(streams.into());
        }
        if let Some(part_bytes) = args.transfer.part_size {
            uploader = uploader.part_size(part_bytes);
        }
        if let Some(bytes_per_second) = args.transfer.limit_rate {
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
    pub(super) fn proxy_at(&self, step: Option<Step>) -> Option<&str> {
        match step? {
            Step::Init | Step::Complete => self.proxies.backend.as_deref(),
            Step::Put => self.proxies.oss.as_deref(),
            _ => None,
        }
    }

    /// Returns whether the server is a sandbox, so that every byte can be compared at no cost.
    pub(super) fn is_sandbox(&self) -> bool {
        self.sandbox.is_some()
    }
}

/// The sandbox's own settings are always usable; anything else is a fault of the program.
fn of_sandbox(error: impl std::error::Error + 'static) -> Failure {
    Failure::internal("the settings of the sandbox cannot be used", &error)
}
