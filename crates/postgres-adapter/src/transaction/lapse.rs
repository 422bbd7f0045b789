//! Giving up deals that nobody paid.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, RunQueryDsl};
use souk_domain::{
    event::Event,
    id::{OfferId, ProductId},
    offer::{Lapse, OfferRefusal},
    transaction::Transaction,
};
use souk_ports::{DecideError, PortError};

use super::row::PendingRow;
use crate::{
    PgPool, conversation,
    due::{self, Due, locking_due},
    error::{TryError, retrying},
    offer::{self, OfferRow},
    statement::statement,
};

const LOCK: &str = locking_due!(
    "SELECT product_id FROM transactions WHERE status = 'pending' AND pay_by <= statement_timestamp()
         ORDER BY pay_by"
);

/// As they are now: between the first look and the lock, somebody may have paid.
const OVER: &str =
    "SELECT * FROM transactions WHERE product_id = ANY ($1) AND status = 'pending' AND pay_by <= $2";

const OFFERS: &str = "SELECT * FROM offers WHERE id = ANY ($1)";

const CANCEL: &str = "UPDATE transactions SET status = 'cancelled', updated_at = $2 WHERE id = ANY ($1)";

/// Gives up at most `limit` deals; says how many.
pub(super) async fn lapse(pool: &PgPool, limit: u32) -> Result<u64, PortError> {
    due::swept(pool, retrying(|| try_lapse(pool, limit)).await)
}

async fn try_lapse(pool: &PgPool, limit: u32) -> Result<u64, TryError<OfferRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let lapsed = lease
        .transaction(async |conn| {
            let Some(Due { listings, now }) = due::lock(conn, LOCK, limit).await? else { return Ok(0) };
            let over = statement(OVER).bind::<Array<SqlUuid>, _>(listings).bind::<Timestamptz, _>(now);
            let rows: Vec<PendingRow> = over.load(conn).await?;
            let deals = rows.into_iter().map(Transaction::try_from).collect::<Result<Vec<_>, _>>();
            let deals = deals.map_err(DecideError::from)?;
            let of: Vec<_> = deals.iter().filter_map(|deal| deal.offer).map(OfferId::as_uuid).collect();
            let offers = statement(OFFERS).bind::<Array<SqlUuid>, _>(of).load(conn).await?;
            let offers = OfferRow::all(offers).map_err(DecideError::from)?;
            let offer_of = |deal: &Transaction| offers.iter().find(|offer| deal.offer == Some(offer.id));
            let mut lapses: Vec<_> = deals
                .into_iter()
                .filter_map(|deal| {
                    let offer = offer_of(&deal).cloned();
                    Lapse::of(deal, offer, now)
                })
                .collect();
            write(conn, &mut lapses, now).await?;
            Ok(u64::try_from(lapses.len()).unwrap_or(u64::MAX))
        })
        .await;
    lease.finish();
    lapsed
}

/// The listings come last: whoever finds one available again finds everything else in its place.
async fn write(
    conn: &mut diesel_async::AsyncPgConnection,
    lapses: &mut [Lapse],
    now: DateTime<Utc>,
) -> diesel::QueryResult<()> {
    let deals: Vec<_> = lapses.iter().map(|lapse| lapse.transaction.id.as_uuid()).collect();
    statement(CANCEL).bind::<Array<SqlUuid>, _>(deals).bind::<Timestamptz, _>(now).execute(conn).await?;
    offer::end(conn, lapses.iter().filter_map(|lapse| lapse.offer.as_ref())).await?;
    let posts: Vec<_> = lapses.iter().flat_map(Lapse::posts).collect();
    let posted = conversation::post(conn, &posts).await?;
    offer::place(&posts, &posted, lapses.iter_mut().filter_map(|lapse| lapse.offer.as_mut()));
    let events: Vec<Event> = lapses.iter().flat_map(|lapse| lapse.events(now)).collect();
    offer::record(conn, events, posted).await?;
    let listings: Vec<ProductId> = lapses.iter().map(|lapse| lapse.transaction.product).collect();
    offer::set_available(conn, &listings, true, now).await
}
