//! The twelve kinds of things, in the order the apps show them.

use crate::slug::slugs;

slugs! {
    /// What kind of thing a listing is.
    Category as "category" {
        /// Pokémon, Yu-Gi-Oh!, Magic.
        TradingCards = "trading_cards",
        /// Streetwear and apparel.
        MensFashion = "mens_fashion",
        /// Limited editions and exclusives.
        Sneakers = "sneakers",
        /// NBA, NFL, soccer, baseball.
        SportsCards = "sports_cards",
        /// Coins, money, rare items.
        Collectibles = "collectibles",
        /// Gaming, audio, tech.
        Electronics = "electronics",
        /// For kitchen and home.
        HomeDecor = "home_decor",
        /// Cosmetics and skincare.
        Beauty = "beauty",
        /// Toys, clothes, essentials.
        KidsBaby = "kids_baby",
        /// For the home.
        Furniture = "furniture",
        /// Books, movies, media.
        Books = "books",
        /// Everything else.
        Other = "other",
    }
}

impl Category {
    /// What people read on the button.
    pub fn label(self) -> &'static str {
        match self {
            Self::TradingCards => "Trading Cards",
            Self::MensFashion => "Men's Fashion",
            Self::Sneakers => "Sneakers",
            Self::SportsCards => "Sports Cards",
            Self::Collectibles => "Collectibles",
            Self::Electronics => "Electronics",
            Self::HomeDecor => "Home Decor",
            Self::Beauty => "Beauty",
            Self::KidsBaby => "Kids & Baby",
            Self::Furniture => "Furniture",
            Self::Books => "Books",
            Self::Other => "Other",
        }
    }

    /// What belongs there.
    pub fn description(self) -> &'static str {
        match self {
            Self::TradingCards => "Pokémon, Yu-Gi-Oh!, Magic",
            Self::MensFashion => "Streetwear, apparel",
            Self::Sneakers => "Limited editions & exclusives",
            Self::SportsCards => "NBA, NFL, Soccer, Baseball",
            Self::Collectibles => "Coins, money, rare items",
            Self::Electronics => "Gaming, audio, tech",
            Self::HomeDecor => "Furniture, kitchen, home",
            Self::Beauty => "Cosmetics, skincare",
            Self::KidsBaby => "Toys, clothes, essentials",
            Self::Furniture => "Home furniture",
            Self::Books => "Books, movies, media",
            Self::Other => "Miscellaneous",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slug::Slug;

    #[test]
    fn there_are_twelve_and_each_word_leads_back_to_its_category() {
        assert_eq!(Category::ALL.len(), 12);
        for category in Category::ALL {
            assert_eq!(Category::from_slug(category.slug()), Some(*category));
        }
        assert_eq!(Category::from_slug("cars"), None);
    }
}
