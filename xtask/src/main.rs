//! The repository's own verbs: `cargo xtask check | test | golden | bench | sandbox | dist | ci`.
//!
//! Each verb is one file; this one holds the command line and nothing else.
//! It knows no crate of the product: it runs cargo and reads files.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a verb found is printed for the person who ran it"
)]

mod bench;
mod check;
mod ci;
mod dist;
mod golden;
mod peers;
mod process;
mod sandbox;
mod steps;
mod test;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Proves, runs and packs this repository.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Format, lints, docs, layer arrows, forbidden crates, sources, top level, protocol hash, snapshots
    Check {
        /// Write the present hash of the wire files into docs/protocol.md, after you have read both
        #[arg(long)]
        bless_protocol: bool,
        /// Only the checks that compile nothing
        #[arg(long)]
        quick: bool,
    },
    /// Every test of every crate
    Test {
        /// Run the vendor's own SDKs against the sandbox instead
        #[arg(long)]
        peers: bool,
    },
    /// Every signature vector through the signer and through the sandbox's verifier
    Golden {
        /// A file of the same schema to run instead of the repository's own
        #[arg(long, value_name = "FILE")]
        vectors: Option<PathBuf>,
    },
    /// What an upload costs, beside `curl`, the vendor's SDK and the line's own limit, as Markdown tables
    Bench {
        /// Fewer rounds, for a look while working
        #[arg(long)]
        quick: bool,
        /// The groups to measure [default: all]
        #[arg(value_name = "GROUP", value_enum)]
        groups: Vec<bench::Group>,
    },
    /// Start the sandbox and print the settings to export; arguments go to `vectcut sandbox`
    Sandbox {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// The binary that ships, packed with README, licences and completions, and its SHA-256
    Dist,
    /// All that must hold
    Ci,
}

fn main() -> ExitCode {
    let outcome = match Args::parse().verb {
        Verb::Check {
            bless_protocol: true,
            ..
        } => check::bless_protocol(),
        Verb::Check { quick, .. } => check::run(quick),
        Verb::Test { peers: true } => peers::run(),
        Verb::Test { peers: false } => test::run(),
        Verb::Golden { vectors } => golden::run(vectors.as_deref()),
        Verb::Bench { quick, groups } => bench::run(quick, &groups),
        Verb::Sandbox { arguments } => sandbox::run(&arguments),
        Verb::Dist => dist::run(),
        Verb::Ci => ci::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
