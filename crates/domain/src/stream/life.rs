//! The life of a show: scheduled → live → ended; scheduled → cancelled; ended → live again within two hours. Only its
//! owner drives it (rule 15).

use chrono::{DateTime, TimeDelta, Utc};

use super::{Stream, StreamRefusal, StreamState};
use crate::{
    event::{Event, Fact, StreamFacts},
    id::UserId,
    text::WebUrl,
    user::Standing,
};

/// For how long a show that ended can go on: connections drop, laptops run empty.
pub const RESUMABLE_FOR: TimeDelta = TimeDelta::hours(2);

/// What becomes of a show, and what is told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// The show as it is from now on; as it was if nothing changed.
    pub stream: Stream,
    /// What happened.
    pub events: Vec<Event>,
}

/// A show while nobody else can change it, and its owner's account.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamContext {
    /// The show.
    pub stream: Stream,
    /// Whether its owner may act.
    pub standing: Standing,
}

impl StreamContext {
    /// The show, for whoever may drive it.
    pub(super) fn driven_by(self, by: UserId) -> Result<Stream, StreamRefusal> {
        if self.stream.owner != by {
            Err(StreamRefusal::NotOwner)
        } else if self.standing.may_act() {
            Ok(self.stream)
        } else {
            Err(StreamRefusal::Suspended)
        }
    }

    /// Goes on air, or on air again.
    pub fn start(self, by: UserId, now: DateTime<Utc>) -> Result<Transition, StreamRefusal> {
        self.driven_by(by)?.start(now)
    }

    /// Goes off air. A recording can be named at once or later.
    pub fn end(
        self,
        by: UserId,
        recording_url: Option<WebUrl>,
        now: DateTime<Utc>,
    ) -> Result<Transition, StreamRefusal> {
        self.driven_by(by)?.end(recording_url, now)
    }

    /// Will not be.
    pub fn cancel(self, by: UserId, now: DateTime<Utc>) -> Result<Transition, StreamRefusal> {
        let stream = self.driven_by(by)?;
        match stream.state {
            StreamState::Scheduled => {
                Ok(Stream { state: StreamState::Cancelled, ..stream }.changed(now).told())
            }
            StreamState::Live { .. } | StreamState::Ended { .. } => Err(StreamRefusal::Begun),
            StreamState::Cancelled => Err(StreamRefusal::Cancelled),
        }
    }
}

impl Stream {
    pub(super) fn start(self, now: DateTime<Utc>) -> Result<Transition, StreamRefusal> {
        let since = self.can_go_on_air(now)?;
        Ok(Self { state: StreamState::Live { since }, ..self }.changed(now).told())
    }

    pub(super) fn end(
        self,
        recording_url: Option<WebUrl>,
        now: DateTime<Utc>,
    ) -> Result<Transition, StreamRefusal> {
        let StreamState::Live { since } = self.state else { return Err(StreamRefusal::NotLive) };
        let state = StreamState::Ended { since, at: now.max(since) };
        let recording_url = recording_url.or_else(|| self.recording_url.clone());
        Ok(Self { recording_url, state, ..self }.changed(now).told())
    }

    /// The show, and the news that it is where it is. Its owner hears of it, for their other devices.
    pub(super) fn told(self) -> Transition {
        let facts =
            StreamFacts { stream_id: self.id, user_id: self.owner, title: self.title.as_ref().to_owned() };
        let fact = match self.state {
            StreamState::Scheduled => {
                Fact::StreamScheduled { stream: facts, scheduled_at: Some(self.scheduled_at) }
            }
            StreamState::Live { .. } => Fact::StreamStarted(facts),
            StreamState::Ended { .. } => Fact::StreamEnded(facts),
            StreamState::Cancelled => Fact::StreamCancelled(facts),
        };
        let event = Event { fact, audience: vec![self.owner], at: self.updated_at };
        Transition { stream: self, events: vec![event] }
    }

    /// Since when it would be on air if it went on air now.
    pub(super) fn can_go_on_air(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, StreamRefusal> {
        match self.state {
            StreamState::Scheduled => Ok(now),
            StreamState::Ended { since, at } if now <= at + RESUMABLE_FOR => Ok(since),
            StreamState::Ended { .. } => Err(StreamRefusal::Over),
            StreamState::Live { .. } => Err(StreamRefusal::AlreadyLive),
            StreamState::Cancelled => Err(StreamRefusal::Cancelled),
        }
    }
}
