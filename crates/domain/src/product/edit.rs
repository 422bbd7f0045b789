//! Editing a listing: what its seller wants different, judged on the whole that comes of it.

use chrono::{DateTime, Utc};

use super::{
    Category, Condition, Description, Feed, MAX_IMAGES, OfferTerms, Place, PlaceForm, Product,
    ProductRefusal, ProductState, Title,
};
use crate::{
    edit::{Change, Expected},
    geo::{BlurKey, GeoPoint, Precision},
    id::{MediaId, UserId},
    media::{Picture, pictures, shown},
    money::{Currency, Price},
    text::WebUrl,
    user::{PlaceLabel, Standing},
    violation::{Fault, Violations},
};

/// What a seller wants to be different about a listing, unchecked but for the closed sets of words. A field that can be
/// left out when publishing can be cleared here, and then is as if it had been left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EditForm {
    /// Cannot be cleared.
    pub title: Change<String>,
    /// Cannot be cleared; may be empty.
    pub description: Change<String>,
    /// Cannot be cleared.
    pub category: Change<Category>,
    /// Cannot be cleared. In another window offers are taken as usual there, unless the form says otherwise.
    pub feed: Change<Feed>,
    /// Cannot be cleared.
    pub condition: Change<Condition>,
    /// Cannot be cleared; in minor units.
    pub price_minor: Change<i64>,
    /// Cannot be cleared.
    pub currency: Change<String>,
    /// The exact place; others see it blurred.
    pub location: Change<PlaceForm>,
    /// Approximate when cleared.
    pub location_precision: Change<Precision>,
    /// How the place is called.
    pub location_label: Change<String>,
    /// All of the pictures; none when cleared.
    pub images: Change<Vec<String>>,
    /// A video.
    pub video_url: Change<String>,
    /// A small picture for lists.
    pub thumbnail_url: Change<String>,
    /// See [`OfferTerms`].
    pub offers_enabled: Change<bool>,
    /// See [`OfferTerms`].
    pub min_offer_minor: Change<i64>,
    /// See [`OfferTerms`].
    pub auto_accept_minor: Change<i64>,
    /// See [`OfferTerms`].
    pub auto_decline_minor: Change<i64>,
}

/// A form whose fields were found good, each for itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    title: Option<Title>,
    description: Option<Description>,
    category: Option<Category>,
    feed: Option<Feed>,
    condition: Option<Condition>,
    price_minor: Option<i64>,
    currency: Option<Currency>,
    location: Change<GeoPoint>,
    precision: Change<Precision>,
    location_label: Change<PlaceLabel>,
    images: Change<Vec<Picture>>,
    video_url: Change<WebUrl>,
    thumbnail_url: Change<Picture>,
    offers_enabled: Change<bool>,
    min_offer_minor: Change<i64>,
    auto_accept_minor: Change<i64>,
    auto_decline_minor: Change<i64>,
}

/// What an edit is decided by, as it is while the listing is locked.
#[derive(Clone, Debug, PartialEq)]
pub struct EditContext {
    /// The listing.
    pub product: Product,
    /// Its exact place.
    pub pickup: Option<GeoPoint>,
    /// Whether its seller may act.
    pub standing: Standing,
    /// Whether somebody waits for an answer to an offer.
    pub has_pending_offers: bool,
}

/// What a listing is after an edit; as it was, version and all, if nothing changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Edited {
    /// The listing.
    pub product: Product,
    /// Its exact place.
    pub pickup: Option<GeoPoint>,
}

impl Edit {
    /// Checks every field for itself and names all that are wrong.
    pub fn check(form: EditForm) -> Result<Self, Violations> {
        let mut wrong = Violations::none();
        let title = form.title.check(|text| Title::parse(&text)).and_then(Change::never_empty);
        let title = wrong.keep("title", title);
        let description = form.description.check(|text| Description::parse(&text));
        let description = wrong.keep("description", description.and_then(Change::never_empty));
        let category = wrong.keep("category", form.category.never_empty());
        let feed = wrong.keep("feed_type", form.feed.never_empty());
        let condition = wrong.keep("condition", form.condition.never_empty());
        let price = form.price_minor.check(|minor| Price::new(minor, Currency::DEFAULT).map(Price::minor));
        let price_minor = wrong.keep("price_minor", price.and_then(Change::never_empty));
        let currency = form.currency.check(|code| Currency::parse(&code)).and_then(Change::never_empty);
        let currency = wrong.keep("currency", currency);
        let point = form.location.check(|place| GeoPoint::new(place.latitude, place.longitude));
        let location = wrong.keep("location", point);
        let label = form.location_label.check(|text| PlaceLabel::parse(&text));
        let location_label = wrong.keep("location_label", label);
        let images = form.images.map(|names| pictures("images", &names, MAX_IMAGES, &mut wrong));
        let video_url = wrong.keep("video_url", form.video_url.check(|text| WebUrl::parse(&text)));
        let thumbnail = form.thumbnail_url.check(|text| Picture::parse(&text).map(Picture::Own));
        let thumbnail_url = wrong.keep("thumbnail_url", thumbnail);
        let whole = (|| {
            Some(Self {
                title: title?,
                description: description?,
                category: category?,
                feed: feed?,
                condition: condition?,
                price_minor: price_minor?,
                currency: currency?,
                location: location?,
                precision: form.location_precision,
                location_label: location_label?,
                images,
                video_url: video_url?,
                thumbnail_url: thumbnail_url?,
                offers_enabled: form.offers_enabled,
                min_offer_minor: form.min_offer_minor,
                auto_accept_minor: form.auto_accept_minor,
                auto_decline_minor: form.auto_decline_minor,
            })
        })();
        wrong.or_else(whole)
    }

    /// Which pictures of ours it would have shown from now on, each with the field that names it.
    pub fn media(&self) -> Vec<(String, MediaId)> {
        let images = if let Change::Set(images) = &self.images { images.as_slice() } else { &[] };
        let thumbnail = if let Change::Set(thumbnail) = &self.thumbnail_url { Some(thumbnail) } else { None };
        shown(images, thumbnail)
    }

    /// Makes the edit, if it is the seller's to make, the listing is still what it was made for, and the whole is good.
    ///
    /// Nothing is edited while somebody is buying it: what they pay for is what they saw.
    pub fn edit(
        self,
        context: &EditContext,
        actor: UserId,
        expected: &Expected,
        key: &BlurKey,
        now: DateTime<Utc>,
    ) -> Result<Edited, ProductRefusal> {
        let EditContext { product: before, pickup, standing, has_pending_offers } = context;
        before.require_seller(actor, *standing)?;
        if !expected.allows(before.version.into()) {
            return Err(ProductRefusal::Stale);
        }
        match before.state {
            ProductState::Available => {}
            ProductState::Reserved => return Err(ProductRefusal::Reserved),
            ProductState::Sold { .. } => return Err(ProductRefusal::Sold),
            ProductState::Archived { .. } => return Err(ProductRefusal::Archived),
        }
        let price = self.price(before)?;
        if price.currency() != before.price.currency() && *has_pending_offers {
            return Err(ProductRefusal::OffersPending);
        }
        let feed = self.feed.unwrap_or(before.feed);
        let terms = self.terms(before, feed, price)?;
        let (place, pickup_after) = self.place(before, *pickup, key)?;
        let mut product = Product {
            title: self.title.unwrap_or_else(|| before.title.clone()),
            description: self.description.unwrap_or_else(|| before.description.clone()),
            category: self.category.unwrap_or(before.category),
            feed,
            condition: self.condition.unwrap_or(before.condition),
            price,
            images: self.images.of(Some(before.images.clone())).unwrap_or_default(),
            video_url: self.video_url.of(before.video_url.clone()),
            thumbnail_url: self.thumbnail_url.of(before.thumbnail_url.clone()),
            place,
            location_label: self.location_label.of(before.location_label.clone()),
            terms,
            ..before.clone()
        };
        if product != *before || pickup_after != *pickup {
            product.touch(now);
        }
        Ok(Edited { product, pickup: pickup_after })
    }

    fn price(&self, before: &Product) -> Result<Price, ProductRefusal> {
        let minor = self.price_minor.unwrap_or(before.price.minor());
        let currency = self.currency.unwrap_or(before.price.currency());
        Price::new(minor, currency).map_err(|fault| ProductRefusal::invalid("price_minor", fault))
    }

    /// The terms, judged by the price and the window as they will be.
    fn terms(&self, before: &Product, feed: Feed, price: Price) -> Result<OfferTerms, ProductRefusal> {
        let enabled = match self.offers_enabled {
            Change::Keep => (feed == before.feed).then_some(before.terms.enabled),
            Change::Clear => None,
            Change::Set(enabled) => Some(enabled),
        };
        OfferTerms::check(
            feed,
            price,
            enabled,
            self.min_offer_minor.clone().of(before.terms.min_offer),
            self.auto_accept_minor.clone().of(before.terms.auto_accept),
            self.auto_decline_minor.clone().of(before.terms.auto_decline),
        )
        .map_err(ProductRefusal::Invalid)
    }

    /// Where it may be seen to be, and the exact place.
    fn place(
        &self,
        before: &Product,
        pickup: Option<GeoPoint>,
        key: &BlurKey,
    ) -> Result<(Option<Place>, Option<GeoPoint>), ProductRefusal> {
        let precision = match self.precision {
            Change::Keep => before.place.map_or(Precision::Approximate, |place| place.precision),
            Change::Clear => Precision::Approximate,
            Change::Set(precision) => precision,
        };
        let public = |exact: GeoPoint| exact.public(precision, before.seller, key);
        let stays = before.place.filter(|place| place.precision == precision);
        match (&self.location, before.place) {
            (Change::Clear, _) => Ok((None, None)),
            (Change::Keep, None) => Ok((None, pickup)),
            (Change::Keep, Some(_)) if stays.is_some() => Ok((stays, pickup)),
            (Change::Keep, Some(place)) => {
                // Where the exact place was public, it is known even if it is not kept apart.
                let known = pickup.or((place.precision == Precision::Exact).then_some(place.point));
                let exact = known.ok_or_else(|| {
                    let fault =
                        Fault::new("required", "Must be given again for it to be shown more exactly.");
                    ProductRefusal::invalid("location", fault)
                })?;
                Ok((Some(Place { point: public(exact), precision }), Some(exact)))
            }
            (Change::Set(exact), _) => {
                // Within the cell nothing moves, whatever the point was drawn with at the time.
                let same_cell = pickup.is_some_and(|pickup| public(pickup) == public(*exact));
                let moved = Place { point: public(*exact), precision };
                Ok((Some(stays.filter(|_| same_cell).unwrap_or(moved)), Some(*exact)))
            }
        }
    }
}

#[cfg(test)]
mod tests;
