//! Listings in PostgreSQL.

mod feed;
mod nearby;
mod publish;
mod row;

use async_trait::async_trait;
use diesel::{OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use souk_domain::{
    id::{ProductId, UserId},
    page::Page,
pub(crate) use row::state;
    product::{
        FeedPosition, NearbyPosition, NearbyProduct, NearbyQuery, Product, ProductQuery, ProductRefusal,
    },
};
use souk_ports::{
    DecideError, PortError,
    idempotency::Once,
    product::{DecidePublication, ProductRepository},
};

use self::{
    nearby::{Nearby, NearbyRow},
    row::ProductRow,
};
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

    async fn find(&self, id: ProductId) -> Result<Option<Product>, PortError> {
        let mut conn = self.pool.lease().await?;
        let found =
            products::table.find(id.as_uuid()).select(ProductRow::as_select()).first(&mut *conn).await;
        conn.settle(found.optional())?.map(Product::try_from).transpose()
    }

    async fn list(&self, query: &ProductQuery) -> Result<Page<Product, FeedPosition>, PortError> {
        let mut conn = self.pool.lease().await?;
        let rows = feed::page(query).load::<ProductRow>(&mut *conn).await;
        let rows = conn.settle(rows)?.into_iter().map(Product::try_from).collect::<Result<_, _>>()?;
        Ok(Page::of(rows, query.limit, |product| query.sort.position(product)))
    }

    async fn list_nearby(
        &self,
        query: &NearbyQuery,
    ) -> Result<Page<NearbyProduct, NearbyPosition>, PortError> {
        let mut conn = self.pool.lease().await?;
        let rows = Nearby::of(query).load::<NearbyRow>(&mut *conn).await;
        let rows = conn.settle(rows)?.into_iter().map(nearby::found).collect::<Result<_, _>>()?;
        Ok(Page::of(rows, query.limit, NearbyProduct::position))
    }
}
