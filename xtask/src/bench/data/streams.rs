//! Shows.

use super::super::copy::Rows;
use super::super::dice::Dice;
use super::super::stamp::{Id, NEWEST};
use super::super::words;
use super::{Sizes, Table, World, kind};

const CATEGORIES: [&str; 6] =
    ["trading_cards", "sneakers", "sports_cards", "collectibles", "electronics", "home_decor"];

pub(super) fn table(sizes: &Sizes) -> Table {
    Table {
        name: "streams",
        columns: "id, user_id, title, description, category, status, thumbnail_url, views_count, peak_viewers, \
                  scheduled_at, started_at, ended_at, created_at, updated_at",
        things: sizes.streams,
        write,
    }
}

fn write(world: &World, n: u32, rows: &mut Rows) {
    let mut dice = Dice::of(kind::STREAM, u64::from(n));
    let announced = NEWEST.before(2.0 + dice.unit() * 58.0);
    let started = announced.after(1.0);
    let id = Id::at(announced, &mut dice);
    let mut description = String::new();
    words::sentences(&mut dice, 2, &mut description);
    // A fifth is to come, the others are over: a show that runs has a person who runs it.
    let is_over = !n.is_multiple_of(5);
    rows.put(id)
        // Each of another person.
        .put(world.user(n * 20 % world.sizes.users))
        .put(format_args!("Show {n}"))
        .put(description)
        .put(dice.pick(&CATEGORIES))
        .put(if is_over { "ended" } else { "scheduled" })
        .put(format_args!("https://cdn.example.org/s/{id}.webp"))
        .put(if is_over { dice.below(9_000) } else { 0 })
        .put(if is_over { dice.below(900) } else { 0 })
        .put(if is_over { started } else { NEWEST.after(3_650.0) })
        .put_or_null(is_over.then_some(started))
        .put_or_null(is_over.then(|| started.after(0.1)))
        .put(announced)
        .put(if is_over { started.after(0.1) } else { announced })
        .end_row();
}
