//! 10 MiB and 1 GiB to the sink on the same machine: how fast the client itself is.

use crate::contest::{Run, Runs, contest};
use crate::site::Site;
use crate::table::{Table, mib, ratio, time};
use std::io;

const MIB: u64 = 1024 * 1024;

/// All three steps of `vectcut` against `curl -T`, which makes one request.
pub(crate) fn measure(site: &Site) -> io::Result<Table> {
    let columns = &["work", "vectcut", "curl -T", "× curl", "aim"];
    let mut table = Table::new("Large files to a sink on loopback", columns);
    let (small, large) = ((10 * MIB, "10 MiB"), (1024 * MIB, "1 GiB"));
    for (tls, (len_bytes, size), rounds, wall_aim, cpu_aim) in [
        (false, small, 51, "–", "–"),
        (true, small, 51, "≤ 1.30", "–"),
        (false, large, 15, "≤ 0.85", "–"),
        (true, large, 15, "≤ 0.80", "≤ 1.00"),
    ] {
        let file = site.file(&size.replace(' ', "-"), len_bytes)?;
        let sink = site.sink(tls)?;
        let mut ours = site.upload(&sink, "loopback-state")?;
        ours.arg(&file);
        let mut curl = sink.curl();
        curl.arg("--upload-file")
            .arg(&file)
            .arg(sink.object_url("file"));
        let [ours, curl] = contest(site, site.rounds(rounds), [&ours, &curl])?;
        let scheme = if tls { "https" } else { "http" };
        let work = |figure: &str| format!("{size}, {scheme}, {figure}");
        let mut add = |figure: &str, aim: &str, show: fn(f64) -> String, of: fn(&Run) -> f64| {
            table.row(row(work(figure), (&ours, &curl), aim, show, of));
        };
        add("wall", wall_aim, time, |run| run.wall);
        add("CPU", cpu_aim, time, |run| run.cpu);
        if (len_bytes, size) == large {
            add("peak memory", "≤ 32 MiB", mib, |run| run.peak);
        }
    }
    Ok(table)
}

fn row(
    work: String,
    (ours, curl): (&Runs, &Runs),
    aim: &str,
    show: fn(f64) -> String,
    of: fn(&Run) -> f64,
) -> Vec<String> {
    vec![
        work,
        show(ours.spread(of).median),
        show(curl.spread(of).median),
        ratio(ours.paired(curl, |ours, curl| of(ours) / of(curl))),
        aim.to_owned(),
    ]
}
