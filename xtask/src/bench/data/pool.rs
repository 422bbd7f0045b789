//! The pool: forty thousand listings with three pending offers each, by people who do nothing else. What measurements of
//! accepting consume, `accept_reset.sql` brings back.

use super::super::copy::Rows;
use super::super::dice::Dice;
use super::super::stamp::{Id, NEWEST, POOL, Time};
use super::products::Product;
use super::threads::OFFER_COLUMNS;
use super::{Table, World, kind, products};

/// The pool's listings, whatever the scale.
pub(in super::super) const LISTINGS: u32 = 40_000;
/// Pending offers on each.
pub(in super::super) const OFFERS: u32 = 3;
/// People who sell in the pool, and people who buy.
const SELLERS: u32 = 1_000;
const BUYERS: u32 = 3_000;
/// All of them. Their numbers follow those of everybody else.
pub(in super::super) const PEOPLE: u32 = SELLERS + BUYERS;

/// A listing of the pool.
pub(in super::super) fn listing(world: &World, n: u32) -> Product {
    let created = POOL.after(f64::from(n) / 1_440.0);
    Product::of_pool(world.sizes.users + n % SELLERS, created, &mut Dice::of(kind::POOL, u64::from(n)))
}

/// Who made the `n`th offer of the pool: for one listing three different people.
fn buyer(world: &World, n: u32) -> u32 {
    world.sizes.users + SELLERS + (n / OFFERS * 7 + n % OFFERS) % BUYERS
}

fn made(n: u32) -> Time {
    POOL.after(30.0 + f64::from(n) / 1_440.0)
}

fn id(n: u32, what: u64) -> Id {
    Id::at(made(n), &mut Dice::of(kind::POOL, u64::from(n) | 1 << (40 + what)))
}

/// The `n`th offer.
pub(in super::super) fn offer_id(n: u32) -> Id {
    id(n, 0)
}

fn thread_id(n: u32) -> Id {
    id(n, 1)
}

fn message_id(n: u32) -> Id {
    id(n, 2)
}

pub(super) fn products() -> Table {
    Table {
        name: "products",
        columns: products::COLUMNS,
        things: LISTINGS,
        write: |world, n, rows| products::write_row(world, &listing(world, n), n, None, 0, rows),
    }
}

pub(super) fn threads() -> Table {
    Table {
        name: "conversations",
        columns: "id, buyer_id, seller_id, product_id, last_message_id, last_message_at, last_seq, \
                  buyer_last_read_seq, created_at, updated_at",
        things: LISTINGS * OFFERS,
        write: |world, n, rows: &mut Rows| {
            let product = listing(world, n / OFFERS);
            rows.put(thread_id(n))
                .put(world.user(buyer(world, n)))
                .put(world.user(product.seller))
                .put(product.id);
            rows.put(message_id(n)).put(made(n)).put(1).put(1).put(made(n)).put(made(n)).end_row();
        },
    }
}

pub(super) fn offers() -> Table {
    Table {
        name: "offers",
        columns: OFFER_COLUMNS,
        things: LISTINGS * OFFERS,
        write: |world, n, rows: &mut Rows| {
            let product = listing(world, n / OFFERS);
            rows.put(offer_id(n))
                .put(product.id)
                .put(world.user(buyer(world, n)))
                .put(world.user(product.seller));
            rows.put(thread_id(n)).put("buyer").put(product.share(80 + n % OFFERS)).put("USD");
            rows.put("Would you take this?")
                .put("pending")
                .put_or_null(None::<u8>)
                .put(NEWEST.after(3_650.0));
            rows.put_or_null(None::<u8>).put(made(n)).put(made(n)).end_row();
        },
    }
}

pub(super) fn messages() -> Table {
    Table {
        name: "messages",
        columns: "id, conversation_id, seq, sender_id, message_type, content, offer_id, created_at, updated_at",
        things: LISTINGS * OFFERS,
        write: |world, n, rows: &mut Rows| {
            rows.put(message_id(n)).put(thread_id(n)).put(1).put(world.user(buyer(world, n))).put("offer");
            rows.put("Would you take this?").put(offer_id(n)).put(made(n)).put(made(n)).end_row();
        },
    }
}
