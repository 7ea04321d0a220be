//! A terminal for the command: what it writes goes through a terminal parser, so that a test sees what a person sees.

use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{Callbacks, Parser};

/// How long a test waits for what it wants to see.
const SEEN_WITHIN: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(10);

/// A terminal with a clipboard.
type Screen = Parser<Copied>;

/// What was last put on the clipboard, as it came.
#[derive(Default)]
struct Copied(Vec<u8>);

impl Callbacks for Copied {
    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        self.0 = data.to_owned();
    }
}

/// The clipboard of a terminal, also after its end.
pub(crate) struct Clipboard(Arc<Mutex<Screen>>);

impl Clipboard {
    /// What was put there.
    pub(crate) fn text(&self) -> String {
        let data = lock(&self.0).callbacks().0.clone();
        let text = STANDARD.decode(data).expect("base64");
        String::from_utf8(text).expect("UTF-8")
    }
}

/// The command while it runs on a terminal.
pub(crate) struct Display {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    parser: Arc<Mutex<Screen>>,
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
        let parser =
            Parser::new_with_callbacks(nonzero(rows), nonzero(columns), 1_000, Copied::default());
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

    /// The terminal's clipboard.
    pub(crate) fn clipboard(&self) -> Clipboard {
        Clipboard(self.parser.clone())
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

fn lock(parser: &Mutex<Screen>) -> MutexGuard<'_, Screen> {
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
