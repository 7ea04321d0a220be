//! What the measurements share: the measured programs, their input files, and a folder that each run empties.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, cargo, run};
use crate::server::Server;

/// The folder of one `cargo xtask bench`.
pub(crate) struct Site {
    folder: PathBuf,
    /// The binary that ships.
    vectcut: PathBuf,
    /// The server that only reads requests and responds.
    sink: PathBuf,
    quick: bool,
}

impl Site {
    /// Builds the programs as they ship and empties the folder.
    pub(crate) fn open(quick: bool) -> io::Result<Self> {
        let build = ["build", "--locked", "--quiet", "--profile", "dist"];
        // Two builds: in one, cargo could give the command features that only the sink needs.
        run(cargo(build).args(["-p", "vectcut-cli", "--bin", "vectcut"]))?;
        run(cargo(build).args(["-p", "bench", "--bin", "sink"]))?;
        let target = process::target_directory()?;
        let folder = target.join("bench");
        let emptied = fs::remove_dir_all(&folder).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        });
        emptied
            .and_then(|()| fs::create_dir_all(&folder))
            .map_err(|error| {
                io::Error::other(format!("could not empty `{}`: {error}", folder.display()))
            })?;
        let programs = target.join("dist");
        let program = |name: &str| programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        Ok(Self {
            folder,
            vectcut: program("vectcut"),
            sink: program("sink"),
            quick,
        })
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The folder of this run.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The sink's program.
    pub(crate) fn sink_program(&self) -> &Path {
        &self.sink
    }

    /// Builds the program that emulates a network.
    pub(crate) fn emulator(&self) -> io::Result<PathBuf> {
        let build = ["build", "--locked", "--quiet", "--profile", "dist"];
        run(cargo(build).args(["-p", "bench", "--bin", "emulator"]))?;
        Ok(self.sink.with_file_name("emulator"))
    }

    pub(crate) fn is_quick(&self) -> bool {
        self.quick
    }

    /// How many rounds to run: `full`, or at most three in a quick run.
    pub(crate) fn rounds(&self, full: usize) -> usize {
        if self.quick { full.min(3) } else { full }
    }

    /// The measured command.
    pub(crate) fn vectcut(&self) -> Command {
        Command::new(&self.vectcut)
    }

    /// `vectcut upload` to a server, with a state directory of this name in the folder.
    ///
    /// Each run sends the same file, so nothing may be reused: a file in the place of the ledger's folder means no ledger.
    pub(crate) fn upload(&self, server: &Server, state: &str) -> io::Result<Command> {
        self.upload_with(&self.vectcut(), server, state)
    }

    /// As [`upload`](Self::upload), with another build of the command.
    pub(crate) fn upload_with(
        &self,
        program: &Command,
        server: &Server,
        state: &str,
    ) -> io::Result<Command> {
        fs::create_dir_all(self.path(state))?;
        fs::write(self.path(state).join("ledger"), "")?;
        let mut command = Command::new(program.get_program());
        command
            .args(["upload", "--quiet", "--state-dir"])
            .arg(self.path(state))
            .envs(server.environment());
        Ok(command)
    }

    /// Starts the sink.
    pub(crate) fn sink(&self, tls: bool) -> io::Result<Server> {
        let mut command = Command::new(&self.sink);
        // It writes the certificate of its authority into the temporary folder.
        command.env("TMPDIR", &self.folder);
        if tls {
            command.arg("--tls");
        }
        Server::start(command)
    }

    /// Starts a sandbox with TLS and a simulated link such as `round-trip=40ms,total=100mbit`.
    ///
    /// Its objects lie in the folder, so the next run deletes them.
    pub(crate) fn sandbox(&self, line: &str) -> io::Result<Server> {
        let mut command = self.vectcut();
        command
            .args(["sandbox", "--tls", "--link", line, "--state-dir"])
            .arg(self.path(&format!("sandbox-{line}")));
        Server::start(command)
    }

    /// Returns a file of this length, filled with bytes that do not compress.
    pub(crate) fn file(&self, name: &str, len_bytes: u64) -> io::Result<PathBuf> {
        let path = self.path(name);
        if !path.exists() {
            write_noise(&path, len_bytes).map_err(|error| {
                io::Error::other(format!("could not write `{}`: {error}", path.display()))
            })?;
        }
        Ok(path)
    }
}

fn write_noise(path: &Path, len_bytes: u64) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut file = io::BufWriter::with_capacity(1 << 20, fs::File::create(path)?);
    io::copy(&mut Noise(len_bytes | 1).take(len_bytes), &mut file)?;
    file.flush()
}

/// Bytes of a xorshift generator, whose state is never 0: the same in each run, and without a pattern.
struct Noise(u64);

impl Read for Noise {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for chunk in buffer.chunks_mut(8) {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            chunk.copy_from_slice(&self.0.to_le_bytes()[..chunk.len()]);
        }
        Ok(buffer.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_has_every_byte_about_as_often() {
        let mut bytes = vec![0; 256 * 1024];
        Noise(1).read_exact(&mut bytes).expect("it never ends");
        let mut counts = [0_u32; 256];
        for byte in bytes {
            counts[usize::from(byte)] += 1;
        }
        assert!(counts.iter().all(|count| (800..1250).contains(count)));
    }
}
