//! Listings in PostgreSQL.

mod chart;
mod clusters;
mod edit;
mod feed;
mod in_box;
mod like;
mod maps;
mod nearby;
mod pieces;
mod publish;
mod rim;
mod ring;
mod row;
mod sector;
mod tile;
mod views;

pub use maps::PgMaps;
pub(crate) use row::state;
pub use views::PgViews;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use souk_domain::{
    id::{ProductId, UserId},
    page::{Limit, Page},
    product::{
        FeedPosition, LikeContext, LikePosition, LikedProduct, NearbyPosition, NearbyProduct, NearbyQuery,
        Product, ProductQuery, ProductRefusal,
    },
};
use souk_ports::{
    DecideError, PortError,
    idempotency::Once,
    product::{DecideArchival, DecideEdit, DecidePublication, ProductRepository, Unliked},
};

use self::row::ProductRow;
use crate::{PgPool, error::retrying, schema::products};

/// Listings.
#[derive(Clone)]
pub struct PgProducts {
    pool: PgPool,
}

impl PgProducts {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl ProductRepository for PgProducts {
    async fn publish<'a>(
        &self,
        seller: UserId,
        decide: &'a DecidePublication<'a>,
        once: Option<&'a Once<'a, Product>>,
    ) -> Result<Product, DecideError<ProductRefusal>> {
        retrying(|| publish::try_publish(&self.pool, seller, decide, once)).await
    }

    async fn edit<'a>(
        &self,
        id: ProductId,
        decide: &'a DecideEdit<'a>,
    ) -> Result<Product, DecideError<ProductRefusal>> {
        retrying(|| edit::try_edit(&self.pool, id, decide)).await
    }

    async fn archive<'a>(
        &self,
        id: ProductId,
        decide: &'a DecideArchival<'a>,
    ) -> Result<(), DecideError<ProductRefusal>> {
        retrying(|| edit::try_archive(&self.pool, id, decide)).await
    }

    async fn like(
        &self,
        id: ProductId,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<LikeContext>, PortError> {
        like::like(&self.pool, id, user, now).await
    }

    async fn unlike(&self, id: ProductId, user: UserId) -> Result<Option<Unliked>, PortError> {
        like::unlike(&self.pool, id, user).await
    }

    async fn list_liked(
        &self,
        user: UserId,
        after: Option<LikePosition>,
        limit: Limit,
    ) -> Result<Page<LikedProduct, LikePosition>, PortError> {
        like::list(&self.pool, user, after, limit).await
    }

    async fn find(&self, id: ProductId) -> Result<Option<Product>, PortError> {
        let conn = self.pool.reader().await?;
        let found = products::table
            .find(id.as_uuid())
            .select(ProductRow::as_select())
            .first(&mut conn.connection())
            .await;
        conn.settle(found.optional())?.map(Product::try_from).transpose()
    }

    async fn list(&self, query: &ProductQuery) -> Result<Page<Product, FeedPosition>, PortError> {
        let conn = self.pool.reader().await?;
        let rows = feed::page(query).load::<ProductRow>(&mut conn.connection()).await;
        let rows = conn.settle(rows)?.into_iter().map(Product::try_from).collect::<Result<_, _>>()?;
        Ok(Page::of(rows, query.limit, |product| query.sort.position(product)))
    }

    async fn list_nearby(
        &self,
        query: &NearbyQuery,
    ) -> Result<Page<NearbyProduct, NearbyPosition>, PortError> {
        let rows = nearby::read(&self.pool, query).await?;
        let rows: Vec<_> = rows.into_iter().map(nearby::found).collect::<Result<_, _>>()?;
        let spread = NearbyProduct::spread(&rows);
        Ok(Page::of(rows, query.limit, |near| near.position(spread)))
    }
}
