//! Offers as clients see them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_domain::{
    id::{ConversationId, OfferId},
    offer::{Acceptance, Counter, Made, Offer, OfferMessage},
    transaction::Transaction,
};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    transaction::TransactionView,
    word::{OfferPartyWord, OfferStatusReasonWord, OfferStatusWord, Word},
};

/// An offer.
#[derive(Serialize, ToSchema)]
#[schema(as = Offer)]
pub struct OfferView {
    id: Uuid,
    product_id: Uuid,
    buyer_id: Uuid,
    seller_id: Uuid,
    /// The thread in which it appears.
    conversation_id: Option<Uuid>,
    /// Which side named the price; the other one answers.
    proposed_by: OfferPartyWord,
    /// The offer that this one answers, if it is a counter-offer.
    parent_offer_id: Option<Uuid>,
    /// How many offers in a row answered one another, this one included.
    round: i32,
    /// In minor units (cents).
    amount_minor: i64,
    #[schema(value_type = String, example = "EUR")]
    currency: &'static str,
    message: Option<String>,
    status: OfferStatusWord,
    /// Why, where the status does not say it all.
    status_reason: Option<OfferStatusReasonWord>,
    /// From when on it can no longer be accepted.
    expires_at: DateTime<Utc>,
    /// When it was answered or taken back.
    responded_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// What is to be paid now; in the answer to accepting only, and to making one that is accepted at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<TransactionView>,
}

/// A page of offers.
#[derive(Serialize, ToSchema)]
pub struct OfferList {
    data: Vec<OfferView>,
    /// Where the next page begins; null on the last one.
    next_cursor: Option<String>,
}

/// What became of a listing's offers.
#[derive(Serialize, ToSchema)]
pub struct RejectedOffers {
    /// How many were turned down.
    pub rejected: usize,
}

impl OfferView {
    fn of(offer: Offer, transaction: Option<&Transaction>) -> Self {
        Self {
            id: offer.id.as_uuid(),
            product_id: offer.product.as_uuid(),
            buyer_id: offer.buyer.as_uuid(),
            seller_id: offer.seller.as_uuid(),
            conversation_id: offer.conversation.map(ConversationId::as_uuid),
            proposed_by: Word(offer.proposed_by),
            parent_offer_id: offer.parent.map(OfferId::as_uuid),
            round: offer.round,
            amount_minor: offer.amount.minor(),
            currency: offer.amount.currency().code(),
            message: offer.message.map(OfferMessage::into_string),
            status: Word(offer.state.status()),
            status_reason: offer.state.reason().map(Word),
            expires_at: offer.expires_at,
            responded_at: offer.state.responded_at(),
            created_at: offer.created_at,
            updated_at: offer.updated_at,
            transaction: transaction.map(TransactionView::from),
        }
    }
}

impl From<Offer> for OfferView {
    fn from(offer: Offer) -> Self {
        Self::of(offer, None)
    }
}

impl From<&Made> for OfferView {
    fn from(made: &Made) -> Self {
        Self::of(made.offer.clone(), made.acceptance.as_ref().map(|acceptance| &acceptance.transaction))
    }
}

impl From<&Acceptance> for OfferView {
    fn from(acceptance: &Acceptance) -> Self {
        Self::of(acceptance.offer.clone(), Some(&acceptance.transaction))
    }
}

impl From<&Counter> for OfferView {
    fn from(counter: &Counter) -> Self {
        Self::of(counter.offer.clone(), None)
    }
}

impl OfferList {
    /// A page, and where the next one begins.
    pub fn of(items: Vec<Offer>, next_cursor: Option<String>) -> Self {
        Self { data: items.into_iter().map(OfferView::from).collect(), next_cursor }
    }
}
