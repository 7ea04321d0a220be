//! What ended the command or one of its files, as data. The JSON object and the words on stderr are both made of it.
//!
//! Errors of the layers below become a failure here. The hints that name flags or variables are added here too.

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
const AGAIN_HINT: &str = "run the same command again";

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
    pub(crate) what: String,
    /// Why, outermost first, each once.
    pub(crate) causes: Vec<String>,
    /// What a person can do.
    pub(crate) hints: Vec<String>,
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

/// What the next run does with the bytes that this one uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextRun {
    /// It does not send them again.
    Resumes,
    /// It sends them again.
    StartsOver,
    /// Nobody could tell in time.
    Unknown,
}

impl Details {
    fn of(error: &UploadError) -> Self {
        let is_stored = error.step() == Step::Complete || error.fault() == Fault::Integrity;
        Self {
            http_status: error.http_status(),
            oss_code: error.oss_code().map(plain),
            request_id: error.request_id().map(plain),
            object_key: error.object_key().filter(|_| is_stored).map(plain),
            last_cause: error.last_cause().as_deref().map(plain),
        }
    }
}

impl Failure {
    /// A failure with these words, and neither causes nor hints yet.
    pub(crate) fn new(exit_code: ExitCode, code: &'static str, what: impl Display) -> Self {
        Self {
            exit_code,
            code,
            step: None,
            what: plain(&what.to_string()),
            causes: Vec::new(),
            hints: Vec::new(),
            retryable: false,
            details: Box::default(),
        }
    }

    /// Adds an error and its causes.
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

    /// Adds what a person can do, unless it says so already.
    pub(crate) fn hint(mut self, hint: impl Display) -> Self {
        let hint = plain(&hint.to_string());
        if !self.hints.contains(&hint) {
            self.hints.push(hint);
        }
        self
    }

    /// Returns whether the time budget or a signal ended it.
    pub(crate) fn is_stop(&self) -> bool {
        matches!(self.code, "budget_ended" | "interrupted")
    }

    /// Returns why it failed in one line, for programs. The file is named beside it.
    pub(crate) fn message(&self) -> String {
        if self.causes.is_empty() {
            self.what.clone()
        } else {
            self.causes.join(": ")
        }
    }

    /// An upload that failed. `proxy` is the proxy that its requests take, if any.
    pub(crate) fn of_upload(path: &Path, error: &UploadError, proxy: Option<&str>) -> Self {
        let what = format!("could not upload `{}`", path.display());
        let mut failure = Self::new(error.fault().into(), error.code(), what).because(error);
        failure.step = Some(error.step());
        failure.retryable = error.is_retryable();
        *failure.details = Details::of(error);
        let hints = error.hint().into_iter();
        hints
            .chain(hints_of_command(error, proxy))
            .fold(failure, Self::hint)
    }

    /// An upload that was stopped at a step, or before its turn, as the library reports it.
    pub(crate) fn of_stop(
        path: &Path,
        step: Option<Step>,
        (reason, safe_bytes): (StopReason, u64),
        error: &UploadError,
        proxy: Option<&str>,
    ) -> Self {
        let next_run = match step {
            _ if safe_bytes == 0 => NextRun::Unknown,
            _ if error.is_kept() => NextRun::Resumes,
            _ => NextRun::StartsOver,
        };
        let mut failure = Self::stopped(path, reason, step, safe_bytes, next_run);
        *failure.details = Details::of(error);
        if let Some(hint) = error.hint() {
            failure.hints.insert(0, plain(&hint));
        }
        if error.fault() == Fault::Network {
            failure.exit_code = ExitCode::Unavailable;
            failure = proxy.map(proxy_hint).into_iter().fold(failure, Self::hint);
        }
        failure
    }

    /// A file that was stopped at a step, or before its turn.
    pub(crate) fn stopped(
        path: &Path,
        reason: StopReason,
        step: Option<Step>,
        safe_bytes: u64,
        next_run: NextRun,
    ) -> Self {
        let (code, words) = match reason {
            StopReason::BudgetEnded => ("budget_ended", "the time budget ended"),
            _ => ("interrupted", "interrupted"),
        };
        let path = path.display();
        let mut what = match step {
            Some(step) => format!("{words} while {} `{path}`", doing(step)),
            None => format!("{words} before the upload of `{path}` began"),
        };
        if safe_bytes > 0 && next_run != NextRun::StartsOver {
            what += &format!("; {} are uploaded", amounts::bytes(safe_bytes));
        }
        let hint = match next_run {
            NextRun::Resumes if step.is_some() => "run the same command again to resume",
            NextRun::StartsOver if step.is_some() => {
                "run the same command again; it starts this file over"
            }
            _ => AGAIN_HINT,
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
        let what = format!("the value of `{variable}` cannot be an API key");
        Self::of_api_key("api_key_unusable", what).because(&error)
    }

    fn of_api_key(code: &'static str, what: impl Display) -> Self {
        let mut failure = Self::new(ExitCode::ApiKey, code, what)
            .hint(KEY_HINT)
            .hint("try an upload without a key: `vectcut upload --sandbox FILE`");
        failure.step = Some(Step::Init);
        failure
    }

    /// A setting whose value cannot be used. `origin` is its flag or its variable.
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
            _ => ExitCode::Internal,
        };
        Self::new(exit_code, "setup", "could not set up the HTTPS client").because(error)
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

/// The name of a step for people.
pub(crate) fn doing(step: Step) -> &'static str {
    match step {
        Step::Read => "reading",
        Step::Init => "preparing",
        Step::Complete => "finishing",
        // `Step` may grow by another way to send bytes.
        _ => "uploading",
    }
}

/// The hints that name flags and variables, which the layers below do not know.
fn hints_of_command(error: &UploadError, proxy: Option<&str>) -> Vec<String> {
    let mut hints = Vec::new();
    match error {
        UploadError::NameNotUtf8 { .. } => hints.push("give it a name with `--name`".into()),
        UploadError::RegionUnknown => {
            hints.push("set `--oss-region`, for example `cn-hangzhou`".into());
        }
        _ => {}
    }
    if error.fault() == Fault::ApiKey {
        hints.push(KEY_HINT.into());
    }
    if error.oss_code() == Some("PublicEndpointForbidden") {
        hints.push("set `--oss-endpoint` to it".into());
    }
    let transport = transport(error).map(TransportError::kind);
    if transport == Some(TransportKind::Tls) {
        hints.push("name the CA's PEM file with `--ca-cert`".into());
    }
    if let (Some(_), Some(proxy)) = (transport, proxy) {
        hints.push(proxy_hint(proxy));
    }
    let has_own_hint = matches!(error.fault(), Fault::File | Fault::Integrity);
    if error.is_retryable() && !has_own_hint {
        hints.push("run the same command again later".into());
    }
    hints
}

fn proxy_hint(proxy: &str) -> String {
    format!("check the proxy {proxy}, which these requests take")
}

fn transport(error: &UploadError) -> Option<&TransportError> {
    let chain = std::iter::successors(error.source(), |&error| error.source());
    chain.filter_map(|error| error.downcast_ref()).next()
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
            ["a task of the program stopped", "the disk is gone"]
        );
        assert_eq!(
            failure.message(),
            "a task of the program stopped: the disk is gone"
        );
    }

    fn stopped(name: &str, step: Option<Step>, safe_bytes: u64, next_run: NextRun) -> Failure {
        let reason = StopReason::Interrupted;
        Failure::stopped(Path::new(name), reason, step, safe_bytes, next_run)
    }

    #[test]
    fn a_file_name_cannot_move_the_cursor() {
        assert_eq!(
            stopped("a\u{1b}[2J\nb", None, 0, NextRun::Resumes).what,
            "interrupted before the upload of `a[2J b` began"
        );
    }

    #[test]
    fn a_stopped_file_promises_no_more_than_was_kept() {
        const MIB: u64 = 1024 * 1024;
        for (step, safe_bytes, next_run, what, hint) in [
            (
                Some(Step::Put),
                12 * MIB,
                NextRun::Resumes,
                "interrupted while uploading `a`; 12.0 MiB are uploaded",
                "run the same command again to resume",
            ),
            (
                Some(Step::Put),
                12 * MIB,
                NextRun::StartsOver,
                "interrupted while uploading `a`",
                "run the same command again; it starts this file over",
            ),
            (
                Some(Step::Complete),
                12 * MIB,
                NextRun::Unknown,
                "interrupted while finishing `a`; 12.0 MiB are uploaded",
                "run the same command again",
            ),
            (
                None,
                0,
                NextRun::Resumes,
                "interrupted before the upload of `a` began",
                "run the same command again",
            ),
        ] {
            let failure = stopped("a", step, safe_bytes, next_run);
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
            assert_eq!(of_upload("clip", &error).hints, [hint]);
        }
    }
}
