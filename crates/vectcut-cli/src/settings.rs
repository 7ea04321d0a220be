//! The settings of a run: flag, then environment, then the file of `vectcut login`, then default. Only this module reads
//! the environment.

mod desktop;
mod endpoint;
mod format;
mod key;
mod language;
mod proxy;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use etcetera::BaseStrategy as _;
use oss_client::Endpoint;
use strict_http::ServerUrl;

use crate::args::ServerArgs;
use crate::failure::Failure;
use crate::variables::{BASE_URL, CA_CERT, NO_COLOR, OSS_REGION, STATE_DIR};
pub(crate) use desktop::Session;
pub(crate) use format::{format, format_variable, report_format, wants_json};
pub(crate) use key::{KeyOrigin, api_key, key_origin};
pub(crate) use language::language;
pub(crate) use proxy::proxy_for;

pub(crate) const DEFAULT_BASE_URL: &str = "https://open.vectcut.com";

/// Returns the names of all variables of this process.
pub(crate) fn names_of_process() -> impl Iterator<Item = OsString> {
    std::env::vars_os().map(|(name, _)| name)
}

/// The environment, behind a function so that tests can have their own.
#[derive(Clone)]
pub(crate) struct Environment {
    lookup: Arc<Lookup>,
    home_dir: Option<PathBuf>,
    /// The folder for this program in the platform's folder for state.
    home_state_dir: Option<PathBuf>,
    /// The folder for this program in the platform's folder for configuration.
    config_dir: Option<PathBuf>,
    /// Whether the platform's own settings count too. Tests leave them out.
    asks_platform: bool,
}

/// Where other programs of the user have their configuration.
#[cfg(feature = "mcp")]
pub(crate) struct UserFolders {
    /// The user's home.
    pub(crate) home: PathBuf,
    /// Where the programs of a desktop have theirs.
    pub(crate) applications: PathBuf,
}

#[cfg(feature = "mcp")]
impl UserFolders {
    /// Returns the folders of the user of this process, if the system tells.
    pub(crate) fn of_process() -> Option<Self> {
        let home = etcetera::home_dir().ok()?;
        let applications = match cfg!(target_os = "macos") {
            true => home.join("Library/Application Support"),
            false => etcetera::choose_base_strategy().ok()?.config_dir(),
        };
        Some(Self { home, applications })
    }
}

type Lookup = dyn Fn(&str) -> Option<OsString> + Send + Sync;

impl Environment {
    /// Returns the environment of this process.
    #[expect(
        clippy::disallowed_methods,
        reason = "only this file reads the environment"
    )]
    pub(crate) fn of_process() -> Self {
        let strategy = etcetera::choose_base_strategy().ok();
        // Only XDG has a folder for state. Other platforms keep it with data that stays on the computer.
        let state = strategy
            .as_ref()
            .map(|found| found.state_dir().unwrap_or_else(|| found.cache_dir()));
        Self {
            lookup: Arc::new(|name| std::env::var_os(name)),
            home_dir: etcetera::home_dir().ok(),
            home_state_dir: state.map(|folder| folder.join("vectcut")),
            config_dir: strategy.map(|found| found.config_dir().join("vectcut")),
            asks_platform: true,
        }
    }

    #[cfg(test)]
    pub(crate) fn of(variables: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            lookup: Arc::new(|name| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| OsString::from(value))
            }),
            home_dir: Some("home".into()),
            home_state_dir: Some("home/state/vectcut".into()),
            config_dir: Some("no/such/config/vectcut".into()),
            asks_platform: false,
        }
    }

    /// Returns the folder for this program in the platform's folder for configuration.
    #[cfg(feature = "mcp")]
    pub(crate) fn config_dir(&self) -> Option<PathBuf> {
        self.config_dir.clone()
    }

    /// Returns whether colors are unwelcome (<https://no-color.org>).
    pub(crate) fn no_color(&self) -> bool {
        self.set(NO_COLOR).is_some()
    }

    /// Returns a variable that is set and not empty: with `NAME= vectcut …` a shell unsets one for one command.
    fn set(&self, name: &str) -> Option<OsString> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// Returns the locale that the user chose in the settings of macOS or Windows.
    fn platform_locale(&self) -> Option<String> {
        match self.asks_platform {
            // Elsewhere the variables are the setting.
            true if cfg!(any(target_vendor = "apple", windows)) => sys_locale::get_locale(),
            _ => None,
        }
    }

    /// Returns the user's home folder.
    pub(crate) fn home_dir(&self) -> Option<PathBuf> {
        self.home_dir.clone()
    }

    /// Returns whether a variable names the folder for state.
    pub(crate) fn has_state_dir(&self) -> bool {
        self.set(STATE_DIR).is_some()
    }

    fn home_state_dir(&self) -> Option<PathBuf> {
        self.home_state_dir.clone()
    }

    fn text(&self, name: &'static str) -> Result<Option<String>, Failure> {
        self.set(name)
            .map(|value| value.into_string().map_err(|_| Failure::not_utf8(name)))
            .transpose()
    }
}

/// The servers of a run, checked.
#[derive(Debug)]
pub(crate) struct Servers {
    /// The VectCut backend.
    pub(crate) base_url: ServerUrl,
    /// OSS, and how its URLs name the bucket.
    pub(crate) oss_endpoint: Endpoint,
    /// The region for V4, if it was set; otherwise the endpoint may name it.
    pub(crate) oss_region: Option<String>,
    /// A PEM file of authorities to trust in addition to the system's.
    pub(crate) ca_cert: Option<PathBuf>,
}

impl Servers {
    /// Reads the servers from flags, environment and defaults.
    ///
    /// # Errors
    ///
    /// Fails with wrong usage, and names the flag or the variable whose value cannot be used.
    pub(crate) fn settle(args: &ServerArgs, environment: &Environment) -> Result<Self, Failure> {
        let (base_url, origin) = text(
            args.base_url.as_deref(),
            "--base-url",
            environment,
            BASE_URL,
            DEFAULT_BASE_URL,
        )?;
        let base_url =
            ServerUrl::parse(&base_url).map_err(|error| Failure::unusable(origin, &error))?;
        let oss_endpoint = endpoint::read(args, environment)?;
        let oss_region = match &args.oss_region {
            Some(region) => Some(region.clone()),
            None => environment.text(OSS_REGION)?,
        };
        let ca_cert = args
            .ca_cert
            .clone()
            .or_else(|| environment.set(CA_CERT).map(PathBuf::from));
        Ok(Self {
            base_url,
            oss_endpoint,
            oss_region,
            ca_cert,
        })
    }
}

/// Returns the folder that saves unfinished uploads; `None` when none is set and the platform has none.
pub(crate) fn state_dir(flag: Option<&Path>, environment: &Environment) -> Option<PathBuf> {
    if let Some(folder) = flag {
        return Some(folder.to_owned());
    }
    environment
        .set(STATE_DIR)
        .map(PathBuf::from)
        .or_else(|| environment.home_state_dir())
}

/// Returns the folder where standard input waits for its upload.
pub(crate) fn spool_dir(flag: Option<&Path>, environment: &Environment) -> PathBuf {
    match state_dir(flag, environment) {
        Some(folder) => folder.join("spool"),
        None => std::env::temp_dir(),
    }
}

/// Returns the value of a setting, and the name of its origin.
fn text(
    flag: Option<&str>,
    flag_name: &'static str,
    environment: &Environment,
    variable: &'static str,
    default: &str,
) -> Result<(String, &'static str), Failure> {
    if let Some(value) = flag {
        return Ok((value.to_owned(), flag_name));
    }
    let value = environment.text(variable)?;
    Ok((value.unwrap_or_else(|| default.to_owned()), variable))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::AddressingArg;
    use crate::exit_code::ExitCode;
    use crate::variables::OSS_ENDPOINT;
    use crate::words::Language;

    fn settle(
        flags: ServerArgs,
        variables: &'static [(&'static str, &'static str)],
    ) -> Result<Servers, Failure> {
        Servers::settle(&flags, &Environment::of(variables))
    }

    #[test]
    fn the_defaults_are_the_real_servers() {
        let servers = settle(ServerArgs::default(), &[]).expect("the defaults are usable");
        assert_eq!(servers.base_url.to_string(), DEFAULT_BASE_URL);
        assert_eq!(
            servers.oss_endpoint.server().host(),
            "oss-cn-hangzhou.aliyuncs.com"
        );
        assert_eq!(servers.oss_region, None);
        assert_eq!(servers.ca_cert, None);
    }

    #[test]
    fn a_flag_overrides_the_environment_and_that_overrides_the_default() {
        const VARIABLES: &[(&str, &str)] = &[
            (BASE_URL, "https://variable.example"),
            (OSS_ENDPOINT, "oss.variable.example"),
            (OSS_REGION, "variable"),
            (CA_CERT, "variable.pem"),
        ];
        let servers = settle(ServerArgs::default(), VARIABLES).expect("usable");
        assert_eq!(servers.base_url.host(), "variable.example");
        assert_eq!(servers.oss_endpoint.server().host(), "oss.variable.example");
        assert_eq!(servers.oss_region.as_deref(), Some("variable"));
        assert_eq!(
            servers.ca_cert.as_deref(),
            Some(std::path::Path::new("variable.pem"))
        );

        let flags = ServerArgs {
            base_url: Some("https://flag.example".into()),
            oss_endpoint: Some("oss.flag.example".into()),
            oss_addressing: Some(AddressingArg::Path),
            oss_region: Some("flag".into()),
            ca_cert: Some("flag.pem".into()),
        };
        let servers = settle(flags, VARIABLES).expect("usable");
        assert_eq!(servers.base_url.host(), "flag.example");
        assert_eq!(servers.oss_endpoint.server().host(), "oss.flag.example");
        assert_eq!(servers.oss_region.as_deref(), Some("flag"));
        assert_eq!(
            servers.ca_cert.as_deref(),
            Some(std::path::Path::new("flag.pem"))
        );
    }

    #[test]
    fn the_state_folder_is_the_one_that_is_set_or_that_of_the_platform() {
        let variables = Environment::of(&[(STATE_DIR, "variable")]);
        let expect = |flag: Option<&str>, environment: &Environment, expected: &str| {
            let folder = state_dir(flag.map(Path::new), environment);
            assert_eq!(folder.as_deref(), Some(Path::new(expected)));
        };
        expect(Some("flag"), &variables, "flag");
        expect(None, &variables, "variable");
        expect(
            None,
            &Environment::of(&[(STATE_DIR, "")]),
            "home/state/vectcut",
        );
    }

    #[test]
    fn an_empty_variable_is_one_that_is_not_set() {
        let servers = settle(ServerArgs::default(), &[(BASE_URL, ""), (OSS_REGION, "")]);
        let servers = servers.expect("the defaults are usable");
        assert_eq!(servers.base_url.to_string(), DEFAULT_BASE_URL);
        assert_eq!(servers.oss_region, None);
    }

    #[test]
    fn an_unusable_server_is_wrong_usage_and_names_its_origin() {
        let flags = ServerArgs {
            base_url: Some("http://open.vectcut.com".into()),
            ..ServerArgs::default()
        };
        for (failure, origin) in [
            (settle(flags, &[]).expect_err("plain http"), "--base-url"),
            (
                settle(
                    ServerArgs::default(),
                    &[(OSS_ENDPOINT, "https://a.example/b")],
                )
                .expect_err("a path"),
                OSS_ENDPOINT,
            ),
        ] {
            assert_eq!(failure.exit_code, ExitCode::Usage);
            assert!(
                failure.what.to(Language::English).contains(origin),
                "{failure:?}"
            );
        }
    }
}
