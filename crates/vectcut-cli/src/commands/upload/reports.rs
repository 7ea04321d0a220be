//! The end of each file: data on standard output, an error or a note on stderr, and a share of the exit code.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use vectcut_upload::{Published, StopReason, UploadError};

use super::exit::{Ending, exit_code};
use super::round_trip;
use crate::args::UploadArgs;
use crate::clock;
use crate::exit_code::ExitCode;
use crate::failure::{Failure, NextRun};
use crate::media::Media;
use crate::output::Output;
use crate::progress::Board;
use crate::result::{FileResult, PublishedFile};
use crate::site::Site;
use crate::stderr::{Stderr, Stdout};
use crate::words::{Text, notes};

/// How long the watchdog tries to get at the results, and then to get its words out.
const LAST_WORDS: Duration = Duration::from_millis(100);
const LAST_WORDS_POLL: Duration = Duration::from_millis(5);

/// The results of a run, as they come. The watchdog holds a share too.
pub(super) struct Reports {
    paths: Vec<PathBuf>,
    stderr: Stderr,
    board: Arc<Board>,
    state: Mutex<State>,
}

struct State {
    output: Output<Stdout>,
    /// How each file ended, once it did.
    endings: Vec<Option<Ending>>,
    /// Files that a stop kept from beginning.
    not_begun: usize,
    /// Files that were not uploaded because of what another file failed of.
    same_cause: usize,
    is_finished: bool,
}

impl Reports {
    pub(super) fn new(args: &UploadArgs, stderr: &Stderr, board: Arc<Board>) -> Self {
        let files = args.files.len();
        Self {
            paths: args.files.clone(),
            stderr: stderr.clone(),
            board,
            state: Mutex::new(State {
                output: Output::new(stderr.stdout(), args.format, stderr.language(), files),
                endings: vec![None; files],
                not_begun: 0,
                same_cause: 0,
                is_finished: false,
            }),
        }
    }

    /// Returns where progress is shown.
    pub(super) fn board(&self) -> &Board {
        &self.board
    }

    /// Returns the paths of all files, as they were given.
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Returns where notes are shown.
    pub(super) fn stderr(&self) -> &Stderr {
        &self.stderr
    }

    /// Takes how the upload of a file ended.
    ///
    /// # Errors
    ///
    /// Fails when standard output cannot be written.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the file without a result.
    pub(super) async fn settle(
        &self,
        index: usize,
        result: Result<Published, UploadError>,
        media: Option<Media>,
        site: &Site,
    ) -> Result<(), Failure> {
        let path = &self.paths[index];
        let result = match result {
            Ok(published) => {
                let file = PublishedFile::new(&site.base_url, path, &published).with_media(media);
                match site.is_sandbox() {
                    true => {
                        self.board.comparing(index, clock::now());
                        round_trip::compare(&site.oss, &file.public_signed_url, path)
                            .await
                            .map(|()| file)
                    }
                    false => Ok(file),
                }
            }
            Err(error) => match error {
                UploadError::Stopped {
                    reason, progress, ..
                } => {
                    let step = self.board.step(index);
                    let stop = (reason, progress.safe_bytes);
                    let proxy = site.proxy_at(step);
                    Err(Failure::of_stop(path, step, stop, &error, proxy))
                }
                UploadError::BatchEnded { .. } => return self.report_same_cause(index, &error),
                _ => {
                    let proxy = site.proxy_at(Some(error.step()));
                    Err(Failure::of_upload(path, &error, proxy))
                }
            },
        };
        self.report(&mut self.state(), index, result)
    }

    /// Takes the one reason why no file began.
    ///
    /// # Errors
    ///
    /// Fails when standard output cannot be written.
    pub(super) fn settle_all(&self, failure: &Failure) -> Result<(), Failure> {
        self.stderr.error(failure);
        let mut state = self.state();
        for (index, path) in self.paths.iter().enumerate() {
            state.endings[index] = Some(Ending::of(failure));
            state.print(
                index,
                FileResult::not_published(path, failure, self.stderr.language()),
            )?;
        }
        Ok(())
    }

    /// Prints what was waiting for the last result, and returns the exit code of the run.
    ///
    /// # Errors
    ///
    /// Fails when standard output cannot be written.
    pub(super) fn finish(&self) -> Result<ExitCode, Failure> {
        self.finish_with(&mut self.state())
    }

    /// Ends every file that has no result yet as stopped, and returns the exit code.
    ///
    /// This is for the watchdog: it does not wait for a thread that is blocked while it writes to standard output.
    pub(super) fn end_now(&self, reason: StopReason) -> ExitCode {
        let exit_code = self
            .state_within(LAST_WORDS)
            .and_then(|mut state| self.stop_the_rest(&mut state, reason).ok())
            .unwrap_or(reason.into());
        self.stderr.drain_within(LAST_WORDS);
        exit_code
    }

    fn stop_the_rest(&self, state: &mut State, reason: StopReason) -> Result<ExitCode, Failure> {
        for index in 0..self.paths.len() {
            if state.endings[index].is_none() {
                let failure = Failure::stopped(
                    &self.paths[index],
                    reason,
                    self.board.step(index),
                    self.board.safe_bytes(index),
                    NextRun::Unknown,
                );
                self.report(state, index, Err(failure))?;
            }
        }
        self.finish_with(state)
    }

    fn finish_with(&self, state: &mut State) -> Result<ExitCode, Failure> {
        let endings: Vec<_> = state.endings.iter().flatten().copied().collect();
        if !std::mem::replace(&mut state.is_finished, true) {
            if state.same_cause > 0 {
                self.stderr
                    .note(&notes::not_uploaded_either(state.same_cause));
            }
            if state.not_begun > 0 {
                self.stderr.note(&notes::not_begun(state.not_begun));
            }
            state
                .output
                .finish()
                .map_err(|error| Failure::stdout(&error))?;
        }
        Ok(exit_code(&endings))
    }

    /// Takes a file that was not uploaded because of another file's failure, which was shown already.
    fn report_same_cause(&self, index: usize, error: &UploadError) -> Result<(), Failure> {
        self.board.end(index);
        let path = &self.paths[index];
        let failure = Failure::of_upload(path, error, None);
        let mut state = self.state();
        state.same_cause += 1;
        state.endings[index] = Some(Ending::of(&failure));
        state.print(
            index,
            FileResult::not_published(path, &failure, self.stderr.language()),
        )
    }

    fn report(
        &self,
        state: &mut State,
        index: usize,
        result: Result<PublishedFile, Failure>,
    ) -> Result<(), Failure> {
        self.board.end(index);
        let (ending, result) = match result {
            Ok(file) => {
                let summary = file.summary();
                let ended = state.endings.iter().flatten().count() + 1;
                match self.paths.len() {
                    1 => self.stderr.note(&summary),
                    files => {
                        let count = Text::same(format_args!("[{ended}/{files}] "));
                        self.stderr.note(&count.then(&summary));
                    }
                }
                (Ending::Uploaded, FileResult::Published(Box::new(file)))
            }
            Err(failure) => {
                let ending = Ending::of(&failure);
                // A line for each of hundreds that wait would hide those of the files that had begun.
                match ending {
                    Ending::NotBegun(_) if self.paths.len() > 1 => state.not_begun += 1,
                    _ => self.stderr.error(&failure),
                }
                (
                    ending,
                    FileResult::not_published(&self.paths[index], &failure, self.stderr.language()),
                )
            }
        };
        state.endings[index] = Some(ending);
        state.print(index, result)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the state unless another thread keeps it for longer than `at_most`.
    fn state_within(&self, at_most: Duration) -> Option<MutexGuard<'_, State>> {
        let mut waited = Duration::ZERO;
        loop {
            match self.state.try_lock() {
                Ok(state) => return Some(state),
                Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) if waited >= at_most => return None,
                Err(TryLockError::WouldBlock) => thread::sleep(LAST_WORDS_POLL),
            }
            waited += LAST_WORDS_POLL;
        }
    }
}

impl State {
    fn print(&mut self, index: usize, result: FileResult) -> Result<(), Failure> {
        self.output
            .push(index, result)
            .map_err(|error| Failure::stdout(&error))
    }
}
