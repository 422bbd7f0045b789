//! Listings.

use super::super::cities::Place;
use super::super::copy::Rows;
use super::super::dice::{Dice, floor};
use super::super::stamp::{Id, NEWEST, Time};
use super::super::words;
use super::{Sizes, Table, World, kind, people, point};

const CATEGORIES: [&str; 12] = [
    "trading_cards",
    "mens_fashion",
    "sneakers",
    "sports_cards",
    "collectibles",
    "electronics",
    "home_decor",
    "beauty",
    "kids_baby",
    "furniture",
    "books",
    "other",
];
/// Up to which number from 0 to 1 each category but the last reaches: some are asked for far more than others.
const SHARES: [f64; 11] = [0.18, 0.32, 0.46, 0.56, 0.65, 0.76, 0.83, 0.89, 0.93, 0.96, 0.98];
const CONDITIONS: [&str; 4] = ["new", "like_new", "good", "fair"];

/// Whether one can have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum State {
    Available,
    Sold,
}

/// What others must know of a listing.
#[derive(Debug, Clone)]
pub(in super::super) struct Product {
    pub(in super::super) id: Id,
    pub(in super::super) seller: u32,
    pub(in super::super) is_community: bool,
    pub(in super::super) state: State,
    pub(in super::super) price: u32,
    pub(in super::super) created: Time,
    dice: Dice,
}

impl Product {
    /// The `n`th listing.
    pub(in super::super) fn of(sizes: &Sizes, n: u32) -> Self {
        let mut dice = Dice::of(kind::PRODUCT, u64::from(n));
        let drawn = dice.skewed(sizes.users, 1.8);
        let seller = if people::only_buys(drawn) { drawn - 1 } else { drawn };
        let is_community = dice.happens(0.5);
        let state = if dice.happens(0.8) { State::Available } else { State::Sold };
        let price = 300 + floor(40_000.0 * dice.unit().powi(3));
        let created = NEWEST.before(0.01 + dice.unit() * 365.0);
        let id = Id::at(created, &mut dice);
        Self { id, seller, is_community, state, price, created, dice }
    }

    /// A share of the price, in hundredths.
    pub(in super::super) fn share(&self, hundredths: u32) -> u32 {
        (self.price * hundredths / 100).max(1)
    }

    /// Whether it answers offers by itself: a fifth of those that take any.
    fn answers_by_itself(&self) -> bool {
        self.is_community && self.price.is_multiple_of(5)
    }

    /// Where it is, exactly, and what others see of that; some tell nothing.
    fn places(&self, world: &World) -> Option<(Place, Place)> {
        let mut dice = self.dice.clone();
        let drawn = dice.unit();
        let exact = match drawn {
            ..0.03 => return None,
            0.03..0.12 => world.map.anywhere(&mut dice),
            _ => world.map.in_a_city(&mut dice),
        };
        Some((exact, exact.near(&mut dice)))
    }
}

pub(super) const COLUMNS: &str = "id, seller_id, title, description, category, feed_type, condition, price_minor, \
    currency, images, video_url, thumbnail_url, location, location_label, views_count, likes_count, is_available, sold_at, \
    offers_enabled, min_offer_minor, auto_accept_minor, auto_decline_minor, created_at, updated_at";

pub(super) fn table(sizes: &Sizes) -> Table {
    Table { name: "products", columns: COLUMNS, things: sizes.products, write }
}

pub(super) fn pickup_points(sizes: &Sizes) -> Table {
    Table {
        name: "product_pickup_points",
        columns: "product_id, location, created_at, updated_at",
        things: sizes.products,
        write: |world, n, rows| {
            let product = Product::of(&world.sizes, n);
            let Some((exact, _)) = product.places(world) else { return };
            rows.put(product.id).put(point(exact.longitude, exact.latitude));
            rows.put(product.created).put(product.created).end_row();
        },
    }
}

fn write(world: &World, n: u32, rows: &mut Rows) {
    let product = Product::of(&world.sizes, n);
    let public = product.places(world).map(|(_, public)| public);
    write_row(world, &product, n, public, super::likes::count(n), rows);
}

/// A listing's row; the pool's are made the same way.
pub(super) fn write_row(
    world: &World,
    product: &Product,
    n: u32,
    public: Option<Place>,
    likes: u32,
    rows: &mut Rows,
) {
    let mut dice = Dice::of(kind::PRODUCT_TEXT, u64::from(n));
    let drawn = dice.unit();
    let category = SHARES.partition_point(|reached| *reached < drawn);
    let (id, created) = (product.id, product.created);
    let title = words::title(&mut dice, n);
    let mut description = String::new();
    words::sentences(&mut dice, 3, &mut description);
    let itself = product.answers_by_itself();
    let changed = created.after(dice.unit() * 0.01);
    let images = format!(
        r#"["https://cdn.example.org/p/{id}/1.webp", "https://cdn.example.org/p/{id}/2.webp", "https://cdn.example.org/p/{id}/3.webp"]"#
    );
    rows.put(id)
        .put(world.user(product.seller))
        .put(title)
        .put(description)
        .put(CATEGORIES.get(category).copied().unwrap_or("other"))
        .put(if product.is_community { "community" } else { "discover" })
        .put(dice.pick(&CONDITIONS))
        .put(product.price)
        .put("USD")
        .put(images)
        .put_or_null(dice.happens(0.3).then(|| format!("https://cdn.example.org/v/{id}.mp4")))
        .put(format_args!("https://cdn.example.org/p/{id}/t.webp"))
        .put_or_null(public.map(|place| point(place.longitude, place.latitude)))
        .put_or_null(public.map(|place| place.name))
        .put(dice.below(5_000))
        .put(likes)
        .put(if product.state == State::Available { "t" } else { "f" })
        .put_or_null((product.state == State::Sold).then_some(changed))
        .put(if product.is_community { "t" } else { "f" })
        .put_or_null(itself.then(|| product.share(60)))
        .put_or_null(itself.then(|| product.share(97)))
        .put_or_null(itself.then(|| product.share(65)))
        .put(created)
        .put(changed)
        .end_row();
}

impl Product {
    /// A listing of the pool: cheap to tell from others, available, for offers.
    pub(super) fn of_pool(seller: u32, created: Time, dice: &mut Dice) -> Self {
        let price = 1_001 + dice.below(9_000) / 5 * 5;
        let id = Id::at(created, dice);
        Self { id, seller, is_community: true, state: State::Available, price, created, dice: dice.clone() }
    }
}
