//! What is told of each file as it ends: words on stderr, data on stdout, and a share of the exit code.

use std::path::PathBuf;

use vectcut_upload::{Published, StopReason, UploadError};

use super::round_trip;
use super::site::Site;
use crate::args::UploadArgs;
use crate::clock;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output::Output;
use crate::progress::Board;
use crate::result::{FileResult, PublishedFile};
use crate::talk::{Stdout, Talk};

/// The results of a run, as they come.
pub(super) struct Reports<'a> {
    paths: &'a [PathBuf],
    talk: &'a Talk,
    board: &'a Board<'a>,
    output: Output<Stdout>,
    /// How each file ended, once it did.
    exit_codes: Vec<Option<ExitCode>>,
    /// The exit code when one reason kept all files from beginning.
    exit_code_of_all: Option<ExitCode>,
    /// How many files a stop kept from beginning.
    not_begun: usize,
}

impl<'a> Reports<'a> {
    pub(super) fn new(args: &'a UploadArgs, talk: &'a Talk, board: &'a Board<'a>) -> Self {
        Self {
            paths: &args.files,
            talk,
            board,
            output: Output::new(talk.stdout(), args.format, args.files.len()),
            exit_codes: vec![None; args.files.len()],
            exit_code_of_all: None,
            not_begun: 0,
        }
    }

    /// Returns where progress is shown.
    pub(super) fn board(&self) -> &'a Board<'a> {
        self.board
    }

    /// Takes how the upload of a file ended.
    ///
    /// # Errors
    ///
    /// Fails when stdout cannot be written.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the file without a result.
    pub(super) async fn settle(
        &mut self,
        index: usize,
        result: Result<Published, UploadError>,
        site: &Site,
    ) -> Result<(), Failure> {
        let path = &self.paths[index];
        let result = match result {
            Ok(published) => {
                let file = PublishedFile::new(&site.base_url, path, &published);
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
            Err(UploadError::Stopped {
                reason, progress, ..
            }) => Err(self.stopped(index, reason, progress.safe_bytes, site)),
            Err(error) => Err(Failure::of_upload(path, &error)),
        };
        self.report(index, result)
    }

    /// Takes that the files without a result were stopped.
    ///
    /// # Errors
    ///
    /// Fails when stdout cannot be written.
    pub(super) fn settle_stopped(
        &mut self,
        reason: StopReason,
        site: &Site,
    ) -> Result<(), Failure> {
        for index in 0..self.paths.len() {
            if self.exit_codes[index].is_none() {
                let safe_bytes = self.board.safe_bytes(index);
                self.report(index, Err(self.stopped(index, reason, safe_bytes, site)))?;
            }
        }
        Ok(())
    }

    /// Takes the one reason why no file began.
    ///
    /// # Errors
    ///
    /// Fails when stdout cannot be written.
    pub(super) fn settle_all(&mut self, failure: &Failure) -> Result<(), Failure> {
        self.talk.tell(failure);
        for (index, path) in self.paths.iter().enumerate() {
            self.print(index, FileResult::not_published(path, failure))?;
        }
        // It says more than that some of several failed.
        self.exit_code_of_all = Some(failure.exit_code);
        Ok(())
    }

    /// Prints what was waiting for the last result, and returns the exit code of the run.
    ///
    /// # Errors
    ///
    /// Fails when stdout cannot be written.
    pub(super) fn finish(mut self) -> Result<ExitCode, Failure> {
        if self.not_begun > 0 {
            self.talk.say(&format!(
                "files not begun: {}; the same command goes on with them",
                self.not_begun
            ));
        }
        self.output
            .finish()
            .map_err(|error| Failure::stdout(&error))?;
        let exit_codes: Vec<_> = self.exit_codes.into_iter().flatten().collect();
        Ok(self
            .exit_code_of_all
            .unwrap_or_else(|| exit_code(&exit_codes)))
    }

    fn stopped(&self, index: usize, reason: StopReason, safe_bytes: u64, site: &Site) -> Failure {
        let (path, step) = (&self.paths[index], self.board.step(index));
        Failure::stopped(path, reason, step, safe_bytes, site.keeps_state())
    }

    fn report(
        &mut self,
        index: usize,
        result: Result<PublishedFile, Failure>,
    ) -> Result<(), Failure> {
        self.board.end(index);
        let (exit_code, result) = match result {
            Ok(file) => {
                let summary = file.summary();
                let ended = self.exit_codes.iter().flatten().count() + 1;
                match self.paths.len() {
                    1 => self.talk.say(&summary),
                    files => self.talk.say(&format!("[{ended}/{files}] {summary}")),
                }
                (ExitCode::Success, FileResult::Published(Box::new(file)))
            }
            Err(failure) => {
                // A line for each of hundreds that wait would hide those that were going on.
                match failure.step {
                    None if self.paths.len() > 1 => self.not_begun += 1,
                    _ => self.talk.tell(&failure),
                }
                let result = FileResult::not_published(&self.paths[index], &failure);
                (failure.exit_code, result)
            }
        };
        self.exit_codes[index] = Some(exit_code);
        self.print(index, result)
    }

    fn print(&mut self, index: usize, result: FileResult) -> Result<(), Failure> {
        self.output
            .push(index, result)
            .map_err(|error| Failure::stdout(&error))
    }
}

/// The exit code of a run: that of a stop, that of the only file, or that some of several failed.
fn exit_code(files: &[ExitCode]) -> ExitCode {
    for stopped in [ExitCode::Interrupted, ExitCode::BudgetEnded] {
        if files.contains(&stopped) {
            return stopped;
        }
    }
    match files {
        [only] => *only,
        several if several.iter().all(|code| *code == ExitCode::Success) => ExitCode::Success,
        _ => ExitCode::SomeFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_ends_with_its_own_code_and_several_with_one_for_all() {
        use ExitCode::{BudgetEnded, Interrupted, LocalFile, Refused, SomeFailed, Success};
        for (files, expected) in [
            (&[Success] as &[_], Success),
            (&[Refused], Refused),
            (&[BudgetEnded], BudgetEnded),
            (&[Success, Success], Success),
            (&[Success, LocalFile], SomeFailed),
            (&[Refused, Refused], SomeFailed),
            (&[Refused, BudgetEnded], BudgetEnded),
            (&[BudgetEnded, Interrupted, Success], Interrupted),
        ] {
            assert_eq!(exit_code(files), expected, "{files:?}");
        }
    }
}
