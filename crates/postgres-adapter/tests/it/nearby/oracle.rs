//! Ten thousand searches against distances that PostgreSQL had no part in: Karney's geodesics, in Rust.

use std::{collections::BTreeMap, env, sync::Arc};

use geographiclib_rs::{Geodesic, InverseGeodesic};
use souk_domain::{
    geo::{GeoPoint, Radius},
    page::Limit,
    product::{Category, NearbyQuery, ProductFilter},
    slug::Slug,
};
use souk_ports::product::ProductRepository;
use souk_postgres_adapter::PgProducts;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{fill, support::Ground};

const POINTS: u32 = 4_000;
/// So many searches, unless `SOUK_GEO_QUERIES` says otherwise.
const QUERIES: u64 = 10_000;
const AT_ONCE: u64 = 8;
/// Two programs may differ by so many metres.
const ROUNDING: f64 = 0.001;

/// Numbers that are the same on every run (`SplitMix64`).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap()) / f64::from(u32::MAX)
    }

    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.next() % u64::try_from(of.len()).unwrap()).unwrap()]
    }
}

fn wrapped(longitude: f64) -> f64 {
    (longitude + 540.0).rem_euclid(360.0) - 180.0
}

/// A place of one of the kinds that are easily got wrong, or anywhere.
fn place(dice: &mut Dice) -> (f64, f64) {
    let longitude = dice.between(-180.0, 180.0);
    match dice.next() % 10 {
        0 => (dice.between(86.0, 90.0), longitude),
        1 => (dice.between(-90.0, -86.0), longitude),
        2 => (dice.between(-70.0, 70.0), wrapped(180.0 + dice.between(-1.0, 1.0))),
        3 => (60.0 + dice.between(-0.5, 0.5), 24.9 + dice.between(-1.0, 1.0)),
        4 => (
            dice.pick(&[90.0, -90.0, 0.0, 60.0, 88.0, -88.0]),
            dice.pick(&[180.0, -180.0, 0.0, 179.999_999, 90.0]),
        ),
        5 => (52.52 + dice.between(-0.3, 0.3), 13.4 + dice.between(-0.5, 0.5)),
        6 => (dice.between(-0.3, 0.3), dice.between(-0.3, 0.3)),
        7 => (-17.8 + dice.between(-0.5, 0.5), wrapped(179.9 + dice.between(-0.5, 0.5))),
        8 => (69.6 + dice.between(-0.5, 0.5), 18.9 + dice.between(-1.0, 1.0)),
        // Evenly over the globe.
        _ => (dice.between(-1.0, 1.0).asin().to_degrees(), longitude),
    }
}

fn radius(dice: &mut Dice) -> f64 {
    match dice.next() % 12 {
        0 => 1.0,
        1 => Radius::MAX,
        _ => 10_f64.powf(dice.between(0.0, Radius::MAX.log10())),
    }
}

struct Known {
    id: Uuid,
    latitude: f64,
    longitude: f64,
    category: String,
}

/// What a search should find, nearest first.
fn expected(all: &[Known], geodesic: &Geodesic, query: &NearbyQuery) -> Vec<(Uuid, f64)> {
    let (latitude, longitude) = (query.centre.latitude(), query.centre.longitude());
    // A degree of latitude has more than 110 km anywhere; a little more than the radius, for the rim is judged apart.
    let reach = query.radius.meters() / 110_000.0 + 0.001;
    let from = all.partition_point(|known| known.latitude < latitude - reach);
    let near = all[from..].iter().take_while(|known| known.latitude <= latitude + reach);
    let fitting =
        near.filter(|known| query.filter.category.is_none_or(|category| category.slug() == known.category));
    let mut found: Vec<_> = fitting
        .map(|known| {
            let metres: f64 = geodesic.inverse(latitude, longitude, known.latitude, known.longitude);
            (known.id, metres)
        })
        .filter(|(_, metres)| *metres <= query.radius.meters() + ROUNDING)
        .collect();
    found.sort_by(|left, right| left.1.total_cmp(&right.1));
    found
}

/// What is wrong with the answers to one search, its second page included.
async fn judge(all: &[Known], products: &PgProducts, query: NearbyQuery) -> Result<usize, String> {
    let geodesic = Geodesic::wgs84();
    let expected = expected(all, &geodesic, &query);
    let distances: BTreeMap<_, _> = expected.iter().copied().collect();
    let first = products.list_nearby(&query).await.map_err(|error| error.to_string())?;
    let mut answers = first.items;
    let mut more = first.next;
    if let Some(next) = more {
        let second = products.list_nearby(&NearbyQuery { after: Some(next), ..query }).await;
        let second = second.map_err(|error| error.to_string())?;
        more = second.next;
        answers.extend(second.items);
    }
    let mut last = 0.0;
    for (n, answer) in answers.iter().enumerate() {
        let (id, metres) = (answer.product.id.as_uuid(), answer.distance.0);
        let right = distances.get(&id).ok_or_else(|| format!("{id} should not be there"))?;
        if (right - metres).abs() > ROUNDING {
            return Err(format!("{id} is {right} m away, not {metres}"));
        }
        if (expected[n].1 - metres).abs() > 2.0 * ROUNDING || metres < last || metres > query.radius.meters()
        {
            return Err(format!(
                "number {n} is {metres} m away, after {last}; the oracle's is {}",
                expected[n].1
            ));
        }
        last = metres;
    }
    let ids: std::collections::BTreeSet<_> = answers.iter().map(|answer| answer.product.id).collect();
    if ids.len() != answers.len() {
        return Err("something is there twice".to_owned());
    }
    // What lies on the rim to within a rounding may be there or not.
    let sure = expected.iter().filter(|(_, metres)| *metres < query.radius.meters() - ROUNDING).count();
    let room = 2 * usize::from(query.limit.rows());
    if answers.len() < sure.min(room) || more.is_some() != (expected.len() > room && sure > room) {
        return Err(format!("{} of {} were found, {} surely there", answers.len(), expected.len(), sure));
    }
    Ok(answers.len())
}

async fn scatter(ground: &Ground, dice: &mut Dice) -> Vec<Known> {
    let client = ground.database.connect().await;
    fill::people_and_listings(&client, 20, POINTS).await;
    let places: Vec<_> = (0..POINTS).map(|_| place(dice)).collect();
    let (latitudes, longitudes): (Vec<_>, Vec<_>) = places.into_iter().unzip();
    let sql = "UPDATE products SET location = ST_Point(lon, lat, 4326)
               FROM unnest($1::float8[], $2::float8[]) WITH ORDINALITY AS place (lat, lon, n)
               WHERE id = md5('product ' || n)::uuid";
    client.execute(sql, &[&latitudes, &longitudes]).await.unwrap();
    client.batch_execute("VACUUM ANALYZE products").await.unwrap();
    let sql = "SELECT id, ST_Y(location), ST_X(location), category::text FROM products WHERE is_available ORDER BY 2";
    let known = |row: &tokio_postgres::Row| Known {
        id: row.get(0),
        latitude: row.get(1),
        longitude: row.get(2),
        category: row.get(3),
    };
    client.query(sql, &[]).await.unwrap().iter().map(known).collect()
}

fn search(dice: &mut Dice, all: &[Known]) -> NearbyQuery {
    let (latitude, longitude) = if dice.next().is_multiple_of(4) {
        // Where something is, or a few metres from there.
        let known = &all[usize::try_from(dice.next() % u64::try_from(all.len()).unwrap()).unwrap()];
        let off = dice.pick(&[0.0, 0.0, 1e-5, 1e-3]);
        ((known.latitude + off).min(90.0), wrapped(known.longitude + off))
    } else {
        place(dice)
    };
    let category = dice.next().is_multiple_of(2).then(|| dice.pick(Category::ALL));
    NearbyQuery {
        centre: GeoPoint::new(latitude, longitude).unwrap(),
        radius: Radius::new(radius(dice)).unwrap(),
        filter: ProductFilter { category, ..ProductFilter::default() },
        after: None,
        limit: Limit::new(dice.pick(&[1, 5, 20, 20, 100])).unwrap(),
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a test looks is no setting of the marketplace")]
fn queries() -> u64 {
    env::var("SOUK_GEO_QUERIES").map_or(QUERIES, |count| count.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_searches_none_is_answered_wrong() {
    let ground = Ground::new().await;
    let all = Arc::new(scatter(&ground, &mut Dice(7)).await);
    let queries = queries();
    let mut workers = JoinSet::new();
    for worker in 0..AT_ONCE {
        let (all, products) = (Arc::clone(&all), ground.products());
        workers.spawn(async move {
            let mut dice = Dice(1_000 + worker);
            let (mut found, mut wrong) = (0, Vec::new());
            for _ in 0..queries / AT_ONCE {
                let query = search(&mut dice, &all);
                match judge(&all, &products, query).await {
                    Ok(answers) => found += answers,
                    Err(error) => wrong.push(format!("{query:?}: {error}")),
                }
            }
            (found, wrong)
        });
    }
    let outcomes = workers.join_all().await;
    let wrong: Vec<_> = outcomes.iter().flat_map(|(_, wrong)| wrong).collect();
    assert!(wrong.is_empty(), "{} wrong, such as {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    // An oracle that finds nothing would agree with anything.
    let found: usize = outcomes.iter().map(|(found, _)| found).sum();
    assert!(u64::try_from(found).unwrap() > 5 * queries, "only {found} answers were compared");
}
