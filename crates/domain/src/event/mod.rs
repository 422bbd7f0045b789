//! What happened: the events that every decision leaves behind, for the people who may hear of it.
//!
//! An event is written in the transaction of what it tells of, so that there is never one without the other. It says
//! enough for a client to draw what happened without asking again. What it says is flat: a name and a plain value each.
//! What is not here: who reads events, and how they travel.

mod fact;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use fact::{DealFacts, Fact, MessageFacts, OfferFacts, StreamFacts};

use crate::{id::UserId, slug::slugs};

/// Something that happened, and who may hear of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub fact: Fact,
    /// The people who may hear of it: nobody else ever does. Whoever did it belongs here too, for their other devices.
    pub audience: Vec<UserId>,
    /// When.
    pub at: DateTime<Utc>,
}

slugs! {
    /// What kind of thing happened. The words are a contract with clients.
    EventKind as "kind" {
        /// Somebody wrote something, or an offer or a note of the house appeared in a thread.
        MessageCreated = "message.created",
        /// One side has read a thread up to a message.
        ConversationRead = "conversation.read",
        /// Somebody named a price.
        OfferCreated = "offer.created",
        /// The other side took it.
        OfferAccepted = "offer.accepted",
        /// The other side, or the house, said no.
        OfferRejected = "offer.rejected",
        /// The other side named another price instead, which is an offer of its own.
        OfferCountered = "offer.countered",
        /// Whoever made it took it back.
        OfferCancelled = "offer.cancelled",
        /// Nobody answered in time, or nobody paid.
        OfferExpired = "offer.expired",
        /// Somebody bought something, and is to pay.
        TransactionCreated = "transaction.created",
        /// It came to nothing.
        TransactionCancelled = "transaction.cancelled",
        /// A show was announced.
        StreamScheduled = "stream.scheduled",
        /// A show is on air.
        StreamStarted = "stream.started",
        /// A show is over.
        StreamEnded = "stream.ended",
        /// A show will not be.
        StreamCancelled = "stream.cancelled",
    }
}

/// What an event is about: one thing, by what it is called and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// For example `offer`.
    pub aggregate: &'static str,
    /// Which one.
    pub id: Uuid,
}

/// A plain value of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// An id.
    Id(Uuid),
    /// A whole number.
    Number(i64),
    /// Words of somebody's.
    Text(String),
    /// A word of a closed set.
    Word(&'static str),
    /// A moment.
    Time(DateTime<Utc>),
    /// Several texts.
    Texts(Vec<String>),
    /// Nothing: the thing can have such a value, and has none.
    Nothing,
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&'static str> for Value {
    fn from(word: &'static str) -> Self {
        Self::Word(word)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<String>> for Value {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

impl From<DateTime<Utc>> for Value {
    fn from(time: DateTime<Utc>) -> Self {
        Self::Time(time)
    }
}

macro_rules! ids_are_values {
    ($($id:ident),+) => {$(
        impl From<crate::id::$id> for Value {
            fn from(id: crate::id::$id) -> Self {
                Self::Id(id.as_uuid())
            }
        }
    )+};
}

ids_are_values!(UserId, ProductId, StreamId, ConversationId, MessageId, OfferId, TransactionId);
