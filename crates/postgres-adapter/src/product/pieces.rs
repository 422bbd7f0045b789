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
    product::{Category, Condition, Feed, FeedPosition, ProductFilter},
};
use uuid::Uuid;

use super::{
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

/// A listing's point as the index of all points has it, and that of the sample.
pub(super) const POINT: &str = "location::point";

/// A listing's point as the index has it that fits a filter: of all points, or of points by category.
pub(super) fn indexed_point(filter: &ProductFilter) -> &'static str {
    if filter.category.is_some() { "ST_Force2D(location)::point" } else { POINT }
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

    /// `AND …` for points in any of the boxes, edges included. The point is named as an index has it that is to be used;
    /// without, it is looked at when its row is read.
    pub(super) fn within(mut self, areas: &[GeoBox], point: Option<&'static str>) -> Self {
        self = self.text(" AND (");
        for (n, area) in areas.iter().enumerate() {
            if n > 0 {
                self = self.text(" OR ");
            }
            let (column, edges) = match point {
                Some(point) => (point, [" <@ box(point(", ", ", "), point(", ", ", "))"]),
                None => (
                    "ST_X(location)",
                    [
                        " >= ",
                        " AND ST_Y(location) >= ",
                        " AND ST_X(location) <= ",
                        " AND ST_Y(location) <= ",
                        "",
                    ],
                ),
            };
            let [west, south, east, north, end] = edges;
            self = self
                .text(column)
                .text(west)
                .double(area.west())
                .text(south)
                .double(area.south())
                .text(east)
                .double(area.east())
                .text(north)
                .double(area.north())
                .text(end);
        }
        self.text(")")
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
