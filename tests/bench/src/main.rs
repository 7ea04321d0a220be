//! `cargo xtask bench`: measures what an upload costs, beside `curl`, the vendor's package `oss2` and the ideal.
//!
//! Each group of figures is one file, prints one Markdown table, and is what `docs/performance.md` holds.
//! Whole processes are measured in turn (A B A B …) after a warm-up, and ratios are taken pair by pair.
//! So a machine that is busy for a while slows both sides alike.
//! It needs `curl` and Python 3; the group `lines` installs `oss2` from a package index on its first run.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the tables are printed for the person who ran it"
)]

mod chart;
mod contest;
mod lines;
mod loopback;
mod many;
mod memory;
mod networks;
mod opendal;
mod oss2;
mod process;
mod round_trips;
mod server;
mod signer;
mod site;
mod start;
mod table;
mod work;

use std::io;
use std::process::ExitCode;
use std::thread;

use clap::{Parser, ValueEnum};

use site::Site;

/// Measures what an upload costs and prints Markdown tables.
#[derive(Parser)]
#[command(bin_name = "cargo xtask bench")]
struct Args {
    /// Run fewer rounds, for a quick look
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    networks: networks::Choice,
    /// The groups to measure [default: all]
    #[arg(value_name = "GROUP", value_enum)]
    groups: Vec<Group>,
}

/// A group of figures that belong together.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    /// Start-up, and 1 KiB with all three requests
    Start,
    /// 10 MiB and 1 GiB to the sink, against `curl -T`
    Loopback,
    /// Peak memory with sixteen streams
    Memory,
    /// 500 × 100 KiB, in one process and in one process per file
    Many,
    /// Files over emulated networks with real TCP, as root on Linux; else over a sandbox with a delay
    Lines,
    /// 1 KiB over connections with a delay, counted in round trips
    RoundTrips,
    /// One signature, and CRC-64
    Work,
    /// What it costs to build `oss-signer` alone
    Signer,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures the groups, all of them when none is named, and prints a table for each.
fn run(args: &Args) -> io::Result<()> {
    let site = Site::open(args.quick)?;
    let all = Group::value_variants();
    let groups = match args.groups.is_empty() {
        true => all,
        false => &args.groups[..],
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    println!("Measured on a machine of {cores} cores.");
    for group in groups {
        let table = match group {
            Group::Start => start::measure(&site),
            Group::Loopback => loopback::measure(&site),
            Group::Memory => memory::measure(&site),
            Group::Many => many::measure(&site),
            Group::Lines if networks::are_available() => networks::measure(&site, &args.networks),
            Group::Lines => {
                println!(
                    "\nReal TCP needs root on Linux with `ip` and TUN devices; a sandbox simulates the lines."
                );
                lines::measure(&site)
            }
            Group::RoundTrips => round_trips::measure(&site),
            Group::Work => work::measure(),
            Group::Signer => signer::measure(&site),
        }?;
        print!("\n{table}");
    }
    Ok(())
}
