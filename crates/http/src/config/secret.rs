//! Secrets: from a variable, or from a file that a variable names.

use std::{
    fs,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};

use super::ConfigError;

/// Shorter secrets are easier to guess than the hash they feed is to break.
const SHORTEST: usize = 32;

/// The secret, from whichever of the two is given, if one is. An empty value counts as none: that is what Compose and
/// many shells make of a variable that is not set.
pub(super) fn resolve(
    variable: &'static str,
    inline: Option<SecretString>,
    file: Option<PathBuf>,
) -> Result<Option<SecretString>, ConfigError> {
    let inline = inline.filter(|secret| !secret.expose_secret().is_empty());
    let file = file.filter(|path| !path.as_os_str().is_empty());
    match (inline, file) {
        (Some(_), Some(_)) => Err(ConfigError::GivenTwice { variable }),
        (Some(secret), None) => Ok(Some(secret)),
        (None, Some(path)) => read(variable, &path),
        (None, None) => Ok(None),
    }
}

fn read(variable: &'static str, path: &Path) -> Result<Option<SecretString>, ConfigError> {
    let text = fs::read_to_string(path).map_err(|reason| ConfigError::UnreadableFile {
        variable,
        path: path.display().to_string(),
        reason,
    })?;
    // Editors and `echo` end a file with a line break that is not part of the secret.
    let secret = text.trim_end_matches(['\r', '\n']);
    Ok((!secret.is_empty()).then(|| SecretString::from(secret)))
}

/// Refuses a secret short enough to be guessed.
pub(super) fn check_length(variable: &'static str, secret: &SecretString) -> Result<(), ConfigError> {
    let length = secret.expose_secret().len();
    if length < SHORTEST {
        Err(ConfigError::TooShort { variable, length, minimum: SHORTEST })
    } else {
        Ok(())
    }
}

/// For clap, which must be able to tell an argument's type; never fails.
#[expect(clippy::unnecessary_wraps, reason = "the form clap asks of a parser")]
pub(super) fn parse(text: &str) -> Result<SecretString, String> {
    Ok(SecretString::from(text))
}

/// A path that may be empty, which clap's own reader refuses.
#[expect(clippy::unnecessary_wraps, reason = "the form clap asks of a parser")]
pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    Ok(PathBuf::from(text))
}
