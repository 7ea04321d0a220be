//! The end of each file: data on standard output, an error or a note on stderr, and a share of the exit code.

mod last_words;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use vectcut_upload::{Published, UploadError};

use super::batch::Batch;
use super::exit::{End, exit_code};
use super::round_trip;
use crate::args::OutputFormat;
use crate::clock;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::inputs::{Input, Inputs, Spool};
use crate::media::Media;
use crate::output::{self, Output, Style};
use crate::progress::Board;
use crate::result::{FileResult, PublishedFile};
use crate::site::Site;
use crate::stderr::{Stderr, Stdout};
use crate::words::Text;

/// The results of a run, as they come. The watchdog holds a share too.
pub(in crate::commands) struct Reports {
    files: Vec<Input>,
    /// For each upload, the places of its file among the files: a file that is named again is uploaded once.
    places: Vec<Vec<usize>>,
    /// What standard input had, as long as it may be read.
    spool: Mutex<Option<Spool>>,
    stderr: Stderr,
    board: Arc<Board>,
    /// The row of the first file on the board.
    first_row: usize,
    begun: Instant,
    /// Whether the terminal that shows standard error shows the results as text too.
    shows_results: bool,
    state: Mutex<State>,
}

struct State {
    output: Output<Stdout>,
    /// How each file ended, once it did.
    ends: Vec<Option<End>>,
    batch: Batch,
    /// Whether one reason kept all files from beginning. It was shown, and numbers say no more.
    is_told: bool,
    is_finished: bool,
}

impl Reports {
    pub(in crate::commands) fn new(
        mut inputs: Inputs,
        format: OutputFormat,
        stderr: &Stderr,
        board: Arc<Board>,
    ) -> Self {
        let files = inputs.files.len();
        let is_text = format == OutputFormat::Text;
        let shows_results = is_text && output::is_terminal() && stderr.is_terminal();
        let style = Style {
            format,
            language: stderr.language(),
            skips_failures: shows_results,
        };
        // Only text has local times, and the time zone is a file to read.
        let zone = if is_text {
            TimeZone::system()
        } else {
            TimeZone::UTC
        };
        let output = Output::new(stderr.stdout(), style, zone, files);
        Self {
            places: inputs.distinct(),
            spool: Mutex::new(inputs.take_spool()),
            first_row: board.add(inputs.files.iter().map(|file| file.given.as_path())),
            files: inputs.files,
            stderr: stderr.clone(),
            board,
            begun: clock::now(),
            shows_results,
            state: Mutex::new(State {
                output: output.list(inputs.are_a_list),
                ends: vec![None; files],
                batch: Batch::default(),
                is_told: false,
                is_finished: false,
            }),
        }
    }

    /// Returns where progress is shown.
    pub(super) fn board(&self) -> &Board {
        &self.board
    }

    /// Returns the files to upload, each once.
    pub(in crate::commands) fn uploads(&self) -> impl Iterator<Item = &Input> {
        self.places.iter().map(|places| &self.files[places[0]])
    }

    /// Returns the row that shows the progress of an upload.
    pub(super) fn row(&self, upload: usize) -> usize {
        self.row_of(self.places[upload][0])
    }

    fn row_of(&self, index: usize) -> usize {
        self.first_row + index
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
        upload: usize,
        result: Result<Published, UploadError>,
        media: Option<Media>,
        site: &Site,
    ) -> Result<(), Failure> {
        let (index, row) = (self.places[upload][0], self.row(upload));
        let Input {
            given: path,
            path: read,
        } = &self.files[index];
        let result = match result {
            Ok(published) => {
                let file = PublishedFile::new(&site.base_url, path, &published).with_media(media);
                match site.is_sandbox() {
                    true => {
                        self.board.comparing(row);
                        round_trip::compare(&site.oss, &file.public_signed_url, read)
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
                    let step = self.board.step(row);
                    let stop = (reason, progress.safe_bytes);
                    let proxy = site.proxy_at(step);
                    Err(Failure::of_stop(path, step, stop, &error, proxy))
                }
                UploadError::BatchEnded { .. } => return self.report_same_cause(upload, &error),
                _ => {
                    let proxy = site.proxy_at(Some(error.step()));
                    Err(Failure::of_upload(path, &error, proxy))
                }
            },
        };
        let mut state = self.state();
        for &place in &self.places[upload] {
            let result = result.clone();
            let named = result.map(|file| file.named(&self.files[place].given));
            self.report(&mut state, place, named)?;
        }
        Ok(())
    }

    /// Takes the one reason why no file began.
    ///
    /// # Errors
    ///
    /// Fails when standard output cannot be written.
    pub(super) fn settle_all(&self, failure: &Failure) -> Result<(), Failure> {
        self.stderr.error(failure);
        let mut state = self.state();
        state.is_told = true;
        for (index, Input { given: path, .. }) in self.files.iter().enumerate() {
            self.board
                .end(self.row_of(index), failure.status(), Some(failure.code));
            state.batch.failed();
            state.ends[index] = Some(End::failed(failure));
            state.print(
                index,
                FileResult::not_published(path, failure, self.stderr.language()),
            )?;
        }
        Ok(())
    }

    /// Removes what standard input had from the disk. The process ends without dropping anything.
    pub(super) fn remove_spool(&self) {
        let mut spool = self.spool.lock().unwrap_or_else(PoisonError::into_inner);
        drop(spool.take());
    }

    /// Returns the URLs so far, in the order of the files.
    pub(super) fn links(&self) -> Vec<String> {
        let state = self.state();
        let ends = state.ends.iter().flatten();
        ends.filter_map(|end| end.link.clone()).collect()
    }

    /// Returns how each file ended so far, in the order of the files.
    pub(in crate::commands) fn ends(&self) -> Vec<Option<End>> {
        self.state().ends.clone()
    }

    /// Prints what was waiting for the last result, and returns the exit code of the run.
    ///
    /// # Errors
    ///
    /// Fails when standard output cannot be written.
    pub(in crate::commands) fn finish(&self) -> Result<ExitCode, Failure> {
        self.finish_with(&mut self.state())
    }

    fn finish_with(&self, state: &mut State) -> Result<ExitCode, Failure> {
        let ends = state.ends.iter().flatten();
        let endings: Vec<_> = ends.map(|end| end.ending).collect();
        if !std::mem::replace(&mut state.is_finished, true) {
            self.tell_batch(state);
            state
                .output
                .finish()
                .map_err(|error| Failure::stdout(&error))?;
        }
        Ok(exit_code(&endings))
    }

    /// Shows what is left to say about several files, and their numbers.
    fn tell_batch(&self, state: &State) {
        let elapsed = clock::now().saturating_duration_since(self.begun);
        let summary = state.batch.summary(elapsed);
        self.board.summary(summary);
        self.board.close();
        if self.files.len() == 1 || state.is_told {
            return;
        }
        state.batch.tell(summary, &self.stderr);
    }

    /// Takes a file that was not uploaded because of another file's failure, which was shown already.
    fn report_same_cause(&self, upload: usize, error: &UploadError) -> Result<(), Failure> {
        let mut state = self.state();
        for &place in &self.places[upload] {
            let path = &self.files[place].given;
            let failure = Failure::of_upload(path, error, None);
            self.board
                .end(self.row_of(place), failure.status(), Some(failure.code));
            state.batch.failed_of_same_cause();
            state.ends[place] = Some(End::failed(&failure));
            let result = FileResult::not_published(path, &failure, self.stderr.language());
            state.print(place, result)?;
        }
        Ok(())
    }

    fn report(
        &self,
        state: &mut State,
        index: usize,
        result: Result<PublishedFile, Failure>,
    ) -> Result<(), Failure> {
        let (end, result) = match result {
            Ok(file) => {
                self.board.end(self.row_of(index), file.status.name(), None);
                state.batch.uploaded(file.status, file.file_size);
                self.note_uploaded(state, &file);
                (End::uploaded(&file), FileResult::Published(Box::new(file)))
            }
            Err(failure) => {
                self.board
                    .end(self.row_of(index), failure.status(), Some(failure.code));
                self.show_failure(state, index, &failure);
                let language = self.stderr.language();
                let result =
                    FileResult::not_published(&self.files[index].given, &failure, language);
                (End::failed(&failure), result)
            }
        };
        state.ends[index] = Some(end);
        state.print(index, result)
    }

    fn note_uploaded(&self, state: &State, file: &PublishedFile) {
        let ended = state.ends.iter().flatten().count() + 1;
        match self.files.len() {
            _ if self.shows_results => {}
            1 => self.stderr.note(&file.summary()),
            files => {
                let count = Text::same(format_args!("[{ended}/{files}] "));
                self.stderr.note(&count.then(&file.summary()));
            }
        }
    }

    /// Shows a failure, or keeps it for the end: a line for each of hundreds of files would hide what matters.
    fn show_failure(&self, state: &mut State, index: usize, failure: &Failure) {
        let path = self.files[index].given.display().to_string();
        let is_batch = self.files.len() > 1;
        if failure.is_stop() {
            let safe_bytes = self.board.safe_bytes(self.row_of(index));
            state.batch.stopped((index, &path), failure, safe_bytes);
            if is_batch {
                return;
            }
        } else if !state.batch.shows(&path, failure) {
            return;
        }
        self.stderr.error(failure);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn print(&mut self, index: usize, result: FileResult) -> Result<(), Failure> {
        // A computer's clock is never outside of what a timestamp can be.
        let now = Timestamp::try_from(clock::system()).unwrap_or_default();
        self.output
            .push(index, result, now)
            .map_err(|error| Failure::stdout(&error))
    }
}
