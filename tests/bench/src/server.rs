//! The server of a measurement: a process that prints the settings to export once it is ready.

use std::io;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// The last setting that a server prints.
const LAST_VARIABLE: &str = "OSS_ACCESS_KEY_SECRET";

/// A running server; dropping it ends it.
pub(crate) struct Server {
    child: Child,
    ends_with_input: bool,
    settings: Vec<(String, String)>,
}

impl Server {
    /// Starts a server that runs until it is killed, and waits until it is ready.
    pub(crate) fn start(command: Command) -> io::Result<Self> {
        Self::start_with(command, false)
    }

    /// Starts a server that ends with its standard input, and waits until it is ready.
    pub(crate) fn start_until_end_of_input(command: Command) -> io::Result<Self> {
        Self::start_with(command, true)
    }

    fn start_with(mut command: Command, ends_with_input: bool) -> io::Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let failed = |error| io::Error::other(format!("could not start `{program}`: {error}"));
        // A network that cannot be made says why. The other servers tell of each request.
        let errors = match ends_with_input {
            true => Stdio::inherit(),
            false => Stdio::null(),
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .map_err(failed)?;
        let output = child.stdout.take();
        let mut server = Self {
            child,
            ends_with_input,
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
        Err(io::Error::other(format!(
            "`{program}` ended before it was ready"
        )))
    }

    /// Ends a server that ends with its standard input.
    ///
    /// # Errors
    ///
    /// Fails if it ended by itself, which spoils what was measured, or did not end well.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        drop(self.child.stdin.take());
        let status = self.child.wait()?;
        match status.success() {
            true => Ok(()),
            false => Err(io::Error::other(format!(
                "the server ended with {status}, so nothing that was measured counts"
            ))),
        }
    }

    /// The settings that point `vectcut` and the vendor's SDKs at this server.
    pub(crate) fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        self.settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// One of the settings.
    pub(crate) fn setting(&self, name: &str) -> Option<&str> {
        self.environment()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// `curl` with its defaults, and trust in the server's certificate authority.
    pub(crate) fn curl(&self) -> Command {
        let mut curl = Command::new("curl");
        curl.args(self.curl_options());
        curl
    }

    /// The options of each transfer: print errors only, fail for an error status, trust the certificate authority.
    pub(crate) fn curl_options(&self) -> Vec<&str> {
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
    pub(crate) fn backend_url(&self, path: &str) -> String {
        format!(
            "{}{path}",
            self.setting("VECTCUT_BASE_URL").unwrap_or_default()
        )
    }

    /// The URL of an object on the bucket's host.
    pub(crate) fn object_url(&self, object_key: &str) -> String {
        let endpoint = self.setting("VECTCUT_OSS_ENDPOINT").unwrap_or_default();
        let bucket = self.setting("OSS_BUCKET").unwrap_or_default();
        let endpoint = endpoint.replacen("://", &format!("://{bucket}."), 1);
        format!("{endpoint}/{object_key}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A server that reads its input ends with it, and cleans up; the others are killed. Nothing of them is kept, and
        // an error means that one has ended already.
        drop(self.child.stdin.take());
        if !self.ends_with_input {
            drop(self.child.kill());
        }
        drop(self.child.wait());
    }
}

/// Parses `export NAME='VALUE'`.
fn setting(line: &str) -> Option<(String, String)> {
    let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
    let value = value.strip_prefix('\'')?.strip_suffix('\'')?;
    Some((name.to_owned(), value.replace(r"'\''", "'")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_network_that_ended_badly_spoils_the_measurement() {
        let finished = |status: &str| {
            let script = format!("echo \"export {LAST_VARIABLE}='x'\"; cat; exit {status}");
            let mut shell = Command::new("sh");
            shell.args(["-c", &script]);
            let server = Server::start_until_end_of_input(shell).expect("it is ready");
            server.finish()
        };
        finished("0").expect("it ended with its input");
        let error = finished("1").expect_err("it failed");
        assert!(error.to_string().contains("exit status: 1"), "{error}");
    }

    #[test]
    fn a_setting_is_read_as_a_shell_would() {
        let expected = Some(("NAME".to_owned(), "it's".to_owned()));
        assert_eq!(setting(r"export NAME='it'\''s'"), expected);
        assert_eq!(setting("the sandbox is ready"), None);
    }
}
