//! Who likes which listing: one on average, none for half of them.

use super::super::copy::Rows;
use super::super::dice::Dice;
use super::products::Product;
use super::{Sizes, Table, World, kind};

/// How many like the `n`th listing.
pub(super) fn count(n: u32) -> u32 {
    Dice::of(kind::LIKE, u64::from(n)).roll().trailing_ones().min(12)
}

pub(super) fn table(sizes: &Sizes) -> Table {
    Table { name: "product_likes", columns: "product_id, user_id, created_at", things: sizes.products, write }
}

fn write(world: &World, n: u32, rows: &mut Rows) {
    let product = Product::of(&world.sizes, n);
    let mut dice = Dice::of(kind::LIKE, u64::from(n) | 1 << 40);
    // Neighbours in a circle, so that nobody likes it twice.
    let first = dice.below(world.sizes.users);
    for place in 0..count(n) {
        let user = world.user((first + place) % world.sizes.users);
        rows.put(product.id).put(user).put(product.created.after(dice.unit() * 0.01)).end_row();
    }
}
