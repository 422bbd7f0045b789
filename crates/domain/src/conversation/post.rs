//! What other aggregates say in a thread: that an offer was made or answered, that a deal was struck.

use chrono::{DateTime, Utc};

use super::{Message, MessageBody, MessageText};
use crate::{
    event::Event,
    id::{ConversationId, MessageId, OfferId, ProductId, UserId},
};

/// A message that follows from an act, for the thread of these two about this listing, which is opened if there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// The thread's id, should it have to be opened.
    pub conversation: ConversationId,
    /// The message's id.
    pub message: MessageId,
    /// Who wants the listing.
    pub buyer: UserId,
    /// Who sells it.
    pub seller: UserId,
    /// The listing.
    pub product: ProductId,
    /// What is said.
    pub notice: Notice,
    /// When.
    pub at: DateTime<Utc>,
}

/// What is said in a thread of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// An offer, or the answer to one.
    Offer {
        /// The offer.
        offer: OfferId,
        /// Who made or answered it; counts as having read what was written before.
        by: UserId,
        /// What they say of it.
        note: Option<MessageText>,
    },
    /// A note of the house, which both have still to read.
    System(MessageText),
}

/// A message that was posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The message, with its number and its thread.
    pub message: Message,
    /// What both sides are told; still to be recorded.
    pub event: Event,
}

impl Notice {
    /// Whose words they are; nobody's: the house's.
    pub fn sender(&self) -> Option<UserId> {
        match self {
            Self::Offer { by, .. } => Some(*by),
            Self::System(_) => None,
        }
    }

    /// The message it makes.
    pub fn body(&self) -> MessageBody {
        match self {
            Self::Offer { offer, note, .. } => MessageBody::Offer { offer: *offer, note: note.clone() },
            Self::System(text) => MessageBody::System(text.clone()),
        }
    }
}

impl Post {
    /// The message, once it has its thread and its number.
    pub fn posted(&self, conversation: ConversationId, seq: i64) -> Posted {
        let message = Message {
            id: self.message,
            conversation,
            seq,
            sender: self.notice.sender(),
            body: self.notice.body(),
            read_at: None,
            created_at: self.at,
        };
        Posted { event: message.event(vec![self.buyer, self.seller]), message }
    }
}
