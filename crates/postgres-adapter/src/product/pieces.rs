//! Statements whose text depends on what is asked: put together piece by piece, bound values in their places.
//!
//! Their text is the key under which the connection keeps them prepared, so that each shape is planned once.

use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult,
    dsl::AsSelect,
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Double, Integer, Timestamptz, Uuid as SqlUuid},
};
use souk_domain::{
    geo::GeoBox,
    product::{Category, Condition, Feed, FeedPosition, NearbyPosition, ProductFilter},
};
use uuid::Uuid;

use super::{
    chart::{Centre, ROUNDING, Shelf, north},
    row::ProductRow,
    sector::{Polygon, Sector},
};
use crate::schema::sql_types;

/// A statement whose rows are of type `Row`.
pub(super) struct Pieces<Row> {
    pieces: Vec<Piece>,
    row: PhantomData<Row>,
}

/// A part of a statement.
enum Piece {
    Text(&'static str),
    /// The columns of a listing.
    Listing(AsSelect<ProductRow, Pg>),
    Integer(i32),
    Integers(Vec<i32>),
    BigInt(i64),
    Double(f64),
    Time(DateTime<Utc>),
    Id(Uuid),
    Sectors(Vec<Sector>),
    Category(Category),
    Feed(Feed),
    Condition(Condition),
}

impl<Row> Pieces<Row> {
    pub(super) fn new() -> Self {
        Self { pieces: Vec::new(), row: PhantomData }
    }

    fn with(mut self, piece: Piece) -> Self {
        self.pieces.push(piece);
        self
    }

    pub(super) fn text(self, sql: &'static str) -> Self {
        self.with(Piece::Text(sql))
    }

    pub(super) fn listing(self) -> Self {
        self.with(Piece::Listing(ProductRow::as_select()))
    }

    pub(super) fn integer(self, number: i32) -> Self {
        self.with(Piece::Integer(number))
    }

    pub(super) fn integers(self, numbers: &[i32]) -> Self {
        self.with(Piece::Integers(numbers.to_vec()))
    }

    pub(super) fn bigint(self, number: i64) -> Self {
        self.with(Piece::BigInt(number))
    }

    pub(super) fn double(self, number: f64) -> Self {
        self.with(Piece::Double(number))
    }

    pub(super) fn id(self, id: Uuid) -> Self {
        self.with(Piece::Id(id))
    }

    pub(super) fn sectors(self, sectors: Vec<Sector>) -> Self {
        self.with(Piece::Sectors(sectors))
    }

    /// `AND …` for the window and the kind.
    pub(super) fn coarse_filter(mut self, filter: &ProductFilter) -> Self {
        if let Some(category) = filter.category {
            self = self.text(" AND category = ").with(Piece::Category(category));
        }
        if let Some(feed) = filter.feed {
            self = self.text(" AND feed_type = ").with(Piece::Feed(feed));
        }
        self
    }

    /// `AND …` for everything else.
    pub(super) fn fine_filter(mut self, filter: &ProductFilter) -> Self {
        if let Some(condition) = filter.condition {
            self = self.text(" AND condition = ").with(Piece::Condition(condition));
        }
        if let Some(least) = filter.min_price_minor {
            self = self.text(" AND price_minor >= ").bigint(least);
        }
        if let Some(most) = filter.max_price_minor {
            self = self.text(" AND price_minor <= ").bigint(most);
        }
        self
    }

    /// `AND …` for listings that come after this one, newest first.
    pub(super) fn after(self, position: Option<FeedPosition>) -> Self {
        let Some(position) = position else { return self };
        // A key that is no time lies before all times: nothing follows it.
        let time = DateTime::from_timestamp_micros(position.key).unwrap_or_default();
        let id = position.id.as_uuid();
        self.text(" AND created_at <= ")
            .with(Piece::Time(time))
            .text(" AND (created_at < ")
            .with(Piece::Time(time))
            .text(" OR id < ")
            .with(Piece::Id(id))
            .text(")")
    }

    /// `AND …` for points in any of the boxes, edges included. With a chart, they are looked for in its index; without, each
    /// is looked at when its row is read.
    pub(super) fn within(mut self, areas: &[GeoBox], chart: Option<Shelf>) -> Self {
        self = self.text(" AND (");
        for (n, area) in areas.iter().enumerate() {
            if n > 0 {
                self = self.text(" OR ");
            }
            if let Some(chart) = chart {
                self = self.charted(chart, area).text(" AND ");
            }
            self = self
                .text("ST_X(location) BETWEEN ")
                .double(area.west())
                .text(" AND ")
                .double(area.east())
                .text(" AND ST_Y(location) BETWEEN ")
                .double(area.south())
                .text(" AND ")
                .double(area.north());
        }
        self.text(")")
    }

    /// `…` for points in a box, as the index of a chart finds them; just beyond its edges too.
    pub(super) fn charted(self, chart: Shelf, area: &GeoBox) -> Self {
        self.text(chart.point())
            .text(" <@ box(point(")
            .double(chart.east(area.west()) - ROUNDING)
            .text(", ")
            .double(north(area.south()) - ROUNDING)
            .text("), point(")
            .double(chart.east(area.east()) + ROUNDING)
            .text(", ")
            .double(north(area.north()) + ROUNDING)
            .text("))")
    }

    /// `…` for points that are no further than that from a search's centre on its chart.
    pub(super) fn around(self, centre: &Centre, reach: f64) -> Self {
        self.text(centre.shelf.point()).text(" <@ circle(").spot(centre).text(", ").double(reach).text(")")
    }

    /// A search's centre on its chart.
    pub(super) fn spot(self, centre: &Centre) -> Self {
        self.text("point(").double(centre.x).text(", ").double(centre.y).text(")")
    }

    /// `…)`: the distance and the id of the last listing seen.
    pub(super) fn seen(self, seen: NearbyPosition) -> Self {
        self.double(seen.distance.0).text(", ").id(seen.id.as_uuid()).text(")")
    }

    /// A listing's exact metres from a search's centre, along the spheroid; without making geographies of both first, which
    /// is a third of the work. The sub-select is asked once, not for each row.
    pub(super) fn meters_from(self, centre: &Centre) -> Self {
        self.text("ST_DistanceSpheroid(location, (SELECT ST_Point(")
            .double(centre.point.longitude())
            .text(", ")
            .double(centre.point.latitude())
            .text(", 4326)))")
    }
}

impl<Row> QueryFragment<Pg> for Pieces<Row> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for piece in &self.pieces {
            match piece {
                Piece::Text(sql) => out.push_sql(sql),
                Piece::Listing(columns) => columns.walk_ast(out.reborrow())?,
                Piece::Integer(number) => out.push_bind_param::<Integer, _>(number)?,
                Piece::Integers(numbers) => out.push_bind_param::<Array<Integer>, _>(numbers)?,
                Piece::BigInt(number) => out.push_bind_param::<BigInt, _>(number)?,
                Piece::Double(number) => out.push_bind_param::<Double, _>(number)?,
                Piece::Time(time) => out.push_bind_param::<Timestamptz, _>(time)?,
                Piece::Id(id) => out.push_bind_param::<SqlUuid, _>(id)?,
                Piece::Sectors(sectors) => out.push_bind_param::<Array<Polygon>, _>(sectors)?,
                Piece::Category(word) => out.push_bind_param::<sql_types::ProductCategory, _>(word)?,
                Piece::Feed(word) => out.push_bind_param::<sql_types::FeedType, _>(word)?,
                Piece::Condition(word) => out.push_bind_param::<sql_types::ProductCondition, _>(word)?,
            }
        }
        Ok(())
    }
}

impl<Row> QueryId for Pieces<Row> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Row> Query for Pieces<Row> {
    type SqlType = Row;
}
