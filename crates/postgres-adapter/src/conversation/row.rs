//! Threads and messages as rows.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde_json::Value;
use souk_domain::{
    contact::Username,
    conversation::{
        Conversation, Counterpart, Message, MessageBody, MessageText, MessageType, ProductSummary, Side,
    },
    id::{ConversationId, MessageId, OfferId, ProductId, UserId},
    media::Picture,
    money::{Currency, Price},
    product::{ProductState, Title},
    slug::Slug,
    user::DisplayName,
};
use souk_ports::PortError;
use uuid::Uuid;

use crate::product;

/// What a [`MessageRow`] is read from: a message called `m`.
pub(super) const MESSAGE: &str = "m.id AS message_id, m.seq AS message_seq, m.sender_id,
     m.message_type::text AS message_type, m.content, m.media, m.offer_id, m.read_at, m.deleted_at,
     m.created_at AS message_created_at";

/// The statement that shows threads: those of `source`, which has all columns of `conversations` and says in `is_buyer`
/// who looks. People, listing and message are looked up by their keys for each thread that is shown.
pub(super) fn shown(source: &str, order: &str) -> String {
    format!(
        "SELECT c.id, c.buyer_id, c.seller_id, c.is_buyer, c.last_message_at, c.last_seq, c.created_at,
             CASE WHEN c.is_buyer THEN c.buyer_last_read_seq ELSE c.seller_last_read_seq END AS read_seq,
             CASE WHEN c.is_buyer THEN c.seller_last_read_seq ELSE c.buyer_last_read_seq END AS counterpart_read_seq,
             CASE WHEN c.is_buyer THEN c.buyer_archived_at ELSE c.seller_archived_at END AS archived_at,
             other.username::text AS username, other.display_name, other.avatar_url, other.status = 'deleted' AS is_gone,
             p.id AS product_id, p.title, p.price_minor, p.currency::text AS currency,
             coalesce(p.thumbnail_url, p.images ->> 0) AS product_thumbnail, p.is_available, p.sold_at,
             p.archived_at AS product_archived_at, {MESSAGE}
         FROM ({source}) c
         JOIN users other ON other.id = CASE WHEN c.is_buyer THEN c.seller_id ELSE c.buyer_id END
         LEFT JOIN products p ON p.id = c.product_id
         LEFT JOIN messages m ON m.id = c.last_message_id {order}"
    )
}

/// The columns of a [`ConversationRow`], as [`shown`] has them.
pub(super) type ConversationColumns = (
    SqlUuid,
    SqlUuid,
    SqlUuid,
    Bool,
    Nullable<Timestamptz>,
    BigInt,
    Timestamptz,
    BigInt,
    BigInt,
    Nullable<Timestamptz>,
    Text,
    Text,
    Nullable<Text>,
    Bool,
    ProductColumns,
    MessageColumns,
);

/// Those of a thread's listing.
type ProductColumns = (
    Nullable<SqlUuid>,
    Nullable<Text>,
    Nullable<BigInt>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Bool>,
    Nullable<Timestamptz>,
    Nullable<Timestamptz>,
);

/// Those of a [`MessageRow`], as [`MESSAGE`] has them.
pub(super) type MessageColumns = (
    Nullable<SqlUuid>,
    Nullable<BigInt>,
    Nullable<SqlUuid>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Jsonb>,
    Nullable<SqlUuid>,
    Nullable<Timestamptz>,
    Nullable<Timestamptz>,
    Nullable<Timestamptz>,
);

#[derive(Queryable)]
pub(super) struct ConversationRow {
    id: Uuid,
    buyer_id: Uuid,
    seller_id: Uuid,
    is_buyer: bool,
    last_message_at: Option<DateTime<Utc>>,
    last_seq: i64,
    created_at: DateTime<Utc>,
    read_seq: i64,
    counterpart_read_seq: i64,
    archived_at: Option<DateTime<Utc>>,
    username: String,
    display_name: String,
    avatar_url: Option<String>,
    is_gone: bool,
    product: ProductRow,
    message: MessageRow,
}

/// The listing of a thread, if it has one.
#[derive(Queryable)]
pub(super) struct ProductRow {
    product_id: Option<Uuid>,
    title: Option<String>,
    price_minor: Option<i64>,
    currency: Option<String>,
    product_thumbnail: Option<String>,
    is_available: Option<bool>,
    sold_at: Option<DateTime<Utc>>,
    product_archived_at: Option<DateTime<Utc>>,
}

/// A message, if there is one.
#[derive(Queryable)]
pub(super) struct MessageRow {
    message_id: Option<Uuid>,
    message_seq: Option<i64>,
    sender_id: Option<Uuid>,
    message_type: Option<String>,
    content: Option<String>,
    media: Option<Value>,
    offer_id: Option<Uuid>,
    read_at: Option<DateTime<Utc>>,
    deleted_at: Option<DateTime<Utc>>,
    message_created_at: Option<DateTime<Utc>>,
}

impl TryFrom<ConversationRow> for Conversation {
    type Error = PortError;

    fn try_from(row: ConversationRow) -> Result<Self, PortError> {
        let id = ConversationId::from_uuid(row.id);
        let (buyer, seller) = (UserId::from_uuid(row.buyer_id), UserId::from_uuid(row.seller_id));
        let (side, other) = if row.is_buyer { (Side::Buyer, seller) } else { (Side::Seller, buyer) };
        Ok(Self {
            id,
            buyer,
            seller,
            side,
            counterpart: Counterpart {
                id: other,
                username: Username::stored(row.username),
                display_name: DisplayName::stored(row.display_name),
                avatar_url: row.avatar_url.map(Picture::stored),
                is_gone: row.is_gone,
            },
            product: row.product.found()?,
            last_message: row.message.of(id)?,
            last_message_at: row.last_message_at,
            last_seq: row.last_seq,
            read_seq: row.read_seq,
            counterpart_read_seq: row.counterpart_read_seq,
            archived_at: row.archived_at,
            created_at: row.created_at,
        })
    }
}

impl ProductRow {
    fn found(self) -> Result<Option<ProductSummary>, PortError> {
        let Some(id) = self.product_id else { return Ok(None) };
        let corrupt = |what: &str| PortError::Corrupt(format!("products {id}: {what}"));
        let price = (self.currency.as_deref().and_then(|code| Currency::parse(code).ok()))
            .zip(self.price_minor)
            .and_then(|(currency, minor)| Price::new(minor, currency).ok())
            .ok_or_else(|| corrupt("price"))?;
        let state: Option<ProductState> = self
            .is_available
            .and_then(|available| product::state(available, self.sold_at, self.product_archived_at));
        Ok(Some(ProductSummary {
            id: ProductId::from_uuid(id),
            title: Title::stored(self.title.ok_or_else(|| corrupt("title"))?),
            price,
            thumbnail: self.product_thumbnail.map(Picture::stored),
            state: state.ok_or_else(|| corrupt("is_available, sold_at and archived_at disagree"))?,
        }))
    }
}

impl MessageRow {
    /// The message of a thread, if there is one.
    pub(super) fn of(self, conversation: ConversationId) -> Result<Option<Message>, PortError> {
        let Some(id) = self.message_id else { return Ok(None) };
        let corrupt = || PortError::Corrupt(format!("messages {id}: its columns disagree"));
        let kind = self.message_type.as_deref().and_then(MessageType::from_slug).ok_or_else(corrupt)?;
        let (seq, created_at) = self.message_seq.zip(self.message_created_at).ok_or_else(corrupt)?;
        let media = self.media.map(serde_json::from_value::<Vec<String>>).transpose();
        let text = self.content.map(MessageText::stored);
        let body = body(kind, text, media.map_err(|_| corrupt())?, self.offer_id, self.deleted_at);
        Ok(Some(Message {
            id: MessageId::from_uuid(id),
            conversation,
            seq,
            sender: self.sender_id.map(UserId::from_uuid),
            body: body.ok_or_else(corrupt)?,
            read_at: self.read_at,
            created_at,
        }))
    }
}

/// What the columns say; `None` if they contradict each other.
fn body(
    kind: MessageType,
    text: Option<MessageText>,
    media: Option<Vec<String>>,
    offer: Option<Uuid>,
    removed: Option<DateTime<Utc>>,
) -> Option<MessageBody> {
    let removed = removed.map(|at| MessageBody::Removed { kind, at });
    match (kind, text, media, offer) {
        // Whatever is left of it is nobody's any more.
        (MessageType::Text | MessageType::Image, ..) if removed.is_some() => removed,
        (MessageType::Text, Some(text), None, None) => Some(MessageBody::Text(text)),
        (MessageType::Image, caption, Some(media), None) => {
            Some(MessageBody::Image { pictures: media.into_iter().map(Picture::stored).collect(), caption })
        }
        (MessageType::Offer, note, None, Some(offer)) => {
            Some(MessageBody::Offer { offer: OfferId::from_uuid(offer), note })
        }
        (MessageType::System, Some(text), None, None) => Some(MessageBody::System(text)),
        (MessageType::Text | MessageType::Image | MessageType::Offer | MessageType::System, ..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_what_its_type_says_or_a_contradiction() {
        let text = || Some(MessageText::stored("x".to_owned()));
        let media = || Some(vec!["https://example.com/1.jpg".to_owned()]);
        let offer = Some(Uuid::from_u128(1));
        let at = DateTime::UNIX_EPOCH;
        for (kind, body) in [
            (MessageType::Text, body(MessageType::Text, text(), None, None, None)),
            (MessageType::Image, body(MessageType::Image, None, media(), None, None)),
            (MessageType::Image, body(MessageType::Image, text(), media(), None, None)),
            (MessageType::Offer, body(MessageType::Offer, None, None, offer, None)),
            (MessageType::System, body(MessageType::System, text(), None, None, None)),
            (MessageType::Text, body(MessageType::Text, None, None, None, Some(at))),
        ] {
            assert_eq!(body.map(|body| body.kind()), Some(kind));
        }
        assert_eq!(body(MessageType::Text, None, None, None, None), None);
        assert_eq!(body(MessageType::Text, text(), media(), None, None), None);
        assert_eq!(body(MessageType::Offer, text(), None, None, None), None);
        let removed = MessageBody::Removed { kind: MessageType::Image, at };
        assert_eq!(body(MessageType::Image, None, media(), None, Some(at)), Some(removed));
    }
}
