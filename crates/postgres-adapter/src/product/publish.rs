//! Publishing: lock the seller's account, ask the rule, write everything or nothing.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    geo::GeoPoint,
    id::UserId,
    product::{Product, ProductRefusal, Publisher},
    user::Role,
};
use souk_ports::{DecideError, PortError, idempotency::Once, product::DecidePublication};

use super::row::NewProductRow;
use crate::{
    PgPool,
    error::TryError,
    idempotency, point,
    schema::{product_pickup_points, products, users},
    user::row::standing,
    words::{AccountStatus, Word},
};

pub(super) async fn try_publish(
    pool: &PgPool,
    seller: UserId,
    decide: &DecidePublication<'_>,
    once: Option<&Once<'_, Product>>,
) -> Result<Product, TryError<ProductRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let published = lease
        .transaction(async |conn| {
            let publisher = lock_publisher(conn, seller).await?;
            let publication = decide(publisher).map_err(DecideError::Refused)?;
            let product = publication.product;
            // Before the rest, so that a repeat ends here having written nothing.
            idempotency::record(conn, once, &product).await?;
            diesel::insert_into(products::table).values(NewProductRow::from(&product)).execute(conn).await?;
            if let Some(exact) = publication.pickup {
                insert_pickup_point(conn, &product, exact).await?;
            }
            if let Some(role) = publication.promotion {
                promote(conn, seller, role, product.created_at).await?;
            }
            Ok(product)
        })
        .await;
    lease.finish();
    published
}

/// The account, locked against whatever else would change its role or standing, without standing in the way of rows
/// that only refer to it.
async fn lock_publisher(
    conn: &mut AsyncPgConnection,
    seller: UserId,
) -> Result<Publisher, TryError<ProductRefusal>> {
    let found: Option<(Role, AccountStatus, Option<DateTime<Utc>>)> = users::table
        .find(seller.as_uuid())
        .select((users::role, users::status, users::deleted_at))
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    let (role, status, deleted_at) = found.ok_or(DecideError::NotFound)?;
    let standing = standing(status, deleted_at)
        .ok_or_else(|| PortError::Corrupt(format!("users {seller}: status and deleted_at disagree")))
        .map_err(DecideError::from)?;
    Ok(Publisher { id: seller, role, standing })
}

async fn insert_pickup_point(
    conn: &mut AsyncPgConnection,
    product: &Product,
    exact: GeoPoint,
) -> Result<(), diesel::result::Error> {
    use product_pickup_points::dsl;
    diesel::insert_into(dsl::product_pickup_points)
        .values((
            dsl::product_id.eq(product.id.as_uuid()),
            dsl::location.eq(point::stored(exact)),
            dsl::created_at.eq(product.created_at),
            dsl::updated_at.eq(product.created_at),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

async fn promote(
    conn: &mut AsyncPgConnection,
    seller: UserId,
    role: Role,
    now: DateTime<Utc>,
) -> Result<(), diesel::result::Error> {
    diesel::update(users::table.find(seller.as_uuid()))
        .set((users::role.eq(Word(role)), users::updated_at.eq(now)))
        .execute(conn)
        .await
        .map(|_| ())
}
