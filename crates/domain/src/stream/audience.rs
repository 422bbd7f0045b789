//! Who watches, and who takes part.
//!
//! Whoever watches says so every now and then; whoever has not said so for a while has gone. Nobody has to say
//! goodbye, because nobody can be relied on to.

use chrono::{DateTime, TimeDelta, Utc};

use super::{StreamRefusal, StreamStatus};
use crate::{
    id::{StreamId, UserId},
    session::Network,
    user::Standing,
};

/// For how long somebody counts as watching after they last said so.
///
/// A sign of life is written down only if the one before is a quarter of this old (ten seconds at most), so that an
/// impatient client costs no writes; clients should send one every third of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudienceWindow(TimeDelta);

impl AudienceWindow {
    const LONGEST_REFRESH: TimeDelta = TimeDelta::seconds(10);

    /// A window of this length; no shorter than nothing.
    pub fn new(length: TimeDelta) -> Self {
        Self(length.max(TimeDelta::zero()))
    }

    /// Whoever was last seen by then has gone.
    pub fn gone_by(self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - self.0
    }

    /// Whoever was last seen by then is written down anew.
    pub fn stale_by(self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - (self.0 / 4).min(Self::LONGEST_REFRESH)
    }
}

/// Who watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spectator {
    /// Somebody who is logged in.
    Person(UserId),
    /// Somebody of whom no more is known than where they come from. All guests from there count as one: what else they
    /// say of themselves they can make up, and lists are ordered by viewers.
    Guest(Option<Network>),
}

impl Spectator {
    /// What tells them from others who watch a show, before it is hashed: another for each show, so that what is kept
    /// cannot be put together to what somebody watched.
    pub fn name(self, stream: StreamId) -> String {
        match self {
            Self::Person(user) => format!("watching {stream}: {user}"),
            Self::Guest(Some(network)) => format!("watching {stream} from {network}"),
            Self::Guest(None) => format!("watching {stream} from somewhere"),
        }
    }
}

/// What a sign of life found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Where the show is in its life.
    pub status: StreamStatus,
    /// Who watches it, whoever sent the sign included.
    pub viewers: i64,
}

impl Watched {
    /// How many watch; only what is on air can be watched.
    pub fn viewers(self) -> Result<i64, StreamRefusal> {
        match self.status {
            StreamStatus::Live => Ok(self.viewers),
            StreamStatus::Scheduled | StreamStatus::Ended | StreamStatus::Cancelled => {
                Err(StreamRefusal::NotLive)
            }
        }
    }
}

/// Somebody who wants to like a show or pass it on, and how they stand to its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Who.
    pub user: UserId,
    /// Whether their account may act.
    pub standing: Standing,
    /// Whose show it is.
    pub owner: UserId,
    /// Whether one of the two blocks the other.
    pub is_blocked: bool,
}

impl Participant {
    /// Whether they may take part.
    pub fn may_take_part(self) -> Result<(), StreamRefusal> {
        if !self.standing.may_act() {
            Err(StreamRefusal::Suspended)
        } else if self.is_blocked {
            Err(StreamRefusal::Blocked)
        } else {
            Ok(())
        }
    }

    /// Whether they may take back what they did. A block keeps nobody from that.
    pub fn may_withdraw(self) -> Result<(), StreamRefusal> {
        if self.standing.may_act() { Ok(()) } else { Err(StreamRefusal::Suspended) }
    }
}
