//! Mishaps on this computer, each before a run or during it.

use std::fs;
use std::path::Path;

use fastrand::Rng;

use crate::stage::Stage;

/// What happens to a batch besides the faults of the servers.
pub(super) enum Mishap {
    /// Nothing.
    None,
    /// A bit of each journal is flipped, or its end is lost.
    DamagedJournals {
        /// Where, as a share of each journal's length in 1/256.
        at: u8,
        /// The bit; `None` when the rest is lost.
        bit: Option<u8>,
    },
    /// A file gets other bytes of the same length, and the time of its change is set back.
    ChangedFile(usize),
    /// No file can grow, as on a full disk.
    FullDisk,
    /// The same command runs twice at the same time.
    Twin,
}

impl Mishap {
    /// Draws one of the kind that `turn` counts out, so that a soak meets all of them.
    pub(super) fn draw(turn: usize, chance: &mut Rng) -> Self {
        match turn % 5 {
            0 => Self::None,
            1 => Self::DamagedJournals {
                at: chance.u8(..),
                bit: chance.bool().then(|| chance.u8(0..8)),
            },
            2 => Self::ChangedFile(chance.usize(..)),
            3 => Self::FullDisk,
            _ => Self::Twin,
        }
    }

    /// Does what happens before the run.
    pub(super) fn strike(&self, stage: &Stage, state_dir: &Path, files: &[(String, usize)]) {
        match self {
            Self::DamagedJournals { at, bit } => {
                let journals = fs::read_dir(state_dir.join("uploads"));
                for journal in journals.into_iter().flatten().flatten() {
                    damage(&journal.path(), *at, *bit);
                }
            }
            Self::ChangedFile(index) => {
                let (name, _) = &files[index % files.len()];
                change(&stage.path(name));
            }
            Self::None | Self::FullDisk | Self::Twin => {}
        }
    }
}

fn damage(journal: &Path, at: u8, bit: Option<u8>) {
    let mut bytes = fs::read(journal).expect("a journal");
    let at = bytes.len() * usize::from(at) / 256;
    match (bit, bytes.get_mut(at)) {
        (Some(bit), Some(byte)) => *byte ^= 1 << bit,
        _ => bytes.truncate(at),
    }
    fs::write(journal, bytes).expect("a journal");
}

/// Changes every byte, and hides it as `rsync --inplace --times` does.
fn change(file: &Path) {
    let modified = fs::metadata(file)
        .and_then(|metadata| metadata.modified())
        .expect("a time");
    let mut bytes = fs::read(file).expect("a file");
    bytes.iter_mut().for_each(|byte| *byte = !*byte);
    fs::write(file, bytes).expect("a file");
    let file = fs::File::options().write(true).open(file).expect("a file");
    file.set_modified(modified).expect("a time");
}
