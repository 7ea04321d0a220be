//! Standard input is saved to a file before anything is sent. A stop ends that at once, and the file goes too.

use std::io;
use std::pin::pin;

use tokio::task::spawn_blocking;
use tokio::time::interval;
use vectcut_upload::{Event, Step, StopReason};

use super::reports::Reports;
use crate::clock;
use crate::failure::Failure;
use crate::inputs::SpoolWriter;
use crate::progress::TICK;
use crate::words::failures;

/// Saves standard input, and shows that it does. Returns the reason if `stop` comes first.
///
/// # Errors
///
/// As [`SpoolWriter::fill`].
///
/// # Cancellation
///
/// Dropping the future leaves a thread that waits for standard input. Whoever drops it removes the file.
pub(super) async fn save_shown(
    writer: SpoolWriter,
    stop: impl Future<Output = StopReason>,
    reports: &Reports,
) -> Result<Option<StopReason>, Failure> {
    let board = reports.board();
    // It is the only file: it needs `--name`, and that is for one.
    board.event(0, &Event::Step(Step::Read), clock::now());
    let mut saving = pin!(save(writer, stop));
    let mut ticks = interval(TICK);
    loop {
        tokio::select! {
            biased;
            saved = &mut saving => return saved,
            _ = ticks.tick() => board.tick(clock::now()),
        }
    }
}

/// As [`save_shown`], and shows nothing.
///
/// # Errors
///
/// As [`SpoolWriter::fill`].
///
/// # Cancellation
///
/// As [`save_shown`].
pub(super) async fn save(
    writer: SpoolWriter,
    stop: impl Future<Output = StopReason>,
) -> Result<Option<StopReason>, Failure> {
    // On a thread of its own, because nothing ends a read of standard input from outside.
    let filling = spawn_blocking(move || writer.fill(&mut io::stdin().lock()));
    tokio::select! {
        biased;
        reason = stop => Ok(Some(reason)),
        filled = filling => match filled {
            Ok(filled) => filled.map(|()| None),
            Err(error) => Err(Failure::internal(failures::read_stdin(), &error)),
        },
    }
}
