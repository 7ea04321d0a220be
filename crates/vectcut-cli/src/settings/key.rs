//! The API key: from the environment, then from the file that `vectcut login` wrote.

use std::path::PathBuf;

use vectcut_api::ApiKey;

use super::Environment;
use crate::failure::Failure;
use crate::key_file::KeyFile;
use crate::variables::API_KEY;

/// Where the API key of a run comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyOrigin {
    /// The variable. An empty one counts as not set, as every other variable does.
    Variable,
    /// The file of `vectcut login`.
    File(PathBuf),
}

/// Returns where the API key comes from; `None` when there is none.
pub(crate) fn key_origin(environment: &Environment) -> Option<KeyOrigin> {
    if environment.has_key_variable() {
        return Some(KeyOrigin::Variable);
    }
    let file = environment.key_file().filter(KeyFile::exists)?;
    Some(KeyOrigin::File(file.path().to_owned()))
}

/// Reads the API key. It has no flag, because every user of the computer can see a command line.
///
/// # Errors
///
/// Fails with the exit code for the API key when there is none, when its value cannot be a key, and when the file that
/// holds it is not the user's own secret.
pub(crate) fn api_key(environment: &Environment) -> Result<ApiKey, Failure> {
    if let Some(value) = environment.set(API_KEY) {
        // A value that is not UTF-8 is not visible ASCII either, so it is refused.
        return ApiKey::copied(&value.to_string_lossy())
            .map_err(|error| Failure::api_key_unusable(API_KEY, error));
    }
    let stored = environment.key_file().map(|file| file.read()).transpose()?;
    stored.flatten().ok_or_else(Failure::api_key_missing)
}

impl Environment {
    /// Returns the file of `vectcut login`; `None` where the platform has no folder for configuration.
    pub(crate) fn key_file(&self) -> Option<KeyFile> {
        Some(KeyFile::in_folder(self.config_dir.as_ref()?))
    }

    /// Returns whether the variable is set, which counts before the file.
    pub(crate) fn has_key_variable(&self) -> bool {
        self.set(API_KEY).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit_code::ExitCode;

    #[test]
    fn a_missing_key_and_an_unusable_key_differ_and_are_not_repeated() {
        for (variables, code) in [
            (&[] as &[_], "api_key_missing"),
            (&[(API_KEY, "")], "api_key_missing"),
            (&[(API_KEY, " ")], "api_key_unusable"),
            (&[(API_KEY, "canary\nsecond")], "api_key_unusable"),
            (&[(API_KEY, "can ary")], "api_key_unusable"),
        ] {
            let failure = api_key(&Environment::of(variables)).expect_err("no key");
            assert_eq!(
                (failure.exit_code, failure.code),
                (ExitCode::ApiKey, code),
                "{variables:?}"
            );
            assert!(!format!("{failure:?}").contains("canary"), "{failure:?}");
        }
        for value in ["sk-fake", " sk-fake\n", "\"sk-fake\""] {
            let variables: &'static [(&str, &str)] = Box::leak(Box::new([(API_KEY, value)]));
            let key = api_key(&Environment::of(variables)).expect("a good key");
            let bare = ApiKey::parse("sk-fake").expect("a good key");
            assert_eq!(key.fingerprint(), bare.fingerprint());
        }
    }
}
