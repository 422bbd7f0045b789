//! Somebody who measures distances to find out where sellers live.
//!
//! They know how public points are made, but not the key. From two thousand places they ask how far each seller's
//! listings are, near and far, ever nearer to where the answers point. What they find is the public point, to the
//! metre; and that is as far from the seller as it was meant to be.

use std::collections::HashMap;

use souk_domain::{
    geo::{GeoPoint, Precision, Radius},
    id::UserId,
    page::Limit,
    product::{ListingForm, NearbyQuery, PlaceForm, ProductFilter},
};
use souk_ports::product::ProductRepository;
use souk_postgres_adapter::PgProducts;
use souk_testkit::build;
use tokio::task::JoinSet;

use super::oracle::Dice;
use crate::support::Ground;

/// Sellers who hide where they are. One more does not.
const SELLERS: u32 = 24;
/// Listings of each, all from about the same place.
const LISTINGS: u32 = 3;
/// Questions from anywhere around, whose answers are about all sellers.
const FROM_AFAR: usize = 1_900;
/// Questions about one seller, from ever nearer.
const NEARER: usize = 100;

/// The least distance to any of a seller's listings, from there.
async fn measure(products: &PgProducts, from: GeoPoint, radius: f64) -> HashMap<UserId, f64> {
    let mut query = NearbyQuery {
        centre: from,
        radius: Radius::new(radius).unwrap(),
        filter: ProductFilter::default(),
        after: None,
        limit: Limit::new(100).unwrap(),
    };
    let mut nearest = HashMap::new();
    loop {
        let page = products.list_nearby(&query).await.unwrap();
        for nearby in page.items {
            let least = nearest.entry(nearby.product.seller).or_insert(f64::INFINITY);
            *least = least.min(nearby.distance.0);
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => return nearest,
        }
    }
}

fn moved(point: GeoPoint, north: f64, east: f64) -> GeoPoint {
    let latitude = point.latitude() + north / 111_200.0;
    let longitude = point.longitude() + east / (111_320.0 * latitude.to_radians().cos());
    GeoPoint::new(latitude, longitude).unwrap()
}

/// Goes downhill from the best place so far, in ever smaller steps.
async fn close_in(
    products: PgProducts,
    seller: UserId,
    start: GeoPoint,
    distance: f64,
) -> (UserId, GeoPoint) {
    let (mut best, mut least, mut step) = (start, distance, distance / 2.0);
    let mut asked = 0;
    while asked < NEARER {
        let before = least;
        for (north, east) in [(step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step)] {
            let there = moved(best, north, east);
            let radius = (least + 2.0 * step + 10.0).min(Radius::MAX);
            let measured = measure(&products, there, radius).await.get(&seller).copied();
            asked += 1;
            if let Some(distance) = measured.filter(|distance| *distance < least) {
                (best, least) = (there, distance);
            }
        }
        if least >= before {
            step /= 2.0;
        }
    }
    (seller, best)
}

fn form(point: GeoPoint, precision: Precision) -> ListingForm {
    let location = PlaceForm { latitude: point.latitude(), longitude: point.longitude() };
    ListingForm { location: Some(location), location_precision: Some(precision), ..build::listing_form() }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_measured_distances_do_not_find_a_seller() {
    let ground = Ground::new().await;
    let mut dice = Dice(3);
    let berlin = GeoPoint::new(52.52, 13.405).unwrap();
    let mut homes = HashMap::new();
    for n in 0..=SELLERS {
        let seller = ground.user(u128::from(n) + 1, &format!("seller{n}")).await;
        let home = moved(berlin, dice.between(-9_000.0, 9_000.0), dice.between(-9_000.0, 9_000.0));
        let precision = if n < SELLERS { Precision::Approximate } else { Precision::Exact };
        for k in 0..LISTINGS {
            let listing = ground.publish(n * LISTINGS + k + 1, seller.id, &form(home, precision)).await;
            homes.insert(seller.id, (home, listing.place.unwrap().point));
        }
    }

    let products = ground.products();
    let mut nearest = HashMap::<UserId, (GeoPoint, f64)>::new();
    let mut asking = JoinSet::new();
    for _ in 0..FROM_AFAR {
        let from = moved(berlin, dice.between(-12_000.0, 12_000.0), dice.between(-12_000.0, 12_000.0));
        let products = products.clone();
        asking.spawn(async move { (from, measure(&products, from, 40_000.0).await) });
        if asking.len() == 8 {
            note(&mut nearest, asking.join_next().await.unwrap().unwrap());
        }
    }
    for answer in asking.join_all().await {
        note(&mut nearest, answer);
    }
    assert_eq!(nearest.len(), homes.len(), "the attack has lost its targets");

    let closing_in: JoinSet<_> = nearest
        .into_iter()
        .map(|(seller, (start, distance))| close_in(products.clone(), seller, start, distance))
        .collect();
    let mut hidden = 0;
    for (seller, estimate) in closing_in.join_all().await {
        let (home, public) = homes[&seller];
        let missed = estimate.distance(public).0;
        assert!(missed < 2.0, "an attack that misses the public point by {missed} m proves nothing");
        hidden += u32::from(estimate.distance(home).0 >= 500.0);
    }
    // The one who does not hide is found; so the attack works.
    assert!(hidden * 100 >= SELLERS * 95 && hidden <= SELLERS, "{hidden} of {SELLERS} stay hidden");
}

fn note(nearest: &mut HashMap<UserId, (GeoPoint, f64)>, (from, measured): (GeoPoint, HashMap<UserId, f64>)) {
    for (seller, distance) in measured {
        let best = nearest.entry(seller).or_insert((from, f64::INFINITY));
        if distance < best.1 {
            *best = (from, distance);
        }
    }
}
