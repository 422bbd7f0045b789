//! Listings on maps.

use std::convert::Infallible;

use async_trait::async_trait;
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{BigInt, Bool},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    page::Page,
    product::{
        ClusterQuery, Clusters, FeedPosition, InBoxQuery, Product, ProductFilter, ProductSort, TileQuery,
    },
};
use souk_ports::{DecideError, PortError, product::ProductMaps};

use super::{
    clusters::{self, Source},
    in_box,
    row::ProductRow,
    tile,
};
use crate::{
    PgPool,
    error::{TryError, retrying},
    statement::statement,
};

/// Listings, as maps show them.
#[derive(Clone)]
pub struct PgMaps {
    pool: PgPool,
}

impl PgMaps {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl ProductMaps for PgMaps {
    async fn list_in_box(&self, query: &InBoxQuery) -> Result<Page<Product, FeedPosition>, PortError> {
        let mut conn = self.pool.lease().await?;
        let read = rows_in_box(&mut conn, query).await;
        let (rows, cut) = conn.settle(read)?;
        let products = rows.into_iter().map(Product::try_from).collect::<Result<_, _>>()?;
        let page = Page::of(products, query.limit, |product| ProductSort::Newest.position(product));
        Ok(Page { next: page.next.or(cut), ..page })
    }

    async fn list_clusters(&self, query: &ClusterQuery) -> Result<Clusters, PortError> {
        let mut conn = self.pool.lease().await?;
        let read = cells(&mut conn, query).await;
        let (source, rows) = conn.settle(read)?;
        clusters::found(query, source, rows)
    }

    async fn draw_tile(&self, query: &TileQuery) -> Result<Vec<u8>, PortError> {
        let mut conn = self.pool.lease().await?;
        let drawn = drawn(&mut conn, query).await;
        conn.settle(drawn)
    }

    async fn add_up(&self, limit: u32) -> Result<u64, PortError> {
        retrying(|| try_add_up(&self.pool, limit)).await.map_err(|error| match error {
            DecideError::Port(error) => error,
            DecideError::Refused(never) => match never {},
            DecideError::NotFound | DecideError::AlreadyDone | DecideError::StillRunning => {
                PortError::Unexpected("adding up looks for nothing and repeats nothing".to_owned())
            }
        })
    }
}

type InBox = (Vec<ProductRow>, Option<FeedPosition>);

/// The rows of a page, and where to go on if it ends before it is full.
async fn rows_in_box(conn: &mut AsyncPgConnection, query: &InBoxQuery) -> QueryResult<InBox> {
    let size: i64 = in_box::size(query).get_result(conn).await?;
    if in_box::is_small(query, size) {
        return Ok((in_box::of_all(query).load(conn).await?, None));
    }
    let rows: Vec<ProductRow> = in_box::of_newest(query).load(conn).await?;
    if rows.len() > usize::from(query.limit.rows()) {
        return Ok((rows, None));
    }
    let last: Vec<in_box::PositionRow> = in_box::last_looked_at(query).load(conn).await?;
    Ok((rows, last.into_iter().next().map(in_box::position)))
}

async fn cells(
    conn: &mut AsyncPgConnection,
    query: &ClusterQuery,
) -> QueryResult<(Source, Vec<clusters::CellRow>)> {
    let source = match Source::kept(query) {
        Some(kept) => kept,
        None => Source::for_size(size(conn, query, &query.filter).await?),
    };
    let statement: clusters::Cells = clusters::cells(query, source, clusters::Cells::new());
    Ok((source, statement.load(conn).await?))
}

async fn size(
    conn: &mut AsyncPgConnection,
    query: &ClusterQuery,
    filter: &ProductFilter,
) -> QueryResult<i64> {
    clusters::count(&query.grid, filter).get_result(conn).await
}

async fn drawn(conn: &mut AsyncPgConnection, query: &TileQuery) -> QueryResult<Vec<u8>> {
    let clusters = ClusterQuery { grid: query.tile.grid(), filter: query.filter };
    let size = size(conn, &clusters, &query.filter).await?;
    if size == 0 {
        return Ok(Vec::new());
    }
    if tile::may_show_all(query, size) {
        let (listings, drawn): (i64, Option<Vec<u8>>) = tile::points(query).get_result(conn).await?;
        if tile::shows_all(listings) {
            return Ok(drawn.filter(|_| listings > 0).unwrap_or_default());
        }
    }
    let source = Source::kept(&clusters).unwrap_or_else(|| Source::for_size(size));
    let drawn: Option<Vec<u8>> = tile::cells(query, source).get_result(conn).await?;
    Ok(drawn.unwrap_or_default())
}

/// One adds up at a time: rivals would wait for one another's rows. The lock is asked for first, so that the statement
/// after it sees everything that its last holder wrote.
async fn try_add_up(pool: &PgPool, limit: u32) -> Result<u64, TryError<Infallible>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let added = lease
        .transaction(async |conn| {
            let Free { free } = statement(LOCK).get_result(conn).await?;
            if !free {
                return Ok(0);
            }
            let Added { changes } =
                statement(ADD_UP).bind::<BigInt, _>(i64::from(limit)).get_result(conn).await?;
            Ok(u64::try_from(changes).unwrap_or_default())
        })
        .await;
    lease.finish();
    added
}

#[derive(QueryableByName)]
struct Free {
    #[diesel(sql_type = Bool)]
    free: bool,
}

/// How many changes.
#[derive(QueryableByName)]
struct Added {
    #[diesel(sql_type = BigInt)]
    changes: i64,
}

/// The migration that fills the counts takes the same one.
const LOCK: &str = "SELECT pg_try_advisory_xact_lock(hashtextextended('product_cells', 0)) AS free";

const ADD_UP: &str = "WITH noted AS (
    DELETE FROM product_cell_changes
    WHERE id = ANY (ARRAY(SELECT id FROM product_cell_changes ORDER BY id LIMIT $1)) RETURNING *
), fine AS (
    SELECT x, y, category, feed_type, sum(products) AS products, sum(products * longitude) AS longitudes,
        sum(products * latitude) AS latitudes
    FROM noted GROUP BY x, y, category, feed_type
), net AS (
    SELECT level, x >> 17 - level AS x, y >> 17 - level AS y, category, feed_type, sum(products)::bigint AS products,
        sum(longitudes)::bigint AS longitudes, sum(latitudes)::bigint AS latitudes
    FROM fine, unnest(ARRAY[3, 5, 7, 9, 11, 13, 15, 17]) AS level
    GROUP BY level, x >> 17 - level, y >> 17 - level, category, feed_type
), merged AS (
    MERGE INTO product_cells cell USING net
    ON cell.level = net.level AND cell.x = net.x AND cell.y = net.y AND cell.category = net.category
        AND cell.feed_type = net.feed_type
    WHEN MATCHED AND cell.products + net.products = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET products = cell.products + net.products,
        longitudes = cell.longitudes + net.longitudes, latitudes = cell.latitudes + net.latitudes
    WHEN NOT MATCHED AND net.products <> 0 THEN INSERT
        VALUES (net.level, net.x, net.y, net.category, net.feed_type, net.products, net.longitudes, net.latitudes)
    RETURNING 1
)
SELECT count(*) AS changes FROM noted, (SELECT count(*) FROM merged) all_of_them";
