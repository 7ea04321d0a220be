//! How much memory a large upload takes with the maximum number of streams.

use crate::contest::contest;
use crate::site::Site;
use crate::table::{Table, mib, range};
use std::io;

const GIB: u64 = 1024 * 1024 * 1024;

/// The peak resident memory of 1 GiB over sixteen streams, as the kernel counts it.
pub(crate) fn measure(site: &Site) -> io::Result<Table> {
    let columns = &["work", "peak memory, median (min–max)", "aim"];
    let mut table = Table::new("Memory", columns);
    let file = site.file("1-GiB", GIB)?;
    for tls in [false, true] {
        let sink = site.sink(tls)?;
        let mut ours = site.upload(&sink, "memory-state")?;
        ours.args(["--streams", "16"]).arg(&file);
        let [ours] = contest(site, site.rounds(9), [&ours])?;
        let peak = ours.spread(|run| run.peak);
        let scheme = if tls { "https" } else { "http" };
        table.row(vec![
            format!("1 GiB, {scheme}, 16 streams"),
            range(mib, peak),
            "≤ 32 MiB".to_owned(),
        ]);
    }
    Ok(table)
}
