//! Many small files: one process for all of them against one process per file.

use crate::contest::contest;
use crate::site::Site;
use crate::table::{Table, ratio, time};
use std::io;

const FILES: u32 = 500;
const FILE_BYTES: u64 = 100 * 1024;

/// 500 × 100 KiB over https to the sink.
pub(crate) fn measure(site: &Site) -> io::Result<Table> {
    let columns = &["work", "one process", "one process a file", "ratio", "aim"];
    let mut table = Table::new("Many small files", columns);
    let mut files = Vec::new();
    for number in 0..FILES {
        files.push(site.file(&format!("many/{number:03}"), FILE_BYTES)?);
    }
    let sink = site.sink(true)?;
    let mut together = site.upload(&sink, "many-state")?;
    together.args(&files);
    // The shell only starts them one after the other, as a script would.
    let single = site.upload(&sink, "many-state")?;
    let mut apart = std::process::Command::new("sh");
    apart
        .args([
            "-c",
            r#"upload=$1; shift; for file; do $upload "$file" || exit; done"#,
            "sh",
        ])
        .arg(words(&single))
        .args(&files)
        .envs(sink.environment());
    let [together, apart] = contest(site, site.rounds(7), [&together, &apart])?;
    table.row(vec![
        format!("{FILES} × 100 KiB, https"),
        time(together.spread(|run| run.wall).median),
        time(apart.spread(|run| run.wall).median),
        ratio(together.paired(&apart, |together, apart| together.wall / apart.wall)),
        "≤ 0.20".to_owned(),
    ]);
    Ok(table)
}

/// A command line for the shell to split; no argument holds a space.
fn words(command: &std::process::Command) -> String {
    let words = [command.get_program()]
        .into_iter()
        .chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}
