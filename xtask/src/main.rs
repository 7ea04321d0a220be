//! The repository's own verbs: `cargo xtask check | test | golden | fuzz | bench | dist | ci`.
//!
//! Each verb is one file; this one holds the command line and nothing else.
//! It knows no crate of the product: it runs cargo and reads files.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a verb prints what it found for the person who ran it"
)]

mod bench;
mod check;
mod ci;
mod dist;
mod docs;
mod fuzz;
mod golden;
mod licences;
mod peers;
mod process;
mod readme;
mod release;
mod shipped;
mod signer_users;
mod standard_library;
mod steps;
mod test;
mod wine;
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
    /// Check everything that is not a test: sources, manifests, documents, format, lints
    Check {
        /// Write the current hash of the wire files into docs/protocol.md, after you have read both
        #[arg(long)]
        bless_protocol: bool,
        /// Run only the checks that compile nothing
        #[arg(long)]
        quick: bool,
    },
    /// Run every test of every package
    Test {
        /// Run the vendor's SDKs against the sandbox instead
        #[arg(long)]
        peers: bool,
        /// Run the tests of the command with the one for Windows instead, which Wine runs
        #[arg(long, conflicts_with = "peers")]
        wine: bool,
    },
    /// Run every signature vector through the signer and through the sandbox's verifier
    Golden {
        /// Run the vectors of this file instead of the repository's
        #[arg(long, value_name = "FILE")]
        vectors: Option<PathBuf>,
    },
    /// Feed hostile input to every place that reads text of others
    Fuzz {
        /// How long all targets run together
        #[arg(long, value_name = "N", default_value_t = 60)]
        seconds: u64,
        /// Run the one target with this input only, to see a fault again
        #[arg(long, value_name = "FILE")]
        input: Option<PathBuf>,
        /// The targets to run [default: all]
        #[arg(value_name = "TARGET")]
        targets: Vec<String>,
    },
    /// Measure what an upload costs, as Markdown tables; `cargo xtask bench --help` lists the groups
    #[command(disable_help_flag = true)]
    Bench {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build and run the packages outside the workspace that use only the signer
    SignerUsers {
        /// Folder with the `cargo` and the `rustc` of the signer's minimum Rust, if rustup does not have them
        #[arg(long, value_name = "FOLDER")]
        minimum_rust: Option<PathBuf>,
    },
    /// Publish every crate, or only check, pack and build them
    Release {
        /// Stop before the first upload
        #[arg(long)]
        dry_run: bool,
        /// Set the version of every crate instead
        #[arg(long, value_name = "VERSION", conflicts_with = "dry_run")]
        set_version: Option<String>,
    },
    /// Write the parts of the documents that are made of the command's own definitions
    Docs,
    /// Build and pack what ships: archives, wheels, npm packages, packages for agents, and their SHA-256
    Dist {
        /// The target to build for; can be repeated [default: this computer]
        #[arg(long = "target", value_name = "TARGET")]
        targets: Vec<String>,
        /// Install each package in a fresh folder and upload a file with it to its own sandbox
        #[arg(long)]
        verify: bool,
        /// Only compile the command for the targets, and fail on a warning; needs no linker
        #[arg(long, conflicts_with = "verify")]
        check: bool,
    },
    /// Run everything that must pass before a change lands
    Ci,
}

fn main() -> ExitCode {
    let outcome = match Args::parse().verb {
        Verb::Check {
            bless_protocol: true,
            ..
        } => check::bless_protocol(),
        Verb::Check { quick, .. } => check::run(quick),
        Verb::Test { peers: true, .. } => peers::run(),
        Verb::Test { wine: true, .. } => wine::test(),
        Verb::Test { .. } => test::run(),
        Verb::Golden { vectors } => golden::run(vectors.as_deref()),
        Verb::Fuzz {
            seconds,
            input,
            targets,
        } => fuzz::run(seconds, input.as_deref(), &targets),
        Verb::Bench { arguments } => bench::run(&arguments),
        Verb::Release {
            set_version: Some(version),
            ..
        } => release::set_version(&version),
        Verb::Release { dry_run, .. } => release::run(dry_run),
        Verb::SignerUsers { minimum_rust } => signer_users::run(minimum_rust.as_deref()),
        Verb::Docs => docs::write(),
        Verb::Dist { targets, check, .. } if check => dist::compile(&targets),
        Verb::Dist {
            targets, verify, ..
        } => dist::run(&targets, verify),
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
