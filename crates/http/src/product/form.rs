//! What a seller fills in, and what they change.

use serde::Deserialize;
use souk_domain::{
    edit::Change,
    product::{EditForm, ListingForm, PlaceForm},
};
use utoipa::ToSchema;

use crate::{
    extract::change,
    point::Point,
    word::{CategoryWord, ConditionWord, FeedWord, PrecisionWord},
};

/// A new listing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProduct {
    /// What it is called.
    #[schema(min_length = 1, max_length = 140, example = "Trek road bike, size 56")]
    title: String,
    /// What you say of it.
    #[schema(max_length = 5000, example = "New chain, small scratch on the frame.")]
    description: String,
    /// What kind of thing it is.
    category: CategoryWord,
    /// `discover`: fixed price; `community`: offers as well.
    feed_type: FeedWord,
    /// How worn it is.
    condition: ConditionWord,
    /// The price in minor units (cents).
    #[schema(minimum = 1, maximum = 99_999_999_999_i64, example = 45_000)]
    price_minor: i64,
    /// ISO 4217; `USD` when left out.
    #[schema(min_length = 3, max_length = 3, example = "EUR")]
    currency: Option<String>,
    /// The exact place.
    location: Option<Point>,
    /// Whether others may see the exact place; `approximate` when left out.
    location_precision: Option<PrecisionWord>,
    /// How the place is called.
    #[schema(min_length = 1, max_length = 120, example = "Neukölln, Berlin")]
    location_label: Option<String>,
    /// Pictures that you uploaded (`POST /v1/media`): the `id` or `url` of each.
    #[serde(default)]
    #[schema(required = false, max_items = 10)]
    images: Vec<String>,
    /// A video.
    #[schema(format = "uri", max_length = 2048)]
    video_url: Option<String>,
    /// A picture for lists, named like the others; the first of them when left out.
    #[schema(max_length = 2048)]
    thumbnail_url: Option<String>,
    /// Whether offers are taken: on `community` unless told otherwise, on `discover` never.
    offers_enabled: Option<bool>,
    /// The least that may be offered; half the price when left out.
    #[schema(minimum = 1)]
    min_offer_minor: Option<i64>,
    /// From here on an offer is accepted at once.
    #[schema(minimum = 1)]
    auto_accept_minor: Option<i64>,
    /// Up to here an offer is declined at once; below `auto_accept_minor`.
    #[schema(minimum = 1)]
    auto_decline_minor: Option<i64>,
}

impl From<NewProduct> for ListingForm {
    fn from(new: NewProduct) -> Self {
        Self {
            title: new.title,
            description: new.description,
            category: new.category.0,
            feed: new.feed_type.0,
            condition: new.condition.0,
            price_minor: new.price_minor,
            currency: new.currency,
            location: new.location.map(PlaceForm::from),
            location_precision: new.location_precision.map(|word| word.0),
            location_label: new.location_label,
            images: new.images,
            video_url: new.video_url,
            thumbnail_url: new.thumbnail_url,
            offers_enabled: new.offers_enabled,
            min_offer_minor: new.min_offer_minor,
            auto_accept_minor: new.auto_accept_minor,
            auto_decline_minor: new.auto_decline_minor,
        }
    }
}

/// What a seller changes about a listing: a field that is left out stays, null empties it where it may be left out of a
/// new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductPatch {
    /// What it is called; cannot be emptied.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 140)]
    title: Change<String>,
    /// What you say of it.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = String, required = false, max_length = 5000)]
    description: Change<String>,
    /// What kind of thing it is.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = CategoryWord, required = false)]
    category: Change<CategoryWord>,
    /// In another window offers are taken as usual there, unless `offers_enabled` says otherwise.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = FeedWord, required = false)]
    feed_type: Change<FeedWord>,
    /// How worn it is.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = ConditionWord, required = false)]
    condition: Change<ConditionWord>,
    /// The price in minor units (cents).
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = i64, required = false, minimum = 1, maximum = 99_999_999_999_i64, example = 45_000)]
    price_minor: Change<i64>,
    /// ISO 4217; stays as it is while offers wait.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = String, required = false, min_length = 3, max_length = 3, example = "EUR")]
    currency: Change<String>,
    /// The exact place.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<Point>)]
    location: Change<Point>,
    /// Whether others may see the exact place; `approximate` when emptied.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<PrecisionWord>)]
    location_precision: Change<PrecisionWord>,
    /// How the place is called.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 120)]
    location_label: Change<String>,
    /// All the pictures, in their order.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<Vec<String>>, max_items = 10)]
    images: Change<Vec<String>>,
    /// A video.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, format = "uri", max_length = 2048)]
    video_url: Change<String>,
    /// A picture for lists, named like the others.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, max_length = 2048)]
    thumbnail_url: Change<String>,
    /// Whether offers are taken; as usual in its window when emptied.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<bool>)]
    offers_enabled: Change<bool>,
    /// The least that may be offered; half the price when emptied.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<i64>, minimum = 1)]
    min_offer_minor: Change<i64>,
    /// From here on an offer is accepted at once.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<i64>, minimum = 1)]
    auto_accept_minor: Change<i64>,
    /// Up to here an offer is declined at once; below `auto_accept_minor`.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<i64>, minimum = 1)]
    auto_decline_minor: Change<i64>,
}

impl From<ProductPatch> for EditForm {
    fn from(patch: ProductPatch) -> Self {
        Self {
            title: patch.title,
            description: patch.description,
            category: patch.category.map(|word| word.0),
            feed: patch.feed_type.map(|word| word.0),
            condition: patch.condition.map(|word| word.0),
            price_minor: patch.price_minor,
            currency: patch.currency,
            location: patch.location.map(PlaceForm::from),
            location_precision: patch.location_precision.map(|word| word.0),
            location_label: patch.location_label,
            images: patch.images,
            video_url: patch.video_url,
            thumbnail_url: patch.thumbnail_url,
            offers_enabled: patch.offers_enabled,
            min_offer_minor: patch.min_offer_minor,
            auto_accept_minor: patch.auto_accept_minor,
            auto_decline_minor: patch.auto_decline_minor,
        }
    }
}
