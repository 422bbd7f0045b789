//! Money: whole minor units of an ISO 4217 currency. No floats, no fractions of a minor unit.

use std::fmt;

use crate::violation::Fault;

/// A currency by its ISO 4217 code, upper case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The currency of a listing that names none.
    pub const DEFAULT: Self = Self(iso_currency::Currency::USD);

    /// Takes a code such as `EUR`. Codes without a minor unit (gold, testing, no currency) are not money one can ask.
    pub fn parse(code: &str) -> Result<Self, Fault> {
        iso_currency::Currency::from_code(code)
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or_else(|| {
                Fault::new("unknown_currency", "Must be an ISO 4217 currency code such as USD or EUR.")
            })
    }

    /// The three letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What a thing costs: 1 to 99,999,999,999 minor units, so that no sum of a lifetime of deals overflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    minor: i64,
    currency: Currency,
}

impl Price {
    /// The highest price, in minor units.
    pub const MAX_MINOR: i64 = 99_999_999_999;

    /// Takes an amount in minor units (cents, pence, whole yen).
    pub fn new(minor: i64, currency: Currency) -> Result<Self, Fault> {
        if (1..=Self::MAX_MINOR).contains(&minor) {
            Ok(Self { minor, currency })
        } else {
            Err(Fault::new("out_of_range", format!("Must be between 1 and {}.", Self::MAX_MINOR)))
        }
    }

    /// The amount in minor units.
    pub fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_iso_codes_that_one_can_pay_with() {
        assert_eq!(Currency::parse("EUR").unwrap().code(), "EUR");
        assert_eq!(Currency::DEFAULT.code(), "USD");
        for bad in ["", "eur", "EURO", "ZZZ", "XAU", "XXX"] {
            assert!(Currency::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn prices_are_positive_and_bounded() {
        assert!(Price::new(0, Currency::DEFAULT).is_err());
        assert!(Price::new(-1, Currency::DEFAULT).is_err());
        assert!(Price::new(i64::MAX, Currency::DEFAULT).is_err());
        assert_eq!(Price::new(Price::MAX_MINOR, Currency::DEFAULT).unwrap().minor(), Price::MAX_MINOR);
    }
}
