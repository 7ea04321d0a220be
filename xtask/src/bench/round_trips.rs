//! 1 KiB over a line with a delay, counted in round trips.
//!
//! The same upload runs over two lines that differ in their delay alone. What it takes longer on the longer one, divided
//! by the difference, is the number of round trips, whatever the machine itself adds.

use super::contest::{Runs, Spread, contest};
use super::site::Site;
use super::table::{Table, time};
use crate::process::Failure;

/// The difference between the two lines, in seconds.
const DIFFERENCE: f64 = 0.080;

/// All three calls over https, by a host that is new and by one that the last upload went to.
pub(super) fn measure(site: &Site) -> Result<Table, Failure> {
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
        let mut command = site.upload(server, state);
        command.arg(&file);
        command
    };
    let commands = [
        &upload(&near, "new-{run}"),
        &upload(&far, "new-{run}"),
        &upload(&near, "known-near"),
        &upload(&far, "known-far"),
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
