//! Sends messages: e-mail over SMTP, and into the log where there is no mail server and nobody who sends texts.
//!
//! What a message says is decided elsewhere. Here it becomes bytes on the wire, and a message that could become two, or
//! gain a recipient, is not sent at all.

mod log;
mod smtp;

pub use log::{LogMail, LogSms};
pub use smtp::{SmtpError, SmtpMail, SmtpSettings};
