//! The four hundred things, written by hand: what they are, what they cost where they are, and what is wrong with
//! them. A file per category.
//!
//! Some texts are in the language of their city, as they would be.

mod beauty;
mod books;
mod collectibles;
mod electronics;
mod furniture;
mod home_decor;
mod kids_baby;
mod mens_fashion;
mod other;
mod sneakers;
mod sports_cards;
mod trading_cards;

use souk_domain::product::{Category, Condition};

use crate::city::City;

/// Whether a shop or a private person speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Voice {
    Shop,
    Private,
}

/// A thing for sale.
pub(crate) struct Item {
    pub(crate) voice: Voice,
    pub(crate) city: City,
    /// In whole units of the city's money; people round.
    pub(crate) price: i64,
    pub(crate) condition: Condition,
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

const fn shop(city: City, price: i64, condition: Condition, title: &'static str, text: &'static str) -> Item {
    Item { voice: Voice::Shop, city, price, condition, title, text }
}

const fn own(city: City, price: i64, condition: Condition, title: &'static str, text: &'static str) -> Item {
    Item { voice: Voice::Private, city, price, condition, title, text }
}

/// What there is in a category.
pub(crate) fn items(category: Category) -> &'static [Item] {
    match category {
        Category::TradingCards => trading_cards::ITEMS,
        Category::MensFashion => mens_fashion::ITEMS,
        Category::Sneakers => sneakers::ITEMS,
        Category::SportsCards => sports_cards::ITEMS,
        Category::Collectibles => collectibles::ITEMS,
        Category::Electronics => electronics::ITEMS,
        Category::HomeDecor => home_decor::ITEMS,
        Category::Beauty => beauty::ITEMS,
        Category::KidsBaby => kids_baby::ITEMS,
        Category::Furniture => furniture::ITEMS,
        Category::Books => books::ITEMS,
        Category::Other => other::ITEMS,
    }
}
