//! What a seller fills in.

use serde::Deserialize;
use souk_domain::product::{ListingForm, PlaceForm};
use utoipa::ToSchema;

use crate::{
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
    /// Pictures.
    #[serde(default)]
    #[schema(required = false, max_items = 10)]
    images: Vec<String>,
    /// A video.
    #[schema(format = "uri", max_length = 2048)]
    video_url: Option<String>,
    /// A small picture for lists.
    #[schema(format = "uri", max_length = 2048)]
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
