//! Which log lines reach stderr, as text or as JSON: those of this project's crates, and with `-vvv` those of every
//! crate. The tests search all of them for secrets.

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

use crate::stderr::Stderr;

/// The crates of this project.
const CRATES: [&str; 6] = [
    "oss_client",
    "vectcut_api",
    "vectcut_cli",
    "strict_http",
    "vectcut_sandbox",
    "vectcut_upload",
];

/// The format of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Human-readable lines
    Text,
    /// One JSON object per line
    Json,
}

/// Shows log lines from here on. `verbosity` is the number of `-v` flags.
pub(crate) fn start(verbosity: u8, format: LogFormat, stderr: &Stderr) {
    let ours = |level| Targets::new().with_targets(CRATES.map(|name| (name, level)));
    let filter = match verbosity {
        0 => return,
        1 => ours(LevelFilter::INFO),
        2 => ours(LevelFilter::DEBUG),
        // At its loudest this library logs every message, and with it the signed URLs.
        _ => Targets::new()
            .with_default(LevelFilter::TRACE)
            .with_target("rmcp", LevelFilter::WARN),
    };
    let layer = fmt::layer().with_writer(stderr.clone()).with_ansi(false);
    let layer = match format {
        LogFormat::Text => layer.compact().boxed(),
        LogFormat::Json => layer.json().boxed(),
    };
    Registry::default().with(layer.with_filter(filter)).init();
}
