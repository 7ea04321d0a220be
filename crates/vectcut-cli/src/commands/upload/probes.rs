//! A look at the headers of every file while the uploads run: `media` for the results, and warnings.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::inputs::Input;
use crate::media::{self, Concern, Media};
use crate::plain_text::plain;
use crate::shell;
use crate::stderr::Stderr;
use crate::words::{Text, notes};

/// How long a result waits for a look that is still under way. A look takes milliseconds unless the disk hangs.
const WAIT: Duration = Duration::from_secs(1);

/// The looks of a run, one after the other on a thread that may block.
pub(in crate::commands) struct Probes {
    found: Arc<Mutex<Vec<Option<Media>>>>,
    /// How many files were looked at, in their order.
    done: watch::Receiver<usize>,
    has_given_up: AtomicBool,
}

impl Probes {
    /// Starts to look. Concerns are shown as they come.
    pub(super) fn start<'a>(files: impl Iterator<Item = &'a Input>, stderr: &Stderr) -> Self {
        let look = |Input { given, path }: Input| {
            let stderr = stderr.clone();
            move || {
                let findings = media::look(&path);
                for concern in &findings.concerns {
                    stderr.note(&warning(&given, concern));
                }
                findings.media
            }
        };
        Self::of(files.cloned().map(look).collect())
    }

    /// Starts these looks, one for each file. A tokio runtime must be entered.
    pub(in crate::commands) fn of(
        looks: Vec<impl FnOnce() -> Option<Media> + Send + 'static>,
    ) -> Self {
        let found = Arc::new(Mutex::new(Vec::new()));
        let (count, done) = watch::channel(0);
        let looking = {
            let found = found.clone();
            move || {
                for look in looks {
                    let media = look();
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    found.push(media);
                    count.send_replace(found.len());
                }
            }
        };
        // It ends by itself, and the end of the run does not wait for it.
        drop(spawn_blocking(looking));
        Self {
            found,
            done,
            has_given_up: AtomicBool::new(false),
        }
    }

    /// Returns what the headers of a file told. Waits for the look, but not for a disk that hangs.
    pub(in crate::commands) async fn media(&self, index: usize) -> Option<Media> {
        let mut done = self.done.clone();
        let looked = done.wait_for(|count| *count > index);
        let at_most = match self.has_given_up.load(Ordering::Relaxed) {
            true => Duration::ZERO,
            false => WAIT,
        };
        if timeout(at_most, looked).await.is_err() {
            self.has_given_up.store(true, Ordering::Relaxed);
        }
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.get(index).cloned().flatten()
    }
}

fn warning(path: &Path, concern: &Concern) -> Text {
    let name = plain(&path.to_string_lossy());
    match concern {
        Concern::Empty => notes::empty_file(name),
        Concern::WrongExtension { extension, found } => {
            notes::wrong_extension(name, plain(extension), found)
        }
        Concern::IndexMissing => notes::index_missing(name),
        Concern::IndexLast => notes::index_last(name, faststart(path)),
    }
}

/// Returns the command that writes the movie anew with its index in front, next to the old file.
fn faststart(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let output = path.with_file_name(format!("{stem}-faststart.{extension}"));
    let quoted = |path: &Path| shell::quoted(&path.to_string_lossy());
    format!(
        "ffmpeg -i {} -c copy -movflags +faststart {}",
        quoted(path),
        quoted(&output)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn each_concern_has_a_warning_in_both_languages() {
        let concerns = [
            Concern::Empty,
            Concern::WrongExtension {
                extension: "mp4".into(),
                found: "png",
            },
            Concern::IndexMissing,
            Concern::IndexLast,
        ];
        let mut shown = String::new();
        for language in [Language::English, Language::Chinese] {
            for concern in &concerns {
                let warning = warning(Path::new("my clip.mp4"), concern);
                shown += &format!("{}\n", warning.to(language));
            }
        }
        insta::assert_snapshot!(shown);
    }
}
