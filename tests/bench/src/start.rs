//! What a short upload costs: start-up, and 1 KiB with all three requests.

use std::io;
use std::path::Path;
use std::process::Command;

use crate::contest::contest;
use crate::server::Server;
use crate::site::Site;
use crate::table::{Table, ratio, time};

/// Against one `curl` process that does the same.
pub(crate) fn measure(site: &Site) -> io::Result<Table> {
    let columns = &["work", "vectcut", "curl", "× curl", "aim"];
    let mut table = Table::new("Start-up and 1 KiB", columns);
    let mut version = site.vectcut();
    version.arg("--version");
    let mut curl_version = Command::new("curl");
    curl_version.arg("--version");
    add(
        site,
        &mut table,
        "`--version`",
        "–",
        &version,
        &curl_version,
    )?;

    let file = site.file("1-kib", 1024)?;
    for (tls, work, aim) in [
        (false, "1 KiB, http, init + PUT + complete", "–"),
        (true, "1 KiB, https, init + PUT + complete", "≤ 1.30"),
    ] {
        let sink = site.sink(tls)?;
        let mut ours = site.upload(&sink, "start-state")?;
        ours.arg(&file);
        add(
            site,
            &mut table,
            work,
            aim,
            &ours,
            &three_requests(&sink, &file),
        )?;
    }
    Ok(table)
}

fn add(
    site: &Site,
    table: &mut Table,
    work: &str,
    aim: &str,
    ours: &Command,
    curl: &Command,
) -> io::Result<()> {
    let [ours, curl] = contest(site, site.rounds(101), [ours, curl])?;
    table.row(vec![
        work.to_owned(),
        time(ours.spread(|run| run.wall).median),
        time(curl.spread(|run| run.wall).median),
        ratio(ours.paired(&curl, |ours, curl| ours.wall / curl.wall)),
        aim.to_owned(),
    ]);
    Ok(())
}

/// One `curl` process that makes the three requests of an upload in order, and reuses its connections.
fn three_requests(server: &Server, file: &Path) -> Command {
    let post = |curl: &mut Command, path: &str, body: &str| {
        let bearer = server.setting("VECTCUT_API_KEY").unwrap_or_default();
        curl.args(["--header", "Content-Type: application/json"])
            .arg("--header")
            .arg(format!("Authorization: Bearer {bearer}"))
            .args(["--data", body])
            .arg(server.backend_url(path));
    };
    let mut curl = server.curl();
    let init = r#"{"file_name": "1-kib", "file_size_bytes": 1024}"#;
    post(&mut curl, "/sts/upload/init", init);
    curl.arg("--next").args(server.curl_options());
    curl.arg("--upload-file")
        .arg(file)
        .arg(server.object_url("1-kib"));
    curl.arg("--next").args(server.curl_options());
    post(
        &mut curl,
        "/sts/upload/complete",
        r#"{"object_key": "1-kib"}"#,
    );
    curl
}
