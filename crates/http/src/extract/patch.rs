//! Fields of a PATCH, where leaving out and null are two things.

use serde::{Deserialize, Deserializer};
use souk_domain::edit::Change;

/// Reads a field that is there: null clears, anything else sets. With `#[serde(default)]`, one that is not there keeps.
pub(crate) fn change<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Change<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.map_or(Change::Clear, Change::Set))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Form {
        #[serde(default, deserialize_with = "change")]
        name: Change<String>,
    }

    #[test]
    fn left_out_null_and_a_value_are_three_things() {
        let read = |text| serde_json::from_str::<Form>(text).unwrap().name;
        assert_eq!(read("{}"), Change::Keep);
        assert_eq!(read(r#"{"name":null}"#), Change::Clear);
        assert_eq!(read(r#"{"name":""}"#), Change::Set(String::new()));
        assert!(serde_json::from_str::<Form>(r#"{"name":7}"#).is_err());
    }
}
