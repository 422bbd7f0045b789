//! Likes: a row each, and a count on the listing that always is the number of rows.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, QueryableByName,
    SelectableHelper,
    sql_types::{Bool, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use souk_domain::{
    id::{ProductId, UserId},
    page::{Limit, Page},
    product::{LikeContext, LikePosition, LikedProduct},
};
use souk_ports::{PortError, product::Unliked};
use uuid::Uuid;

use super::row::ProductRow;
use crate::{
    PgPool,
    schema::{product_likes, products, sql_types},
    statement::statement,
    user::row::standing,
    words::AccountStatus,
};

/// The listing first: rivals for the same one queue up there, one behind the other, and whoever comes next sees whether
/// it is still up. The row of the like decides whether there is anything to count, whoever put it there meanwhile.
const LIKE: &str = "
    WITH product AS (SELECT id, seller_id, archived_at FROM products WHERE id = $1 FOR NO KEY UPDATE),
    actor AS (SELECT id, status, deleted_at FROM users WHERE id = $2),
    changed AS (
        INSERT INTO product_likes (product_id, user_id, created_at)
        SELECT product.id, actor.id, $3 FROM product, actor
        WHERE product.archived_at IS NULL AND actor.status = 'active'
        ON CONFLICT DO NOTHING RETURNING product_id),
    counted AS (
        UPDATE products SET likes_count = likes_count + 1 FROM changed WHERE products.id = changed.product_id)
    SELECT seller_id, archived_at IS NOT NULL AS is_archived, status, deleted_at,
        EXISTS (SELECT FROM changed) AS has_changed
    FROM product, actor";

/// The other way round. A count that was wrong before must not keep anybody from changing their mind, hence greatest.
const UNLIKE: &str = "
    WITH product AS (SELECT id, seller_id, archived_at FROM products WHERE id = $1 FOR NO KEY UPDATE),
    actor AS (SELECT id, status, deleted_at FROM users WHERE id = $2),
    changed AS (
        DELETE FROM product_likes USING product, actor
        WHERE product_id = product.id AND user_id = actor.id AND actor.status = 'active'
        RETURNING product_id),
    counted AS (
        UPDATE products SET likes_count = greatest(likes_count - 1, 0) FROM changed
        WHERE products.id = changed.product_id)
    SELECT seller_id, archived_at IS NOT NULL AS is_archived, status, deleted_at,
        EXISTS (SELECT FROM changed) AS has_changed
    FROM product, actor";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    seller_id: Uuid,
    #[diesel(sql_type = Bool)]
    is_archived: bool,
    #[diesel(sql_type = sql_types::UserStatus)]
    status: AccountStatus,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    deleted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    has_changed: bool,
}

impl Found {
    fn context(&self, user: UserId) -> Result<LikeContext, PortError> {
        let standing = standing(self.status, self.deleted_at)
            .ok_or_else(|| PortError::Corrupt(format!("users {user}: status and deleted_at disagree")))?;
        let seller = UserId::from_uuid(self.seller_id);
        Ok(LikeContext { seller, is_archived: self.is_archived, standing })
    }
}

pub(super) async fn like(
    pool: &PgPool,
    id: ProductId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Option<LikeContext>, PortError> {
    let mut conn = pool.lease().await?;
    let found: QueryResult<Found> = statement(LIKE)
        .bind::<SqlUuid, _>(id.as_uuid())
        .bind::<SqlUuid, _>(user.as_uuid())
        .bind::<Timestamptz, _>(now)
        .get_result(&mut *conn)
        .await;
    conn.settle(found.optional())?.map(|found| found.context(user)).transpose()
}

pub(super) async fn unlike(pool: &PgPool, id: ProductId, user: UserId) -> Result<Option<Unliked>, PortError> {
    let mut conn = pool.lease().await?;
    let found: QueryResult<Found> = statement(UNLIKE)
        .bind::<SqlUuid, _>(id.as_uuid())
        .bind::<SqlUuid, _>(user.as_uuid())
        .get_result(&mut *conn)
        .await;
    let found = conn.settle(found.optional())?;
    found.map(|found| Ok(Unliked { context: found.context(user)?, has_liked: found.has_changed })).transpose()
}

pub(super) async fn list(
    pool: &PgPool,
    user: UserId,
    after: Option<LikePosition>,
    limit: Limit,
) -> Result<Page<LikedProduct, LikePosition>, PortError> {
    let mut conn = pool.lease().await?;
    let mut page = product_likes::table
        .inner_join(products::table)
        .filter(product_likes::user_id.eq(user.as_uuid()))
        .filter(products::archived_at.is_null())
        .select((ProductRow::as_select(), product_likes::created_at))
        .order((product_likes::created_at.desc(), product_likes::product_id.desc()))
        .limit(i64::from(limit.rows()) + 1)
        .into_boxed();
    if let Some(LikePosition { liked_at, id }) = after {
        page = page
            .filter(product_likes::created_at.le(liked_at))
            .filter(product_likes::created_at.lt(liked_at).or(product_likes::product_id.lt(id.as_uuid())));
    }
    let rows = page.load::<(ProductRow, DateTime<Utc>)>(&mut *conn).await;
    let liked = |(row, liked_at): (ProductRow, _)| Ok(LikedProduct { product: row.try_into()?, liked_at });
    let rows = conn.settle(rows)?.into_iter().map(liked).collect::<Result<_, PortError>>()?;
    Ok(Page::of(rows, limit, LikedProduct::position))
}
