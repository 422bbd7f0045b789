//! Threads between a buyer and a seller, about a listing or about nothing in particular.
//!
//! There is one thread per buyer, seller and listing. Its messages are numbered from 1 without gaps; how far each side has
//! read is such a number, so that unread counts are derived and cannot drift. Only the two see it: to everybody else it
//! does not exist.

mod message;
mod opening;
mod post;

pub use message::{
    Message, MessageBody, MessageDirection, MessageForm, MessagePage, MessageText, MessageType, NewMessage,
    WritableType, draft,
};
pub use opening::{NewConversation, Opened, Opening, OpeningContext, Topic};
pub use post::{Notice, Post, Posted};

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{
    contact::Username,
    event::{Event, Fact},
    id::{ConversationId, ProductId, UserId},
    media::Picture,
    money::Price,
    page::Limit,
    product::{ProductState, Title},
    session::{Admission, Pseudonym, Quota},
    slug::slugs,
    user::{DisplayName, Standing},
};

slugs! {
    /// On which side of a thread somebody is.
    Side as "side" {
        /// Who opened it.
        Buyer = "buyer",
        /// Whom it was opened with.
        Seller = "seller",
    }
}

/// A thread as one of its two sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// Who opened it.
    pub buyer: UserId,
    /// Whom it was opened with.
    pub seller: UserId,
    /// Which of the two looks at it.
    pub side: Side,
    /// The other one.
    pub counterpart: Counterpart,
    /// The listing it is about.
    pub product: Option<ProductSummary>,
    /// The newest message.
    pub last_message: Option<Message>,
    /// When something happened in it last; never earlier than what happened before.
    pub last_message_at: Option<DateTime<Utc>>,
    /// How many messages there are, which is the number of the newest.
    pub last_seq: i64,
    /// How far whoever looks has read.
    pub read_seq: i64,
    /// How far the other one has.
    pub counterpart_read_seq: i64,
    /// Since when whoever looks has put it away.
    pub archived_at: Option<DateTime<Utc>>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
}

/// The other person of a thread.
#[derive(Clone, Debug, PartialEq)]
pub struct Counterpart {
    /// Their id.
    pub id: UserId,
    /// Their public name.
    pub username: Username,
    /// The name others see.
    pub display_name: DisplayName,
    /// Their picture.
    pub avatar_url: Option<Picture>,
    /// Whether they have left for good.
    pub is_gone: bool,
}

/// What a thread's list shows of its listing.
#[derive(Clone, Debug, PartialEq)]
pub struct ProductSummary {
    /// Its id.
    pub id: ProductId,
    /// What it is called.
    pub title: Title,
    /// The list price.
    pub price: Price,
    /// A small picture: the one for lists, else the first.
    pub thumbnail: Option<Picture>,
    /// Where it is in its life.
    pub state: ProductState,
}

/// Which threads somebody wants to see, newest activity first. A thread in which nothing was written yet is seen by
/// whoever opened it, after all others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InboxQuery {
    /// Whose.
    pub of: UserId,
    /// Those they put away, or those they did not.
    pub archived: bool,
    /// Where the page before ended.
    pub after: Option<InboxPosition>,
    /// How many.
    pub limit: Limit,
}

/// Where a page of threads ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InboxPosition {
    /// When something happened last in the last one shown, if anything had.
    pub last_message_at: Option<DateTime<Utc>>,
    /// Its id.
    pub id: ConversationId,
}

/// How far somebody has read, before and after they say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The number of the newest message.
    pub last_seq: i64,
    /// How far they had read.
    pub read_seq: i64,
}

/// What decides whether one of two people may write to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Correspondence {
    /// Whether whoever writes may act.
    pub writer: Standing,
    /// Whether there is anybody to read it.
    pub reader: Standing,
    /// Whether either blocks the other.
    pub is_blocked: bool,
}

/// At most so many, counted under this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The name they are counted under.
    pub of: Pseudonym,
    /// How many in which time.
    pub quota: Quota,
}

/// Why something about a thread is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ConversationRefusal {
    /// The listing is not there any more, or the person.
    #[error("There is nobody or nothing of the kind to talk about.")]
    NotThere,
    /// Nobody talks with themself.
    #[error("This is you, or yours; nobody talks with themself.")]
    OwnAccount,
    /// It may read, not act.
    #[error("This account is suspended; it may read, not write.")]
    Suspended,
    /// One of the two wants nothing to do with the other; neither learns which.
    #[error("You and this person cannot write to each other.")]
    Blocked,
    /// The other one has left, or was sent away for good.
    #[error("This person is no longer here.")]
    CounterpartGone,
    /// There is no such message yet.
    #[error("The newest message has the number {last_seq}.")]
    BeyondLast {
        /// Its number.
        last_seq: i64,
    },
    /// So many were opened in the last hour.
    #[error("That were too many new conversations; wait a little.")]
    TooManyConversations {
        /// After how many seconds there is room again.
        retry_after: u32,
    },
    /// So many were written in the last minute.
    #[error("That were too many messages; wait a little.")]
    TooManyMessages {
        /// After how many seconds there is room again.
        retry_after: u32,
    },
}

impl Side {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Buyer => Self::Seller,
            Self::Seller => Self::Buyer,
        }
    }
}

impl Conversation {
    /// How many messages whoever looks has not read.
    pub fn unread_count(&self) -> i64 {
        self.last_seq - self.read_seq
    }

    /// Where a page that ends with it goes on.
    pub fn position(&self) -> InboxPosition {
        InboxPosition { last_message_at: self.last_message_at, id: self.id }
    }
}

impl Reading {
    /// Marks everything up to `seq` as read; says how far they have read now. What was read stays read.
    pub fn up_to(self, seq: i64) -> Result<Self, ConversationRefusal> {
        if seq > self.last_seq {
            return Err(ConversationRefusal::BeyondLast { last_seq: self.last_seq });
        }
        Ok(Self { read_seq: self.read_seq.max(seq), ..self })
    }

    /// How many messages they have not read.
    pub fn unread_count(self) -> i64 {
        self.last_seq - self.read_seq
    }

    /// Tells both of it.
    pub fn event(
        self,
        conversation: ConversationId,
        reader: UserId,
        counterpart: UserId,
        at: DateTime<Utc>,
    ) -> Event {
        let fact = Fact::ConversationRead {
            conversation_id: conversation,
            reader_id: reader,
            seq: self.read_seq,
            unread_count: self.unread_count(),
        };
        Event { fact, audience: vec![reader, counterpart], at }
    }
}

impl Allowance {
    /// In how many seconds there is room again, by the oldest of those that fill it. If none does any more, there was none
    /// a moment ago.
    pub fn wait(&self, oldest: Option<DateTime<Utc>>, now: DateTime<Utc>) -> u32 {
        Admission::wait(oldest.map_or(now, |oldest| oldest + self.quota.window), now)
    }
}

impl Correspondence {
    /// Whether a message may be sent. To somebody who is suspended it may: it waits until they are back.
    pub fn may_write(&self) -> Result<(), ConversationRefusal> {
        if !self.writer.may_act() {
            return Err(ConversationRefusal::Suspended);
        }
        if self.is_blocked {
            return Err(ConversationRefusal::Blocked);
        }
        match self.reader {
            Standing::Active | Standing::Suspended => Ok(()),
            Standing::Banned | Standing::Deleted { .. } => Err(ConversationRefusal::CounterpartGone),
        }
    }
}

#[cfg(test)]
mod tests;
