//! How many listings there are in each cell of a grid, from the cheapest source that knows.
//!
//! Window and kind are counted all the time, for the grids of level 3, 5, … 17: a trigger notes what changes, [`add_up`]
//! adds the notes to the sums, and what it has not come to yet is added while reading. So these counts are exact, and
//! cost the same however many listings there are. Finer cells, and filters by condition or price, are counted on the
//! listings themselves, up to [`COUNTABLE`]; beyond, on one listing in 64.
//!
//! [`add_up`]: super::maps

use diesel::sql_types::{BigInt, Integer};
use souk_domain::{
    geo::{GeoPoint, Grid},
    product::{Cluster, ClusterQuery, Clusters, ProductFilter},
};
use souk_ports::PortError;

use super::{chart::Shelf, pieces::Pieces};

/// The coarsest and the finest grid that counts are kept for; every other one between them too.
const KEPT: (u8, u8) = (3, 17);
/// So many listings are counted one by one at most; it takes some 20 ms once they are in memory.
pub(super) const COUNTABLE: i64 = 20_000;
/// One listing in so many is in the sample.
const SAMPLED: i64 = 64;

/// A statement for one number.
pub(super) type Count = Pieces<BigInt>;
/// A statement for cells: column, row, listings, and the sums of their degrees × 10^7.
pub(super) type Cells = Pieces<(Integer, Integer, BigInt, BigInt, BigInt)>;
/// A cell as it is read.
pub(super) type CellRow = (i32, i32, i64, i64, i64);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The counts that are kept.
    Kept,
    /// The listings.
    Listings,
    /// Some of them.
    Sample,
}

impl Source {
    /// The source that the counts are in, if they are kept.
    pub(super) fn kept(query: &ClusterQuery) -> Option<Self> {
        (query.filter.is_coarse() && query.grid.level() <= KEPT.1).then_some(Self::Kept)
    }

    /// Where to count them, if they are not kept and so many listings lie there.
    pub(super) fn for_size(size: i64) -> Self {
        if size <= COUNTABLE { Self::Listings } else { Self::Sample }
    }

    /// How many listings stand behind each that is counted.
    pub(super) fn weight(self) -> i64 {
        match self {
            Self::Kept | Self::Listings => 1,
            Self::Sample => SAMPLED,
        }
    }
}

/// The cells of a grid as those of the next finer one that counts are kept for.
struct Kept {
    level: u8,
    columns: Vec<i32>,
    rows: (i32, i32),
    /// Cells of it in a row make 2 to the power of this many of the grid.
    shift: i32,
}

impl Kept {
    /// Of a grid finer than all of them, the cells around it.
    fn of(grid: &Grid) -> Self {
        let (coarsest, finest) = KEPT;
        let level = (grid.level() | 1).clamp(coarsest, finest);
        let (first, last) = (*grid.rows().start(), *grid.rows().end());
        if level < grid.level() {
            let up = grid.level() - level;
            let mut columns: Vec<_> = grid.columns().iter().map(|column| column >> up).collect();
            columns.dedup();
            return Self { level, columns, rows: (first >> up, last >> up), shift: 0 };
        }
        let down = level - grid.level();
        let within = |column: &i32| (column << down)..((column + 1) << down);
        Self {
            level,
            columns: grid.columns().iter().flat_map(within).collect(),
            rows: (first << down, ((last + 1) << down) - 1),
            shift: i32::from(down),
        }
    }

    /// `SELECT …` of these cells from the sums, and from what is not in them yet.
    fn read<Row>(&self, filter: &ProductFilter, statement: Pieces<Row>) -> Pieces<Row> {
        let up = i32::from(KEPT.1 - self.level);
        statement
            .text("SELECT x, y, products, longitudes, latitudes FROM product_cells WHERE level = ")
            .integer(i32::from(self.level))
            .text(" AND x = ANY (")
            .integers(&self.columns)
            .text(") AND y BETWEEN ")
            .integer(self.rows.0)
            .text(" AND ")
            .integer(self.rows.1)
            .coarse_filter(filter)
            .text(" UNION ALL SELECT x, y, products, products * longitude, products * latitude FROM (SELECT x >> ")
            .integer(up)
            .text(" x, y >> ")
            .integer(up)
            .text(
                " y, products, longitude, latitude, category, feed_type FROM product_cell_changes) changes \
                 WHERE x = ANY (",
            )
            .integers(&self.columns)
            .text(") AND y BETWEEN ")
            .integer(self.rows.0)
            .text(" AND ")
            .integer(self.rows.1)
            .coarse_filter(filter)
    }
}

/// How many listings of a window and kind lie in a grid's cells; for cells finer than counts are kept for, in those
/// around them.
pub(super) fn count(grid: &Grid, filter: &ProductFilter) -> Count {
    let statement = Pieces::new().text("SELECT coalesce(sum(products), 0)::bigint FROM (");
    Kept::of(grid).read(filter, statement).text(") cells")
}

/// The cells of a grid that hold anything.
pub(super) fn cells<Row>(query: &ClusterQuery, source: Source, statement: Pieces<Row>) -> Pieces<Row> {
    match source {
        Source::Kept => kept(query, statement),
        Source::Listings | Source::Sample => counted(query, source, statement),
    }
}

fn kept<Row>(query: &ClusterQuery, statement: Pieces<Row>) -> Pieces<Row> {
    let kept = Kept::of(&query.grid);
    let statement =
        statement.text("SELECT x >> ").integer(kept.shift).text(" x, y >> ").integer(kept.shift).text(
            " y, sum(products)::bigint products, sum(longitudes)::bigint longitudes, \
             sum(latitudes)::bigint latitudes FROM (",
        );
    kept.read(&query.filter, statement).text(") cells GROUP BY 1, 2 HAVING sum(products) > 0")
}

fn counted<Row>(query: &ClusterQuery, source: Source, statement: Pieces<Row>) -> Pieces<Row> {
    let (grid, filter) = (&query.grid, &query.filter);
    let level = i32::from(grid.level());
    let sampled = source == Source::Sample;
    let statement = statement
        .text("SELECT x, y, count(*) products, sum(longitude)::bigint longitudes, sum(latitude)::bigint latitudes ")
        .text("FROM (SELECT map_cell(map_x(location), ")
        .integer(level)
        .text(") x, map_cell(map_y(location), ")
        .integer(level)
        .text(
            ") y, round(ST_X(location) * 1e7)::bigint longitude, round(ST_Y(location) * 1e7)::bigint latitude \
             FROM products WHERE is_available",
        )
        // As the sample's index has it.
        .text(if sampled { " AND (get_byte(uuid_send(id), 15) & 63) = 0" } else { "" });
    statement
        .within(&grid.areas(), Some(if sampled { Shelf::ALL } else { Shelf::of(filter) }))
        .coarse_filter(filter)
        .fine_filter(filter)
        .text(") points WHERE x = ANY (")
        .integers(grid.columns())
        .text(") AND y BETWEEN ")
        .integer(*grid.rows().start())
        .text(" AND ")
        .integer(*grid.rows().end())
        .text(" GROUP BY x, y")
}

/// The cells as they are told.
pub(super) fn found(query: &ClusterQuery, source: Source, rows: Vec<CellRow>) -> Result<Clusters, PortError> {
    let cell = |(x, y, products, longitudes, latitudes): CellRow| {
        let centre = GeoPoint::mean(latitudes, longitudes, products)
            .ok_or_else(|| PortError::Corrupt(format!("product_cells {x}/{y}: the centre is nowhere")))?;
        Ok(Cluster { cell: query.grid.area_of(x, y), products: products * source.weight(), centre })
    };
    let cells = rows.into_iter().map(cell).collect::<Result<_, PortError>>()?;
    Ok(Clusters { cells, approximate: source == Source::Sample })
}
