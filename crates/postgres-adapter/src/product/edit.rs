//! Editing a listing and taking it down: lock it, ask the rule, write what it says.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, QueryableByName, SelectableHelper,
    sql_types::{Bool, Nullable, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use postgis_diesel::{sql_types::Geometry, types::Point};
use souk_domain::{
    geo::GeoPoint,
    id::ProductId,
    offer::Rejection,
    product::{ArchivalContext, EditContext, Product, ProductRefusal},
    user::Standing,
};
use souk_ports::{
    DecideError, PortError,
    product::{DecideArchival, DecideEdit},
};

use super::row::{ProductChanges, ProductRow, StateColumns};
use crate::{
    PgPool,
    error::TryError,
    offer::reject_all,
    point,
    schema::{product_pickup_points, products, users},
    statement::statement,
    user::row::standing,
    words::AccountStatus,
};

pub(super) async fn try_edit(
    pool: &PgPool,
    id: ProductId,
    decide: &DecideEdit<'_>,
) -> Result<Product, TryError<ProductRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let edited = lease
        .transaction(async |conn| {
            let (product, standing) = lock(conn, id).await?;
            let around = around(conn, id).await?;
            let pickup = around.pickup.map(|found| point::found(found, "product_pickup_points.location"));
            let pickup = pickup.transpose().map_err(DecideError::from)?;
            let has_pending_offers = around.has_pending_offers;
            let context = EditContext { product, pickup, standing, has_pending_offers };
            let edited = decide(&context).map_err(DecideError::Refused)?;
            if edited.product != context.product {
                let changes = ProductChanges::from(&edited.product);
                diesel::update(products::table.find(id.as_uuid())).set(changes).execute(conn).await?;
            }
            if edited.pickup != context.pickup {
                write_pickup_point(conn, &edited.product, edited.pickup).await?;
            }
            Ok(edited.product)
        })
        .await;
    lease.finish();
    edited
}

pub(super) async fn try_archive(
    pool: &PgPool,
    id: ProductId,
    decide: &DecideArchival<'_>,
) -> Result<(), TryError<ProductRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let archived = lease
        .transaction(async |conn| {
            let (product, standing) = lock(conn, id).await?;
            let decision = decide(&ArchivalContext { product, standing }).map_err(DecideError::Refused)?;
            let Some(product) = decision else { return Ok(()) };
            let state = StateColumns::from(&product);
            diesel::update(products::table.find(id.as_uuid())).set(state).execute(conn).await?;
            reject_all(conn, id, Rejection::ItemArchived, product.updated_at).await?;
            Ok(())
        })
        .await;
    lease.finish();
    pool.announce();
    archived
}

/// The listing, locked against whatever else would change it, sell it or count something of it; and whether its seller
/// may act.
async fn lock(
    conn: &mut AsyncPgConnection,
    id: ProductId,
) -> Result<(Product, Standing), TryError<ProductRefusal>> {
    type Seller = (Option<AccountStatus>, Option<DateTime<Utc>>);
    let seller = || users::table.filter(users::id.eq(products::seller_id));
    let found: Option<(ProductRow, Seller)> = products::table
        .find(id.as_uuid())
        .select((
            ProductRow::as_select(),
            (
                seller().select(users::status).single_value(),
                seller().select(users::deleted_at).single_value(),
            ),
        ))
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    let (row, (status, deleted_at)) = found.ok_or(DecideError::NotFound)?;
    let product = Product::try_from(row).map_err(DecideError::from)?;
    let standing = status.and_then(|status| standing(status, deleted_at));
    let corrupt = || PortError::Corrupt(format!("users {}: status and deleted_at disagree", product.seller));
    let standing = standing.ok_or_else(corrupt).map_err(DecideError::from)?;
    Ok((product, standing))
}

/// What an edit has to know beside the listing itself.
#[derive(QueryableByName)]
struct Around {
    #[diesel(sql_type = Nullable<Geometry>)]
    pickup: Option<Point>,
    #[diesel(sql_type = Bool)]
    has_pending_offers: bool,
}

/// A statement of its own, after the lock is held: it sees what whoever held the lock before has left.
async fn around(conn: &mut AsyncPgConnection, id: ProductId) -> QueryResult<Around> {
    statement(
        "SELECT (SELECT location FROM product_pickup_points WHERE product_id = $1) AS pickup,
             EXISTS (SELECT FROM offers WHERE product_id = $1 AND status = 'pending'
                     AND expires_at > clock_timestamp()) AS has_pending_offers",
    )
    .bind::<SqlUuid, _>(id.as_uuid())
    .get_result(conn)
    .await
}

async fn write_pickup_point(
    conn: &mut AsyncPgConnection,
    product: &Product,
    exact: Option<GeoPoint>,
) -> QueryResult<()> {
    use product_pickup_points::dsl;
    let Some(exact) = exact else {
        let point = dsl::product_pickup_points.find(product.id.as_uuid());
        return diesel::delete(point).execute(conn).await.map(|_| ());
    };
    let (location, updated_at) =
        (dsl::location.eq(point::stored(exact)), dsl::updated_at.eq(product.updated_at));
    diesel::insert_into(dsl::product_pickup_points)
        .values((
            dsl::product_id.eq(product.id.as_uuid()),
            location,
            dsl::created_at.eq(product.updated_at),
            updated_at,
        ))
        .on_conflict(dsl::product_id)
        .do_update()
        .set((location, updated_at))
        .execute(conn)
        .await
        .map(|_| ())
}
