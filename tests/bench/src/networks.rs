//! Uploads over emulated networks: real TCP with slow start, queues and loss. See `tests/bench/peers/network.py`.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::chart::{self, Bar};
use crate::contest::contest;
use crate::process::{self, output};
use crate::server::Server;
use crate::site::Site;
use crate::table::{Table, ratio, time};

const MIB: u64 = 1024 * 1024;
const SCRIPT: &str = "tests/bench/peers/network.py";
/// Where the chart goes that the page on performance shows.
const CHART: &str = "docs/networks.svg";

/// A network and a file.
struct Line {
    rtt_ms: u32,
    /// Of all connections together, in Mbit/s.
    link_mbit: u32,
    /// Of one connection; 0 is no limit.
    connection_mbit: u32,
    /// Percent of the packets.
    loss: f64,
    file_mib: u64,
    aim: &'static str,
}

const LINES: [Line; 5] = [
    line(200, 100, 0, 0.0, 25, "curl + 4 RTT"),
    line(100, 50, 0, 0.0, 10, "curl + 4 RTT"),
    line(40, 20, 0, 0.0, 10, "curl + 4 RTT"),
    line(40, 100, 20, 0.0, 25, "–"),
    line(40, 50, 0, 0.1, 10, "–"),
];

const fn line(
    rtt_ms: u32,
    link_mbit: u32,
    connection_mbit: u32,
    loss: f64,
    file_mib: u64,
    aim: &'static str,
) -> Line {
    Line {
        rtt_ms,
        link_mbit,
        connection_mbit,
        loss,
        file_mib,
        aim,
    }
}

impl Line {
    fn name(&self) -> String {
        let Self {
            rtt_ms,
            link_mbit,
            file_mib,
            ..
        } = self;
        let mut name = format!("{file_mib} MiB, {rtt_ms} ms, {link_mbit} Mbit/s");
        if self.connection_mbit > 0 {
            name += &format!(", {} a connection", self.connection_mbit);
        }
        if self.loss > 0.0 {
            name += &format!(", {} % loss", self.loss);
        }
        name
    }

    /// Starts the network and the sink at its far end.
    fn start(&self, sink: &Path, folder: &Path) -> io::Result<Server> {
        let mut command = Command::new("python3");
        command
            .args(["-I", "-S"])
            .arg(process::root().join(SCRIPT))
            .args(["--rtt-ms", &self.rtt_ms.to_string()])
            .args(["--link-mbit", &self.link_mbit.to_string()])
            .args(["--connection-mbit", &self.connection_mbit.to_string()])
            .args(["--loss", &(self.loss / 100.0).to_string()])
            .arg("--")
            .arg(sink)
            .args(["--tls", "198.18.1.2"])
            // The sink writes the certificate of its authority there.
            .env("TMPDIR", folder);
        Server::start_until_end_of_input(command)
    }
}

/// Returns whether this process may make network namespaces and TUN devices.
pub(crate) fn are_available() -> bool {
    let user = output(Command::new("id").arg("-u"));
    cfg!(target_os = "linux")
        && user.is_ok_and(|user| user.trim() == "0")
        && Path::new("/dev/net/tun").exists()
        && Command::new("ip").arg("netns").output().is_ok()
}

/// Against `curl -T`, over https. It also draws the chart of `docs/`.
pub(crate) fn measure(site: &Site) -> io::Result<Table> {
    let columns = &[
        "network",
        "vectcut, all three steps",
        "curl -T",
        "× curl",
        "aim",
    ];
    let mut table = Table::new("Files over emulated networks with real TCP", columns);
    let mut bars = Vec::new();
    for line in &LINES {
        let server = line.start(site.sink_program(), site.folder())?;
        let file = site.file(&format!("{}-mib", line.file_mib), line.file_mib * MIB)?;
        let mut ours = site.upload(&server, "networks-state")?;
        ours.arg(&file);
        let mut curl = server.curl();
        curl.arg("--upload-file")
            .arg(&file)
            .arg(server.object_url("curl.bin"));
        let commands = [&inside(&curl), &inside(&ours)];
        let [curl, ours] = contest(site, site.rounds(5), commands)?;
        let [ours_seconds, curl_seconds] =
            [&ours, &curl].map(|runs| runs.spread(|run| run.wall).median);
        table.row(vec![
            line.name(),
            time(ours_seconds),
            time(curl_seconds),
            ratio(ours.paired(&curl, |ours, curl| ours.wall / curl.wall)),
            line.aim.to_owned(),
        ]);
        bars.push(Bar {
            name: line.name(),
            seconds: ours_seconds,
            curl_seconds,
        });
    }
    fs::write(process::root().join(CHART), chart::svg(&bars))?;
    Ok(table)
}

/// The same command at the client's end of the network.
fn inside(command: &Command) -> Command {
    let mut inside = Command::new("ip");
    inside
        .args(["netns", "exec", "vectcut-client"])
        .arg(command.get_program())
        .args(command.get_args());
    let set = |(name, value): (&OsStr, Option<&OsStr>)| Some((name.to_owned(), value?.to_owned()));
    inside.envs(command.get_envs().filter_map(set));
    inside
}
