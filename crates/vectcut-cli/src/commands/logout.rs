//! `vectcut logout`: removes the file of `vectcut login`.

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::settings::Environment;
use crate::stderr::Stderr;
use crate::variables::API_KEY;
use crate::words::sign_in;

/// Removes the saved key, and says when the environment still has one.
///
/// # Errors
///
/// Fails when the file cannot be removed. No file to remove is no failure.
pub(crate) fn run(environment: &Environment, stderr: &Stderr) -> Result<ExitCode, Failure> {
    let file = environment.key_file().ok_or_else(Failure::no_key_folder)?;
    let path = file.path().display();
    stderr.note(&match file.remove()? {
        true => sign_in::signed_out(path),
        false => sign_in::was_signed_out(path),
    });
    if environment.has_key_variable() {
        stderr.note(&sign_in::variable_stays(API_KEY));
    }
    Ok(ExitCode::Success)
}
