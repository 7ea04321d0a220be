//! Uploads over emulated networks: real TCP with slow start, queues and loss. See `tests/bench/peers/network.py`.

mod line;

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::chart::{self, Bar};
use crate::contest::{Runs, Turn, contest_of};
use crate::opendal::OpenDal;
use crate::process::{self, output};
use crate::server::Server;
use crate::site::Site;
use crate::table::{Table, ratio, time};

use line::{Aim, LINES, Line};

/// Where the chart goes that the page on performance shows.
const CHART: &str = "docs/networks.svg";

/// How often each program runs on a random network.
const RANDOM_ROUNDS: usize = 3;

/// Which networks the group `lines` measures.
#[derive(Args)]
pub(crate) struct Choice {
    /// Of the group `lines`, measure only the networks whose name contains TEXT, such as `200 ms`
    #[arg(long, value_name = "TEXT")]
    line: Vec<String>,
    /// In the group `lines`, measure N random networks instead, beside `curl` and `OpenDAL`
    #[arg(long, value_name = "N", default_value_t = 0)]
    random: usize,
    /// In the group `lines`, also measure another build of the command
    #[arg(long, value_name = "PROGRAM")]
    before: Option<PathBuf>,
}

/// Returns whether this process may make network namespaces and TUN devices.
pub(crate) fn are_available() -> bool {
    let user = output(Command::new("id").arg("-u"));
    cfg!(target_os = "linux")
        && user.is_ok_and(|user| user.trim() == "0")
        && Path::new("/dev/net/tun").exists()
        && Command::new("ip").arg("netns").output().is_ok()
}

/// Against `curl -T`, over https.
pub(crate) fn measure(site: &Site, choice: &Choice) -> io::Result<Table> {
    match choice.random {
        0 => measure_lines(site, choice),
        _ => measure_random(site, choice),
    }
}

/// If all networks are measured, it also draws the chart of `docs/`.
fn measure_lines(site: &Site, choice: &Choice) -> io::Result<Table> {
    let columns = &[
        "network",
        "curl -T",
        "before",
        "vectcut, all three steps",
        "× curl",
        "aim",
    ];
    let mut table = Table::new("Files over emulated networks with real TCP", columns);
    let mut bars = Vec::new();
    for line in LINES.iter().filter(|line| choice.wants(line)) {
        let measured = Measured::of(site, line, choice)?;
        eprintln!("{}", measured.progress(line));
        table.row(measured.row(line));
        bars.extend(measured.bar(line));
    }
    // The page shows the figures of all networks and of all rounds.
    if choice.line.is_empty() && !site.is_quick() {
        fs::write(process::root().join(CHART), chart::svg(&bars))?;
    }
    Ok(table)
}

impl Choice {
    fn wants(&self, line: &Line) -> bool {
        let name = line.name();
        self.line.is_empty() || self.line.iter().any(|text| name.contains(text))
    }
}

/// What the programs took on one network.
struct Measured {
    curl: Runs,
    ours: Runs,
    before: Option<Runs>,
}

impl Measured {
    fn of(site: &Site, line: &Line, choice: &Choice) -> io::Result<Self> {
        let server = line.start(&site.emulator()?, site.sink_program(), site.folder())?;
        let file = site.file(&format!("{}-bytes", line.file_bytes()), line.file_bytes())?;
        let curl = curl(&server, &file);
        let ours = upload(site, &server, &file, &site.vectcut(), "ours")?;
        let mut turns = vec![
            Turn::at_most(&curl, line.curl_rounds_max),
            Turn::from(&ours),
        ];
        let before = choice.before.as_deref().map(Command::new);
        let before = before.map(|program| upload(site, &server, &file, &program, "before"));
        let before = before.transpose()?;
        turns.extend(before.as_ref().map(Turn::from));
        let mut runs = contest_of(site, site.rounds(5), &turns)?.into_iter();
        server.finish()?;
        match (runs.next(), runs.next()) {
            (Some(curl), Some(ours)) => Ok(Self {
                curl,
                ours,
                before: runs.next(),
            }),
            _ => Err(io::Error::other("a program was not measured")),
        }
    }

    fn row(&self, line: &Line) -> Vec<String> {
        let before = self.before.as_ref().map(|before| time(median(before)));
        vec![
            line.name(),
            time(median(&self.curl)),
            before.unwrap_or_else(|| "–".to_owned()),
            time(median(&self.ours)),
            ratio(
                self.ours
                    .paired(&self.curl, |ours, curl| ours.wall / curl.wall),
            ),
            self.aim(line),
        ]
    }

    /// Returns the aim, and whether it is met.
    fn aim(&self, line: &Line) -> String {
        let (curl, ours) = (median(&self.curl), median(&self.ours));
        let (aim, text) = match line.aim {
            Aim::RoundTrips(count) => {
                let seconds = curl + count * line.rtt_ms / 1e3;
                (
                    seconds,
                    format!("curl + {count} round trips = {seconds:.2} s"),
                )
            }
            Aim::Curl(factor) => (factor * curl, format!("{factor:.2} × curl")),
            Aim::Seconds(seconds) => (seconds, format!("{seconds} s")),
        };
        match ours <= aim {
            true => text,
            false => format!("{text}: missed"),
        }
    }

    fn progress(&self, line: &Line) -> String {
        self.row(line).join(" | ")
    }

    fn bar(&self, line: &Line) -> Option<Bar> {
        line.has_curl().then(|| Bar {
            name: line.name(),
            seconds: median(&self.ours),
            curl_seconds: median(&self.curl),
        })
    }
}

/// Random networks, against the better of `curl` and `OpenDAL` with 8 connections and parts of 8 MiB.
fn measure_random(site: &Site, choice: &Choice) -> io::Result<Table> {
    let columns = &[
        "network",
        "curl -T",
        "OpenDAL, 8 × 8 MiB",
        "vectcut, all three steps",
        "share of the limit",
    ];
    let title = "Random networks; the limit is 1.15 × the better peer and four round trips";
    let mut table = Table::new(title, columns);
    let opendal = OpenDal::install()?;
    for line in (0..).filter_map(Line::random).take(choice.random) {
        let server = line.start(&site.emulator()?, site.sink_program(), site.folder())?;
        let file = site.file("random", line.file_bytes())?;
        let [start, peer] = [opendal.start(), opendal.upload(&server, &file)];
        let ours = upload(site, &server, &file, &site.vectcut(), "random")?;
        let commands = [curl(&server, &file), inside(&start), inside(&peer), ours];
        let turn = |command| Turn::at_most(command, Some(RANDOM_ROUNDS));
        let turns: Vec<_> = commands.iter().map(turn).collect();
        let runs = contest_of(site, RANDOM_ROUNDS, &turns)?;
        server.finish()?;
        let [curl, start, peer, ours] = runs[..].iter().map(median).collect::<Vec<_>>()[..] else {
            return Err(io::Error::other("a program was not measured"));
        };
        // The interpreter's start is not OpenDAL's.
        let peer = peer - start;
        let limit = 1.15 * curl.min(peer) + 4.0 * line.rtt_ms / 1e3;
        let row = vec![
            line.name(),
            time(curl),
            time(peer),
            time(ours),
            format!("{:.2}", ours / limit),
        ];
        eprintln!("{}", row.join(" | "));
        table.row(row);
        fs::remove_file(file)?;
    }
    Ok(table)
}

fn median(runs: &Runs) -> f64 {
    runs.spread(|run| run.wall).median
}

fn curl(server: &Server, file: &Path) -> Command {
    let mut curl = server.curl();
    curl.arg("--upload-file")
        .arg(file)
        .arg(server.object_url("curl.bin"));
    inside(&curl)
}

/// An upload with `program`, which has a state directory of its own.
fn upload(
    site: &Site,
    server: &Server,
    file: &Path,
    program: &Command,
    name: &str,
) -> io::Result<Command> {
    let mut upload = site.upload_with(program, server, &format!("networks-{name}"))?;
    upload.arg(file);
    Ok(inside(&upload))
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
