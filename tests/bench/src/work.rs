//! Two parts of the work alone: one signature, and the CRC-64 of the bytes.

use crate::process::{cargo, output};
use crate::table::Table;
use std::io;

/// Runs `cargo bench` of the two crates and puts the figures in one table.
pub(crate) fn measure() -> io::Result<Table> {
    let mut table = Table::new("Parts of the work", &["work", "figure", "aim"]);
    // The filter leaves one single time beside the paired ratios, which always run.
    let signer = output(&mut cargo([
        "bench",
        "--locked",
        "--quiet",
        "-p",
        "oss-signer",
        "--bench",
        "sign",
        "--",
        "v1/sign",
    ]))?;
    for line in signer
        .lines()
        .filter(|line| line.starts_with("v1 signature"))
    {
        if let Some((work, figure)) = line.split_once(": ") {
            let aim = if work.ends_with("at hand") {
                "≤ 1.15"
            } else {
                "≤ 1.25"
            };
            table.row(vec![work.to_owned(), figure.to_owned(), aim.to_owned()]);
        }
    }
    let crc64 = output(&mut cargo([
        "bench",
        "--locked",
        "--quiet",
        "-p",
        "oss-client",
        "--bench",
        "crc64",
    ]))?;
    for (work, figure) in throughputs(&crc64) {
        table.row(vec![work, figure, "–".to_owned()]);
    }
    Ok(table)
}

/// Reads the name of each benchmark and the middle of its `thrpt: [low middle high]`.
///
/// A long name stands on its own line, a short one on the line of the time.
fn throughputs(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut name = "";
    for line in text.lines() {
        let (label, figures) = line.split_once('[').unwrap_or((line, ""));
        let figures: Vec<&str> = figures.split_whitespace().collect();
        let label = label.trim();
        if let ("thrpt:", [_, _, value, unit, ..]) = (label, figures.as_slice()) {
            // The group, then the benchmark in it.
            found.push((name.replace('/', ", "), format!("{value} {unit}")));
        }
        let named = label.trim_end_matches("time:").trim_end();
        if !named.is_empty() {
            name = named;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throughput_is_read_with_its_name() {
        let text = "CRC-64/in cache\n                        time:   [4.6 µs 4.7 µs 4.8 µs]\n\
                    \x20                       thrpt:  [50.1 GiB/s 51.2 GiB/s 52.3 GiB/s]\n\
                    short time:   [1 ns 2 ns 3 ns]\n thrpt:  [1 GiB/s 2 GiB/s 3 GiB/s]\n";
        let expected = [("CRC-64, in cache", "51.2 GiB/s"), ("short", "2 GiB/s")];
        let expected = expected.map(|(name, figure)| (name.to_owned(), figure.to_owned()));
        assert_eq!(throughputs(text), expected);
    }
}
