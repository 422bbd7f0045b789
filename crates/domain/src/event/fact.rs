//! The kinds of things that happen, each with what is worth telling of it.

use chrono::{DateTime, Utc};

use super::{EventKind, Subject, Value};
use crate::{
    id::{ConversationId, MessageId, OfferId, ProductId, StreamId, TransactionId, UserId},
    money::Price,
};

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A message appeared in a thread.
    MessageCreated(MessageFacts),
    /// One side has read a thread.
    ConversationRead {
        /// Which thread.
        conversation_id: ConversationId,
        /// Who has read.
        reader_id: UserId,
        /// Up to which message, by its number in the thread.
        seq: i64,
        /// How many messages the reader has not read yet.
        unread_count: i64,
    },
    /// Somebody named a price.
    OfferCreated {
        /// The offer.
        offer: OfferFacts,
        /// The offer it answers, if it counters one.
        parent_offer_id: Option<OfferId>,
        /// Until when it can be accepted.
        expires_at: DateTime<Utc>,
    },
    /// The other side took it.
    OfferAccepted {
        /// The offer.
        offer: OfferFacts,
        /// What is to be paid now.
        transaction_id: TransactionId,
    },
    /// The other side, or the house, said no.
    OfferRejected {
        /// The offer.
        offer: OfferFacts,
        /// Why, for example `declined` or `item_sold`.
        reason: &'static str,
    },
    /// The other side named another price instead.
    OfferCountered {
        /// The offer that was answered.
        offer: OfferFacts,
        /// The offer that answers it.
        counter_offer_id: OfferId,
    },
    /// Whoever made it took it back.
    OfferCancelled {
        /// The offer.
        offer: OfferFacts,
        /// Why, for example `withdrawn`.
        reason: &'static str,
    },
    /// Nobody answered in time, or nobody paid.
    OfferExpired {
        /// The offer.
        offer: OfferFacts,
        /// Why, if not for want of an answer: `payment_lapsed`.
        reason: Option<&'static str>,
    },
    /// Somebody bought something.
    TransactionCreated {
        /// The deal.
        deal: DealFacts,
        /// Until when it is to be paid.
        pay_by: DateTime<Utc>,
    },
    /// It came to nothing.
    TransactionCancelled {
        /// The deal.
        deal: DealFacts,
        /// Why, for example `payment_lapsed`.
        reason: &'static str,
    },
    /// A show was announced.
    StreamScheduled {
        /// The show.
        stream: StreamFacts,
        /// When it is to begin, if that is known.
        scheduled_at: Option<DateTime<Utc>>,
    },
    /// A show is on air.
    StreamStarted(StreamFacts),
    /// A show is over.
    StreamEnded(StreamFacts),
    /// A show will not be.
    StreamCancelled(StreamFacts),
}

/// A message as its readers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageFacts {
    /// The thread.
    pub conversation_id: ConversationId,
    /// The message.
    pub message_id: MessageId,
    /// Its number in the thread; without gaps.
    pub seq: i64,
    /// Who wrote it; nobody: the house.
    pub sender_id: Option<UserId>,
    /// `text`, `image`, `offer` or `system`.
    pub message_type: &'static str,
    /// Its words.
    pub content: Option<String>,
    /// Where its pictures are.
    pub media: Vec<String>,
    /// The offer it shows.
    pub offer_id: Option<OfferId>,
}

/// An offer, whatever became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferFacts {
    /// The offer.
    pub offer_id: OfferId,
    /// For which listing.
    pub product_id: ProductId,
    /// Who wants it.
    pub buyer_id: UserId,
    /// Whose it is.
    pub seller_id: UserId,
    /// The thread in which it appears.
    pub conversation_id: Option<ConversationId>,
    /// `buyer` or `seller`.
    pub proposed_by: &'static str,
    /// The price.
    pub amount: Price,
}

/// A deal, whatever became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealFacts {
    /// The deal.
    pub transaction_id: TransactionId,
    /// What is bought.
    pub product_id: ProductId,
    /// Who buys.
    pub buyer_id: UserId,
    /// Who sells.
    pub seller_id: UserId,
    /// The offer that led to it; none: bought at the list price.
    pub offer_id: Option<OfferId>,
    /// What the buyer is to pay.
    pub subtotal: Price,
}

/// A show, whatever became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamFacts {
    /// The show.
    pub stream_id: StreamId,
    /// Whose it is.
    pub user_id: UserId,
    /// What it is called.
    pub title: String,
}

/// The named values of an event.
type Fields = Vec<(&'static str, Value)>;

impl Fact {
    /// Its kind.
    pub fn kind(&self) -> EventKind {
        match self {
            Self::MessageCreated(_) => EventKind::MessageCreated,
            Self::ConversationRead { .. } => EventKind::ConversationRead,
            Self::OfferCreated { .. } => EventKind::OfferCreated,
            Self::OfferAccepted { .. } => EventKind::OfferAccepted,
            Self::OfferRejected { .. } => EventKind::OfferRejected,
            Self::OfferCountered { .. } => EventKind::OfferCountered,
            Self::OfferCancelled { .. } => EventKind::OfferCancelled,
            Self::OfferExpired { .. } => EventKind::OfferExpired,
            Self::TransactionCreated { .. } => EventKind::TransactionCreated,
            Self::TransactionCancelled { .. } => EventKind::TransactionCancelled,
            Self::StreamScheduled { .. } => EventKind::StreamScheduled,
            Self::StreamStarted(_) => EventKind::StreamStarted,
            Self::StreamEnded(_) => EventKind::StreamEnded,
            Self::StreamCancelled(_) => EventKind::StreamCancelled,
        }
    }

    /// What it is about.
    pub fn subject(&self) -> Subject {
        match self {
            Self::MessageCreated(message) => {
                Subject { aggregate: "message", id: message.message_id.as_uuid() }
            }
            Self::ConversationRead { conversation_id, .. } => {
                Subject { aggregate: "conversation", id: conversation_id.as_uuid() }
            }
            Self::OfferCreated { offer, .. }
            | Self::OfferAccepted { offer, .. }
            | Self::OfferRejected { offer, .. }
            | Self::OfferCountered { offer, .. }
            | Self::OfferCancelled { offer, .. }
            | Self::OfferExpired { offer, .. } => {
                Subject { aggregate: "offer", id: offer.offer_id.as_uuid() }
            }
            Self::TransactionCreated { deal, .. } | Self::TransactionCancelled { deal, .. } => {
                Subject { aggregate: "transaction", id: deal.transaction_id.as_uuid() }
            }
            Self::StreamScheduled { stream, .. }
            | Self::StreamStarted(stream)
            | Self::StreamEnded(stream)
            | Self::StreamCancelled(stream) => {
                Subject { aggregate: "stream", id: stream.stream_id.as_uuid() }
            }
        }
    }

    /// What it says, by name. The names are a contract with clients: they are added to, never changed.
    pub fn fields(&self) -> Fields {
        match self {
            Self::MessageCreated(message) => message.fields(),
            Self::ConversationRead { conversation_id, reader_id, seq, unread_count } => vec![
                ("conversation_id", (*conversation_id).into()),
                ("reader_id", (*reader_id).into()),
                ("seq", (*seq).into()),
                ("unread_count", (*unread_count).into()),
            ],
            Self::OfferCreated { offer, parent_offer_id, expires_at } => offer
                .and([("parent_offer_id", (*parent_offer_id).into()), ("expires_at", (*expires_at).into())]),
            Self::OfferAccepted { offer, transaction_id } => {
                offer.and([("transaction_id", (*transaction_id).into())])
            }
            Self::OfferRejected { offer, reason } | Self::OfferCancelled { offer, reason } => {
                offer.and([("reason", (*reason).into())])
            }
            Self::OfferCountered { offer, counter_offer_id } => {
                offer.and([("counter_offer_id", (*counter_offer_id).into())])
            }
            Self::OfferExpired { offer, reason } => offer.and([("reason", (*reason).into())]),
            Self::TransactionCreated { deal, pay_by } => deal.and(("pay_by", (*pay_by).into())),
            Self::TransactionCancelled { deal, reason } => deal.and(("reason", (*reason).into())),
            Self::StreamScheduled { stream, scheduled_at } => {
                let mut fields = stream.fields();
                fields.push(("scheduled_at", (*scheduled_at).into()));
                fields
            }
            Self::StreamStarted(stream) | Self::StreamEnded(stream) | Self::StreamCancelled(stream) => {
                stream.fields()
            }
        }
    }
}

impl MessageFacts {
    fn fields(&self) -> Fields {
        vec![
            ("conversation_id", self.conversation_id.into()),
            ("message_id", self.message_id.into()),
            ("seq", self.seq.into()),
            ("sender_id", self.sender_id.into()),
            ("message_type", self.message_type.into()),
            ("content", self.content.clone().into()),
            ("media", self.media.clone().into()),
            ("offer_id", self.offer_id.into()),
        ]
    }
}

impl OfferFacts {
    fn and<const N: usize>(&self, more: [(&'static str, Value); N]) -> Fields {
        let mut fields: Fields = vec![
            ("offer_id", self.offer_id.into()),
            ("product_id", self.product_id.into()),
            ("buyer_id", self.buyer_id.into()),
            ("seller_id", self.seller_id.into()),
            ("conversation_id", self.conversation_id.into()),
            ("proposed_by", self.proposed_by.into()),
            ("amount_minor", self.amount.minor().into()),
            ("currency", self.amount.currency().code().into()),
        ];
        fields.extend(more);
        fields
    }
}

impl DealFacts {
    fn and(&self, more: (&'static str, Value)) -> Fields {
        vec![
            ("transaction_id", self.transaction_id.into()),
            ("product_id", self.product_id.into()),
            ("buyer_id", self.buyer_id.into()),
            ("seller_id", self.seller_id.into()),
            ("offer_id", self.offer_id.into()),
            ("subtotal_minor", self.subtotal.minor().into()),
            ("currency", self.subtotal.currency().code().into()),
            more,
        ]
    }
}

impl StreamFacts {
    fn fields(&self) -> Fields {
        vec![
            ("stream_id", self.stream_id.into()),
            ("user_id", self.user_id.into()),
            ("title", self.title.clone().into()),
        ]
    }
}
