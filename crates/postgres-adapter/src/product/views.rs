//! Views: counted in batches, each viewer once per listing and day, over all servers.

use async_trait::async_trait;
use chrono::NaiveDate;
use diesel::{
    sql_query,
    sql_types::{Array, BigInt, Bytea, Date, Nullable, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use souk_ports::{
    PortError,
    product::{SeenView, ViewRepository},
};
use uuid::Uuid;

use crate::{PgPool, statement::statement};

/// Who was counted before needs no lock, which is most of them where people come back. The rest lock their listings in the
/// order of their ids, so that two servers wait for one another instead of deadlocking; what a rival has counted in the
/// meantime is then in the way of the insert. What counts is what was inserted.
const COUNT: &str = "
    WITH fresh AS (
        SELECT * FROM unnest($1, $2, $3, $4) AS seen (product_id, day, viewer, by_user)
        WHERE NOT EXISTS (
            SELECT FROM product_views counted
            WHERE counted.day = seen.day AND counted.product_id = seen.product_id AND counted.viewer = seen.viewer)),
    listings AS (
        SELECT id, seller_id FROM products
        WHERE id IN (SELECT product_id FROM fresh) AND archived_at IS NULL
        ORDER BY id FOR NO KEY UPDATE),
    added AS (
        INSERT INTO product_views (day, product_id, viewer, created_at)
        SELECT day, product_id, viewer, statement_timestamp() FROM fresh JOIN listings ON id = product_id
        WHERE seller_id IS DISTINCT FROM by_user
        ON CONFLICT DO NOTHING RETURNING product_id),
    sums AS (SELECT product_id, count(*) AS views FROM added GROUP BY product_id)
    UPDATE products SET views_count = views_count + views FROM sums WHERE id = product_id";

/// Views.
#[derive(Clone)]
pub struct PgViews {
    pool: PgPool,
}

impl PgViews {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl ViewRepository for PgViews {
    async fn count(&self, views: &[SeenView]) -> Result<u64, PortError> {
        let products: Vec<Uuid> = views.iter().map(|seen| seen.view.product.as_uuid()).collect();
        let days: Vec<NaiveDate> = views.iter().map(|seen| seen.view.day).collect();
        let marks: Vec<&[u8]> = views.iter().map(|seen| &seen.view.viewer.0[..]).collect();
        let accounts: Vec<Option<Uuid>> =
            views.iter().map(|seen| seen.by.map(souk_domain::id::UserId::as_uuid)).collect();
        let mut conn = self.pool.lease().await?;
        let counted = statement(COUNT)
            .bind::<Array<SqlUuid>, _>(products)
            .bind::<Array<Date>, _>(days)
            .bind::<Array<Bytea>, _>(marks)
            .bind::<Array<Nullable<SqlUuid>>, _>(accounts)
            .execute(&mut *conn)
            .await;
        let counted = conn.settle(counted)?;
        Ok(u64::try_from(counted).unwrap_or(u64::MAX))
    }

    async fn remove_before(&self, day: NaiveDate, limit: u32) -> Result<u64, PortError> {
        let mut conn = self.pool.lease().await?;
        let removed = sql_query(
            "DELETE FROM product_views WHERE ctid = ANY (ARRAY(
                 SELECT ctid FROM product_views WHERE day < $1 ORDER BY day LIMIT $2 FOR UPDATE SKIP LOCKED))",
        )
        .bind::<Date, _>(day)
        .bind::<BigInt, _>(i64::from(limit))
        .execute(&mut *conn)
        .await;
        let removed = conn.settle(removed)?;
        Ok(u64::try_from(removed).unwrap_or(u64::MAX))
    }
}
