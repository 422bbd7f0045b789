//! Messages into the log, for development: whoever tries the API reads their code where the server writes. Never for
//! production, where logs are kept and read by people whom the codes are none of their business.

use async_trait::async_trait;
use souk_domain::contact::Phone;
use souk_ports::{
    PortError,
    message::{Mail, MailMessage, Sms},
};

/// E-mail into the log.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogMail;

/// Text messages into the log.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogSms;

#[async_trait]
impl Mail for LogMail {
    async fn send(&self, message: &MailMessage) -> Result<(), PortError> {
        let MailMessage { to, subject, text } = message;
        tracing::info!(to = to.as_ref(), subject, text, "an e-mail was due; SOUK_SMTP_URL would send it");
        Ok(())
    }
}

#[async_trait]
impl Sms for LogSms {
    async fn send(&self, to: &Phone, text: &str) -> Result<(), PortError> {
        tracing::info!(to = to.as_ref(), text, "a text message was due; no provider is set up");
        Ok(())
    }
}
