//! A listing as a row.
#![expect(
    clippy::ref_option_ref,
    reason = "the derive of a changeset writes such a type for an optional column"
)]

use chrono::{DateTime, Utc};
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    prelude::*,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Jsonb,
};
use postgis_diesel::types::Point;
use souk_domain::{
    geo::{GeoPoint, Precision},
    id::{ProductId, UserId},
    media::Picture,
    money::{Currency, Price},
    product::{Category, Condition, Description, Feed, OfferTerms, Place, Product, ProductState, Title},
    text::WebUrl,
    user::PlaceLabel,
};
use souk_ports::PortError;
use uuid::Uuid;

use crate::{point, schema::products, words::Word};

/// Everything a listing is made of. The select list of every query for listings comes from here.
#[derive(Queryable, Selectable)]
#[diesel(table_name = products, check_for_backend(Pg))]
pub(super) struct ProductRow {
    id: Uuid,
    seller_id: Uuid,
    title: String,
    description: String,
    category: Category,
    feed_type: Feed,
    condition: Condition,
    price_minor: i64,
    currency: String,
    images: Images,
    video_url: Option<String>,
    thumbnail_url: Option<String>,
    location: Option<Point>,
    location_label: Option<String>,
    location_precision: Precision,
    views_count: i64,
    likes_count: i64,
    is_available: bool,
    sold_at: Option<DateTime<Utc>>,
    archived_at: Option<DateTime<Utc>>,
    offers_enabled: bool,
    min_offer_minor: Option<i64>,
    auto_accept_minor: Option<i64>,
    auto_decline_minor: Option<i64>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Pictures as a JSON array of strings, each the id of one of ours or an address, read straight into what they become.
#[derive(Debug, FromSqlRow, AsExpression)]
#[diesel(sql_type = Jsonb)]
pub(super) struct Images(Vec<String>);

impl FromSql<Jsonb, Pg> for Images {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes() {
            [1, json @ ..] => Ok(Self(serde_json::from_slice(json)?)),
            _ => Err("unknown jsonb version".into()),
        }
    }
}

impl ToSql<Jsonb, Pg> for Images {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        use std::io::Write;
        out.write_all(&[1])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}

impl ProductRow {
    pub(super) fn id(&self) -> Uuid {
        self.id
    }

    pub(super) fn point(&self) -> Option<GeoPoint> {
        self.location.and_then(|found| point::found(found, "products.location").ok())
    }
}

impl TryFrom<ProductRow> for Product {
    type Error = PortError;

    fn try_from(row: ProductRow) -> Result<Self, PortError> {
        let corrupt = |what: &str| PortError::Corrupt(format!("products {}: {what}", row.id));
        let state = state(row.is_available, row.sold_at, row.archived_at)
            .ok_or_else(|| corrupt("is_available, sold_at and archived_at disagree"))?;
        let currency = Currency::parse(&row.currency).map_err(|_| corrupt("currency"))?;
        let price = Price::new(row.price_minor, currency).map_err(|_| corrupt("price_minor"))?;
        let point = row.location.map(|found| point::found(found, "products.location")).transpose()?;
        Ok(Self {
            id: ProductId::from_uuid(row.id),
            seller: UserId::from_uuid(row.seller_id),
            title: Title::stored(row.title),
            description: Description::stored(row.description),
            category: row.category,
            feed: row.feed_type,
            condition: row.condition,
            price,
            images: row.images.0.into_iter().map(Picture::stored).collect(),
            video_url: row.video_url.map(WebUrl::stored),
            thumbnail_url: row.thumbnail_url.map(Picture::stored),
            place: point.map(|point| Place { point, precision: row.location_precision }),
            location_label: row.location_label.map(PlaceLabel::stored),
            views: row.views_count,
            likes: row.likes_count,
            state,
            terms: OfferTerms {
                enabled: row.offers_enabled,
                min_offer: row.min_offer_minor,
                auto_accept: row.auto_accept_minor,
                auto_decline: row.auto_decline_minor,
            },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The state that the three columns tell; `None` if they contradict each other.
pub(crate) fn state(
    available: bool,
    sold: Option<DateTime<Utc>>,
    archived: Option<DateTime<Utc>>,
) -> Option<ProductState> {
    match (available, sold, archived) {
        (true, None, None) => Some(ProductState::Available),
        (false, None, None) => Some(ProductState::Reserved),
        (false, Some(at), None) => Some(ProductState::Sold { at }),
        (false, sold, Some(at)) => Some(ProductState::Archived { at, sold }),
        (true, Some(_), _) | (true, _, Some(_)) => None,
    }
}

/// The columns that tell a state: available, sold, archived.
fn columns(state: ProductState) -> (bool, Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    match state {
        ProductState::Available => (true, None, None),
        ProductState::Reserved => (false, None, None),
        ProductState::Sold { at } => (false, Some(at), None),
        ProductState::Archived { at, sold } => (false, sold, Some(at)),
    }
}

#[derive(Insertable)]
#[diesel(table_name = products)]
pub(super) struct NewProductRow<'a> {
    id: Uuid,
    seller_id: Uuid,
    title: &'a str,
    description: &'a str,
    category: Word<Category>,
    feed_type: Word<Feed>,
    condition: Word<Condition>,
    price_minor: i64,
    currency: &'a str,
    images: Images,
    video_url: Option<&'a str>,
    thumbnail_url: Option<String>,
    location: Option<Point>,
    location_label: Option<&'a str>,
    location_precision: Word<Precision>,
    views_count: i64,
    likes_count: i64,
    is_available: bool,
    sold_at: Option<DateTime<Utc>>,
    archived_at: Option<DateTime<Utc>>,
    offers_enabled: bool,
    min_offer_minor: Option<i64>,
    auto_accept_minor: Option<i64>,
    auto_decline_minor: Option<i64>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl<'a> From<&'a Product> for NewProductRow<'a> {
    fn from(product: &'a Product) -> Self {
        let (is_available, sold_at, archived_at) = columns(product.state);
        Self {
            id: product.id.as_uuid(),
            seller_id: product.seller.as_uuid(),
            title: product.title.as_ref(),
            description: product.description.as_ref(),
            category: Word(product.category),
            feed_type: Word(product.feed),
            condition: Word(product.condition),
            price_minor: product.price.minor(),
            currency: product.price.currency().code(),
            images: Images(product.images.iter().map(Picture::as_stored).collect()),
            video_url: product.video_url.as_ref().map(AsRef::as_ref),
            thumbnail_url: product.thumbnail_url.as_ref().map(Picture::as_stored),
            location: product.place.map(|place| point::stored(place.point)),
            location_label: product.location_label.as_ref().map(AsRef::as_ref),
            location_precision: Word(product.place.map_or(Precision::Approximate, |place| place.precision)),
            views_count: product.views,
            likes_count: product.likes,
            is_available,
            sold_at,
            archived_at,
            offers_enabled: product.terms.enabled,
            min_offer_minor: product.terms.min_offer,
            auto_accept_minor: product.terms.auto_accept,
            auto_decline_minor: product.terms.auto_decline,
            version: product.version,
            created_at: product.created_at,
            updated_at: product.updated_at,
        }
    }
}

/// What an edit can change.
#[derive(AsChangeset)]
#[diesel(table_name = products, treat_none_as_null = true)]
pub(super) struct ProductChanges<'a> {
    title: &'a str,
    description: &'a str,
    category: Word<Category>,
    feed_type: Word<Feed>,
    condition: Word<Condition>,
    price_minor: i64,
    currency: &'a str,
    images: Images,
    video_url: Option<&'a str>,
    thumbnail_url: Option<String>,
    location: Option<Point>,
    location_label: Option<&'a str>,
    location_precision: Word<Precision>,
    offers_enabled: bool,
    min_offer_minor: Option<i64>,
    auto_accept_minor: Option<i64>,
    auto_decline_minor: Option<i64>,
    version: i32,
    updated_at: DateTime<Utc>,
}

impl<'a> From<&'a Product> for ProductChanges<'a> {
    fn from(product: &'a Product) -> Self {
        let whole = NewProductRow::from(product);
        Self {
            title: whole.title,
            description: whole.description,
            category: whole.category,
            feed_type: whole.feed_type,
            condition: whole.condition,
            price_minor: whole.price_minor,
            currency: whole.currency,
            images: whole.images,
            video_url: whole.video_url,
            thumbnail_url: whole.thumbnail_url,
            location: whole.location,
            location_label: whole.location_label,
            location_precision: whole.location_precision,
            offers_enabled: whole.offers_enabled,
            min_offer_minor: whole.min_offer_minor,
            auto_accept_minor: whole.auto_accept_minor,
            auto_decline_minor: whole.auto_decline_minor,
            version: whole.version,
            updated_at: whole.updated_at,
        }
    }
}

/// Where a listing is in its life, and since which version.
#[derive(AsChangeset)]
#[diesel(table_name = products, treat_none_as_null = true)]
pub(super) struct StateColumns {
    is_available: bool,
    sold_at: Option<DateTime<Utc>>,
    archived_at: Option<DateTime<Utc>>,
    version: i32,
    updated_at: DateTime<Utc>,
}

impl From<&Product> for StateColumns {
    fn from(product: &Product) -> Self {
        let (is_available, sold_at, archived_at) = columns(product.state);
        let Product { version, updated_at, .. } = *product;
        Self { is_available, sold_at, archived_at, version, updated_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_survives_its_columns_and_contradictions_are_seen() {
        let at = DateTime::UNIX_EPOCH;
        for before in [
            ProductState::Available,
            ProductState::Reserved,
            ProductState::Sold { at },
            ProductState::Archived { at, sold: None },
            ProductState::Archived { at, sold: Some(at) },
        ] {
            let (available, sold, archived) = columns(before);
            assert_eq!(state(available, sold, archived), Some(before));
        }
        assert_eq!(state(true, Some(at), None), None);
        assert_eq!(state(true, None, Some(at)), None);
    }
}
