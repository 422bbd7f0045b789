//! Publishing a listing: the form a seller fills in, and what becomes of it.

use chrono::{DateTime, Utc};

use super::{
    Category, Condition, Description, Feed, MAX_IMAGES, OfferTerms, Place, Product, ProductRefusal,
    ProductState, Title,
};
use crate::{
    geo::{BlurKey, GeoPoint, Precision},
    id::{MediaId, ProductId, UserId},
    media::{Picture, pictures, shown},
    money::{Currency, Price},
    text::WebUrl,
    user::{PlaceLabel, Role, Standing},
    violation::Violations,
};

/// A point as somebody typed it, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlaceForm {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// What a seller fills in, unchecked but for the closed sets of words.
#[derive(Clone, Debug)]
pub struct ListingForm {
    /// Required.
    pub title: String,
    /// Required, may be empty.
    pub description: String,
    /// Required.
    pub category: Category,
    /// Required.
    pub feed: Feed,
    /// Required.
    pub condition: Condition,
    /// Required, in minor units.
    pub price_minor: i64,
    /// `USD` when left out.
    pub currency: Option<String>,
    /// The exact place; others see it blurred.
    pub location: Option<PlaceForm>,
    /// Approximate when left out.
    pub location_precision: Option<Precision>,
    /// How the place is called.
    pub location_label: Option<String>,
    /// Pictures that were uploaded here, by id or address.
    pub images: Vec<String>,
    /// A video.
    pub video_url: Option<String>,
    /// A picture for lists, by id or address; the first of the pictures when left out.
    pub thumbnail_url: Option<String>,
    /// See [`OfferTerms`].
    pub offers_enabled: Option<bool>,
    /// See [`OfferTerms`].
    pub min_offer_minor: Option<i64>,
    /// See [`OfferTerms`].
    pub auto_accept_minor: Option<i64>,
    /// See [`OfferTerms`].
    pub auto_decline_minor: Option<i64>,
}

/// A form that was found good.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    title: Title,
    description: Description,
    category: Category,
    feed: Feed,
    condition: Condition,
    price: Price,
    location: Option<GeoPoint>,
    precision: Precision,
    location_label: Option<PlaceLabel>,
    images: Vec<Picture>,
    video_url: Option<WebUrl>,
    thumbnail_url: Option<Picture>,
    terms: OfferTerms,
}

/// The seller's account as it stands when the listing is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publisher {
    /// Whose listing it will be.
    pub id: UserId,
    /// What the account does here.
    pub role: Role,
    /// Whether it may act.
    pub standing: Standing,
}

/// Everything that publishing writes.
#[derive(Clone, Debug, PartialEq)]
pub struct Publication {
    /// The listing.
    pub product: Product,
    /// The exact place, kept apart from what others can see.
    pub pickup: Option<GeoPoint>,
    /// What the seller's account becomes, if it changes.
    pub promotion: Option<Role>,
}

impl Listing {
    /// Checks every field and names all that are wrong.
    pub fn check(form: &ListingForm) -> Result<Self, Violations> {
        let mut wrong = Violations::none();
        let title = wrong.keep("title", Title::parse(&form.title));
        let description = wrong.keep("description", Description::parse(&form.description));
        let currency = form.currency.as_deref().map_or(Ok(Currency::DEFAULT), Currency::parse);
        let currency = wrong.keep("currency", currency);
        // The amount is judged even when the currency is wrong, so that both are named.
        let price =
            wrong.keep("price_minor", Price::new(form.price_minor, currency.unwrap_or(Currency::DEFAULT)));
        let point = form.location.map(|place| GeoPoint::new(place.latitude, place.longitude));
        let location = wrong.keep_optional("location", point);
        let location_label =
            wrong.keep_optional("location_label", form.location_label.as_deref().map(PlaceLabel::parse));
        let video_url = wrong.keep_optional("video_url", form.video_url.as_deref().map(WebUrl::parse));
        let thumbnail_url = form.thumbnail_url.as_deref().map(Picture::parse);
        let thumbnail_url = wrong.keep_optional("thumbnail_url", thumbnail_url).map(Picture::Own);
        let images = pictures("images", &form.images, MAX_IMAGES, &mut wrong);
        let terms = price.and_then(|price| {
            OfferTerms::check(
                form.feed,
                price,
                form.offers_enabled,
                form.min_offer_minor,
                form.auto_accept_minor,
                form.auto_decline_minor,
            )
            .map_err(|violations| violations.iter().for_each(|one| wrong.add(one.clone())))
            .ok()
        });
        let whole = (|| {
            Some(Self {
                title: title?,
                description: description?,
                category: form.category,
                feed: form.feed,
                condition: form.condition,
                price: price?,
                location,
                precision: form.location_precision.unwrap_or(Precision::Approximate),
                location_label,
                images,
                video_url,
                thumbnail_url,
                terms: terms?,
            })
        })();
        wrong.or_else(whole)
    }

    /// Which pictures of ours it shows, each with the field that names it.
    pub fn media(&self) -> Vec<(String, MediaId)> {
        shown(&self.images, self.thumbnail_url.as_ref())
    }

    /// Puts the listing up for sale. A first listing makes a buyer `both`.
    pub fn publish(
        self,
        id: ProductId,
        publisher: Publisher,
        key: &BlurKey,
        now: DateTime<Utc>,
    ) -> Result<Publication, ProductRefusal> {
        if !publisher.standing.may_act() {
            return Err(ProductRefusal::AccountSuspended);
        }
        let role = publisher.role.after_publishing();
        let place = self.location.map(|exact| Place {
            point: exact.public(self.precision, publisher.id, key),
            precision: self.precision,
        });
        let product = Product {
            id,
            seller: publisher.id,
            title: self.title,
            description: self.description,
            category: self.category,
            feed: self.feed,
            condition: self.condition,
            price: self.price,
            images: self.images,
            video_url: self.video_url,
            thumbnail_url: self.thumbnail_url,
            place,
            location_label: self.location_label,
            views: 0,
            likes: 0,
            state: ProductState::Available,
            terms: self.terms,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let promotion = (role != publisher.role).then_some(role);
        Ok(Publication { product, pickup: self.location, promotion })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use uuid::Uuid;

    use super::*;

    fn form() -> ListingForm {
        ListingForm {
            title: "Trek road bike".to_owned(),
            description: "Size 56, new chain.".to_owned(),
            category: Category::Other,
            feed: Feed::Community,
            condition: Condition::Good,
            price_minor: 45_000,
            currency: Some("EUR".to_owned()),
            location: Some(PlaceForm { latitude: 52.52, longitude: 13.405 }),
            location_precision: None,
            location_label: None,
            images: vec![],
            video_url: None,
            thumbnail_url: None,
            offers_enabled: None,
            min_offer_minor: None,
            auto_accept_minor: None,
            auto_decline_minor: None,
        }
    }

    fn publisher(role: Role) -> Publisher {
        Publisher { id: UserId::from_uuid(Uuid::from_u128(1)), role, standing: Standing::Active }
    }

    fn publish(form: &ListingForm, publisher: Publisher) -> Result<Publication, ProductRefusal> {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let id = ProductId::from_uuid(Uuid::from_u128(9));
        Listing::check(form).unwrap().publish(id, publisher, &BlurKey::new([1; 32]), now)
    }

    pub(in crate::product) fn product(seller: UserId) -> Product {
        publish(&form(), Publisher { id: seller, ..publisher(Role::Seller) }).unwrap().product
    }

    fn faults(form: &ListingForm) -> Vec<String> {
        Listing::check(form)
            .unwrap_err()
            .iter()
            .map(|wrong| format!("{} {}", wrong.field, wrong.code))
            .collect()
    }

    #[test]
    fn a_published_listing_is_available_and_its_place_is_blurred() {
        let publication = publish(&form(), publisher(Role::Seller)).unwrap();
        assert_eq!(publication.product.state, ProductState::Available);
        let (exact, public) = (publication.pickup.unwrap(), publication.product.place.unwrap());
        assert_eq!(public.precision, Precision::Approximate);
        assert!(exact.distance(public.point).0 > 500.0);
    }

    #[test]
    fn a_seller_may_show_the_exact_place() {
        let exact = ListingForm { location_precision: Some(Precision::Exact), ..form() };
        let publication = publish(&exact, publisher(Role::Seller)).unwrap();
        assert_eq!(publication.pickup.unwrap(), publication.product.place.unwrap().point);
    }

    #[test]
    fn a_first_listing_promotes_a_buyer() {
        assert_eq!(publish(&form(), publisher(Role::Buyer)).unwrap().promotion, Some(Role::Both));
        assert_eq!(publish(&form(), publisher(Role::Both)).unwrap().promotion, None);
    }

    #[test]
    fn a_suspended_account_lists_nothing() {
        let suspended = Publisher { standing: Standing::Suspended, ..publisher(Role::Seller) };
        assert_eq!(publish(&form(), suspended).unwrap_err(), ProductRefusal::AccountSuspended);
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let wrong = ListingForm {
            title: " ".to_owned(),
            price_minor: 0,
            currency: Some("EURO".to_owned()),
            location: Some(PlaceForm { latitude: 91.0, longitude: 0.0 }),
            images: vec!["https://example.com/1.jpg".to_owned(), "ftp://x".to_owned()],
            ..form()
        };
        assert_eq!(
            faults(&wrong),
            [
                "title required",
                "currency unknown_currency",
                "price_minor out_of_range",
                "location out_of_range",
                "images[0] foreign_media",
                "images[1] invalid_format"
            ]
        );
        let many = ListingForm { images: vec!["https://example.com/1.jpg".to_owned(); 11], ..form() };
        assert_eq!(faults(&many), ["images too_many"]);
    }
}
