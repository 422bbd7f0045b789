//! What is near a point, nearest first, exact to the metre and yet from a plain index.
//!
//! The index gives what is nearest on the chart, which is what is nearest on the ground but for a few rows. So a few rows
//! more are read than the page needs. Whatever was not read is further on the chart than the last of them; if something
//! as near as the last row of the page would have to be nearer there, the page is complete. That is nearly always so.
//! Otherwise the page's last distance, which can only be too large, bounds a second search: everything within it.
//!
//! A circle over the antimeridian is searched from the other side too, with the centre moved once around the world. Around a
//! pole the chart is no good: there the whole band of latitude is read.

use diesel::{
    QueryResult,
    dsl::{AsSelect, SqlTypeOf},
    pg::Pg,
    sql_types::Double,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    geo::{GeoBox, Meters},
    product::{NearbyProduct, NearbyQuery, ProductFilter},
};
use souk_ports::PortError;

use super::{
    chart::{Centre, HALF_WORLD, LATITUDE_DEGREE, Shelf},
    pieces::Pieces,
    ring,
    row::ProductRow,
};
use crate::PgPool;

/// A listing and its distance in metres.
pub(super) type NearbyRow = (ProductRow, f64);
/// Listings and their distances, still to be asked for.
pub(super) type NearbyRows = Pieces<(SqlTypeOf<AsSelect<ProductRow, Pg>>, Double)>;

/// The circle's extent, and how to search it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Extent {
    /// Within one chart of the world.
    Plain,
    /// Over the antimeridian: also from the centre moved by so much to the east.
    Wrapped(f64),
    /// Around a pole.
    Polar,
}

/// Nearer to a pole than this, in degrees, the chart is no good.
const POLAR: f64 = 88.0;
/// So many rows are read beyond those of a page, and one more for so many of them.
const SPARE: usize = 1;
const ROWS_PER_SPARE: usize = 16;

/// A search.
struct Search<'q> {
    query: &'q NearbyQuery,
    centre: Centre,
    extent: Extent,
    /// How far on the chart everything lies at most that is within the radius.
    reach: f64,
}

/// The rows of a page and one more.
pub(super) async fn read(pool: &PgPool, query: &NearbyQuery) -> Result<Vec<NearbyRow>, PortError> {
    let search = Search::of(query);
    let mut bound = None;
    if search.is_quick() {
        let conn = pool.reader().await?;
        let found = search.nearest(conn.connection()).await;
        match conn.settle(found)? {
            Nearest::Complete(rows) => return Ok(rows),
            Nearest::Within(metres) => bound = Some(metres),
        }
    }
    let conn = pool.lease().await?;
    let rows = search.read(&conn, bound).await;
    conn.settle(rows)
}

/// What the first search found.
enum Nearest {
    /// The rows of a page and one more, or all there are.
    Complete(Vec<NearbyRow>),
    /// A distance within which they are.
    Within(f64),
}

impl<'q> Search<'q> {
    fn of(query: &'q NearbyQuery) -> Self {
        let centre = Centre::new(Shelf::of(&query.filter), query.centre);
        let radius = query.radius.meters();
        let (reach, x) = (centre.outer(radius), Shelf::ALL.east(query.centre.longitude()));
        let extent = if query.centre.latitude().abs() + radius / LATITUDE_DEGREE > POLAR {
            Extent::Polar
        } else if x + reach > HALF_WORLD {
            Extent::Wrapped(-2.0 * HALF_WORLD)
        } else if x - reach < -HALF_WORLD {
            Extent::Wrapped(2.0 * HALF_WORLD)
        } else {
            Extent::Plain
        };
        Self { query, centre, extent, reach }
    }

    /// Whether few rows have to be looked at: those that the index gives, until there are enough.
    fn is_quick(&self) -> bool {
        let indexed = ProductFilter { category: self.query.filter.category, ..ProductFilter::default() };
        self.extent == Extent::Plain && self.query.after.is_none() && self.query.filter == indexed
    }

    /// One more than a page holds.
    fn rows(&self) -> usize {
        usize::from(self.query.limit.rows()) + 1
    }

    /// From where to search the chart.
    fn centres(&self) -> Vec<Centre> {
        match self.extent {
            Extent::Plain => vec![self.centre],
            Extent::Wrapped(around) => vec![self.centre, self.centre.moved(around)],
            Extent::Polar => Vec::new(),
        }
    }

    /// The rows of a page and one more. `bound` is a distance within which they are, if one is known.
    async fn read(self, mut conn: &AsyncPgConnection, bound: Option<f64>) -> QueryResult<Vec<NearbyRow>> {
        if let (Some(seen), Extent::Plain) = (self.query.after, self.extent)
            && let Some(found) = ring::read(conn, self.query, &self.centre, seen).await?
        {
            return Ok(found);
        }
        let bound = match (bound, self.extent) {
            (Some(bound), _) => bound,
            (None, Extent::Polar) => self.query.radius.meters(),
            (None, Extent::Plain | Extent::Wrapped(_)) => match self.nearest(conn).await? {
                Nearest::Complete(rows) => return Ok(rows),
                Nearest::Within(bound) => bound,
            },
        };
        self.within(bound).load(&mut conn).await
    }

    /// The nearest on the chart, if they are the nearest on the ground.
    async fn nearest(&self, mut conn: &AsyncPgConnection) -> QueryResult<Nearest> {
        let asked = self.rows() + SPARE + self.rows() / ROWS_PER_SPARE;
        let (mut found, mut unseen_from) = (Vec::new(), f64::INFINITY);
        for centre in self.centres() {
            let mut rows: Vec<NearbyRow> = self.candidates(&centre, asked).load(&mut conn).await?;
            if rows.len() >= asked {
                let last = rows.last().and_then(|(row, _)| row.point());
                unseen_from = unseen_from.min(last.map_or(0.0, |point| centre.distance(point)));
            }
            found.append(&mut rows);
        }
        found.sort_by(|(left, near), (right, far)| near.total_cmp(far).then(left.id().cmp(&right.id())));
        let bound = found.get(self.rows() - 1).map_or(f64::INFINITY, |(_, metres)| *metres);
        let bound = bound.min(self.query.radius.meters());
        if self.centre.outer(bound) < unseen_from {
            found.retain(|(_, metres)| *metres <= self.query.radius.meters());
            found.truncate(self.rows());
            return Ok(Nearest::Complete(found));
        }
        Ok(Nearest::Within(bound))
    }

    /// So many of the nearest on the chart.
    fn candidates(&self, centre: &Centre, rows: usize) -> NearbyRows {
        let statement = Pieces::new().text("SELECT ").listing().text(", ").meters_from(centre);
        let statement = statement.text(" FROM products WHERE is_available AND ").around(centre, self.reach);
        let statement = self.filtered(statement);
        let statement = match self.query.after {
            Some(seen) => statement.text(" AND (").meters_from(centre).text(", id) > (").seen(seen),
            None => statement,
        };
        statement
            .text(" ORDER BY ")
            .text(centre.shelf.point())
            .text(" <-> ")
            .spot(centre)
            .text(" LIMIT ")
            .bigint(i64::try_from(rows).unwrap_or(i64::MAX))
    }

    /// The rows of a page and one more, if they are within so many metres.
    fn within(&self, metres: f64) -> NearbyRows {
        let statement = Pieces::new().text("SELECT ").listing().text(", d FROM (SELECT *, ");
        let statement = statement.meters_from(&self.centre).text(" d FROM products WHERE is_available AND (");
        let reach = self.centre.outer(metres);
        let statement = match self.extent {
            Extent::Polar => {
                let degrees = self.query.radius.meters() / LATITUDE_DEGREE;
                statement.charted(self.centre.shelf, &GeoBox::band(self.query.centre, degrees))
            }
            Extent::Plain => statement.around(&self.centre, reach),
            Extent::Wrapped(around) => {
                let beyond = self.centre.moved(around);
                statement.around(&self.centre, reach).text(" OR ").around(&beyond, reach)
            }
        };
        // OFFSET 0 keeps the planner from computing the distance again for each place it is named in.
        let statement =
            self.filtered(statement.text(")")).text(" OFFSET 0) products WHERE d <= ").double(metres);
        let statement = match self.query.after {
            Some(seen) => statement.text(" AND (d, id) > (").seen(seen),
            None => statement,
        };
        statement.text(" ORDER BY d, id LIMIT ").bigint(i64::from(self.query.limit.rows()) + 1)
    }

    fn filtered(&self, statement: NearbyRows) -> NearbyRows {
        statement.coarse_filter(&self.query.filter).fine_filter(&self.query.filter)
    }
}

pub(super) fn found((row, distance): NearbyRow) -> Result<NearbyProduct, PortError> {
    Ok(NearbyProduct { product: row.try_into()?, distance: Meters(distance) })
}
