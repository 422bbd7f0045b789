//! E-mail over SMTP, on lettre: a few connections kept open, TLS as the address asks, and a time limit on everything.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{self, PoolConfig},
};
use secrecy::{ExposeSecret, SecretString};
use souk_ports::{
    PortError,
    message::{Mail, MailMessage},
};
use thiserror::Error;
use tokio::time;

/// Connections at most; codes are few and short.
const CONNECTIONS: u32 = 8;

/// Where mail goes, and from whom.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// `smtp://host:port`, `smtps://…` (TLS from the start) or `smtp://…?tls=required` (STARTTLS), with `user:password@`
    /// where the server asks for it. A path is the name we greet with.
    pub url: SecretString,
    /// The sender, for example `Souk Loop <no-reply@souk.example>`.
    pub from: String,
    /// How long a message may take, from connecting to the server's word that it has it.
    pub timeout: Duration,
}

/// Why these settings cannot send anything.
#[derive(Debug, Error)]
pub enum SmtpError {
    /// The address is none.
    #[error(
        "SOUK_SMTP_URL cannot be used: {0}; write it like smtp://localhost:25, \
         smtp://user:password@mail.example:587?tls=required or smtps://user:password@mail.example"
    )]
    Url(#[source] smtp::Error),
    /// The sender is none.
    #[error("SOUK_MAIL_FROM cannot be used: {0}; write it like Souk Loop <no-reply@souk.example>")]
    From(#[source] lettre::address::AddressError),
}

/// E-mail over SMTP.
#[derive(Clone)]
pub struct SmtpMail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    timeout: Duration,
}

impl fmt::Debug for SmtpMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmtpMail(…)")
    }
}

impl SmtpMail {
    /// Judges the settings; connects to nothing yet, so that the mail server may be away and come later. Must be called
    /// inside a runtime, which tidies the connections.
    pub fn new(settings: &SmtpSettings) -> Result<Self, SmtpError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(settings.url.expose_secret())
            .map_err(SmtpError::Url)?
            .timeout(Some(settings.timeout))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS))
            .build();
        let from = settings.from.parse().map_err(SmtpError::From)?;
        Ok(Self { transport, from, timeout: settings.timeout })
    }
}

#[async_trait]
impl Mail for SmtpMail {
    async fn send(&self, message: &MailMessage) -> Result<(), PortError> {
        let message = compose(&self.from, message)?;
        // Each step has the transport's time limit; this one is on the whole, against a server that drips.
        match time::timeout(self.timeout, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(port_error(&error)),
            Err(_) => Err(PortError::Unavailable("the mail server took too long".to_owned())),
        }
    }
}

/// The message as it goes out. A line break in a header would begin another header, so nothing that has one is sent.
fn compose(from: &Mailbox, message: &MailMessage) -> Result<Message, PortError> {
    if message.subject.chars().any(char::is_control) {
        return Err(PortError::Unexpected("the subject of an e-mail is not one line".to_owned()));
    }
    let to = message.to.as_ref().parse().map_err(|error| {
        PortError::Unexpected(format!("an e-mail address that cannot be written to: {error}"))
    })?;
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(message.subject.clone())
        .header(ContentType::TEXT_PLAIN)
        .body(message.text.clone())
        .map_err(|error| PortError::Unexpected(format!("an e-mail that cannot be written: {error}")))
}

/// What went wrong, without the server's words, which repeat the address.
fn port_error(error: &smtp::Error) -> PortError {
    if error.is_permanent() {
        let code = error.status().map_or_else(String::new, |code| format!(" ({code})"));
        PortError::Unexpected(format!("the mail server refused an e-mail{code}"))
    } else if error.is_client() {
        PortError::Unexpected(format!("an e-mail the mail server cannot take: {error}"))
    } else {
        PortError::Unavailable(format!("mail server: {error}"))
    }
}
