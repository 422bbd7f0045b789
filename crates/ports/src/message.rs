//! Messages that leave the house: e-mail and text messages.
//!
//! They are sent after what they tell of was stored, never while a transaction is open, and sending may fail without
//! undoing it: whoever waits for one can ask for another.

use async_trait::async_trait;
use souk_domain::contact::{Email, Phone};

use crate::PortError;

/// An e-mail in plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailMessage {
    /// To whom.
    pub to: Email,
    /// One line.
    pub subject: String,
    /// Lines of plain text.
    pub text: String,
}

/// Sends e-mail.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Mail: Send + Sync {
    /// Hands a message to the mail server.
    async fn send(&self, message: &MailMessage) -> Result<(), PortError>;
}

/// Sends text messages to phones.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Sms: Send + Sync {
    /// Hands a text to the provider.
    async fn send(&self, to: &Phone, text: &str) -> Result<(), PortError>;
}
