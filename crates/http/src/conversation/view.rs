//! Threads and messages as their people see them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_domain::{
    conversation::{Conversation, Counterpart, Message, MessageText, ProductSummary, Reading},
    id::{OfferId, UserId},
};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    media::MediaUrls,
    product::ProductStatus,
    word::{MessageTypeWord, SideWord, Word},
};

/// A conversation as one of its two sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = Conversation)]
pub struct ConversationView {
    id: Uuid,
    buyer_id: Uuid,
    seller_id: Uuid,
    /// Which of the two you are.
    role: SideWord,
    /// The other person.
    counterpart: CounterpartView,
    /// The listing it is about.
    product: Option<SummaryView>,
    /// The newest message.
    last_message: Option<MessageView>,
    last_message_at: Option<DateTime<Utc>>,
    /// The number of the newest message; they are numbered from 1 without gaps.
    last_seq: i64,
    /// How far you have read.
    last_read_seq: i64,
    /// How far the other person has.
    counterpart_last_read_seq: i64,
    /// How many messages you have not read.
    unread_count: i64,
    /// Whether you put it away.
    archived: bool,
    archived_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

/// The other person of a conversation.
#[derive(Serialize, ToSchema)]
#[schema(as = Counterpart)]
struct CounterpartView {
    id: Uuid,
    username: String,
    display_name: String,
    avatar_url: Option<String>,
    /// Whether they have left for good.
    is_deleted: bool,
}

/// What a conversation shows of its listing.
#[derive(Serialize, ToSchema)]
#[schema(as = ProductSummary)]
struct SummaryView {
    id: Uuid,
    title: String,
    /// In minor units (cents).
    price_minor: i64,
    #[schema(value_type = String, example = "EUR")]
    currency: &'static str,
    thumbnail_url: Option<String>,
    status: ProductStatus,
}

/// A message.
#[derive(Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageView {
    id: Uuid,
    conversation_id: Uuid,
    /// Its number in the conversation.
    seq: i64,
    /// Who wrote it; null: a note of the house.
    sender_id: Option<Uuid>,
    message_type: MessageTypeWord,
    content: Option<String>,
    /// Where its pictures are.
    media: Vec<String>,
    /// The offer it shows.
    offer_id: Option<Uuid>,
    /// Whether the other person has said that they have read it, or answered.
    is_read: bool,
    read_at: Option<DateTime<Utc>>,
    /// Since when what it said is gone.
    deleted_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

/// How many messages are not read.
#[derive(Serialize, ToSchema)]
pub struct UnreadCount {
    unread_count: i64,
    /// How far you have read now.
    last_read_seq: i64,
}

/// A page of conversations.
#[derive(Serialize, ToSchema)]
pub struct ConversationList {
    data: Vec<ConversationView>,
    /// Brings the next page; null on the last one.
    next_cursor: Option<String>,
}

/// A page of messages.
#[derive(Serialize, ToSchema)]
pub struct MessageList {
    data: Vec<MessageView>,
    /// Brings the next page; null on the last one.
    next_cursor: Option<String>,
}

impl ConversationView {
    /// The conversation as whoever looks at it sees it.
    pub fn of(conversation: Conversation, urls: &MediaUrls) -> Self {
        Self {
            unread_count: conversation.unread_count(),
            id: conversation.id.as_uuid(),
            buyer_id: conversation.buyer.as_uuid(),
            seller_id: conversation.seller.as_uuid(),
            role: Word(conversation.side),
            counterpart: CounterpartView::of(conversation.counterpart, urls),
            product: conversation.product.map(|product| SummaryView::of(product, urls)),
            last_message: conversation.last_message.map(|message| MessageView::of(message, urls)),
            last_message_at: conversation.last_message_at,
            last_seq: conversation.last_seq,
            last_read_seq: conversation.read_seq,
            counterpart_last_read_seq: conversation.counterpart_read_seq,
            archived: conversation.archived_at.is_some(),
            archived_at: conversation.archived_at,
            created_at: conversation.created_at,
        }
    }
}

impl CounterpartView {
    fn of(counterpart: Counterpart, urls: &MediaUrls) -> Self {
        Self {
            id: counterpart.id.as_uuid(),
            username: counterpart.username.into_string(),
            display_name: counterpart.display_name.into_string(),
            avatar_url: counterpart.avatar_url.map(|avatar| urls.thumbnail_of(avatar)),
            is_deleted: counterpart.is_gone,
        }
    }
}

impl SummaryView {
    fn of(product: ProductSummary, urls: &MediaUrls) -> Self {
        Self {
            id: product.id.as_uuid(),
            title: product.title.into_string(),
            price_minor: product.price.minor(),
            currency: product.price.currency().code(),
            thumbnail_url: product.thumbnail.map(|picture| urls.thumbnail_of(picture)),
            status: product.state.into(),
        }
    }
}

impl MessageView {
    /// The message.
    pub fn of(message: Message, urls: &MediaUrls) -> Self {
        let body = message.body;
        Self {
            id: message.id.as_uuid(),
            conversation_id: message.conversation.as_uuid(),
            seq: message.seq,
            sender_id: message.sender.map(UserId::as_uuid),
            message_type: Word(body.kind()),
            content: body.text().cloned().map(MessageText::into_string),
            media: body.pictures().iter().cloned().map(|picture| urls.of(picture)).collect(),
            offer_id: body.offer().map(OfferId::as_uuid),
            is_read: message.read_at.is_some(),
            read_at: message.read_at,
            deleted_at: body.removed_at(),
            created_at: message.created_at,
        }
    }
}

impl From<Reading> for UnreadCount {
    fn from(reading: Reading) -> Self {
        Self { unread_count: reading.unread_count(), last_read_seq: reading.read_seq }
    }
}

impl ConversationList {
    /// The page.
    pub fn of(conversations: Vec<Conversation>, next_cursor: Option<String>, urls: &MediaUrls) -> Self {
        let data = conversations.into_iter().map(|one| ConversationView::of(one, urls)).collect();
        Self { data, next_cursor }
    }
}

impl MessageList {
    /// The page.
    pub fn of(messages: Vec<Message>, next_cursor: Option<String>, urls: &MediaUrls) -> Self {
        Self { data: messages.into_iter().map(|one| MessageView::of(one, urls)).collect(), next_cursor }
    }
}
