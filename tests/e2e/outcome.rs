//! How a run of the command ended, as one snapshot: exit code, standard output, standard error, and the requests that
//! reached the servers.

use std::fmt;
use std::process::Output;

use serde_json::Value;
use vectcut_sandbox::{Arrival, Step};

use crate::{schemas, under_test};

/// The end of a run of the command, as its caller sees it.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    /// The signal that ended the process, if one did.
    #[cfg(unix)]
    signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Whether the process left a core dump.
    #[cfg(unix)]
    pub(crate) dumped_core: bool,
    requests: Vec<String>,
}

impl Outcome {
    pub(crate) fn new(output: Output, journal: &[Arrival]) -> Self {
        let stdout = String::from_utf8(output.stdout).expect("standard output is UTF-8");
        schemas::describe(&stdout);
        Self {
            code: output.status.code(),
            #[cfg(unix)]
            signal: std::os::unix::process::ExitStatusExt::signal(&output.status),
            #[cfg(unix)]
            dumped_core: std::os::unix::process::ExitStatusExt::core_dumped(&output.status),
            stdout,
            stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
            requests: journal.iter().filter_map(request).collect(),
        }
    }

    /// The same outcome without the lines of standard error that contain a text.
    pub(crate) fn without_lines(mut self, text: &str) -> Self {
        let lines = self.stderr.lines().filter(|line| !line.contains(text));
        self.stderr = lines.map(|line| format!("{line}\n")).collect();
        self
    }

    /// The one JSON value on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => writeln!(f, "exit code: {code}")?,
            #[cfg(unix)]
            None => writeln!(f, "ended by signal {}", self.signal.unwrap_or_default())?,
            #[cfg(not(unix))]
            None => writeln!(f, "no exit code")?,
        }
        write!(f, "----- stdout -----\n{}", self.stdout)?;
        write!(f, "----- stderr -----\n{}", self.stderr)?;
        writeln!(f, "----- requests -----")?;
        self.requests
            .iter()
            .try_for_each(|request| writeln!(f, "{request}"))
    }
}

/// The step and the status of the response, such as `put: 200`.
///
/// Connections that were only opened ahead of their use are left out: their moment is not predictable.
fn request(arrival: &Arrival) -> Option<String> {
    let Arrival { step, status, .. } = arrival;
    match (step, status) {
        (Step::Other, _) => None,
        (_, Some(status)) => Some(format!("{step}: {status}")),
        (_, None) => Some(format!("{step}: no response")),
    }
}

/// What differs from run to run, and its replacement in a snapshot. The only such list.
const FILTERS: [(&str, &str); 13] = [
    (r"/[^\s`']*/home/", "[HOME]/"),
    (r"(127\.0\.0\.1|localhost):\d+", "$1:[PORT]"),
    (r#"("elapsed_ms": ?)\d+"#, "$1[MS]"),
    (r#"("url_expires_at": ?)"[^"]+""#, "$1\"[TIME]\""),
    (
        r"link valid until [-0-9]+ [:0-9]+, \d+ h left",
        "link valid until [TIME]",
    ),
    (r"\b[0-9A-F]{24}\b", "[REQUEST ID]"),
    (r"\buploads/[0-9a-f]+/", "uploads/[RANDOM]/"),
    (
        r#"\?(Expires|OSSAccessKeyId|x-oss-[a-z-]+)=[^\s"]+"#,
        "?[SIGNED]",
    ),
    (r"\bafter [2-9]\d* attempts\b", "after [NUMBER] attempts"),
    (r"\bin \d+(\.\d+)? ?(ms|s)\b", "in [DURATION]"),
    (r"\b\d+ min( \d+ s)?|\b1 h\b( \d+ min)?", "[DURATION]"),
    (r"\b\d+(\.\d+)? ([KMG]i?)?B/s", "[RATE]"),
    (r"\(os error \d+\)", "(os error [NUMBER])"),
];

/// What Wine says in other words than Linux.
const WINE_FILTERS: [(&str, &str); 5] = [
    (
        r"Z:[^\s`']*[/\\]home[/\\]AppData[/\\]Roaming[/\\]vectcut[/\\]",
        "[HOME]/.config/vectcut/",
    ),
    (r"File not found\. \(os", "No such file or directory (os"),
    (r"Access denied\. \(os", "Permission denied (os"),
    (r"Connection refused\. \(os", "Connection refused (os"),
    // It does not tell a reset from an end.
    (
        r"connection closed before message completed",
        "Connection reset by peer (os error [NUMBER])",
    ),
];

/// Compares an outcome with its snapshot. The snapshot has the name of the test.
macro_rules! assert_outcome {
    ($outcome:expr) => {
        crate::outcome::settings().bind(|| insta::assert_snapshot!($outcome.to_string()))
    };
    ($name:expr, $outcome:expr) => {
        crate::outcome::settings().bind(|| insta::assert_snapshot!($name, $outcome.to_string()))
    };
}
pub(crate) use assert_outcome;

pub(crate) fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    let wine = WINE_FILTERS
        .into_iter()
        .filter(|_| under_test::is_for_windows());
    for (pattern, replacement) in wine.chain(FILTERS) {
        settings.add_filter(pattern, replacement);
    }
    settings
}
