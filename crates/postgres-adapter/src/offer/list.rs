//! Finding offers.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper, dsl::sql,
    pg::Pg, sql_types::Bool,
};
use diesel_async::RunQueryDsl;

use souk_domain::{
    id::OfferId,
    offer::{Offer, OfferPosition, OfferQuery, OfferStatus, Party},
    page::Page,
};
use souk_ports::PortError;

use super::OfferRow;
use crate::{PgPool, schema::offers};

type OffersQuery<'a> =
    offers::BoxedQuery<'a, Pg, diesel::dsl::SqlTypeOf<diesel::dsl::AsSelect<OfferRow, Pg>>>;

pub(super) async fn find(pool: &PgPool, id: OfferId) -> Result<Option<Offer>, PortError> {
    let conn = pool.reader().await?;
    let found =
        offers::table.find(id.as_uuid()).select(OfferRow::as_select()).first(&mut conn.connection()).await;
    conn.settle(found.optional())?.map(Offer::try_from).transpose()
}

/// Each side has an index in the order of the list; both sides together are two pages, of which the newest rows make one.
pub(super) async fn list(pool: &PgPool, query: &OfferQuery) -> Result<Page<Offer, OfferPosition>, PortError> {
    let conn = pool.reader().await?;
    let rows = if let Some(role) = query.role {
        side(query, role).load::<OfferRow>(&mut conn.connection()).await
    } else {
        let (mut first, mut second) = (conn.connection(), conn.connection());
        let bought = side(query, Party::Buyer).load::<OfferRow>(&mut first);
        let sold = side(query, Party::Seller).load::<OfferRow>(&mut second);
        let both = async { tokio::try_join!(bought, sold) }.await;
        both.map(|(bought, sold)| bought.into_iter().chain(sold).collect())
    };
    let mut offers = OfferRow::all(conn.settle(rows)?)?;
    offers.sort_by_key(|offer| std::cmp::Reverse((offer.created_at, offer.id)));
    Ok(Page::of(offers, query.limit, Offer::position))
}

/// The offers in which somebody is on this side.
fn side(query: &OfferQuery, role: Party) -> OffersQuery<'static> {
    let mut page = offers::table
        .select(OfferRow::as_select())
        .order((offers::created_at.desc(), offers::id.desc()))
        .limit(i64::from(query.limit.rows()) + 1)
        .into_boxed();
    let user = query.user.as_uuid();
    page = match role {
        Party::Buyer => page.filter(offers::buyer_id.eq(user)),
        Party::Seller => page.filter(offers::seller_id.eq(user)),
    };
    if let Some(product) = query.product {
        page = page.filter(offers::product_id.eq(product.as_uuid()));
    }
    // What waits for an answer is what can still be answered, whether or not the sweep has come by.
    page = match query.status {
        None => page,
        Some(OfferStatus::Pending) => {
            page.filter(sql::<Bool>("status = 'pending'")).filter(offers::expires_at.gt(query.now))
        }
        Some(OfferStatus::Expired) => page.filter(
            sql::<Bool>("(status = 'expired' OR (status = 'pending' AND expires_at <= ")
                .bind::<diesel::sql_types::Timestamptz, _>(query.now)
                .sql("))"),
        ),
        Some(OfferStatus::Accepted) => page.filter(sql::<Bool>("status = 'accepted'")),
        Some(OfferStatus::Rejected) => page.filter(sql::<Bool>("status = 'rejected'")),
        Some(OfferStatus::Cancelled) => page.filter(sql::<Bool>("status = 'cancelled'")),
    };
    if let Some(OfferPosition { created_at, id }) = query.after {
        page = page
            .filter(offers::created_at.le(created_at))
            .filter(offers::created_at.lt(created_at).or(offers::id.lt(id.as_uuid())));
    }
    page
}
