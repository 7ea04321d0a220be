//! Opens a page in the user's browser.

/// Asks the platform to open a page. Returns whether something took it; whether a window appears, nobody can tell.
pub(super) fn open(url: &str) -> bool {
    match open::that_detached(url) {
        Ok(()) => true,
        Err(error) => {
            tracing::debug!(%error, "no browser could be started");
            false
        }
    }
}
