//! A deal as a row.

use chrono::{DateTime, SecondsFormat, Utc};
use diesel::{
    QueryResult, QueryableByName,
    pg::Pg,
    sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};
use souk_domain::{
    id::{OfferId, ProductId, TransactionId, UserId},
    money::{Currency, Price},
    product::Category,
    slug::Slug,
    transaction::{FeeSchedule, FeeSplit, Transaction, TransactionState},
};
use souk_ports::PortError;
use uuid::Uuid;

use crate::{schema::transactions, statement::statement};

const INSERT: &str = "INSERT INTO transactions (id, product_id, buyer_id, seller_id, offer_id, subtotal_minor,
         platform_fee_minor, seller_payout_minor, currency, fee_schedule, status, fulfilment, pay_by, created_at, updated_at)
     SELECT id, product_id, buyer_id, seller_id, offer_id, subtotal, fee, payout, currency, schedule,
         status::transaction_status, 'none', pay_by, at, at
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[], $7::bigint[], $8::bigint[],
         $9::text[], $10::jsonb[], $11::text[], $12::timestamptz[], $13::timestamptz[])
         AS deal (id, product_id, buyer_id, seller_id, offer_id, subtotal, fee, payout, currency, schedule, status, pay_by,
             at)";

/// Opens deals.
pub(crate) async fn insert(mut conn: &AsyncPgConnection, deals: &[&Transaction]) -> QueryResult<()> {
    fn column<T>(deals: &[&Transaction], of: impl Fn(&Transaction) -> T) -> Vec<T> {
        deals.iter().map(|deal| of(deal)).collect()
    }
    let currencies: Vec<_> = deals.iter().map(|deal| deal.split.subtotal().currency().code()).collect();
    statement(INSERT)
        .bind::<Array<SqlUuid>, _>(column(deals, |deal| deal.id.as_uuid()))
        .bind::<Array<SqlUuid>, _>(column(deals, |deal| deal.product.as_uuid()))
        .bind::<Array<SqlUuid>, _>(column(deals, |deal| deal.buyer.as_uuid()))
        .bind::<Array<SqlUuid>, _>(column(deals, |deal| deal.seller.as_uuid()))
        .bind::<Array<Nullable<SqlUuid>>, _>(column(deals, |deal| deal.offer.map(OfferId::as_uuid)))
        .bind::<Array<BigInt>, _>(column(deals, |deal| deal.split.subtotal().minor()))
        .bind::<Array<BigInt>, _>(column(deals, |deal| deal.split.fee_minor()))
        .bind::<Array<BigInt>, _>(column(deals, |deal| deal.split.payout_minor()))
        .bind::<Array<Text>, _>(currencies)
        .bind::<Array<Jsonb>, _>(column(deals, |deal| frozen(&deal.schedule)))
        .bind::<Array<Text>, _>(column(deals, |deal| deal.state.status().slug()))
        .bind::<Array<Timestamptz>, _>(column(deals, |deal| deal.pay_by))
        .bind::<Array<Timestamptz>, _>(column(deals, |deal| deal.created_at))
        .execute(&mut conn)
        .await
        .map(|_| ())
}

/// A deal that waits for its money.
#[derive(QueryableByName)]
#[diesel(table_name = transactions, check_for_backend(Pg))]
pub(super) struct PendingRow {
    pub(super) id: Uuid,
    product_id: Uuid,
    buyer_id: Uuid,
    seller_id: Uuid,
    offer_id: Option<Uuid>,
    subtotal_minor: i64,
    platform_fee_minor: i64,
    currency: String,
    fee_schedule: Value,
    pay_by: DateTime<Utc>,
    created_at: DateTime<Utc>,
}

impl TryFrom<PendingRow> for Transaction {
    type Error = PortError;

    fn try_from(row: PendingRow) -> Result<Self, PortError> {
        let corrupt = |what: &str| PortError::Corrupt(format!("transactions {}: {what}", row.id));
        let currency = Currency::parse(&row.currency).map_err(|_| corrupt("currency"))?;
        let subtotal = Price::new(row.subtotal_minor, currency).map_err(|_| corrupt("subtotal_minor"))?;
        Ok(Self {
            id: TransactionId::from_uuid(row.id),
            product: ProductId::from_uuid(row.product_id),
            buyer: UserId::from_uuid(row.buyer_id),
            seller: UserId::from_uuid(row.seller_id),
            offer: row.offer_id.map(OfferId::from_uuid),
            split: FeeSplit::stored(subtotal, row.platform_fee_minor)
                .ok_or_else(|| corrupt("platform_fee_minor"))?,
            schedule: schedule(&row.fee_schedule).ok_or_else(|| corrupt("fee_schedule"))?,
            state: TransactionState::Pending,
            pay_by: row.pay_by,
            created_at: row.created_at,
        })
    }
}

/// A schedule as it is kept with a deal.
fn frozen(schedule: &FeeSchedule) -> Value {
    json!({
        "bps": schedule.bps(),
        "fixed_minor": schedule.fixed_minor(),
        "min_minor": schedule.min_minor(),
        "max_minor": schedule.max_minor(),
        "category": schedule.category().map(Slug::slug),
        "valid_from": schedule.since().map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
    })
}

/// What is not named counts as nothing, as in schedules of before there was such a thing.
fn schedule(frozen: &Value) -> Option<FeeSchedule> {
    let number = |name: &str| frozen.get(name).and_then(Value::as_i64);
    let (fixed, min) = (number("fixed_minor").unwrap_or(0), number("min_minor").unwrap_or(0));
    let schedule = FeeSchedule::share(number("bps")?).ok()?.bounded(fixed, min, number("max_minor")).ok()?;
    let schedule = match frozen.get("category").and_then(Value::as_str) {
        Some(category) => schedule.for_category(Category::from_slug(category)?),
        None => schedule,
    };
    match frozen.get("valid_from").and_then(Value::as_str) {
        Some(at) => Some(schedule.valid_from(DateTime::parse_from_rfc3339(at).ok()?.to_utc())),
        None => Some(schedule),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_survives_being_kept() {
        let plain = FeeSchedule::share(1000).unwrap();
        let at = DateTime::from_timestamp_micros(1_800_000_000_123_456).unwrap();
        let full = plain.bounded(30, 50, Some(900)).unwrap().for_category(Category::Books).valid_from(at);
        for before in [plain, full] {
            assert_eq!(schedule(&frozen(&before)), Some(before));
        }
        assert_eq!(schedule(&json!({"bps": 1000})), Some(plain));
        for bad in [json!({}), json!({"bps": 10_001}), json!({"bps": 1, "category": "cars"})] {
            assert_eq!(schedule(&bad), None, "{bad}");
        }
    }
}
