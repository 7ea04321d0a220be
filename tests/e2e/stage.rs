//! A test runs the command here: with a sandbox, a folder of its own, and nothing of this computer's environment.

use std::ffi::OsStr;
#[cfg(unix)]
use std::io::Write as _;
#[cfg(unix)]
use std::os::fd::OwnedFd;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::runtime::Runtime;
use tokio::time::timeout;
use vectcut_sandbox::{Arrival, Builder, Fault, Sandbox, Step};

#[cfg(unix)]
use crate::display::Display;
use crate::outcome::Outcome;
use crate::under_test;

/// No run of these tests takes long. One that hangs must not hang the whole suite.
const RUN_MAX: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(5);

/// Runs something with one time budget after the other, each longer, until `run` returns a result: `None` says that this
/// computer was too slow to get, within that budget, to what the test is about.
pub(crate) fn within_a_budget<T>(run: impl FnMut(&str) -> Option<T>) -> T {
    let flags = ["--budget=1s", "--budget=4s", "--budget=16s"];
    let result = flags.into_iter().find_map(run);
    result.expect("the longest budget is enough")
}

/// A sandbox and a folder that the command runs in.
pub(crate) struct Stage {
    sandbox: Option<Sandbox>,
    runtime: Runtime,
    folder: TempDir,
}

impl Stage {
    /// A sandbox with its default settings.
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    /// A sandbox that fails once in this way. The test fails if the fault was never served.
    pub(crate) fn failing(fault: Fault) -> Self {
        Self::with(|builder| builder.fault(fault).strict())
    }

    /// A sandbox with settings of its own.
    pub(crate) fn with(settings: impl FnOnce(Builder) -> Builder) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let builder = settings(Sandbox::builder());
        let sandbox = runtime.block_on(builder.start()).expect("a sandbox");
        let folder = TempDir::new().expect("a folder");
        std::fs::create_dir(folder.path().join("home")).expect("a home");
        std::fs::create_dir(folder.path().join("work")).expect("a folder to work in");
        Self {
            sandbox: Some(sandbox),
            runtime,
            folder,
        }
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        self.sandbox.as_ref().expect("it runs until the stage goes")
    }

    /// The steps of the requests that arrived, in order, without connections that were only opened ahead.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let journal = self.sandbox().journal();
        let steps = journal.iter().map(|arrival| arrival.step);
        steps.filter(|step| *step != Step::Other).collect()
    }

    /// The only request of this step that arrived.
    pub(crate) fn arrival(&self, step: Step) -> Arrival {
        let mut arrivals: Vec<Arrival> = self.sandbox().journal();
        arrivals.retain(|arrival| arrival.step == step);
        assert_eq!(arrivals.len(), 1, "requests at {step}");
        arrivals.remove(0)
    }

    /// Waits until the sandbox's journal satisfies `condition`. Returns whether it did in time.
    pub(crate) fn wait(&self, at_most: Duration, condition: impl Fn(&[Arrival]) -> bool) -> bool {
        let waiting = async {
            while !condition(&self.sandbox().journal()) {
                tokio::time::sleep(POLL).await;
            }
        };
        self.runtime
            .block_on(async { timeout(at_most, waiting).await })
            .is_ok()
    }

    /// Asserts that the object of a printed result has the bytes of its file, and that the URL is that object's.
    #[track_caller]
    pub(crate) fn assert_stored(&self, result: &Value) {
        let text = |key: &str| result[key].as_str().unwrap_or_default();
        let object = self
            .sandbox()
            .object(text("bucket_name"), text("object_key"))
            .unwrap_or_else(|| panic!("no object of {result}"));
        let stored = std::fs::read(object.path).expect("the object can be read");
        let local = self.path(under_test::path_here(text("local_file")));
        let local = std::fs::read(local).expect("the file is still there");
        assert!(stored == local, "other bytes are stored for {result}");
        assert_eq!(text("crc64"), object.crc64.to_string(), "{result}");
        let url = text("public_signed_url");
        assert!(url.contains(text("object_key")), "another URL in {result}");
    }

    /// Writes a file into the folder where the command runs.
    pub(crate) fn file(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    /// The full path of a name in the folder where the command runs.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    /// The folder that holds everything that the command may write to.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder that the command keeps its state in, unless a run names another.
    pub(crate) fn state_dir(&self) -> PathBuf {
        let platform = match under_test::is_for_windows() {
            true => "AppData/Local",
            false => ".local/state",
        };
        self.folder().join("home").join(platform).join("vectcut")
    }

    /// The command with these arguments, and the sandbox's settings in its environment.
    pub(crate) fn vectcut<I, A>(&self, arguments: I) -> Vectcut<'_>
    where
        I: IntoIterator<Item = A>,
        A: AsRef<OsStr>,
    {
        let mut run = self.bare(arguments);
        let settings = self.sandbox().settings().environment();
        let ours = |name: &str| name.starts_with("VECTCUT_");
        run.command
            .envs(settings.into_iter().filter(|(name, _)| ours(name)));
        run
    }

    /// The command with these arguments and no setting at all.
    pub(crate) fn bare<I, A>(&self, arguments: I) -> Vectcut<'_>
    where
        I: IntoIterator<Item = A>,
        A: AsRef<OsStr>,
    {
        let home = self.folder.path().join("home");
        let mut command = Command::new(under_test::command());
        command
            .args(arguments)
            .env_clear()
            .env("HOME", &home)
            .env("TMPDIR", &home)
            .current_dir(self.folder.path().join("work"));
        Vectcut {
            stage: self,
            command: piped(command),
            #[cfg(unix)]
            unread: None,
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // The servers of the sandbox stop in the runtime that they run in.
        let _context = self.runtime.enter();
        drop(self.sandbox.take());
    }
}

/// The command while it runs.
pub(crate) struct Process {
    id: Option<u32>,
}

impl Process {
    /// The process ID.
    #[cfg(target_os = "linux")]
    pub(crate) fn id(&self) -> u32 {
        self.id.expect("it still runs")
    }

    /// Sends a signal by its name without `SIG`.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let name = under_test::signal(name);
        let id = self.id.expect("it still runs").to_string();
        let sent = std::process::Command::new("kill")
            .args(["-s", name, &id])
            .status();
        assert!(sent.is_ok_and(|status| status.success()), "kill {name}");
    }
}

/// One run of the command, about to start.
pub(crate) struct Vectcut<'a> {
    stage: &'a Stage,
    command: Command,
    /// The other end of a full stream, open as long as the command runs.
    #[cfg(unix)]
    unread: Option<UnixStream>,
}

impl Vectcut<'_> {
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Gives it a standard error that nobody reads and that is full already.
    #[cfg(unix)]
    pub(crate) fn with_full_stderr(mut self) -> Self {
        let (full, unread) = full_stream();
        self.command.stderr(full);
        self.unread = Some(unread);
        self
    }

    /// Gives it a standard output that nobody reads and that is full already.
    #[cfg(unix)]
    pub(crate) fn with_full_stdout(mut self) -> Self {
        let (full, unread) = full_stream();
        self.command.stdout(full);
        self.unread = Some(unread);
        self
    }

    /// Gives it a standard input of these bytes.
    pub(crate) fn with_stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.stage.folder().join("stdin");
        std::fs::write(&path, bytes).expect("a file");
        let file = std::fs::File::open(&path).expect("the file");
        // What it holds is the test's own, and nothing that the command left behind.
        std::fs::remove_file(path).expect("the file");
        self.command.stdin(file);
        self
    }

    /// Gives it the reading end of a pipe as standard input.
    #[cfg(unix)]
    pub(crate) fn with_piped_stdin(mut self, pipe: std::io::PipeReader) -> Self {
        self.command.stdin(pipe);
        self
    }

    /// Gives it a terminal as standard input and standard error. Standard output stays a pipe.
    #[cfg(unix)]
    pub(crate) fn on_terminal(mut self, terminal: &crate::terminal::Terminal) -> Self {
        self.command.stdin(terminal.end());
        self.command.stderr(terminal.end());
        self
    }

    /// Lets a shell set limits of the process first, such as `ulimit -c 0`.
    #[cfg(unix)]
    pub(crate) fn with_limits(mut self, script: &str) -> Self {
        let own = self.command.as_std();
        let mut command = Command::new("/bin/sh");
        command
            .arg("-c")
            .arg(format!("{script}; exec \"$0\" \"$@\""))
            .arg(own.get_program())
            .args(own.get_args())
            .env_clear();
        for (name, value) in own.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        if let Some(folder) = own.get_current_dir() {
            command.current_dir(folder);
        }
        self.command = piped(command);
        self
    }

    /// Returns the command for a test that talks to it over its standard streams.
    pub(crate) fn to_std(&self) -> std::process::Command {
        let own = self.command.as_std();
        let mut command = std::process::Command::new(own.get_program());
        command.args(own.get_args()).env_clear();
        let variables = own
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?)));
        command.envs(variables);
        if let Some(folder) = own.get_current_dir() {
            command.current_dir(folder);
        }
        command
    }

    /// Starts it on a terminal of this size, which is its standard input, output and error.
    #[cfg(unix)]
    pub(crate) fn on_display(self, rows: u16, columns: u16) -> Display {
        Display::start(self.command.as_std(), rows, columns)
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Outcome {
        self.run_while(|_| ())
    }

    /// Runs it to its end; `meanwhile` begins once a request of `step` has arrived.
    pub(crate) fn run_until(self, step: Step, meanwhile: impl FnOnce(Process)) -> Outcome {
        let stage = self.stage;
        self.run_while(|process| {
            let arrived = async {
                while !stage.steps().contains(&step) {
                    tokio::time::sleep(POLL).await;
                }
            };
            let outcome = stage
                .runtime
                .block_on(async { timeout(RUN_MAX, arrived).await });
            assert!(outcome.is_ok(), "no request of {step} arrived");
            meanwhile(process);
        })
    }

    /// Runs it to its end; `meanwhile` begins as soon as it has started.
    pub(crate) fn run_while(mut self, meanwhile: impl FnOnce(Process)) -> Outcome {
        let context = self.stage.runtime.enter();
        let child: Child = self.command.spawn().expect("the command starts");
        drop(context);
        meanwhile(Process { id: child.id() });
        let ended = async { timeout(RUN_MAX, child.wait_with_output()).await };
        let ended = self
            .stage
            .runtime
            .block_on(ended)
            .expect("the command ends in time");
        let output = ended.expect("the command is waited for");
        Outcome::new(output, &self.stage.sandbox().journal())
    }
}

fn piped(mut command: Command) -> Command {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// A stream that takes no more bytes, and its other end.
#[cfg(unix)]
fn full_stream() -> (Stdio, UnixStream) {
    let (mut full, unread) = UnixStream::pair().expect("a pair of sockets");
    full.set_nonblocking(true).expect("a socket");
    while full.write(&[b'x'; 4096]).is_ok() {}
    full.set_nonblocking(false).expect("a socket");
    (OwnedFd::from(full).into(), unread)
}

/// Bytes that no range of the same file repeats.
pub(crate) fn noise(len_bytes: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(len_bytes as u64);
    let mut bytes = vec![0; len_bytes];
    random.fill(&mut bytes);
    bytes
}
