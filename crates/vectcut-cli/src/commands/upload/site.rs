//! Where the files go: the real servers of the settings, or a sandbox in this process; the same code either way.

use std::path::PathBuf;

use oss_client::Endpoint;
use strict_http::ServerUrl;
use vectcut_api::ApiKey;
use vectcut_sandbox::Sandbox;
use vectcut_upload::{Stop, Uploader};

use crate::args::UploadArgs;
use crate::failure::Failure;
use crate::settings::{Environment, Servers, api_key, state_dir};

/// The servers of a run and the clients that speak to them.
pub(super) struct Site {
    /// The backend, as the result names it.
    pub(super) base_url: ServerUrl,
    /// A client of OSS for fetching a URL back.
    pub(super) oss: oss_client::Client,
    /// Uploads to the two.
    pub(super) uploader: Uploader,
    /// The servers themselves when they are ours; they end with the site.
    sandbox: Option<Sandbox>,
    /// Whether unfinished uploads are kept for the next run.
    keeps_state: bool,
}

impl Site {
    /// Settles the servers, and starts them where they are ours. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// A wrong-usage failure for settings that cannot be used; a failure of another kind when there is no API key or the
    /// sandbox cannot start.
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
            // What is left of an upload to a server that is gone is good for nothing.
            Self::connect(servers, key, args, None, stop).map(|site| Self {
                sandbox: Some(sandbox),
                ..site
            })
        } else {
            let servers = Servers::settle(&args.servers, environment)?;
            let state_dir = state_dir(args.transfer.state_dir.as_deref(), environment);
            Self::connect(servers, api_key(environment), args, state_dir, stop)
        }
    }

    /// Makes the clients. A key that is missing comes last: wrong usage is told before it.
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
        // A client each: a proxy may be on the way to one of the servers and must not be on the way to the other.
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
            .stop_on(stop);
        let keeps_state = state_dir.is_some();
        if let Some(state_dir) = state_dir {
            tracing::info!(state_dir = %state_dir.display(), "unfinished uploads are kept here");
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
            keeps_state,
        })
    }

    /// Returns whether unfinished uploads are kept for the next run.
    pub(super) fn keeps_state(&self) -> bool {
        self.keeps_state
    }

    /// Returns whether the servers are ours, so that what they stored can be compared at no cost.
    pub(super) fn is_sandbox(&self) -> bool {
        self.sandbox.is_some()
    }
}

/// The sandbox's own settings are always usable; that they are not would be a fault of the program.
fn of_sandbox(error: impl std::error::Error + 'static) -> Failure {
    Failure::internal("the settings of the sandbox cannot be used", &error)
}
