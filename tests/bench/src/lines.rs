//! 100 MiB over connections with a delay and limited rates, which the sandbox simulates. It stands in for
//! `networks.rs` where that cannot run.

use std::io;

use crate::contest::{Runs, contest};
use crate::oss2::Oss2;
use crate::site::Site;
use crate::table::{Table, ratio, time};

const FILE_BYTES: u64 = 100 * 1024 * 1024;

/// Against the ideal, `curl -T` and `oss2`, over https with a round trip of 40 ms.
pub(crate) fn measure(site: &Site) -> io::Result<Table> {
    let columns = &[
        "line",
        "client",
        "wall",
        "× the line's ideal",
        "vectcut × client",
        "aim",
    ];
    let mut table = Table::new("100 MiB over a line with a round trip of 40 ms", columns);
    let oss2 = Oss2::install()?;
    let file = site.file("100-MiB", FILE_BYTES)?;

    let line = "50 Mbit/s a connection, 400 Mbit/s in all";
    let sandbox = site.sandbox("round-trip=40ms,connection=50mbit,total=400mbit")?;
    let mut ours = site.upload(&sandbox, "capped-state")?;
    ours.arg(&file);
    let mut resumable = oss2.command(&sandbox);
    resumable.args(["upload", "oss2"]).arg(&file);
    let mut curl = sandbox.curl();
    curl.arg("--upload-file")
        .arg(&file)
        .arg(oss2.presigned(&sandbox)?);
    let [ours, curl, resumable] = contest(site, site.rounds(5), [&ours, &curl, &resumable])?;
    let ideal = ideal_seconds(400.0);
    table.row(row(
        line,
        "vectcut, all three steps",
        &ours,
        ideal,
        None,
        "≤ 1.35 × ideal",
    ));
    table.row(row(line, "curl -T", &curl, ideal, Some(&ours), "–"));
    table.row(row(
        line,
        "oss2 resumable_upload",
        &resumable,
        ideal,
        Some(&ours),
        "–",
    ));
    drop(sandbox);

    let line = "100 Mbit/s";
    let sandbox = site.sandbox("round-trip=40ms,total=100mbit")?;
    let mut ours = site.upload(&sandbox, "plain-state")?;
    ours.arg(&file);
    let mut curl = sandbox.curl();
    curl.arg("--upload-file")
        .arg(&file)
        .arg(oss2.presigned(&sandbox)?);
    let [ours, curl] = contest(site, site.rounds(5), [&ours, &curl])?;
    let ideal = ideal_seconds(100.0);
    table.row(row(
        line,
        "vectcut, all three steps",
        &ours,
        ideal,
        None,
        "–",
    ));
    table.row(row(
        line,
        "curl -T",
        &curl,
        ideal,
        Some(&ours),
        "≤ 1.03 × curl",
    ));
    Ok(table)
}

/// How long the bytes alone take.
fn ideal_seconds(megabits_per_second: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a hundred million is exact")]
    let bits = FILE_BYTES as f64 * 8.0;
    bits / (megabits_per_second * 1e6)
}

fn row(
    line: &str,
    client: &str,
    runs: &Runs,
    ideal: f64,
    ours: Option<&Runs>,
    aim: &str,
) -> Vec<String> {
    let against = ours.map(|ours| ratio(ours.paired(runs, |ours, client| ours.wall / client.wall)));
    vec![
        line.to_owned(),
        client.to_owned(),
        time(runs.spread(|run| run.wall).median),
        ratio(runs.spread(|run| run.wall / ideal)),
        against.unwrap_or_else(|| "–".to_owned()),
        aim.to_owned(),
    ]
}
