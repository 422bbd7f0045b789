//! Who sells which of the goods, where, since when, and on which terms.

use chrono::{DateTime, TimeDelta, Utc};
use souk_domain::{
    geo::Precision,
    id::{ProductId, UserId},
    product::{Category, Feed, ListingForm, PlaceForm},
    slug::Slug,
};

use crate::{
    chance::Chance,
    goods::{Item, Voice, items},
    people::{DemoPerson, people},
};

/// How far from a neighbourhood's middle things are handed over, in metres.
const SCATTER: f64 = 350.0;
/// The oldest listing is this old, in minutes: sixty days.
const OLDEST: u64 = 60 * 24 * 60;

/// Something for sale in the demo.
#[derive(Clone, Debug)]
pub struct DemoListing {
    /// The listing's id, the same in every load.
    pub id: ProductId,
    /// Whose it is.
    pub seller: UserId,
    /// What its seller filled in.
    pub form: ListingForm,
    /// When it was listed, within sixty days before the moment of loading.
    pub listed_at: DateTime<Utc>,
}

/// Everything for sale, oldest first.
pub fn listings(now: DateTime<Utc>) -> Vec<DemoListing> {
    let people = people(now);
    let goods = (0u32..)
        .zip(Category::ALL)
        .flat_map(|(kind, category)| items(*category).iter().map(move |item| (kind, *category, item)));
    let mut listings: Vec<_> = (0u32..)
        .zip(goods)
        .filter_map(|(index, (kind, category, item))| {
            Some(listing(index, category, item, seller(&people, item, kind)?, now))
        })
        .collect();
    listings.sort_by_key(|listing| (listing.listed_at, listing.id));
    listings
}

/// One who speaks as the text does, in the right city. A category goes to the same person of a city, so that people
/// have something they are into instead of a bit of everything.
fn seller<'a>(people: &'a [DemoPerson], item: &Item, kind: u32) -> Option<&'a DemoPerson> {
    let fits = |person: &&DemoPerson| person.city == item.city && person.voice() == Some(item.voice);
    let count = people.iter().filter(fits).count();
    let turn = usize::try_from(kind).ok()?.checked_rem(count)?;
    people.iter().filter(fits).nth(turn)
}

fn listing(
    index: u32,
    category: Category,
    item: &Item,
    seller: &DemoPerson,
    now: DateTime<Utc>,
) -> DemoListing {
    let mut chance = Chance::of(b'l', index);
    let id = ProductId::from_uuid(chance.id(index));
    let age = TimeDelta::minutes(i64::try_from(chance.below(OLDEST)).unwrap_or_default());
    let place = place(item.voice, seller, &mut chance);
    let terms = terms(index, item);
    let form = ListingForm {
        title: item.title.to_owned(),
        description: item.text.to_owned(),
        category,
        feed: match item.voice {
            Voice::Shop => Feed::Discover,
            Voice::Private => Feed::Community,
        },
        condition: item.condition,
        price_minor: minor(item.price),
        currency: Some(item.city.facts().currency.to_owned()),
        location: Some(place.point),
        location_precision: Some(place.precision),
        location_label: Some(place.label),
        images: Vec::new(),
        video_url: None,
        thumbnail_url: None,
        offers_enabled: terms.enabled,
        min_offer_minor: terms.min_offer,
        auto_accept_minor: terms.auto_accept,
        auto_decline_minor: terms.auto_decline,
    };
    DemoListing { id, seller: seller.id, form, listed_at: now - age }
}

struct Spot {
    point: PlaceForm,
    precision: Precision,
    label: String,
}

/// A shop has a door that everybody may know. Private people hand things over near home, near work or at a friend's,
/// and leave it blurred.
fn place(voice: Voice, seller: &DemoPerson, chance: &mut Chance) -> Spot {
    let city = seller.city.facts();
    let somewhere = usize::try_from(chance.below(16)).unwrap_or_default();
    let (neighbourhood, precision) = match voice {
        Voice::Shop => (&seller.neighbourhood, Precision::Exact),
        // Half of the draws fall outside the list of eight: then it is home.
        Voice::Private => {
            (city.neighbourhoods.get(somewhere).unwrap_or(&seller.neighbourhood), Precision::Approximate)
        }
    };
    let point = match voice {
        Voice::Shop => PlaceForm { latitude: neighbourhood.latitude, longitude: neighbourhood.longitude },
        Voice::Private => chance.around(neighbourhood.latitude, neighbourhood.longitude, SCATTER),
    };
    Spot { point, precision, label: format!("{}, {}", neighbourhood.name, city.name) }
}

#[derive(Default)]
struct Terms {
    enabled: Option<bool>,
    min_offer: Option<i64>,
    auto_accept: Option<i64>,
    auto_decline: Option<i64>,
}

/// Most sellers leave the terms alone; some name a floor, some let the easy answers be given for them, and a few want
/// their price and no talk.
fn terms(index: u32, item: &Item) -> Terms {
    // Minor units are hundreds of the whole ones, so that a percentage of the price is a whole number.
    let percent = |share: i64| Some(item.price * share);
    match (item.voice, index % 12) {
        (Voice::Private, 1 | 7) => Terms { min_offer: percent(70), ..Terms::default() },
        (Voice::Private, 4) => {
            Terms { auto_accept: percent(95), auto_decline: percent(60), ..Terms::default() }
        }
        (Voice::Private, 10) => Terms { enabled: Some(false), ..Terms::default() },
        (Voice::Shop | Voice::Private, _) => Terms::default(),
    }
}

/// All currencies of the demo have a hundred minor units.
fn minor(price: i64) -> i64 {
    price * 100
}
