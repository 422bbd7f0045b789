//! People.

use super::super::copy::Rows;
use super::super::dice::Dice;
use super::super::stamp::{Id, NEWEST, POOL, Time};
use super::{Sizes, Table, World, kind, point, pool};

/// Whether somebody only buys: one in ten.
pub(super) fn only_buys(n: u32) -> bool {
    n % 10 == 9
}

fn opened(sizes: &Sizes, n: u32) -> Time {
    if n >= sizes.users {
        return POOL.before(1.0);
    }
    NEWEST.before(365.0 + Dice::of(kind::USER, u64::from(n)).unit() * 700.0)
}

/// The id of the `n`th account.
pub(super) fn id(sizes: &Sizes, n: u32) -> Id {
    let mut dice = Dice::of(kind::USER, u64::from(n));
    let _when = dice.unit();
    Id::at(opened(sizes, n), &mut dice)
}

pub(super) fn table(sizes: &Sizes) -> Table {
    Table {
        name: "users",
        columns: "id, email, username, phone, password_hash, display_name, bio, avatar_url, role, location, \
                  location_label, status, created_at, updated_at",
        things: sizes.users + pool::PEOPLE,
        write,
    }
}

fn write(world: &World, n: u32, rows: &mut Rows) {
    let mut dice = Dice::of(kind::USER, u64::from(n) | 1 << 40);
    let id = world.user(n);
    let place = world.map.in_a_city(&mut dice);
    let opened = opened(&world.sizes, n);
    // The pool's people are numbered after all others, and some of them sell.
    let role = if only_buys(n) && n < world.sizes.users { "buyer" } else { "both" };
    rows.put(id)
        .put(format_args!("person{n}@example.org"))
        .put(format_args!("person{n}"))
        .put(format_args!("+1555{n:08}"))
        // No password hashes to this; measurements come with tokens.
        .put("!")
        .put(format_args!("Person {n}"))
        .put(format_args!("Collects and sells, number {n}."))
        .put(format_args!("https://cdn.example.org/avatars/{id}.webp"))
        .put(role)
        .put(point(place.longitude, place.latitude))
        .put(place.name)
        .put("active")
        .put(opened)
        .put(opened.after(dice.unit() * 100.0))
        .end_row();
}
