//! `vectcut login`: asks for the API key, checks it with the backend, and saves it or prints the line that sets it.

mod browser;
mod export;

use std::io::{self, IsTerminal as _, Read as _};

use vectcut_api::{ApiKey, KeyVerdict};

use crate::args::LoginArgs;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output;
use crate::settings::{Environment, Servers, proxy_for};
use crate::site;
use crate::stderr::Stderr;
use crate::variables::API_KEY;
use crate::words::{failures, hints, sign_in};

/// Where a person signs in and copies the key.
const PAGE: &str = "https://www.vectcut.com/auth";
/// No key is longer. What follows is not read.
const INPUT_MAX_BYTES: u64 = 64 * 1024;

/// Signs in.
///
/// # Errors
///
/// Fails with the exit code for the API key when there is nobody to ask or the key is refused, with that for the
/// network when nobody can tell, and when the key cannot be saved. Nothing is saved then.
pub(crate) async fn run(
    args: &LoginArgs,
    environment: &Environment,
    stderr: &Stderr,
) -> Result<ExitCode, Failure> {
    let mut interrupt =
        Interrupt::listen().map_err(|error| Failure::internal(failures::signals(), &error))?;
    tokio::select! {
        biased;
        _ = interrupt.signal() => {
            stderr.end_question();
            Ok(ExitCode::Interrupted)
        }
        result = sign_in(args, environment, stderr) => result,
    }
}

async fn sign_in(
    args: &LoginArgs,
    environment: &Environment,
    stderr: &Stderr,
) -> Result<ExitCode, Failure> {
    let servers = Servers::settle(&args.servers(), environment)?;
    let file = environment.key_file().ok_or_else(Failure::no_key_folder);
    let file = match args.print_export {
        true => None,
        false => Some(file?),
    };
    let typed = match args.with_key && !io::stdin().is_terminal() {
        true => piped().await?,
        false => asked(args, environment, stderr).await?,
    };
    let key = ApiKey::copied(&typed).map_err(Failure::typed_key_unusable)?;
    if !args.no_check {
        stderr.note(&sign_in::checking(&servers.base_url));
        check(&servers, &key, environment).await?;
    }
    let Some(file) = file else {
        let shell = args.shell.unwrap_or_else(|| environment.shell());
        output::print(format!("{}\n", export::line(shell, &key)?))?;
        return Ok(ExitCode::Success);
    };
    file.write(&key)?;
    let path = file.path().display();
    stderr.note(&match args.no_check {
        true => sign_in::saved_unchecked(path),
        false => sign_in::saved(path),
    });
    stderr.note(&match environment.has_key_variable() {
        true => sign_in::variable_wins(API_KEY),
        false => sign_in::next(),
    });
    Ok(ExitCode::Success)
}

/// Reads the key from standard input.
async fn piped() -> Result<String, Failure> {
    let reading = tokio::task::spawn_blocking(|| {
        let mut bytes = Vec::new();
        io::stdin()
            .lock()
            .take(INPUT_MAX_BYTES)
            .read_to_end(&mut bytes)?;
        // What is not UTF-8 is no key, and is refused as such.
        io::Result::Ok(String::from_utf8_lossy(&bytes).into_owned())
    });
    let read = reading.await.map_err(io::Error::other).flatten();
    read.map_err(|error| Failure::internal(sign_in::unusable_typed_key(), &error))
}

/// Asks the person at the terminal.
async fn asked(
    args: &LoginArgs,
    environment: &Environment,
    stderr: &Stderr,
) -> Result<String, Failure> {
    if !stderr.can_ask() {
        return Err(Failure::nobody_to_ask());
    }
    if !args.with_key {
        let opens = !args.no_browser && environment.has_browser() && browser::open(PAGE);
        stderr.note(&match opens {
            true => sign_in::opening(PAGE),
            false => sign_in::open_yourself(PAGE),
        });
        stderr.note(&sign_in::where_key_is());
    }
    let answer = stderr.ask_unseen(&sign_in::question()).await;
    answer.map_err(|error| Failure::internal(sign_in::unusable_typed_key(), &error))
}

async fn check(servers: &Servers, key: &ApiKey, environment: &Environment) -> Result<(), Failure> {
    let proxy = proxy_for(&servers.base_url, environment)?;
    let backend = site::backend(servers, key.clone())?;
    match backend.check_key().await {
        Ok(KeyVerdict::Accepted) => Ok(()),
        Ok(KeyVerdict::Refused { status, words }) => Err(match words.purchase_link {
            Some(link) => Failure::membership_refused(status, &link),
            None => Failure::key_refused(status),
        }),
        Ok(KeyVerdict::Unknown { status }) => {
            let mut failure = Failure::key_unchecked(None).hint(sign_in::no_check());
            failure.details.http_status = Some(status);
            failure.causes.push(sign_in::responded(status));
            Err(failure)
        }
        Ok(_) => Err(Failure::key_unchecked(None).hint(sign_in::no_check())),
        Err(error) => {
            let failure = Failure::key_unchecked(Some(&error)).hints_of(&error);
            let proxy = proxy.map(hints::check_proxy);
            let failure = proxy.into_iter().fold(failure, Failure::hint);
            Err(failure.hint(sign_in::no_check()))
        }
    }
}
