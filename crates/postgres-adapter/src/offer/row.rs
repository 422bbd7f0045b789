//! An offer as a row.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use souk_domain::{
    id::{ConversationId, OfferId, ProductId, UserId},
    money::{Currency, Price},
    offer::{Offer, OfferMessage, OfferReason, OfferState, OfferStatus, Party},
};
use souk_ports::PortError;
use uuid::Uuid;

use crate::schema::offers;

#[derive(Queryable, Selectable, QueryableByName)]
#[diesel(table_name = offers, check_for_backend(Pg))]
pub(crate) struct OfferRow {
    id: Uuid,
    product_id: Uuid,
    buyer_id: Uuid,
    seller_id: Uuid,
    conversation_id: Option<Uuid>,
    proposed_by: Party,
    parent_offer_id: Option<Uuid>,
    round: i32,
    amount_minor: i64,
    currency: String,
    message: Option<String>,
    status: OfferStatus,
    status_reason: Option<OfferReason>,
    expires_at: DateTime<Utc>,
    responded_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<OfferRow> for Offer {
    type Error = PortError;

    fn try_from(row: OfferRow) -> Result<Self, PortError> {
        let corrupt = |what: &str| PortError::Corrupt(format!("offers {}: {what}", row.id));
        let state = OfferState::of(row.status, row.status_reason, row.responded_at)
            .ok_or_else(|| corrupt("status, status_reason and responded_at disagree"))?;
        let currency = Currency::parse(&row.currency).map_err(|_| corrupt("currency"))?;
        Ok(Self {
            id: OfferId::from_uuid(row.id),
            product: ProductId::from_uuid(row.product_id),
            buyer: UserId::from_uuid(row.buyer_id),
            seller: UserId::from_uuid(row.seller_id),
            conversation: row.conversation_id.map(ConversationId::from_uuid),
            proposed_by: row.proposed_by,
            parent: row.parent_offer_id.map(OfferId::from_uuid),
            round: row.round,
            amount: Price::new(row.amount_minor, currency).map_err(|_| corrupt("amount_minor"))?,
            message: row.message.map(OfferMessage::stored),
            state,
            expires_at: row.expires_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl OfferRow {
    /// All of them, or what is wrong with the first that cannot be.
    pub(crate) fn all(rows: Vec<Self>) -> Result<Vec<Offer>, PortError> {
        rows.into_iter().map(Offer::try_from).collect()
    }
}
