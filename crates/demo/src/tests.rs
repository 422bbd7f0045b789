//! What the demo promises: that it is whole, plausible, and the same every time.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use souk_domain::{
    geo::{GeoPoint, Precision},
    product::{Category, Condition, Feed, Listing, ListingForm, PlaceForm},
    slug::Slug,
    user::{Registration, Role},
};

use crate::{DemoListing, city::City, goods::items, listings, people};

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn point(place: PlaceForm) -> GeoPoint {
    GeoPoint::new(place.latitude, place.longitude).unwrap()
}

/// Where maps put the city's name.
fn centre(city: City) -> GeoPoint {
    let (latitude, longitude) = match city {
        City::Berlin => (52.5200, 13.4050),
        City::Brussels => (50.8503, 4.3517),
        City::Amsterdam => (52.3676, 4.9041),
        City::London => (51.5072, -0.1276),
        City::Paris => (48.8566, 2.3522),
        City::Lisbon => (38.7223, -9.1393),
        City::NewYork => (40.7128, -74.0060),
        City::SanFrancisco => (37.7749, -122.4194),
        City::Istanbul => (41.0082, 28.9784),
        City::Dubai => (25.2048, 55.2708),
    };
    GeoPoint::new(latitude, longitude).unwrap()
}

/// The cities by the sellers who live there.
fn city_of(listing: &DemoListing) -> City {
    people(now()).into_iter().find(|person| person.id == listing.seller).unwrap().city
}

#[test]
fn there_are_forty_people_in_ten_cities_and_every_form_is_good() {
    let people = people(now());
    assert_eq!(people.len(), 40);
    for city in City::ALL {
        let here: Vec<_> = people.iter().filter(|person| person.city == city).collect();
        assert_eq!(here.len(), 4, "{city:?}");
        assert_eq!(here.iter().filter(|person| person.role == Role::Seller).count(), 1, "{city:?}");
    }
    for person in &people {
        Registration::check(person.form()).unwrap();
        assert!(person.email.ends_with("@example.com"));
        assert_eq!(person.id.as_uuid().get_version_num(), 7);
    }
    let unique = |key: fn(&crate::DemoPerson) -> String| people.iter().map(key).collect::<HashSet<_>>().len();
    assert_eq!(unique(|person| person.email.clone()), 40);
    assert_eq!(unique(|person| person.username.to_lowercase()), 40);
    assert_eq!(unique(|person| person.id.to_string()), 40);
}

#[test]
fn there_are_four_hundred_different_listings_and_every_form_is_good() {
    let listings = listings(now());
    assert_eq!(listings.len(), 400);
    assert_eq!(listings.len(), Category::ALL.iter().map(|category| items(*category).len()).sum::<usize>());
    for listing in &listings {
        let ListingForm { title, description, .. } = &listing.form;
        Listing::check(&listing.form).unwrap_or_else(|wrong| panic!("{title}: {wrong}"));
        assert!(title.chars().count() <= 140, "{title}");
        assert!((40..=5000).contains(&description.chars().count()), "{title}: {description}");
        assert!(!description.contains("  ") && !title.contains("  "), "{title}");
        assert_eq!(listing.id.as_uuid().get_version_num(), 7);
    }
    let titles: HashSet<_> = listings.iter().map(|listing| &listing.form.title).collect();
    let texts: HashSet<_> = listings.iter().map(|listing| &listing.form.description).collect();
    let ids: HashSet<_> = listings.iter().map(|listing| listing.id).collect();
    assert_eq!((titles.len(), texts.len(), ids.len()), (400, 400, 400));
}

#[test]
fn every_category_has_both_feeds_all_conditions_and_all_cities() {
    let listings = listings(now());
    for category in Category::ALL {
        let of: Vec<_> = listings.iter().filter(|listing| listing.form.category == *category).collect();
        assert!(of.len() >= 33, "{category:?}: {}", of.len());
        for feed in Feed::ALL {
            let share = of.iter().filter(|listing| listing.form.feed == *feed).count();
            assert!(share >= 10, "{category:?} {feed:?}: {share}");
        }
        for condition in Condition::ALL {
            let found = of.iter().any(|listing| listing.form.condition == *condition);
            assert!(found, "{category:?} has nothing {condition:?}");
        }
        let cities: HashSet<_> = of.iter().map(|listing| city_of(listing)).collect();
        assert_eq!(cities.len(), 10, "{category:?}");
    }
}

/// The least and most, in whole euros, that somebody would ask for a second-hand thing of the kind.
fn range(category: Category) -> (f64, f64) {
    match category {
        Category::TradingCards => (10.0, 450.0),
        Category::SportsCards => (8.0, 450.0),
        Category::MensFashion => (15.0, 250.0),
        Category::Sneakers => (25.0, 280.0),
        Category::Collectibles => (15.0, 500.0),
        Category::Electronics => (20.0, 650.0),
        Category::HomeDecor => (9.0, 350.0),
        Category::Beauty => (7.0, 110.0),
        Category::KidsBaby => (5.0, 220.0),
        Category::Furniture => (15.0, 1200.0),
        Category::Books => (3.0, 100.0),
        Category::Other => (7.0, 550.0),
    }
}

/// What a unit of the city's money is worth in euros, roughly.
fn worth(city: City) -> f64 {
    match city {
        City::Berlin | City::Brussels | City::Amsterdam | City::Paris | City::Lisbon => 1.0,
        City::London => 1.15,
        City::NewYork | City::SanFrancisco => 0.9,
        City::Istanbul => 0.02,
        City::Dubai => 0.24,
    }
}

#[test]
fn prices_are_what_such_things_cost() {
    let mut odd = Vec::new();
    for category in Category::ALL {
        let (least, most) = range(*category);
        for item in items(*category) {
            let euros = f64::from(i32::try_from(item.price).unwrap()) * worth(item.city);
            if !(least..=most).contains(&euros) {
                odd.push(format!("{category:?}: {} at {euros} EUR", item.title));
            }
        }
    }
    assert!(odd.is_empty(), "{}", odd.join("\n"));
}

#[test]
fn every_city_asks_for_its_own_money() {
    let mut currencies = HashMap::new();
    for listing in listings(now()) {
        let currency = listing.form.currency.clone().unwrap();
        assert_eq!(*currencies.entry(city_of(&listing)).or_insert(currency.clone()), currency);
        assert_eq!(listing.form.price_minor % 100, 0, "people round: {}", listing.form.title);
    }
    assert_eq!(currencies.get(&City::Istanbul).map(String::as_str), Some("TRY"));
    assert_eq!(currencies.values().collect::<HashSet<_>>().len(), 5);
}

#[test]
fn places_are_in_their_city_and_only_shops_show_their_door() {
    let mut points = HashSet::new();
    for listing in listings(now()) {
        let city = city_of(&listing);
        let exact = point(listing.form.location.unwrap());
        let far = exact.distance(centre(city)).0;
        assert!(far < 25_000.0, "{} is {far} m from {city:?}", listing.form.title);
        assert!(listing.form.location_label.unwrap().ends_with(city.facts().name));
        let is_shop = listing.form.feed == Feed::Discover;
        assert_eq!(listing.form.location_precision == Some(Precision::Exact), is_shop);
        points.insert((exact.latitude().to_bits(), exact.longitude().to_bits()));
    }
    // Ten doors, and a place of its own for each private listing.
    assert!(points.len() > 270, "{}", points.len());
}

#[test]
fn listings_lie_close_to_the_neighbourhood_they_name() {
    for listing in listings(now()) {
        let facts = city_of(&listing).facts();
        let label = listing.form.location_label.unwrap();
        let home = facts.neighbourhoods.iter().find(|place| label.starts_with(place.name)).unwrap();
        let middle = GeoPoint::new(home.latitude, home.longitude).unwrap();
        assert!(point(listing.form.location.unwrap()).distance(middle).0 <= 351.0, "{label}");
    }
}

#[test]
fn everybody_who_sells_has_something_and_nobody_else_does() {
    let listings = listings(now());
    for person in people(now()) {
        let own = listings.iter().filter(|listing| listing.seller == person.id).count();
        assert_eq!(own > 0, person.role.can_sell(), "{}: {own}", person.display_name);
    }
}

#[test]
fn some_sellers_have_terms_and_none_of_discover_do() {
    let listings = listings(now());
    let private = || listings.iter().filter(|listing| listing.form.feed == Feed::Community);
    assert!(private().any(|listing| listing.form.min_offer_minor.is_some()));
    assert!(private().any(|listing| listing.form.auto_accept_minor.is_some()));
    assert!(private().any(|listing| listing.form.offers_enabled == Some(false)));
    assert!(
        listings.iter().filter(|listing| listing.form.feed == Feed::Discover).all(|listing| listing
            .form
            .min_offer_minor
            .is_none()
            && listing.form.offers_enabled.is_none())
    );
}

#[test]
fn listings_are_spread_over_sixty_days_and_come_oldest_first() {
    let listings = listings(now());
    assert!(listings.is_sorted_by_key(|listing| listing.listed_at));
    let days: HashSet<_> = listings.iter().map(|listing| (now() - listing.listed_at).num_days()).collect();
    assert!(days.iter().all(|day| (0..60).contains(day)), "{days:?}");
    assert!(days.len() > 50, "{days:?}");
    for person in people(now()) {
        assert!(person.joined_at < now() - TimeDelta::days(60));
    }
}

#[test]
fn every_load_makes_the_same_and_only_the_dates_follow_the_moment() {
    let later = now() + TimeDelta::days(100);
    let (first, second, third) = (listings(now()), listings(now()), listings(later));
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
    for (now, later) in first.iter().zip(&third) {
        assert_eq!(now.id, later.id);
        assert_eq!(format!("{:?}", now.form), format!("{:?}", later.form));
        assert_eq!(later.listed_at - now.listed_at, TimeDelta::days(100));
    }
    let ids = |moment| people(moment).into_iter().map(|person| person.id).collect::<Vec<_>>();
    assert_eq!(ids(now()), ids(later));
}
