//! What the measurements share: the programs that are measured, their files, and a folder that is emptied each time.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::server::Server;
use crate::process::{Failure, cargo, run};
use crate::workspace;

/// The folder of one `cargo xtask bench`.
pub(super) struct Site {
    folder: PathBuf,
    /// The binary that ships.
    vectcut: PathBuf,
    /// The server that only reads and answers.
    sink: PathBuf,
    quick: bool,
}

impl Site {
    /// Builds the programs as they ship and empties the folder.
    pub(super) fn open(quick: bool) -> Result<Self, Failure> {
        let build = ["build", "--quiet", "--profile", "dist"];
        // Apart, because together they could share features that the command alone does not have.
        run(cargo(build).args(["-p", "vectcut-cli", "--bin", "vectcut"]))?;
        run(cargo(build).args(["-p", "vectcut-sandbox", "--example", "sink"]))?;
        let target = workspace::target_directory()?;
        let folder = target.join("bench");
        let emptied = fs::remove_dir_all(&folder).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        });
        emptied
            .and_then(|()| fs::create_dir_all(&folder))
            .map_err(|error| {
                Failure::new(format!("could not empty `{}`: {error}", folder.display()))
            })?;
        let programs = target.join("dist");
        let program = |name: &str| programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        Ok(Self {
            folder,
            vectcut: program("vectcut"),
            sink: program("examples/sink"),
            quick,
        })
    }

    /// A path in the folder.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// How many rounds to run: `full`, or as few as still have a median.
    pub(super) fn rounds(&self, full: usize) -> usize {
        if self.quick { full.min(3) } else { full }
    }

    /// The measured command.
    pub(super) fn vectcut(&self) -> Command {
        Command::new(&self.vectcut)
    }

    /// `vectcut upload` to a server, with a state directory of this name in the folder.
    pub(super) fn upload(&self, server: &Server, state: &str) -> Command {
        let mut command = self.vectcut();
        command
            .args(["upload", "--quiet", "--state-dir"])
            .arg(self.path(state))
            .envs(server.environment());
        command
    }

    /// Starts the sink.
    pub(super) fn sink(&self, tls: bool) -> Result<Server, Failure> {
        let mut command = Command::new(&self.sink);
        // It leaves the certificate of its authority in the temporary folder.
        command.env("TMPDIR", &self.folder);
        if tls {
            command.arg("--tls");
        }
        Server::start(command)
    }

    /// Starts a sandbox with TLS on a line such as `round-trip=40ms,total=100mbit`.
    ///
    /// It keeps its objects in the folder, where they go with everything else.
    pub(super) fn sandbox(&self, line: &str) -> Result<Server, Failure> {
        let mut command = self.vectcut();
        command
            .args(["sandbox", "--tls", "--link", line, "--state-dir"])
            .arg(self.path(&format!("sandbox-{line}")));
        Server::start(command)
    }

    /// Returns a file of this length, made of bytes that no link could shorten.
    pub(super) fn file(&self, name: &str, len_bytes: u64) -> Result<PathBuf, Failure> {
        let path = self.path(name);
        if !path.exists() {
            write_noise(&path, len_bytes).map_err(|error| {
                Failure::new(format!("could not write `{}`: {error}", path.display()))
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

/// Bytes of a xorshift generator, whose state is never 0: the same each time, and without a pattern.
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
