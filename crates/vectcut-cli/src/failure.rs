//! What ended the command or one of its files, as data: both the JSON object and the words on stderr are made of it.
//!
//! Errors of the layers below become a failure here, and here the hints that need flags or variables are added.

use std::error::Error;
use std::fmt::Display;
use std::io;
use std::path::Path;

use strict_http::{SetupError, TransportError, TransportKind};
use vectcut_api::ApiKeyError;
use vectcut_upload::{Fault, Step, StopReason, UploadError};

use crate::amounts;
use crate::exit_code::ExitCode;
use crate::plain_text::plain;

const KEY_HINT: &str = "copy the key from https://www.vectcut.com/auth and set `VECTCUT_API_KEY`";

/// A failure. Every text in it is already safe to show on a terminal.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// How the command ends when nothing else failed.
    pub(crate) exit_code: ExitCode,
    /// A stable name for programs.
    pub(crate) code: &'static str,
    /// Where an upload stopped; `None` when it had not begun.
    pub(crate) step: Option<Step>,
    /// What did not come about: a sentence's fragment for people.
    pub(crate) what: String,
    /// Why, outermost first, each once.
    pub(crate) causes: Vec<String>,
    /// What a person can do.
    pub(crate) hints: Vec<String>,
    /// Whether the same command may succeed later.
    pub(crate) retryable: bool,
    /// What the server's answer says of itself, when there was one.
    pub(crate) answer: Box<Answer>,
}

/// How a server's answer is known to those who run it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) http_status: Option<u16>,
    /// The code in OSS's error reply.
    pub(crate) oss_code: Option<String>,
    /// OSS's request ID.
    pub(crate) request_id: Option<String>,
}

impl Failure {
    /// A failure that is known by its exit code, its name and its words alone.
    pub(crate) fn new(exit_code: ExitCode, code: &'static str, what: impl Display) -> Self {
        Self {
            exit_code,
            code,
            step: None,
            what: plain(&what.to_string()),
            causes: Vec::new(),
            hints: Vec::new(),
            retryable: false,
            answer: Box::default(),
        }
    }

    /// Adds an error and what caused it.
    pub(crate) fn because(mut self, error: &(dyn Error + 'static)) -> Self {
        let chain = std::iter::successors(Some(error), |&error| error.source());
        for cause in chain {
            let cause = plain(&cause.to_string());
            if !self.causes.contains(&cause) {
                self.causes.push(cause);
            }
        }
        self
    }

    /// Adds what a person can do.
    pub(crate) fn hint(mut self, hint: impl Display) -> Self {
        self.hints.push(plain(&hint.to_string()));
        self
    }

    /// Returns why it failed in one line, for programs; the file is named beside it.
    pub(crate) fn message(&self) -> String {
        if self.causes.is_empty() {
            self.what.clone()
        } else {
            self.causes.join(": ")
        }
    }

    /// An upload that did not end in a URL.
    pub(crate) fn of_upload(path: &Path, error: &UploadError) -> Self {
        let what = format!("could not upload `{}`", path.display());
        let mut failure = Self::new(error.fault().into(), error.code(), what).because(error);
        failure.hints = error.hint().as_deref().map(plain).into_iter().collect();
        failure
            .hints
            .extend(hint_of_command(error).map(str::to_owned));
        failure.step = Some(error.step());
        failure.retryable = error.is_retryable();
        *failure.answer = Answer {
            http_status: error.http_status(),
            oss_code: error.oss_code().map(plain),
            request_id: error.request_id().map(plain),
        };
        failure
    }

    /// A file was stopped at a step, or before its turn.
    ///
    /// `kept` is whether what is safe is kept for the next run.
    pub(crate) fn stopped(
        path: &Path,
        reason: StopReason,
        step: Option<Step>,
        safe_bytes: u64,
        kept: bool,
    ) -> Self {
        let (code, words) = match reason {
            StopReason::BudgetEnded => ("budget_ended", "the time budget ended"),
            _ => ("interrupted", "interrupted"),
        };
        let path = path.display();
        let mut what = match step {
            Some(step) => format!("{words} while `{path}` was being uploaded, at step {step}"),
            None => format!("{words} before the upload of `{path}` began"),
        };
        if safe_bytes > 0 && kept {
            what += &format!("; {} of it are safe", amounts::bytes(safe_bytes));
        }
        let hint = match (step, kept) {
            (Some(_), true) => "run the same command again; it continues",
            (Some(_), false) => {
                "run the same command again; it starts this file from its beginning"
            }
            (None, _) => "run the same command again",
        };
        let mut failure = Self::new(reason.into(), code, what).hint(hint);
        failure.step = step;
        failure.retryable = true;
        failure
    }

    /// The program has no API key.
    pub(crate) fn api_key_missing() -> Self {
        let what = "there is no API key: `VECTCUT_API_KEY` is not set";
        Self::of_api_key("api_key_missing", what)
    }

    /// The API key cannot be one. The key is not repeated.
    pub(crate) fn api_key_unusable(variable: &str, error: ApiKeyError) -> Self {
        let what = format!("`{variable}` holds no usable API key");
        Self::of_api_key("api_key_unusable", what).because(&error)
    }

    fn of_api_key(code: &'static str, what: impl Display) -> Self {
        let mut failure = Self::new(ExitCode::ApiKey, code, what)
            .hint(KEY_HINT)
            .hint("`vectcut upload --sandbox FILE` shows an upload without a key");
        failure.step = Some(Step::Init);
        failure
    }

    /// A setting whose value cannot be used; `origin` is its flag or its variable.
    pub(crate) fn unusable(origin: &str, error: &(dyn Error + 'static)) -> Self {
        let what = format!("the value of `{origin}` cannot be used");
        Self::new(ExitCode::Usage, "usage", what).because(error)
    }

    /// A variable whose value is not text.
    pub(crate) fn not_utf8(variable: &str) -> Self {
        let what = format!("the value of `{variable}` is not UTF-8");
        Self::new(ExitCode::Usage, "usage", what)
    }

    /// The HTTP client could not be built.
    pub(crate) fn of_setup(error: &SetupError) -> Self {
        let exit_code = match error {
            SetupError::ReadCa { .. } | SetupError::NotACertificate { .. } => ExitCode::Usage,
            // What reqwest reads while it is built is the proxy settings of the environment.
            SetupError::Client { .. } => ExitCode::Usage,
            _ => ExitCode::Internal,
        };
        Self::new(exit_code, "setup", "could not get ready to connect").because(error)
    }

    /// The result could not be written.
    pub(crate) fn stdout(error: &io::Error) -> Self {
        Self::internal("could not write the result to standard output", error)
    }

    /// Something that only a fault of the program or of the computer explains.
    pub(crate) fn internal(what: impl Display, error: &(dyn Error + 'static)) -> Self {
        Self::new(ExitCode::Internal, "internal", what).because(error)
    }
}

/// The hints that speak of flags and variables, which the layers below do not know.
fn hint_of_command(error: &UploadError) -> Option<&'static str> {
    match error {
        UploadError::NameNotUtf8 { .. } => Some("give it a name with `--name`"),
        UploadError::RegionUnknown => Some("set `--oss-region`, for example `cn-hangzhou`"),
        _ if error.fault() == Fault::ApiKey => Some(KEY_HINT),
        _ if error.oss_code() == Some("PublicEndpointForbidden") => {
            Some("set `--oss-endpoint` to it")
        }
        _ if transport(error).map(TransportError::kind) == Some(TransportKind::Tls) => {
            Some("name the CA's PEM file with `--ca-cert`")
        }
        _ if error.is_retryable() && error.hint().is_none() => {
            Some("run the same command again later")
        }
        _ => None,
    }
}

fn transport(error: &UploadError) -> Option<&TransportError> {
    let chain = std::iter::successors(error.source(), |&error| error.source());
    chain.filter_map(|error| error.downcast_ref()).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_that_says_nothing_new_is_left_out() {
        let inner = io::Error::other("the disk is gone");
        let error = UploadError::Runtime {
            source: io::Error::other(inner),
        };
        let failure = Failure::of_upload(Path::new("clip.mp4"), &error);
        assert_eq!(
            failure.causes,
            ["a task of the program stopped", "the disk is gone"]
        );
        assert_eq!(
            failure.message(),
            "a task of the program stopped: the disk is gone"
        );
    }

    fn stopped(name: &str, step: Option<Step>, safe_bytes: u64, kept: bool) -> Failure {
        Failure::stopped(
            Path::new(name),
            StopReason::Interrupted,
            step,
            safe_bytes,
            kept,
        )
    }

    #[test]
    fn a_file_name_cannot_move_the_cursor() {
        assert_eq!(
            stopped("a\u{1b}[2J\nb", None, 0, true).what,
            "interrupted before the upload of `a[2J b` began"
        );
    }

    #[test]
    fn a_stopped_file_promises_no_more_than_was_kept() {
        for (step, safe_bytes, kept, what, hint) in [
            (
                Some(Step::Put),
                12 * 1024 * 1024,
                true,
                "interrupted while `a` was being uploaded, at step put; 12.0 MiB of it are safe",
                "run the same command again; it continues",
            ),
            (
                Some(Step::Put),
                12 * 1024 * 1024,
                false,
                "interrupted while `a` was being uploaded, at step put",
                "run the same command again; it starts this file from its beginning",
            ),
            (
                None,
                0,
                true,
                "interrupted before the upload of `a` began",
                "run the same command again",
            ),
        ] {
            let failure = stopped("a", step, safe_bytes, kept);
            assert_eq!((&*failure.what, &*failure.hints[0]), (what, hint));
        }
    }

    #[test]
    fn the_command_adds_the_hints_that_need_its_flags() {
        for (error, hint) in [
            (
                UploadError::NameNotUtf8 {
                    path: "clip".into(),
                },
                "give it a name with `--name`",
            ),
            (
                UploadError::RegionUnknown,
                "set `--oss-region`, for example `cn-hangzhou`",
            ),
        ] {
            let failure = Failure::of_upload(Path::new("clip"), &error);
            assert_eq!(failure.hints, [hint]);
        }
    }
}
