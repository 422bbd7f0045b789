//! What has to be tidied up now and then: answers kept for repeats, log-ins long ended, tries and password resets that
//! count no more, events that everybody has heard of.
//!
//! Nothing depends on it happening in time: what has expired counts as gone before it is removed.

use std::{future::Future, sync::Arc, time::Duration};

use chrono::TimeDelta;
use souk_ports::{
    Clock, PortError,
    event::EventRepository,
    idempotency::IdempotencyRepository,
    product::ViewRepository,
    session::{AttemptRepository, PasswordRepository, SessionRepository},
};

use crate::batches::in_batches;

#[cfg(test)]
mod tests;

/// How many rows go at once, so that no statement holds locks for long.
const BATCH: u32 = 1_000;
/// For how many days an ended log-in can still be looked at.
const ENDED_SESSIONS_KEPT: i64 = 30;
/// Events stay longer than anybody may ask for them: their times were taken before they were committed, and whoever asks
/// at the last moment still has to be answered.
const EVENTS_KEPT_LONGER: TimeDelta = TimeDelta::hours(1);

/// What one round removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Answers kept for repeats.
    pub answers: u64,
    /// Log-ins.
    pub sessions: u64,
    /// Counts of tries.
    pub attempts: u64,
    /// Password resets.
    pub resets: u64,
    /// Events.
    pub events: u64,
    /// Marks of whom was counted as a viewer.
    pub views: u64,
}

/// Removes what has expired. Safe to run on several servers at once.
#[derive(Clone)]
pub struct Housekeeping {
    answers: Arc<dyn IdempotencyRepository>,
    sessions: Arc<dyn SessionRepository>,
    attempts: Arc<dyn AttemptRepository>,
    passwords: Arc<dyn PasswordRepository>,
    events: Option<(Arc<dyn EventRepository>, TimeDelta)>,
    views: Arc<dyn ViewRepository>,
    clock: Arc<dyn Clock>,
}

impl Housekeeping {
    /// Puts the parts together.
    pub fn new(
        answers: Arc<dyn IdempotencyRepository>,
        sessions: Arc<dyn SessionRepository>,
        attempts: Arc<dyn AttemptRepository>,
        passwords: Arc<dyn PasswordRepository>,
        views: Arc<dyn ViewRepository>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { answers, sessions, attempts, passwords, views, events: None, clock }
    }

    /// Also removes events that are older than people can be told of.
    #[must_use]
    pub fn with_events(mut self, events: Arc<dyn EventRepository>, retention: TimeDelta) -> Self {
        self.events = Some((events, retention + EVENTS_KEPT_LONGER));
        self
    }

    /// One round: batch after batch until nothing is left.
    pub async fn tidy(&self) -> Result<Tidied, PortError> {
        let now = self.clock.now();
        let before = now - TimeDelta::days(ENDED_SESSIONS_KEPT);
        // Yesterday's stay: another server may still be writing what it gathered before midnight.
        let yesterday = now.date_naive() - TimeDelta::days(1);
        Ok(Tidied {
            answers: in_batches(BATCH, |most| self.answers.remove_expired(now, most)).await?,
            sessions: in_batches(BATCH, |most| self.sessions.remove_ended(before, most)).await?,
            attempts: in_batches(BATCH, |most| self.attempts.remove_expired(now, most)).await?,
            resets: in_batches(BATCH, |most| self.passwords.remove_expired_resets(now, most)).await?,
            events: match &self.events {
                Some((events, kept)) => {
                    in_batches(BATCH, |most| events.remove_before(now - *kept, most)).await?
                }
                None => 0,
            },
            views: in_batches(BATCH, |most| self.views.remove_before(yesterday, most)).await?,
        })
    }

    /// A round now and then, until `stop` is done. A round that fails is told and tried again with the next.
    pub async fn run(self, every: Duration, stop: impl Future<Output = ()> + Send) {
        let mut rounds = tokio::time::interval(every);
        rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => return,
                _ = rounds.tick() => match self.tidy().await {
                    Ok(tidied) => tracing::debug!(?tidied, "tidied up"),
                    Err(error) => tracing::warn!(%error, "could not tidy up; will try again"),
                },
            }
        }
    }
}
