//! Sending messages behind people's backs: nobody waits for a mail server, and nobody can tell from how long an answer
//! took whether a message was sent.

use std::{sync::Arc, time::Duration};

use souk_domain::contact::Phone;
use souk_ports::{
    PortError,
    message::{Mail, MailMessage, Sms},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time,
};

#[cfg(test)]
mod tests;

/// How many messages may be under way. A mail server that hangs costs no more memory than these; further messages are
/// dropped, which their readers mend by asking for another.
const UNDER_WAY: u32 = 256;
/// How often a message is tried when the server is away for the moment.
const TRIES: u32 = 3;
/// How long to wait before the second try; twice that before the third.
const PAUSE: Duration = Duration::from_secs(2);

/// Takes messages that are due and sees to them in the background. What was not sent when the program ends without
/// waiting for [`settled`](Self::settled) is lost: a message is never the only way to what it tells.
#[derive(Clone)]
pub struct Courier {
    mail: Arc<dyn Mail>,
    sms: Arc<dyn Sms>,
    places: Arc<Semaphore>,
}

impl Courier {
    /// Puts the parts together.
    pub fn new(mail: Arc<dyn Mail>, sms: Arc<dyn Sms>) -> Self {
        let places = usize::try_from(UNDER_WAY).unwrap_or(Semaphore::MAX_PERMITS);
        Self { mail, sms, places: Arc::new(Semaphore::new(places)) }
    }

    /// Sends an e-mail, soon. Call it once what it tells of is stored.
    pub fn mail(&self, message: MailMessage) {
        self.dispatch(Due::Mail(message));
    }

    /// Sends a text message, soon. Call it once what it tells of is stored.
    pub fn text(&self, to: Phone, text: String) {
        self.dispatch(Due::Text { to, text });
    }

    /// Waits until nothing is under way.
    pub async fn settled(&self) {
        // Fails only if the semaphore is closed, which nobody does.
        let _ = self.places.acquire_many(UNDER_WAY).await;
    }

    fn dispatch(&self, due: Due) {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            tokio::spawn(self.clone().see_to(due, place));
        } else {
            tracing::error!(kind = due.kind(), "a message was dropped: too many are under way");
        }
    }

    async fn see_to(self, due: Due, _place: OwnedSemaphorePermit) {
        let mut pause = PAUSE;
        for tries in 1..=TRIES {
            match self.send(&due).await {
                Ok(()) => return,
                Err(error @ PortError::Unavailable(_)) if tries < TRIES => {
                    tracing::warn!(kind = due.kind(), %error, "a message could not be sent; it is tried again");
                    time::sleep(pause).await;
                    pause *= 2;
                }
                Err(error) => {
                    tracing::error!(kind = due.kind(), %error, "a message could not be sent");
                    return;
                }
            }
        }
    }

    async fn send(&self, due: &Due) -> Result<(), PortError> {
        match due {
            Due::Mail(message) => self.mail.send(message).await,
            Due::Text { to, text } => self.sms.send(to, text).await,
        }
    }
}

/// A message that is due.
enum Due {
    Mail(MailMessage),
    Text { to: Phone, text: String },
}

impl Due {
    fn kind(&self) -> &'static str {
        match self {
            Self::Mail(_) => "e-mail",
            Self::Text { .. } => "text message",
        }
    }
}
