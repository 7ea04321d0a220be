//! 1 KiB over connections with a delay, counted in round trips.
//!
//! The same upload runs over two links that differ only in their delay. The difference of the two times, divided by the
//! difference of the two delays, is the number of round trips. What the machine itself adds cancels out.

use crate::contest::{Runs, Spread, contest};
use crate::site::Site;
use crate::table::{Table, time};
use std::io;

/// The difference between the delays of the two links, in seconds.
const DIFFERENCE: f64 = 0.080;

/// All three requests over https, to a bucket host that is new and to one that the last upload used.
pub(crate) fn measure(site: &Site) -> io::Result<Table> {
    let columns = &[
        "work",
        "wall at 40 ms",
        "round trips, median (min–max)",
        "aim",
    ];
    let mut table = Table::new("1 KiB over a line with a delay", columns);
    let file = site.file("1-kib", 1024)?;
    let (near, far) = (
        site.sandbox("round-trip=40ms")?,
        site.sandbox("round-trip=120ms")?,
    );
    let upload = |server, state| {
        let mut command = site.upload(server, state)?;
        command.arg(&file);
        io::Result::Ok(command)
    };
    let commands = [
        &upload(&near, "new-{run}")?,
        &upload(&far, "new-{run}")?,
        &upload(&near, "known-near")?,
        &upload(&far, "known-far")?,
    ];
    let [new_near, new_far, known_near, known_far] = contest(site, site.rounds(15), commands)?;
    table.row(row(
        "vectcut, host not known yet",
        &new_near,
        &new_far,
        "≤ 6",
    ));
    table.row(row(
        "vectcut, host remembered",
        &known_near,
        &known_far,
        "≤ 5",
    ));
    Ok(table)
}

fn row(work: &str, near: &Runs, far: &Runs, aim: &str) -> Vec<String> {
    let trips = far.paired(near, |far, near| (far.wall - near.wall) / DIFFERENCE);
    let Spread { low, median, high } = trips;
    vec![
        work.to_owned(),
        time(near.spread(|run| run.wall).median),
        format!("{median:.2} ({low:.2}–{high:.2})"),
        aim.to_owned(),
    ]
}
