//! Where the files go: the real servers of the settings, or a sandbox in this process; the same code either way.

use oss_client::Endpoint;
use vectcut_api::ApiKey;
use vectcut_http::ServerUrl;
use vectcut_sandbox::Sandbox;
use vectcut_upload::Uploader;

use crate::args::UploadArgs;
use crate::failure::Failure;
use crate::settings::{Environment, Servers, api_key};

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
            Self::connect(servers, key, args, Some(sandbox))
        } else {
            let servers = Servers::settle(&args.servers, environment)?;
            Self::connect(servers, api_key(environment), args, None)
        }
    }

    /// Makes the clients. A key that is missing comes last: wrong usage is told before it.
    fn connect(
        servers: Servers,
        key: Result<ApiKey, Failure>,
        args: &UploadArgs,
        sandbox: Option<Sandbox>,
    ) -> Result<Self, Failure> {
        let Servers {
            base_url,
            oss_endpoint,
            oss_region,
            ca_cert,
        } = servers;
        let mut options = vectcut_http::Options::for_servers([&base_url, oss_endpoint.server()]);
        if let Some(ca_cert) = ca_cert {
            options = options.extra_ca(ca_cert);
        }
        let http = vectcut_http::client(&options).map_err(|error| Failure::of_setup(&error))?;
        tracing::info!(%base_url, oss_endpoint = %oss_endpoint.server(), "servers");
        let api = vectcut_api::Client::new(http.clone(), base_url.clone(), key?);
        let oss = oss_client::Client::new(http, oss_endpoint);
        let uploader = Uploader::new(api, oss.clone())
            .signature(args.signature.into())
            .region(oss_region);
        Ok(Self {
            base_url,
            oss,
            uploader,
            sandbox,
        })
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
