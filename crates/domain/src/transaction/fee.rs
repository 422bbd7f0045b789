//! What the house keeps of a sale, and what the seller gets: whole minor units that add up for every amount.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{money::Price, product::Category};

/// A ten-thousandth part is a basis point; so many make the whole.
const WHOLE: i64 = 10_000;

/// How a fee is reckoned: a share and a fixed part, held between two bounds. Amounts are minor units of the currency of
/// the sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeSchedule {
    bps: i64,
    fixed_minor: i64,
    min_minor: i64,
    max_minor: Option<i64>,
    category: Option<Category>,
    valid_from: Option<DateTime<Utc>>,
}

/// Why a schedule cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FeeFault {
    /// The share is negative or more than all of it.
    #[error("a fee's share is 0 to 10,000 basis points")]
    Share,
    /// An amount is negative or more than anything costs.
    #[error("a fee's amounts are 0 to the highest price")]
    Amount,
    /// The least fee is more than the highest.
    #[error("a fee's least amount is at most its highest")]
    Bounds,
}

impl FeeSchedule {
    /// A share in basis points and nothing else, for every category and for all time.
    pub fn share(bps: i64) -> Result<Self, FeeFault> {
        if (0..=WHOLE).contains(&bps) {
            let (fixed_minor, min_minor) = (0, 0);
            Ok(Self { bps, fixed_minor, min_minor, max_minor: None, category: None, valid_from: None })
        } else {
            Err(FeeFault::Share)
        }
    }

    /// The same with a fixed part, and never less or more than so much.
    pub fn bounded(self, fixed: i64, min: i64, max: Option<i64>) -> Result<Self, FeeFault> {
        let amounts = [Some(fixed), Some(min), max];
        if amounts.into_iter().flatten().any(|amount| !(0..=Price::MAX_MINOR).contains(&amount)) {
            Err(FeeFault::Amount)
        } else if max.is_some_and(|max| max < min) {
            Err(FeeFault::Bounds)
        } else {
            Ok(Self { fixed_minor: fixed, min_minor: min, max_minor: max, ..self })
        }
    }

    /// The same for one category only.
    #[must_use]
    pub fn for_category(self, category: Category) -> Self {
        Self { category: Some(category), ..self }
    }

    /// The same from a moment on.
    #[must_use]
    pub fn valid_from(self, at: DateTime<Utc>) -> Self {
        Self { valid_from: Some(at), ..self }
    }

    /// The share, in basis points.
    pub fn bps(&self) -> i64 {
        self.bps
    }

    /// The fixed part.
    pub fn fixed_minor(&self) -> i64 {
        self.fixed_minor
    }

    /// The least fee.
    pub fn min_minor(&self) -> i64 {
        self.min_minor
    }

    /// The highest fee, if there is one.
    pub fn max_minor(&self) -> Option<i64> {
        self.max_minor
    }

    /// The category it is for; all of them if none.
    pub fn category(&self) -> Option<Category> {
        self.category
    }

    /// Since when it is valid; since ever if nothing is said.
    pub fn since(&self) -> Option<DateTime<Utc>> {
        self.valid_from
    }

    fn holds(&self, category: Category, at: DateTime<Utc>) -> bool {
        self.category.is_none_or(|only| only == category) && self.valid_from.is_none_or(|from| from <= at)
    }

    fn fee(&self, subtotal: i64) -> i64 {
        // Neither factor is more than 10^11 and 10^4, so nothing overflows; halves are rounded up.
        let share = (subtotal * self.bps + WHOLE / 2) / WHOLE;
        let fee = (share + self.fixed_minor).max(self.min_minor);
        fee.min(self.max_minor.unwrap_or(fee)).min(subtotal)
    }
}

/// The schedules there are. One for the very category goes before one for all of them; of several, the newest holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeSchedules {
    general: FeeSchedule,
    others: Vec<FeeSchedule>,
}

impl FeeSchedules {
    /// Takes the one that holds where no other does.
    pub fn new(general: FeeSchedule, others: Vec<FeeSchedule>) -> Self {
        Self { general, others }
    }

    /// The one that holds for a sale in this category at this moment.
    pub fn at(&self, category: Category, at: DateTime<Utc>) -> FeeSchedule {
        let holding = self.others.iter().filter(|schedule| schedule.holds(category, at));
        let best = holding.max_by_key(|schedule| (schedule.category.is_some(), schedule.valid_from));
        *best.unwrap_or(&self.general)
    }
}

/// What becomes of a price: the house's part and the seller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeSplit {
    subtotal: Price,
    fee_minor: i64,
}

impl FeeSplit {
    /// Splits a price: `fee = clamp(round_half_up(subtotal × bps / 10,000) + fixed, min, max)`, never above the subtotal;
    /// the rest is the seller's, so that the two add up.
    pub fn of(subtotal: Price, schedule: &FeeSchedule) -> Self {
        Self { subtotal, fee_minor: schedule.fee(subtotal.minor()) }
    }

    /// Takes a split that was made before; `None` if the fee is no part of the price.
    pub fn stored(subtotal: Price, fee_minor: i64) -> Option<Self> {
        (0..=subtotal.minor()).contains(&fee_minor).then_some(Self { subtotal, fee_minor })
    }

    /// What the buyer pays.
    pub fn subtotal(self) -> Price {
        self.subtotal
    }

    /// What the house keeps, in minor units.
    pub fn fee_minor(self) -> i64 {
        self.fee_minor
    }

    /// What the seller gets, in minor units.
    pub fn payout_minor(self) -> i64 {
        self.subtotal.minor() - self.fee_minor
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::money::Currency;

    fn price(minor: i64) -> Price {
        Price::new(minor, Currency::DEFAULT).unwrap()
    }

    fn fee(minor: i64, schedule: FeeSchedule) -> i64 {
        FeeSplit::of(price(minor), &schedule).fee_minor()
    }

    #[test]
    fn halves_are_rounded_up() {
        let ten_percent = FeeSchedule::share(1000).unwrap();
        let fees = [1, 4, 5, 14, 15, 42_000].map(|minor| fee(minor, ten_percent));
        assert_eq!(fees, [0, 0, 1, 1, 2, 4_200]);
    }

    #[test]
    fn a_fee_is_held_between_its_bounds_and_never_above_the_price() {
        let schedule = FeeSchedule::share(1000).unwrap().bounded(30, 50, Some(500)).unwrap();
        assert_eq!([20, 100, 1_000, 100_000].map(|minor| fee(minor, schedule)), [20, 50, 130, 500]);
        assert_eq!(fee(7, FeeSchedule::share(10_000).unwrap()), 7);
    }

    #[test]
    fn schedules_that_make_no_sense_are_refused() {
        let share = FeeSchedule::share(1000).unwrap();
        assert_eq!(FeeSchedule::share(10_001), Err(FeeFault::Share));
        assert_eq!(FeeSchedule::share(-1), Err(FeeFault::Share));
        assert_eq!(share.bounded(-1, 0, None), Err(FeeFault::Amount));
        assert_eq!(share.bounded(0, 0, Some(Price::MAX_MINOR + 1)), Err(FeeFault::Amount));
        assert_eq!(share.bounded(0, 2, Some(1)), Err(FeeFault::Bounds));
    }

    #[test]
    fn the_category_goes_before_the_rest_and_the_newest_before_the_older() {
        let at = DateTime::UNIX_EPOCH;
        let share = |bps| FeeSchedule::share(bps).unwrap();
        let schedules = FeeSchedules::new(
            share(1000),
            vec![
                share(900).valid_from(at),
                share(800).valid_from(at + TimeDelta::days(1)),
                share(500).for_category(Category::Books),
                share(400).for_category(Category::Books).valid_from(at + TimeDelta::days(2)),
            ],
        );
        let bps = |category, days| schedules.at(category, at + TimeDelta::days(days)).bps();
        assert_eq!([-1, 0, 1, 9].map(|days| bps(Category::Other, days)), [1000, 900, 800, 800]);
        assert_eq!([-1, 1, 2].map(|days| bps(Category::Books, days)), [500, 500, 400]);
    }

    proptest! {
        #[test]
        fn the_parts_are_never_negative_and_add_up(
            minor in 1..=Price::MAX_MINOR,
            bps in 0..=10_000_i64,
            fixed in 0..=Price::MAX_MINOR,
            min in 0..=Price::MAX_MINOR,
            room in proptest::option::of(0..=1_000_000_i64),
        ) {
            let max = room.map(|room| (min + room).min(Price::MAX_MINOR));
            let schedule = FeeSchedule::share(bps).unwrap().bounded(fixed, min, max).unwrap();
            let split = FeeSplit::of(price(minor), &schedule);
            prop_assert!(split.fee_minor() >= 0 && split.payout_minor() >= 0);
            prop_assert_eq!(split.fee_minor() + split.payout_minor(), minor);
            prop_assert!(max.is_none_or(|max| split.fee_minor() <= max));
            prop_assert!(split.fee_minor() >= min.min(minor));
        }

        #[test]
        fn a_plain_share_is_the_nearest_whole_amount(minor in 1..=Price::MAX_MINOR, bps in 0..=10_000_i64) {
            let fee = fee(minor, FeeSchedule::share(bps).unwrap());
            let (exact, rounded) = (minor * bps, fee * WHOLE);
            prop_assert!((exact - rounded).abs() * 2 <= WHOLE);
            prop_assert!(rounded >= exact || (exact - rounded) * 2 < WHOLE, "halves go up");
        }
    }
}
