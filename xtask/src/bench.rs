//! `cargo xtask bench`: what an upload costs, beside `curl`, the vendor's package `oss2` and the line's own limit.
//!
//! Each group of figures is one file, prints one Markdown table, and is what `docs/performance.md` holds.
//! Whole processes are measured, in turn (A B A B …) after a warm-up, and ratios are taken pair by pair: a machine that
//! is busy for a while slows both sides alike.
//! It needs `curl` and Python 3, and for the group `lines` a package index the first time.

mod contest;
mod lines;
mod loopback;
mod many;
mod memory;
mod round_trips;
mod server;
mod signer;
mod site;
mod start;
mod table;
mod work;

use std::thread;

use clap::ValueEnum;

use crate::process::Failure;
use site::Site;

/// A group of figures that belong together.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Group {
    /// Start-up, and 1 KiB with all three calls
    Start,
    /// 10 MiB and 1 GiB to a neutral sink, against `curl -T`
    Loopback,
    /// Peak memory with sixteen streams
    Memory,
    /// 500 × 100 KiB, in one process and in one process for each
    Many,
    /// 100 MiB over lines with a delay and limited rates
    Lines,
    /// 1 KiB over a line with a delay, counted in round trips
    RoundTrips,
    /// One signature, and CRC-64
    Work,
    /// What `oss-signer` alone costs to build
    Signer,
}

/// Measures the groups, all of them when none is named, and prints a table for each.
pub(crate) fn run(quick: bool, groups: &[Group]) -> Result<(), Failure> {
    let site = Site::open(quick)?;
    let all = Group::value_variants();
    let groups = if groups.is_empty() { all } else { groups };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    println!("Measured on a machine of {cores} cores.");
    for group in groups {
        let table = match group {
            Group::Start => start::measure(&site),
            Group::Loopback => loopback::measure(&site),
            Group::Memory => memory::measure(&site),
            Group::Many => many::measure(&site),
            Group::Lines => lines::measure(&site),
            Group::RoundTrips => round_trips::measure(&site),
            Group::Work => work::measure(),
            Group::Signer => signer::measure(&site),
        }?;
        print!("\n{table}");
    }
    Ok(())
}
