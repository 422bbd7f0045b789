//! Telling people what happens: carried on by a [`Relay`] on each server to whoever listens there, and read again by
//! whoever was away.
//!
//! Somebody who comes back says how far they had read. What was committed up to the place where the [`Hub`] is now is read
//! from where events are kept, and everything after it comes from the hub: nothing is missed and nothing told twice,
//! on whichever server.

mod hub;
mod relay;
#[cfg(test)]
mod tests;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use souk_domain::session::Actor;
use souk_ports::{
    Clock, PortError,
    event::{EventPosition, EventRepository, Happening, ReplayError},
};
use thiserror::Error;
use tokio::time::{Instant, timeout};

use hub::Subscription;
pub use hub::{Hub, HubReading, StreamLimits};
pub use relay::Relay;

/// So many events are read again at once.
const PAGE: u32 = 200;
/// How long a server may be behind the one a listener comes from.
const CATCH_UP_WITHIN: Duration = Duration::from_secs(3);

/// Following what happens.
#[derive(Clone)]
pub struct Events {
    repository: Arc<dyn EventRepository>,
    hub: Hub,
    clock: Arc<dyn Clock>,
    retention: TimeDelta,
}

/// Why somebody cannot follow.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FollowError {
    /// Where they were cannot be read.
    #[error("This is not a position in the stream of events.")]
    UnreadablePosition,
    /// What happened since may not be kept any more.
    #[error("What happened since then is not kept any more.")]
    PositionLost,
    /// They listen on too many devices at once.
    #[error("This account listens too often at the same time.")]
    TooMany,
    /// Too many people listen here.
    #[error("Too many people listen on this server.")]
    Full,
    /// The log-in has ended, or the account may not act.
    #[error("This log-in has ended.")]
    SessionEnded,
    /// The outside world failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl Events {
    /// Puts the parts together. What is older than `retention` cannot be read again.
    pub fn new(
        repository: Arc<dyn EventRepository>,
        hub: Hub,
        clock: Arc<dyn Clock>,
        retention: TimeDelta,
    ) -> Self {
        Self { repository, hub, clock, retention }
    }

    /// Follows what `actor` may hear of, from a position or from now on, until `expires_at` at most.
    pub async fn follow(
        &self,
        actor: Actor,
        expires_at: DateTime<Utc>,
        after: Option<EventPosition>,
    ) -> Result<Following, FollowError> {
        let now = self.clock.now();
        if !self.repository.list_ended(&[actor.session], now).await?.is_empty() {
            return Err(FollowError::SessionEnded);
        }
        let until = Instant::now() + (expires_at - now).to_std().unwrap_or_default();
        let follow = self.begin(actor, until, after);
        timeout(CATCH_UP_WITHIN, follow).await.unwrap_or_else(|_| {
            Err(PortError::Unavailable("events are not heard of in time here".to_owned()).into())
        })
    }

    async fn begin(
        &self,
        actor: Actor,
        until: Instant,
        after: Option<EventPosition>,
    ) -> Result<Following, FollowError> {
        loop {
            let moved = self.hub.moved();
            let Some((subscription, upto)) = self.hub.subscribe(actor)? else {
                // The relay has not begun yet.
                moved.await;
                continue;
            };
            let mut following = Following {
                events: self.clone(),
                actor,
                until,
                place: after.clone().unwrap_or_else(|| upto.clone()),
                missed: after.is_some().then_some(upto),
                waiting: VecDeque::new(),
                subscription,
            };
            match following.read_on().await {
                Ok(()) => return Ok(following),
                Err(FollowFailure::Ahead) => moved.await,
                Err(FollowFailure::Other(error)) => return Err(error),
            }
        }
    }

    /// Looks now and then whose log-ins have ended, and stops telling them, until `stop` is done.
    pub async fn watch_over(self, every: Duration, stop: impl Future<Output = ()> + Send) {
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(every) => {}
            }
            let sessions = self.hub.sessions();
            if sessions.is_empty() {
                continue;
            }
            match self.repository.list_ended(&sessions, self.clock.now()).await {
                Ok(ended) => self.hub.end(&ended),
                Err(error) => {
                    tracing::warn!(%error, "could not look whose log-ins have ended; will try again");
                }
            }
        }
    }
}

/// Why reading on did not work.
enum FollowFailure {
    /// This server has to catch up first.
    Ahead,
    Other(FollowError),
}

impl From<ReplayError> for FollowFailure {
    fn from(error: ReplayError) -> Self {
        Self::Other(match error {
            ReplayError::Ahead => return Self::Ahead,
            ReplayError::Unreadable => FollowError::UnreadablePosition,
            ReplayError::Lost => FollowError::PositionLost,
            ReplayError::Port(error) => FollowError::Port(error),
        })
    }
}

/// Somebody who follows.
pub struct Following {
    events: Events,
    actor: Actor,
    until: Instant,
    /// How far they have been told.
    place: EventPosition,
    /// Up to where there is something to be read again.
    missed: Option<EventPosition>,
    /// Read again, not told yet.
    waiting: VecDeque<Happening>,
    subscription: Subscription,
}

/// What somebody who follows is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Something happened.
    Event(Arc<Happening>),
    /// Nothing did, up to here.
    Quiet(EventPosition),
}

impl Following {
    /// How far they have been told: before anything was told, where they begin.
    pub fn place(&self) -> &EventPosition {
        &self.place
    }

    /// What is to be told next; [`Told::Quiet`] if nothing is for so long. `None`: there is no more to come, because the
    /// token has expired, the log-in has ended, or they did not take what they were told for too long. They may follow
    /// again from where they were.
    pub async fn next(&mut self, patience: Duration) -> Option<Told> {
        if Instant::now() >= self.until {
            return None;
        }
        if self.waiting.is_empty() && self.missed.is_some() {
            self.read_on_or_end().await?;
        }
        if let Some(event) = self.waiting.pop_front() {
            return Some(self.told(Arc::new(event)));
        }
        let patience = patience.min(self.until.duration_since(Instant::now()));
        match timeout(patience, self.subscription.next()).await {
            Ok(Some(event)) => Some(self.told(event)),
            Ok(None) => None,
            Err(_) if Instant::now() >= self.until => None,
            Err(_) => {
                if let Some(place) = self.subscription.quiet_upto() {
                    self.place = place;
                }
                Some(Told::Quiet(self.place.clone()))
            }
        }
    }

    fn told(&mut self, event: Arc<Happening>) -> Told {
        self.place = event.position.clone();
        Told::Event(event)
    }

    /// Whoever cannot be told what they missed is told nothing more; they come again.
    async fn read_on_or_end(&mut self) -> Option<()> {
        match self.read_on().await {
            Ok(()) => Some(()),
            Err(FollowFailure::Ahead) => None,
            Err(FollowFailure::Other(error)) => {
                tracing::warn!(%error, "somebody cannot be told what they missed");
                None
            }
        }
    }

    /// Reads another page of what was missed.
    async fn read_on(&mut self) -> Result<(), FollowFailure> {
        let Some(upto) = &self.missed else { return Ok(()) };
        let oldest = self.events.clock.now() - self.events.retention;
        let repository = &self.events.repository;
        let page = repository.list(self.actor.user, &self.place, upto, oldest, PAGE).await?;
        if page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            self.missed = None;
        }
        self.waiting.extend(page);
        Ok(())
    }
}
