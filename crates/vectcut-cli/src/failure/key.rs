//! Failures that are about the API key: none, a bad one, one in a file that others can read, a refused one.

use std::error::Error;
use std::io;
use std::path::Path;

use strict_http::ServerText;
use vectcut_api::ApiKeyError;
use vectcut_upload::Step;

use super::{Failure, is_disk_full};
use crate::exit_code::ExitCode;
#[cfg(unix)]
use crate::key_file::Exposure;
use crate::variables::API_KEY;
use crate::words::{Text, hints, sign_in};

impl Failure {
    /// The program has no API key.
    pub(crate) fn api_key_missing() -> Self {
        Self::of_api_key("api_key_missing", sign_in::no_key(API_KEY))
            .hint(sign_in::get_key(API_KEY))
            .hint(sign_in::try_sandbox())
    }

    /// The API key cannot be one. The key is not repeated.
    pub(crate) fn api_key_unusable(origin: &str, error: ApiKeyError) -> Self {
        Self::of_api_key("api_key_unusable", sign_in::unusable_key(origin))
            .because(&error)
            .hint(sign_in::get_key(API_KEY))
            .hint(sign_in::try_sandbox())
    }

    /// What was pasted or piped cannot be a key. It is not repeated.
    pub(crate) fn typed_key_unusable(error: ApiKeyError) -> Self {
        Self::of_api_key("api_key_unusable", sign_in::unusable_typed_key())
            .because(&error)
            .hint(sign_in::copy_again())
    }

    /// Nobody can type a key, because no terminal is there.
    pub(crate) fn nobody_to_ask() -> Self {
        Self::of_api_key("api_key_missing", sign_in::nobody_to_ask())
            .hint(sign_in::use_terminal())
            .hint(sign_in::pipe_key())
            .hint(sign_in::set_variable(API_KEY))
    }

    /// The backend refused the key that was to be saved.
    pub(crate) fn key_refused(status: u16) -> Self {
        let mut failure = Self::of_api_key("api_key_refused", sign_in::refused_key(status))
            .hint(sign_in::copy_again())
            .hint(sign_in::check_membership());
        failure.details.http_status = Some(status);
        failure
    }

    /// The backend refused the key that was to be saved, and named a page where the membership can be renewed.
    pub(crate) fn membership_refused(status: u16, link: &ServerText) -> Self {
        let what = sign_in::refused_membership(status);
        let mut failure = Self::new(ExitCode::Refused, "backend_refused", what)
            .hint(hints::buy(link))
            .hint(sign_in::save_unchecked());
        failure.step = Some(Step::Init);
        failure.details.http_status = Some(status);
        failure
    }

    /// The backend could not say whether it accepts the key.
    pub(crate) fn key_unchecked(error: Option<&(dyn Error + 'static)>) -> Self {
        let mut failure = Self::of_api_key("api_key_unchecked", sign_in::unchecked_key());
        failure.exit_code = ExitCode::Unavailable;
        failure.retryable = true;
        match error {
            Some(error) => failure.because(error),
            None => failure,
        }
    }

    /// Somebody else owns the file with the key or can read it.
    #[cfg(unix)]
    pub(crate) fn key_file_exposed(path: &Path, exposure: Exposure) -> Self {
        let (shown, word) = (path.display(), shell_word(path));
        match exposure {
            Exposure::Open => {
                Self::of_api_key("api_key_file_unsafe", sign_in::file_open_to_others(shown))
                    .hint(sign_in::close_file(word))
            }
            Exposure::Foreign => {
                Self::of_api_key("api_key_file_unsafe", sign_in::file_of_another_user(shown))
                    .hint(sign_in::take_file(word))
                    .hint(sign_in::replace_file())
            }
        }
    }

    /// Others can write to the folder that is to hold the key.
    #[cfg(unix)]
    pub(crate) fn key_folder_exposed(folder: &Path, exposure: Exposure) -> Self {
        let (shown, word) = (folder.display(), shell_word(folder));
        match exposure {
            Exposure::Open => {
                Self::of_api_key("api_key_file_unsafe", sign_in::folder_open_to_others(shown))
                    .hint(sign_in::close_folder(word))
            }
            Exposure::Foreign => Self::of_api_key(
                "api_key_file_unsafe",
                sign_in::folder_of_another_user(shown),
            )
            .hint(sign_in::take_file(word)),
        }
    }

    /// The file with the key cannot be read.
    pub(crate) fn key_file_unreadable(path: &Path, error: &io::Error) -> Self {
        let what = sign_in::file_unreadable(path.display());
        Self::of_api_key("api_key_file_unreadable", what)
            .because(error)
            .hint(sign_in::get_key(API_KEY))
    }

    /// The key cannot be saved.
    pub(crate) fn key_file_unwritten(path: &Path, error: &io::Error) -> Self {
        let what = sign_in::file_unwritten(path.display());
        let failure = Self::of_disk(what, error);
        let failure = match (is_disk_full(error), path.parent()) {
            (true, Some(folder)) => failure.hint(hints::free_space(folder.display())),
            _ => failure,
        };
        failure.hint(sign_in::print_export())
    }

    /// The key cannot be removed.
    pub(crate) fn key_file_unremoved(path: &Path, error: &io::Error) -> Self {
        Self::of_disk(sign_in::file_unremoved(path.display()), error)
    }

    /// The platform has no folder for the file.
    pub(crate) fn no_key_folder() -> Self {
        Self::of_api_key("api_key_not_saved", sign_in::no_folder()).hint(sign_in::print_export())
    }

    fn of_disk(what: Text, error: &io::Error) -> Self {
        Self::new(ExitCode::LocalFile, "api_key_not_saved", what).because(error)
    }

    fn of_api_key(code: &'static str, what: Text) -> Self {
        let mut failure = Self::new(ExitCode::ApiKey, code, what);
        failure.step = Some(Step::Init);
        failure
    }
}

/// Returns a path as one word of a Unix shell.
#[cfg(unix)]
fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+@%:,".contains(c);
    match text.chars().all(is_plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_command_to_copy_works_with_any_path() {
        for (path, word) in [
            (
                "/home/me/.config/vectcut/api-key",
                "/home/me/.config/vectcut/api-key",
            ),
            ("/home/小明/api-key", "/home/小明/api-key"),
            ("/home/my own/it's", r"'/home/my own/it'\''s'"),
        ] {
            assert_eq!(shell_word(Path::new(path)), word);
        }
    }

    #[test]
    fn every_failure_of_the_key_in_both_languages() {
        use crate::diagnostics::render;
        use crate::words::Language;
        let path = Path::new("/home/me/.config/vectcut/api-key");
        let folder = Path::new("/home/me/.config/vectcut");
        let io = io::Error::from(io::ErrorKind::StorageFull);
        let failures = [
            Failure::api_key_missing(),
            Failure::api_key_unusable(API_KEY, ApiKeyError::NotVisibleAscii),
            Failure::typed_key_unusable(ApiKeyError::Empty),
            Failure::nobody_to_ask(),
            Failure::key_refused(401),
            Failure::membership_refused(
                403,
                &ServerText::clean("https://www.vectcut.com", 200, &[]),
            ),
            Failure::key_unchecked(None),
            Failure::key_file_exposed(path, Exposure::Open),
            Failure::key_file_exposed(path, Exposure::Foreign),
            Failure::key_folder_exposed(folder, Exposure::Open),
            Failure::key_folder_exposed(folder, Exposure::Foreign),
            Failure::key_file_unreadable(path, &io),
            Failure::key_file_unwritten(path, &io),
            Failure::key_file_unremoved(path, &io),
            Failure::no_key_folder(),
        ];
        let words = failures.iter().map(|failure| {
            let words = |language| render(failure, false, language);
            words(Language::English) + &words(Language::Chinese)
        });
        insta::assert_snapshot!(words.collect::<Vec<_>>().join("\n"));
    }
}
