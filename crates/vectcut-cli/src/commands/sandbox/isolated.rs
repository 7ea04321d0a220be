//! The environment of a command that runs against the sandbox: nothing in it leads to a real server.

use std::ffi::{OsStr, OsString};

use tokio::process::Command;

/// Prefixes of variables that hold credentials or addresses of a cloud.
const CLOUDS: [&str; 9] = [
    "ALIBABACLOUD_",
    "ALIBABA_CLOUD_",
    "ALICLOUD_",
    "ALIYUN_",
    "AWS_",
    "AZURE_",
    "GOOGLE_",
    "OSS_",
    "TENCENTCLOUD_",
];
/// The hosts of the sandbox, which no proxy can reach.
const NO_PROXY: &str = "localhost,.localhost,127.0.0.1,::1";

/// Removes the variables among `names` that belong to clouds and proxies, then sets `settings`.
///
/// Some systems have proxy settings outside the environment, so `NO_PROXY` names the hosts of the sandbox.
pub(super) fn isolate(
    command: &mut Command,
    names: impl IntoIterator<Item = OsString>,
    settings: Vec<(&'static str, String)>,
) {
    for name in names.into_iter().filter(|name| is_foreign(name)) {
        command.env_remove(name);
    }
    command.envs(settings);
    command.envs([("NO_PROXY", NO_PROXY), ("no_proxy", NO_PROXY)]);
}

/// Returns whether a variable belongs to a cloud or names a proxy.
fn is_foreign(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_uppercase();
    name.ends_with("_PROXY") || CLOUDS.iter().any(|cloud| name.starts_with(cloud))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_gets_neither_cloud_credentials_nor_proxies() {
        let names = [
            "PATH",
            "VECTCUT_LANG",
            "OSS_SESSION_TOKEN",
            "OSS_BUCKET",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
            "AWS_SECRET_ACCESS_KEY",
            "https_proxy",
            "ALL_PROXY",
        ];
        let mut command = Command::new("true");
        let settings = vec![("OSS_BUCKET", "sandbox".to_owned())];
        isolate(&mut command, names.map(OsString::from), settings);
        let mut changes: Vec<(&str, &str)> = command
            .as_std()
            .get_envs()
            .map(|(name, value)| {
                (
                    name.to_str().unwrap(),
                    value.map_or("-", |value| value.to_str().unwrap()),
                )
            })
            .collect();
        changes.sort_unstable();
        assert_eq!(
            changes,
            [
                ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "-"),
                ("ALL_PROXY", "-"),
                ("AWS_SECRET_ACCESS_KEY", "-"),
                ("NO_PROXY", NO_PROXY),
                ("OSS_BUCKET", "sandbox"),
                ("OSS_SESSION_TOKEN", "-"),
                ("https_proxy", "-"),
                ("no_proxy", NO_PROXY),
            ]
        );
    }
}
