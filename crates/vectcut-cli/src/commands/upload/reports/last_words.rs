//! The results when the watchdog ends the process: it waits for no thread that is blocked in a write.

use std::sync::{MutexGuard, TryLockError};
use std::thread;
use std::time::Duration;

use vectcut_upload::StopReason;

use super::{Reports, State};
use crate::exit_code::ExitCode;
use crate::failure::{Failure, NextRun};

/// How long the watchdog tries to get at the results, and then to get its words out.
const LAST_WORDS: Duration = Duration::from_millis(100);
const LAST_WORDS_POLL: Duration = Duration::from_millis(5);

impl Reports {
    /// Ends every file that has no result yet as stopped, and returns the exit code.
    pub(in crate::commands) fn end_now(&self, reason: StopReason) -> ExitCode {
        let exit_code = self
            .state_within(LAST_WORDS)
            .and_then(|mut state| self.stop_the_rest(&mut state, reason).ok())
            .unwrap_or(reason.into());
        self.remove_spool();
        self.stderr.drain_within(LAST_WORDS);
        exit_code
    }

    fn stop_the_rest(&self, state: &mut State, reason: StopReason) -> Result<ExitCode, Failure> {
        for (upload, places) in self.places.iter().enumerate() {
            let row = self.row(upload);
            let open: Vec<_> = places
                .iter()
                .filter(|&&place| state.ends[place].is_none())
                .collect();
            let (step, safe_bytes) = (self.board.step(row), self.board.safe_bytes(row));
            for &place in open {
                let path = &self.files[place].given;
                let mut failure =
                    Failure::stopped(path, reason, step, safe_bytes, NextRun::Unknown);
                failure.details.last_cause = self.board.last_cause(row);
                self.report(state, place, Err(failure))?;
            }
        }
        self.finish_with(state)
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
