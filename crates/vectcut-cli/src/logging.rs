//! Which log lines reach stderr: those of this project's crates, as text or as JSON.
//!
//! The HTTP and TLS libraries stay silent at every level: what they would tell holds headers and URLs, and so secrets.

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

use crate::talk::Talk;

/// The crates whose lines are shown.
const CRATES: [&str; 6] = [
    "oss_client",
    "vectcut_api",
    "vectcut_cli",
    "strict_http",
    "vectcut_sandbox",
    "vectcut_upload",
];

/// What a log line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line for reading
    Text,
    /// A JSON object
    Json,
}

/// Shows log lines from here on; `verbosity` is how often `-v` was given.
pub(crate) fn start(verbosity: u8, format: LogFormat, talk: &Talk) {
    let level = match verbosity {
        0 => return,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let filter = Targets::new().with_targets(CRATES.map(|name| (name, level)));
    let layer = fmt::layer().with_writer(talk.clone()).with_ansi(false);
    let layer = match format {
        LogFormat::Text => layer.compact().boxed(),
        LogFormat::Json => layer.json().boxed(),
    };
    Registry::default().with(layer.with_filter(filter)).init();
}
