//! What ended the command or one of its files, as data. The JSON object and the words on stderr are both made of it.
//!
//! Errors of the layers below become a failure here. The hints that name flags or variables are added here too.

#[cfg(test)]
mod gallery;
mod hints;
mod key;
mod stop;

use std::error::Error;
use std::path::Path;
use std::{io, iter};

use strict_http::SetupError;
use vectcut_upload::{Step, UploadError};

use crate::exit_code::ExitCode;
use crate::plain_text::plain;
use crate::words::codes::Code;
use crate::words::{self, Language, Text};
pub(crate) use hints::of_transport;
pub(crate) use stop::{NextRun, doing};

/// A failure. Every text in it is already safe to show on a terminal.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// How the command ends when nothing else failed.
    pub(crate) exit_code: ExitCode,
    /// A stable name for programs.
    pub(crate) code: &'static str,
    /// The step at which the upload ended; `None` when it had not begun.
    pub(crate) step: Option<Step>,
    /// What failed, for people.
    pub(crate) what: Text,
    /// Why, outermost first, each once: the libraries' errors. One that is empty in a language is left out there.
    pub(crate) causes: Vec<Text>,
    /// What a person can do.
    pub(crate) hints: Vec<Text>,
    /// Whether the same command may succeed later.
    pub(crate) retryable: bool,
    /// What else is known.
    pub(crate) details: Box<Details>,
}

/// Facts about a failure that not every failure has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Details {
    /// The status of the response.
    pub(crate) http_status: Option<u16>,
    /// The code in OSS's error response.
    pub(crate) oss_code: Option<String>,
    /// OSS's request ID.
    pub(crate) request_id: Option<String>,
    /// The object key, when OSS holds bytes under it.
    pub(crate) object_key: Option<String>,
    /// The failure that was being retried when the upload ended.
    pub(crate) last_cause: Option<String>,
}

impl Details {
    fn of(error: &UploadError) -> Self {
        Self {
            http_status: error.http_status(),
            oss_code: error.oss_code().map(plain),
            request_id: error.request_id().map(plain),
            object_key: error.object_key().map(plain),
            last_cause: error.last_cause().as_deref().map(plain),
        }
    }
}

impl Failure {
    /// A failure with these words, and neither causes nor hints yet.
    pub(crate) fn new(exit_code: ExitCode, code: &'static str, what: Text) -> Self {
        Self {
            exit_code,
            code,
            step: None,
            what,
            causes: Vec::new(),
            hints: Vec::new(),
            retryable: false,
            details: Box::default(),
        }
    }

    /// Adds an error and its causes.
    pub(crate) fn because(mut self, error: &(dyn Error + 'static)) -> Self {
        let chain = iter::successors(Some(error), |&error| error.source());
        for cause in chain {
            let cause = words::causes::of(cause);
            if !self.causes.contains(&cause) {
                self.causes.push(cause);
            }
        }
        self
    }

    /// Adds what a person can do, unless it says so already.
    pub(crate) fn hint(mut self, hint: Text) -> Self {
        if !self.hints.contains(&hint) {
            self.hints.push(hint);
        }
        self
    }

    /// Returns why it failed in one line, for programs. The file is named beside it.
    ///
    /// Some causes are English in every language, so another language says first what failed.
    pub(crate) fn message(&self, language: Language) -> String {
        if self.causes.is_empty() {
            return self.what.to(language).to_owned();
        }
        let causes: Vec<_> = self.causes_in(language).collect();
        match language {
            Language::English => causes.join(": "),
            Language::Chinese => {
                let meaning = self.meaning_of_step().unwrap_or_else(|| self.what.clone());
                let parts: Vec<_> = iter::once(meaning.to(language)).chain(causes).collect();
                parts.join("：")
            }
        }
    }

    /// Returns the causes that a language has words for.
    pub(crate) fn causes_in(&self, language: Language) -> impl Iterator<Item = &str> {
        let causes = self.causes.iter().map(move |cause| cause.to(language));
        causes.filter(|cause| !cause.is_empty())
    }

    /// Returns what the failure's name means, if that tells more than `what`: of an upload it only names the file.
    pub(crate) fn meaning_of_step(&self) -> Option<Text> {
        self.step?;
        words::codes::find(self.code).map(Code::meaning)
    }

    /// Returns what a person can do, in one line.
    pub(crate) fn hints_in(&self, language: Language) -> Option<String> {
        let hints: Vec<_> = self.hints.iter().map(|hint| hint.to(language)).collect();
        let separator = match language {
            Language::English => "; ",
            Language::Chinese => "；",
        };
        (!hints.is_empty()).then(|| hints.join(separator))
    }

    /// An upload that failed. `proxy` is the proxy that its requests take, if any.
    pub(crate) fn of_upload(path: &Path, error: &UploadError, proxy: Option<&str>) -> Self {
        let what = words::failures::could_not_upload(path.display());
        let mut failure = Self::new(error.fault().into(), error.code(), what).because(error);
        failure.step = Some(error.step());
        failure.retryable = error.is_retryable();
        *failure.details = Details::of(error);
        let failure = hints::of_upload(error, proxy)
            .into_iter()
            .fold(failure, Self::hint);
        match words::codes::find(failure.code) {
            // What helps in general is better than nothing.
            Some(code) if failure.hints.is_empty() => failure.hint(code.next()),
            _ => failure,
        }
    }

    /// A setting whose value cannot be used. `origin` is its flag or its variable.
    pub(crate) fn unusable(origin: &str, error: &(dyn Error + 'static)) -> Self {
        let what = words::failures::setting_unusable(origin);
        let failure = Self::new(ExitCode::Usage, "usage", what).because(error);
        match words::causes::plain_http(error) {
            Some(_) => failure.hint(words::hints::use_https()),
            None => failure,
        }
    }

    /// A variable whose value is not text.
    pub(crate) fn not_utf8(variable: &str) -> Self {
        let what = words::failures::setting_not_utf8(variable);
        Self::new(ExitCode::Usage, "usage", what)
    }

    /// The HTTP client could not be built.
    pub(crate) fn of_setup(error: &SetupError) -> Self {
        let exit_code = match error {
            SetupError::ReadCa { .. } | SetupError::NotACertificate { .. } => ExitCode::Usage,
            _ => ExitCode::Internal,
        };
        Self::new(exit_code, "setup", words::failures::https_setup()).because(error)
    }

    /// The disk that holds this folder of the command's own is full.
    pub(crate) fn disk_full(what: Text, folder: &Path, error: &(dyn Error + 'static)) -> Self {
        Self::new(ExitCode::LocalFile, "disk_full", what)
            .because(error)
            .hint(words::hints::disk_full(folder.display()))
    }

    /// The result could not be written.
    pub(crate) fn stdout(error: &io::Error) -> Self {
        Self::internal(words::failures::stdout(), error)
    }

    /// Something that only a fault of the program or of the computer explains.
    pub(crate) fn internal(what: Text, error: &(dyn Error + 'static)) -> Self {
        Self::new(ExitCode::Internal, "internal", what).because(error)
    }
}

/// Returns whether the disk, or what this user may have of it, is full.
pub(crate) fn is_disk_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_upload(path: &str, error: &UploadError) -> Failure {
        Failure::of_upload(Path::new(path), error, None)
    }

    #[test]
    fn a_cause_that_says_nothing_new_is_left_out() {
        let inner = io::Error::other("the disk is gone");
        let error = UploadError::Runtime {
            source: io::Error::other(inner),
        };
        let failure = of_upload("clip.mp4", &error);
        assert_eq!(
            failure.causes,
            ["a task of the program stopped", "the disk is gone"].map(Text::same)
        );
        assert_eq!(
            failure.message(Language::English),
            "a task of the program stopped: the disk is gone"
        );
    }
}
