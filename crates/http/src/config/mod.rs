//! Settings: environment variables, read and judged once, here.
//!
//! Each setting is declared once as an argument with its variable, default and meaning. `souk serve --help` and
//! `docs/CONFIGURATION.md` are made from these declarations. A setting that cannot work ends the start with a sentence
//! that says what to do, rather than the first request with a riddle.

mod conversations;
mod database;
mod document;
mod events;
mod logging;
mod mail;
mod media;
mod offers;
mod payments;
mod secret;
mod server;
mod streams;
mod tokens;
mod units;

use clap::{ArgMatches, Args, parser::ValueSource};
use thiserror::Error;

pub use conversations::{Conversations, ConversationsArgs};
pub use database::{Database, DatabaseArgs, DatabaseUrlArgs};
pub use document::markdown;
pub use events::{Events, EventsArgs};
pub use logging::{LogArgs, LogFormat};
pub use mail::{Mail, MailArgs};
pub use media::{Media, MediaArgs, Provider};
pub use offers::{Offers, OffersArgs};
pub use payments::{Payments, PaymentsArgs};
pub use server::{AddressArgs, Server, ServerArgs};
pub use streams::{Streams, StreamsArgs};
pub use tokens::{Tokens, TokensArgs};
pub use units::duration;

/// The settings of `souk serve` as given.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    tokens: TokensArgs,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    mail: MailArgs,
    #[command(flatten)]
    streams: StreamsArgs,
    #[command(flatten)]
    media: MediaArgs,
    #[command(flatten)]
    offers: OffersArgs,
    #[command(flatten)]
    payments: PaymentsArgs,
    #[command(flatten)]
    events: EventsArgs,
    #[command(flatten)]
    conversations: ConversationsArgs,
}

/// The settings of `souk serve`, found good.
#[derive(Clone, Debug)]
pub struct Config {
    /// Listeners and limits.
    pub server: Server,
    /// Access tokens and sessions.
    pub tokens: Tokens,
    /// The database and its pool.
    pub database: Database,
    /// Where e-mail goes.
    pub mail: Mail,
    /// Shows.
    pub streams: Streams,
    /// Where pictures are kept and seen.
    pub media: Media,
    /// Offers, deals and the sweep.
    pub offers: Offers,
    /// The payment provider.
    pub payments: Payments,
    /// Events that clients follow.
    pub events: Events,
    /// How much people may open and write.
    pub conversations: Conversations,
}

impl ServeArgs {
    /// Judges the settings.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        Ok(Config {
            server: self.server.resolve(),
            tokens: self.tokens.resolve()?,
            database: self.database.resolve()?,
            mail: self.mail.resolve()?,
            streams: self.streams.resolve()?,
            media: self.media.resolve()?,
            offers: self.offers.resolve(),
            payments: self.payments.resolve()?,
            events: self.events.resolve(),
            conversations: self.conversations.resolve(),
        })
    }
}

/// Why a setting cannot work, and what to do.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A secret that is needed is not there.
    #[error("{variable} is not set. {advice} (or put it into a file and set {variable}_FILE to its path)")]
    Missing {
        /// The variable.
        variable: &'static str,
        /// What to set it to.
        advice: &'static str,
    },
    /// A secret is given twice.
    #[error("both {variable} and {variable}_FILE are set; unset one of them")]
    GivenTwice {
        /// The variable.
        variable: &'static str,
    },
    /// The file of a secret cannot be read.
    #[error("{variable}_FILE: cannot read {path}: {reason}")]
    UnreadableFile {
        /// The variable.
        variable: &'static str,
        /// The file.
        path: String,
        /// What the system said.
        reason: std::io::Error,
    },
    /// A secret is short enough to be guessed.
    #[error(
        "{variable} has {length} bytes, which can be guessed; it needs at least {minimum}. \
         `openssl rand -base64 48` makes a good one"
    )]
    TooShort {
        /// The variable.
        variable: &'static str,
        /// How long it is.
        length: usize,
        /// How long it must be.
        minimum: usize,
    },
    /// A secret stands on the command line.
    #[error(
        "--{flag} shows the secret to every process on this machine; set {variable} or {variable}_FILE instead"
    )]
    OnCommandLine {
        /// The flag it was given with.
        flag: &'static str,
        /// The variable to use.
        variable: &'static str,
    },
}

/// Refuses secrets given as flags: command lines are public on most systems and end up in shell histories.
pub fn refuse_secrets_on_command_line(matches: &ArgMatches) -> Result<(), ConfigError> {
    for (id, flag, variable) in [
        (database::URL_ID, "database-url", "DATABASE_URL"),
        (tokens::SECRET_ID, "token-secret", "SOUK_TOKEN_SECRET"),
        (tokens::PREVIOUS_ID, "token-secret-previous", "SOUK_TOKEN_SECRET_PREVIOUS"),
        (tokens::LOCATION_ID, "location-secret", "SOUK_LOCATION_SECRET"),
        (mail::URL_ID, "smtp-url", "SOUK_SMTP_URL"),
        (streams::SECRET_ID, "ingest-secret", "SOUK_INGEST_SECRET"),
        (media::SECRET_KEY_ID, "aws-secret-access-key", "AWS_SECRET_ACCESS_KEY"),
        (media::SESSION_TOKEN_ID, "aws-session-token", "AWS_SESSION_TOKEN"),
        (payments::KEY_ID, "stripe-secret-key", "STRIPE_SECRET_KEY"),
    ] {
        let is_known = matches.try_contains_id(id).unwrap_or(false);
        if is_known && matches.value_source(id) == Some(ValueSource::CommandLine) {
            return Err(ConfigError::OnCommandLine { flag, variable });
        }
    }
    matches.subcommand().map_or(Ok(()), |(_, matches)| refuse_secrets_on_command_line(matches))
}

#[cfg(test)]
mod tests;
