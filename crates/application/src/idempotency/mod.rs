//! Requests that come twice: whether one is a repeat, and the claim that makes the next one so.

use std::sync::Arc;

use chrono::TimeDelta;
use souk_domain::{
    id::UserId,
    idempotency::{Fingerprint, IdempotencyKey},
};
use souk_ports::{
    Clock, PortError,
    idempotency::{Answer, Claim, IdempotencyRepository},
};

#[cfg(test)]
mod tests;

/// What is known of a request under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recall {
    /// Nothing: do what it asks, and take this claim along.
    New(Claim),
    /// It was done; this was the answer.
    Repeat(Answer),
    /// Another request was made under the same key.
    Mismatch,
}

/// Remembers requests for a day.
#[derive(Clone)]
pub struct Repeats {
    repository: Arc<dyn IdempotencyRepository>,
    clock: Arc<dyn Clock>,
}

impl Repeats {
    /// Puts the parts together.
    pub fn new(repository: Arc<dyn IdempotencyRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { repository, clock }
    }

    /// What is known of a request. A rival may still be at work on the same one: whoever takes the claim along learns
    /// that from the write itself.
    pub async fn recall(
        &self,
        user: UserId,
        key: IdempotencyKey,
        fingerprint: Fingerprint,
    ) -> Result<Recall, PortError> {
        let now = self.clock.now();
        Ok(match self.repository.find(user, &key, now).await? {
            Some(answered) if answered.fingerprint == fingerprint => Recall::Repeat(answered.answer),
            Some(_) => Recall::Mismatch,
            None => {
                let expires_at = now + TimeDelta::hours(IdempotencyKey::KEPT_HOURS);
                Recall::New(Claim { user, key, fingerprint, created_at: now, expires_at })
            }
        })
    }
}
