//! Where e-mail goes.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use secrecy::SecretString;

use super::{ConfigError, secret, units::duration};

pub(super) const URL_ID: &str = "smtp_url";

/// Where e-mail goes as given.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Mail")]
pub struct MailArgs {
    /// The mail server: `smtp://localhost:25`, `smtp://user:password@mail.example:587?tls=required` or
    /// `smtps://user:password@mail.example`. Unset: e-mail is written to the log instead of being sent, with its codes and
    /// links, which is for development only
    #[arg(long, env = "SOUK_SMTP_URL", value_name = "URL", hide_env_values = true, value_parser = secret::parse)]
    smtp_url: Option<SecretString>,
    /// A file that holds `SOUK_SMTP_URL`, instead of the variable itself
    #[arg(long, env = "SOUK_SMTP_URL_FILE", value_name = "FILE", value_parser = secret::path)]
    smtp_url_file: Option<PathBuf>,
    /// From whom e-mail comes. Mail servers trust only senders of their own domains, so set it with `SOUK_SMTP_URL`
    #[arg(
        long,
        env = "SOUK_MAIL_FROM",
        value_name = "SENDER",
        default_value = "Souk Loop <no-reply@localhost>"
    )]
    mail_from: String,
    /// How long the mail server may take for one e-mail
    #[arg(long, env = "SOUK_SMTP_TIMEOUT", value_name = "DURATION", default_value = "10s",
        value_parser = duration)]
    smtp_timeout: Duration,
}

/// Where e-mail goes.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The mail server; `None`: into the log.
    pub smtp_url: Option<SecretString>,
    /// From whom it comes.
    pub from: String,
    /// How long the mail server may take.
    pub timeout: Duration,
}

impl MailArgs {
    /// Judges them.
    pub fn resolve(self) -> Result<Mail, ConfigError> {
        Ok(Mail {
            smtp_url: secret::resolve("SOUK_SMTP_URL", self.smtp_url, self.smtp_url_file)?,
            from: self.mail_from,
            timeout: self.smtp_timeout,
        })
    }
}
