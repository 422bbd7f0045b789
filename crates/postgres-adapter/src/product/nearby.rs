//! What is near a point, nearest first, exact to the metre and yet from the plain index.
//!
//! The index orders by degrees, which is not the order of metres. So the search goes in two steps, in one statement:
//! first the `n` nearest by degrees within the radius; the n-th of their exact distances, `m`, can only be too large for
//! the true n-th neighbour. Then everything within `m`, by exact distance. Some 90 pages and 65 exact distances for
//! 20 rows, whatever the number of listings.
//!
//! Boxes are in degrees, never smaller than the circle: 110,500 m is less than any degree of latitude has, and a
//! degree of longitude is taken where the circle reaches nearest to a pole. A box over the antimeridian is searched from
//! the other side too, with the centre moved by 360 degrees. Around a pole degrees of longitude mean nothing: there
//! the whole band of latitude is read.

use diesel::{
    QueryResult,
    dsl::{AsSelect, SqlTypeOf},
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{BigInt, Double, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    geo::Meters,
    product::{NearbyProduct, NearbyQuery},
};
use souk_ports::PortError;
use uuid::Uuid;

use super::{pieces::indexed_point, ring, row::ProductRow, sector::LATITUDE_DEGREE};
use crate::schema::sql_types;

/// A listing and its distance in metres.
pub(super) type NearbyRow = (ProductRow, f64);

pub(super) fn found((row, distance): NearbyRow) -> Result<NearbyProduct, PortError> {
    Ok(NearbyProduct { product: row.try_into()?, distance: Meters(distance) })
}

/// The circle's extent in degrees, and how to search it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Extent {
    /// Within one map of the world.
    Plain,
    /// Over the antimeridian: also from the centre moved by this many degrees of longitude.
    Wrapped(f64),
    /// Around a pole.
    Polar,
}

/// The statement, with all it binds.
pub(super) struct Nearby<'q> {
    query: &'q NearbyQuery,
    latitude: f64,
    longitude: f64,
    radius: f64,
    /// The fewest metres that a degree of longitude has within the circle.
    longitude_degree: f64,
    extent: Extent,
    /// The last row seen: its distance and id.
    after: Option<(f64, Uuid)>,
    /// One more than a page holds.
    rows: i64,
    columns: AsSelect<ProductRow, Pg>,
}

/// Nearer to a pole than this, in degrees, a box is no good.
const POLAR: f64 = 88.0;

impl<'q> Nearby<'q> {
    pub(super) fn of(query: &'q NearbyQuery) -> Self {
        let (latitude, longitude) = (query.centre.latitude(), query.centre.longitude());
        let radius = query.radius.meters();
        let reach = latitude.abs() + radius / LATITUDE_DEGREE;
        let longitude_degree = 111_300.0 * reach.min(89.0).to_radians().cos();
        let half_width = radius / longitude_degree;
        let extent = if reach > POLAR {
            Extent::Polar
        } else if longitude + half_width > 180.0 {
            Extent::Wrapped(-360.0)
        } else if longitude - half_width < -180.0 {
            Extent::Wrapped(360.0)
        } else {
            Extent::Plain
        };
        let rows = i64::from(query.limit.rows()) + 1;
        let after = query.after.map(|after| (after.distance.0, after.id.as_uuid()));
        let columns = ProductRow::as_select();
        Self { query, latitude, longitude, radius, longitude_degree, extent, after, rows, columns }
    }

    /// The rows of a page and one more.
    pub(super) async fn read(self, mut conn: &AsyncPgConnection) -> QueryResult<Vec<NearbyRow>> {
        if let (Some(seen), Extent::Plain) = (self.query.after, self.extent)
            && let Some(found) = ring::read(conn, self.query, seen, self.longitude_degree).await?
        {
            return Ok(found);
        }
        self.load(&mut conn).await
    }

    /// The column as the index that fits the filters has it.
    fn location(&self) -> &'static str {
        indexed_point(&self.query.filter)
    }

    /// `AND …` for each filter. Enum values are bound: no index predicate holds one.
    fn filters<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let filter = &self.query.filter;
        if let Some(category) = &filter.category {
            out.push_sql(" AND category = ");
            out.push_bind_param::<sql_types::ProductCategory, _>(category)?;
        }
        if let Some(feed) = &filter.feed {
            out.push_sql(" AND feed_type = ");
            out.push_bind_param::<sql_types::FeedType, _>(feed)?;
        }
        if let Some(condition) = &filter.condition {
            out.push_sql(" AND condition = ");
            out.push_bind_param::<sql_types::ProductCondition, _>(condition)?;
        }
        if let Some(least) = &filter.min_price_minor {
            out.push_sql(" AND price_minor >= ");
            out.push_bind_param::<BigInt, _>(least)?;
        }
        if let Some(most) = &filter.max_price_minor {
            out.push_sql(" AND price_minor <= ");
            out.push_bind_param::<BigInt, _>(most)?;
        }
        Ok(())
    }

    /// `AND …` for rows after the last one seen, given how a row's distance is written.
    fn after<'b>(&'b self, distance: &str, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if let Some((seen, id)) = &self.after {
            out.push_sql(" AND (");
            out.push_sql(distance);
            out.push_sql(", id) > (");
            out.push_bind_param::<Double, _>(seen)?;
            out.push_sql("::float8, ");
            out.push_bind_param::<SqlUuid, _>(id)?;
            out.push_sql(")");
        }
        Ok(())
    }

    /// `q`: the centre as point and as geography, and the centre seen from the other side.
    fn centre<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "WITH q AS MATERIALIZED (SELECT *, point(lon, lat) p, ST_Point(lon, lat, 4326)::geography g",
        );
        if let Extent::Wrapped(shift) = &self.extent {
            out.push_sql(", point(lon + ");
            out.push_bind_param::<Double, _>(shift)?;
            out.push_sql(", lat) p2");
        }
        out.push_sql(" FROM (SELECT ");
        for (value, name) in [
            (&self.longitude, "::float8 lon, "),
            (&self.latitude, "::float8 lat, "),
            (&self.radius, "::float8 r, "),
            (&self.longitude_degree, "::float8 mlon) v)"),
        ] {
            out.push_bind_param::<Double, _>(value)?;
            out.push_sql(name);
        }
        Ok(())
    }

    /// `k`: the bound `m`, from the nearest rows by degrees.
    fn bound<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let centres: &[&str] = match self.extent {
            Extent::Polar => {
                out.push_sql(", k AS MATERIALIZED (SELECT r m FROM q)");
                return Ok(());
            }
            Extent::Plain => &["p"],
            Extent::Wrapped(_) => &["p", "p2"],
        };
        out.push_sql(", k AS MATERIALIZED (SELECT CASE WHEN count(*) < ");
        out.push_bind_param::<BigInt, _>(&self.rows)?;
        out.push_sql(" THEN (SELECT r FROM q) ELSE least((SELECT r FROM q), max(d) + 0.01) END m FROM (SELECT d FROM (");
        for (position, centre) in centres.iter().enumerate() {
            if position > 0 {
                out.push_sql(" UNION ALL ");
            }
            out.push_sql("SELECT d FROM (SELECT ");
            out.push_sql(DISTANCE);
            out.push_sql(" d FROM products WHERE is_available AND ");
            out.push_sql(self.location());
            out.push_sql(" <@ (SELECT ");
            out.push_sql(&around(centre, "r"));
            out.push_sql(" FROM q)");
            self.filters(out)?;
            self.after(DISTANCE, out)?;
            out.push_sql(" ORDER BY ");
            out.push_sql(self.location());
            out.push_sql(" <-> (SELECT ");
            out.push_sql(centre);
            out.push_sql(" FROM q) LIMIT ");
            out.push_bind_param::<BigInt, _>(&self.rows)?;
            out.push_sql(") by_degrees");
        }
        out.push_sql(") candidates ORDER BY d LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.rows)?;
        out.push_sql(") nearest)");
        Ok(())
    }

    /// Everything in the boxes of `m`.
    fn boxes(&self, out: &mut AstPass<'_, '_, Pg>) {
        let location = self.location();
        let within = |centre: &str| format!("{location} <@ (SELECT {} FROM q, k)", around(centre, "m"));
        match self.extent {
            Extent::Plain => out.push_sql(&within("p")),
            Extent::Wrapped(_) => out.push_sql(&format!("({} OR {})", within("p"), within("p2"))),
            Extent::Polar => out.push_sql(&format!(
                "{location} <@ (SELECT box(point(-180, lat - r / 110500.0), point(180, lat + r / 110500.0)) FROM q)"
            )),
        }
    }
}

/// The box around a circle, of this many metres as `q` or `k` has them.
fn around(centre: &str, radius: &str) -> String {
    let half = format!("point({radius} / mlon, {radius} / 110500.0)");
    format!("box({centre} - {half}, {centre} + {half})")
}

/// Exact metres from the centre, along the spheroid.
const DISTANCE: &str = "ST_Distance(location::geography, (SELECT g FROM q))";

impl QueryFragment<Pg> for Nearby<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.centre(&mut out)?;
        self.bound(&mut out)?;
        out.push_sql(" SELECT ");
        self.columns.walk_ast(out.reborrow())?;
        out.push_sql(", d FROM (SELECT *, ");
        out.push_sql(DISTANCE);
        out.push_sql(" d FROM products WHERE is_available AND ");
        self.boxes(&mut out);
        self.filters(&mut out)?;
        // OFFSET 0 keeps the planner from computing the distance again for each place it is named in.
        out.push_sql(" OFFSET 0) products WHERE d <= (SELECT m FROM k)");
        self.after("d", &mut out)?;
        out.push_sql(" ORDER BY d, id LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.rows)
    }
}

impl QueryId for Nearby<'_> {
    type QueryId = ();

    // The text depends on filters and extent, so that the text itself is the key of the prepared statement.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Nearby<'_> {
    type SqlType = (SqlTypeOf<AsSelect<ProductRow, Pg>>, Double);
}
