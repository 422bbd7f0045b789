//! Numbers that are numbers.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, Visitor},
};
use utoipa::ToSchema;

/// A floating-point number that is neither infinite nor NaN. Rust reads `NaN`, `inf` and `1e999` from a query string
/// without complaint, and such a coordinate would travel all the way to the database.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, ToSchema)]
#[schema(value_type = f64)]
pub struct FiniteF64(f64);

impl FiniteF64 {
    /// The number, if it is finite.
    pub fn new(number: f64) -> Option<Self> {
        number.is_finite().then_some(Self(number))
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl From<FiniteF64> for f64 {
    fn from(number: FiniteF64) -> Self {
        number.0
    }
}

impl<'de> Deserialize<'de> for FiniteF64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_f64(Finite)
    }
}

struct Finite;

impl Visitor<'_> for Finite {
    type Value = FiniteF64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a finite number")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<FiniteF64, E> {
        FiniteF64::new(number).ok_or_else(|| E::custom("must be a finite number"))
    }

    // Whole numbers beyond 2^53 lose their last digits, as every JSON reader's floats do.
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "what reading them as a float means"
    )]
    fn visit_i64<E: Error>(self, number: i64) -> Result<FiniteF64, E> {
        Ok(FiniteF64(number as f64))
    }

    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "what reading them as a float means"
    )]
    fn visit_u64<E: Error>(self, number: u64) -> Result<FiniteF64, E> {
        Ok(FiniteF64(number as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_numbers_are_read_and_everything_else_is_not() {
        for (text, number) in [("1.5", 1.5), ("-3", -3.0), ("9", 9.0), ("1e3", 1000.0)] {
            assert_eq!(serde_json::from_str::<FiniteF64>(text).ok(), FiniteF64::new(number), "{text}");
        }
        for text in ["1e999", "NaN", "\"1.5\"", "null", "true", "[1]"] {
            assert!(serde_json::from_str::<FiniteF64>(text).is_err(), "{text}");
        }
    }
}
