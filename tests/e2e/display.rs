//! A terminal for the command: what it writes goes through a terminal parser, so that a test sees what a person sees.

use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::Parser;

/// How long a test waits for what it wants to see.
const SEEN_WITHIN: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(10);

/// The command while it runs on a terminal.
pub(crate) struct Display {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    parser: Arc<Mutex<Parser>>,
    reader: Option<thread::JoinHandle<()>>,
}

impl Display {
    /// Starts a command on a terminal of this size. Standard input, output and error are the terminal.
    pub(crate) fn start(command: &std::process::Command, rows: u16, columns: u16) -> Self {
        let pair = native_pty_system().openpty(size(rows, columns));
        let pair = pair.expect("a pseudo-terminal");
        let child = pair.slave.spawn_command(builder(command));
        let child = child.expect("the command starts");
        // Otherwise the end of the command would not end the reading.
        drop(pair.slave);
        let parser = Parser::new(nonzero(rows), nonzero(columns), 1_000);
        let parser = Arc::new(Mutex::new(parser));
        let mut output = pair.master.try_clone_reader().expect("a reader");
        let screen = parser.clone();
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Linux reports the end as an error.
            while let Ok(read @ 1..) = output.read(&mut bytes) {
                lock(&screen).process(&bytes[..read]);
            }
        });
        Self {
            keyboard: pair.master.take_writer().expect("a writer"),
            master: pair.master,
            child,
            parser,
            reader: Some(reader),
        }
    }

    /// The rows of the screen, without blanks at their ends and without empty rows below.
    pub(crate) fn rows(&self) -> Vec<String> {
        let parser = lock(&self.parser);
        let (_, columns) = parser.screen().size();
        let rows = parser.screen().rows(0, columns.get());
        let mut rows: Vec<_> = rows.map(|row| row.trim_end().to_owned()).collect();
        while rows.last().is_some_and(String::is_empty) {
            rows.pop();
        }
        rows
    }

    /// Whether any row continues on the next.
    pub(crate) fn wraps(&self) -> bool {
        let parser = lock(&self.parser);
        let (rows, _) = parser.screen().size();
        (0..rows.get()).any(|row| parser.screen().row_wrapped(row))
    }

    /// Waits until the rows are as wanted, and returns them.
    #[track_caller]
    pub(crate) fn wait(&self, wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let rows = self.rows();
            if wanted(&rows) {
                return rows;
            }
            assert!(begun.elapsed() < SEEN_WITHIN, "{}", rows.join("\n"));
            thread::sleep(POLL);
        }
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        let mut parser = lock(&self.parser);
        self.master.resize(size(rows, columns)).expect("a size");
        parser
            .screen_mut()
            .set_size(nonzero(rows), nonzero(columns));
    }

    /// Types these keys; `\u{3}` is Ctrl-C.
    pub(crate) fn press(&mut self, keys: &str) {
        let typed = self.keyboard.write_all(keys.as_bytes());
        typed.and_then(|()| self.keyboard.flush()).expect("keys");
    }

    /// Waits for the end, and returns the exit code and the last rows.
    pub(crate) fn end(mut self) -> (u32, Vec<String>) {
        let status = self.child.wait().expect("it ends");
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the output is read");
        }
        (status.exit_code(), self.rows())
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // A test that failed must not leave it behind. It may have ended already.
        let _ = self.child.kill();
    }
}

fn builder(command: &std::process::Command) -> CommandBuilder {
    let mut builder = CommandBuilder::new(command.get_program());
    builder.args(command.get_args());
    builder.env_clear();
    builder.env("TERM", "xterm-256color");
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            builder.env(name, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        builder.cwd(folder);
    }
    builder
}

fn lock(parser: &Mutex<Parser>) -> MutexGuard<'_, Parser> {
    parser.lock().unwrap_or_else(PoisonError::into_inner)
}

fn nonzero(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("a terminal has rows and columns")
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}
