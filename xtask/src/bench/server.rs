//! A server that is measured against: a process that prints the settings to export once it is ready.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::process::Failure;

/// What a server prints last.
const LAST_VARIABLE: &str = "OSS_ACCESS_KEY_SECRET";

/// A running server; dropping it ends it.
pub(super) struct Server {
    child: Child,
    settings: Vec<(String, String)>,
}

impl Server {
    /// Starts a server and waits until it is ready.
    pub(super) fn start(mut command: Command) -> Result<Self, Failure> {
        let program = command.get_program().to_string_lossy().into_owned();
        let failed = |error| Failure::new(format!("could not start `{program}`: {error}"));
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let output = child.stdout.take();
        let mut server = Self {
            child,
            settings: Vec::new(),
        };
        for line in output
            .into_iter()
            .flat_map(|output| BufReader::new(output).lines())
        {
            server.settings.extend(setting(&line.map_err(failed)?));
            if server.setting(LAST_VARIABLE).is_some() {
                return Ok(server);
            }
        }
        Err(Failure::new(format!(
            "`{program}` ended before it was ready"
        )))
    }

    /// The settings that point `vectcut` and the vendor's SDKs at this server.
    pub(super) fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        self.settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// One of the settings.
    pub(super) fn setting(&self, name: &str) -> Option<&str> {
        self.environment()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// `curl` as it is, with the server's certificate authority.
    pub(super) fn curl(&self) -> Command {
        let mut curl = Command::new("curl");
        curl.args(self.curl_options());
        curl
    }

    /// The options that each transfer of `curl` needs: its own errors only, a failure for a failed status, trust.
    pub(super) fn curl_options(&self) -> Vec<&str> {
        let mut options = vec![
            "--silent",
            "--show-error",
            "--fail",
            "--output",
            "/dev/null",
        ];
        if let Some(ca_cert) = self.setting("VECTCUT_CA_CERT") {
            options.extend(["--cacert", ca_cert]);
        }
        options
    }

    /// The URL of a call of the backend.
    pub(super) fn backend_url(&self, path: &str) -> String {
        format!(
            "{}{path}",
            self.setting("VECTCUT_BASE_URL").unwrap_or_default()
        )
    }

    /// The URL of an object on the bucket's own host.
    pub(super) fn object_url(&self, object_key: &str) -> String {
        let endpoint = self.setting("VECTCUT_OSS_ENDPOINT").unwrap_or_default();
        let bucket = self.setting("OSS_BUCKET").unwrap_or_default();
        let endpoint = endpoint.replacen("://", &format!("://{bucket}."), 1);
        format!("{endpoint}/{object_key}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing of it is kept, so it may end at once; one that has ended already is what is wanted.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Reads `export NAME='VALUE'`.
fn setting(line: &str) -> Option<(String, String)> {
    let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
    let value = value.strip_prefix('\'')?.strip_suffix('\'')?;
    Some((name.to_owned(), value.replace(r"'\''", "'")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_read_as_a_shell_would() {
        let expected = Some(("NAME".to_owned(), "it's".to_owned()));
        assert_eq!(setting(r"export NAME='it'\''s'"), expected);
        assert_eq!(setting("the sandbox is ready"), None);
    }
}
