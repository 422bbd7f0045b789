//! Secrets of our own, access tokens and sessions.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use secrecy::SecretString;

use super::{ConfigError, secret, units::duration};

pub(super) const SECRET_ID: &str = "token_secret";
pub(super) const PREVIOUS_ID: &str = "token_secret_previous";
pub(super) const LOCATION_ID: &str = "location_secret";

/// An access token cannot be taken back, so it must die soon by itself.
const LONGEST_ACCESS: Duration = Duration::from_mins(15);

/// Access tokens and sessions as given.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Secrets and tokens")]
pub struct TokensArgs {
    /// Signs access tokens and cursors; at least 32 bytes, the same on every server. Needed
    #[arg(long, env = "SOUK_TOKEN_SECRET", value_name = "SECRET", hide_env_values = true,
        value_parser = secret::parse)]
    token_secret: Option<SecretString>,
    /// A file that holds `SOUK_TOKEN_SECRET`, instead of the variable itself
    #[arg(long, env = "SOUK_TOKEN_SECRET_FILE", value_name = "FILE", value_parser = secret::path)]
    token_secret_file: Option<PathBuf>,
    /// While `SOUK_TOKEN_SECRET` is being changed: the other one, with which nothing is signed but what it signed is read.
    /// Needs `SOUK_LOCATION_SECRET`, or the points of listings would move
    #[arg(long, env = "SOUK_TOKEN_SECRET_PREVIOUS", value_name = "SECRET", hide_env_values = true,
        value_parser = secret::parse)]
    token_secret_previous: Option<SecretString>,
    /// A file that holds `SOUK_TOKEN_SECRET_PREVIOUS`, instead of the variable itself
    #[arg(long, env = "SOUK_TOKEN_SECRET_PREVIOUS_FILE", value_name = "FILE", value_parser = secret::path)]
    token_secret_previous_file: Option<PathBuf>,
    /// Decides where public points of listings are put, so that nobody can undo it. Unset: `SOUK_TOKEN_SECRET` does.
    /// Another one moves the points of listings that are edited, so to change only the token secret, set this to the
    /// old one
    #[arg(long, env = "SOUK_LOCATION_SECRET", value_name = "SECRET", hide_env_values = true,
        value_parser = secret::parse)]
    location_secret: Option<SecretString>,
    /// A file that holds `SOUK_LOCATION_SECRET`, instead of the variable itself
    #[arg(long, env = "SOUK_LOCATION_SECRET_FILE", value_name = "FILE", value_parser = secret::path)]
    location_secret_file: Option<PathBuf>,
    /// How long an access token is good for; 15 minutes at most, since it cannot be taken back
    #[arg(long, env = "SOUK_ACCESS_TOKEN_TTL", value_name = "DURATION", default_value = "15m",
        value_parser = access_ttl)]
    access_token_ttl: Duration,
    /// How long a session lasts, from log-in to the last refresh
    #[arg(long, env = "SOUK_SESSION_TTL", value_name = "DURATION", default_value = "30d",
        value_parser = duration)]
    session_ttl: Duration,
}

/// Access tokens and sessions.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Signs access tokens; at least 32 bytes.
    pub secret: SecretString,
    /// What it signed is read as well.
    pub previous_secret: Option<SecretString>,
    /// Decides where public points are put; at least 32 bytes.
    pub location_secret: SecretString,
    /// How long an access token is good for.
    pub access_ttl: Duration,
    /// How long a session lasts, from log-in to the last refresh.
    pub session_ttl: Duration,
}

impl TokensArgs {
    /// Judges them.
    pub fn resolve(self) -> Result<Tokens, ConfigError> {
        const VARIABLE: &str = "SOUK_TOKEN_SECRET";
        const PREVIOUS_VARIABLE: &str = "SOUK_TOKEN_SECRET_PREVIOUS";
        const LOCATION_VARIABLE: &str = "SOUK_LOCATION_SECRET";
        let secret = secret::resolve(VARIABLE, self.token_secret, self.token_secret_file)?.ok_or(
            ConfigError::Missing {
                variable: VARIABLE,
                advice: "Set it to at least 32 random bytes; `openssl rand -base64 48` makes them",
            },
        )?;
        secret::check_length(VARIABLE, &secret)?;
        let location_secret =
            secret::resolve(LOCATION_VARIABLE, self.location_secret, self.location_secret_file)?;
        if let Some(secret) = &location_secret {
            secret::check_length(LOCATION_VARIABLE, secret)?;
        }
        let previous =
            secret::resolve(PREVIOUS_VARIABLE, self.token_secret_previous, self.token_secret_previous_file)?;
        if let Some(previous) = &previous {
            secret::check_length(PREVIOUS_VARIABLE, previous)?;
            if location_secret.is_none() {
                return Err(ConfigError::Missing {
                    variable: LOCATION_VARIABLE,
                    advice: "Changing the token secret would move the public points of listings; set it to the \
                             token secret of before the change",
                });
            }
        }
        Ok(Tokens {
            previous_secret: previous,
            location_secret: location_secret.unwrap_or_else(|| secret.clone()),
            secret,
            access_ttl: self.access_token_ttl,
            session_ttl: self.session_ttl,
        })
    }
}

fn access_ttl(text: &str) -> Result<Duration, String> {
    let ttl = duration(text)?;
    if ttl > LONGEST_ACCESS { Err("must be 15m or less".to_owned()) } else { Ok(ttl) }
}
