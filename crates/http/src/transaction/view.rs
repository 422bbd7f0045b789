//! A deal as its two sides see it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_domain::{id::OfferId, transaction::Transaction};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::word::{TransactionStatusWord, Word};

/// A deal. The fee and the seller's part add up to what the buyer pays.
#[derive(Serialize, ToSchema)]
#[schema(as = Transaction)]
pub struct TransactionView {
    id: Uuid,
    product_id: Uuid,
    buyer_id: Uuid,
    seller_id: Uuid,
    /// The offer that led to it; null: bought at the list price.
    offer_id: Option<Uuid>,
    /// What the buyer pays, in minor units (cents).
    subtotal_minor: i64,
    /// What the house keeps of it.
    platform_fee_minor: i64,
    /// What the seller gets of it.
    seller_payout_minor: i64,
    #[schema(value_type = String, example = "EUR")]
    currency: &'static str,
    status: TransactionStatusWord,
    /// Until when it is to be paid.
    pay_by: DateTime<Utc>,
    created_at: DateTime<Utc>,
}

impl From<&Transaction> for TransactionView {
    fn from(deal: &Transaction) -> Self {
        Self {
            id: deal.id.as_uuid(),
            product_id: deal.product.as_uuid(),
            buyer_id: deal.buyer.as_uuid(),
            seller_id: deal.seller.as_uuid(),
            offer_id: deal.offer.map(OfferId::as_uuid),
            subtotal_minor: deal.split.subtotal().minor(),
            platform_fee_minor: deal.split.fee_minor(),
            seller_payout_minor: deal.split.payout_minor(),
            currency: deal.split.subtotal().currency().code(),
            status: Word(deal.state.status()),
            pay_by: deal.pay_by,
            created_at: deal.created_at,
        }
    }
}
