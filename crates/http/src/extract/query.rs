//! Query strings.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;

use super::{NUL_CODE, NUL_DETAIL, wording};
use crate::problem::Problem;

/// The parameters of a query string. A form that carries `#[serde(deny_unknown_fields)]` refuses unknown ones; repeated
/// ones are refused always.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parse(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    // `%00` is the only way to write it: a raw one is no URI, and `%2500` does not contain it.
    if query.contains("%00") {
        return Err(nul_problem(query));
    }
    let pairs = form_urlencoded::parse(query.as_bytes());
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs)).map_err(|error| {
        let path = error.path().to_string();
        Problem::invalid(vec![wording::field_error(&path, &error.inner().to_string())])
    })
}

fn nul_problem(query: &str) -> Problem {
    let name = form_urlencoded::parse(query.as_bytes())
        .find(|(name, value)| name.contains('\0') || value.contains('\0'))
        .map(|(name, _)| name.replace('\0', "\u{fffd}"));
    Problem::invalid_field(name.unwrap_or_default(), NUL_CODE, NUL_DETAIL)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use uuid::Uuid;

    use super::{super::FiniteF64, *};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Form {
        latitude: Option<FiniteF64>,
        limit: Option<u8>,
        available: Option<bool>,
        sort: Option<Sort>,
        seller_id: Option<Uuid>,
        #[serde(default)]
        cursor: String,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Sort {
        Newest,
        PriceAsc,
    }

    #[track_caller]
    fn assert_invalid(query: &str, field: &str, code: &str) {
        let problem = parse::<Form>(query).unwrap_err();
        assert_eq!(problem.status(), 422, "{query}");
        let [error] = problem.errors() else { panic!("{problem:?}") };
        assert_eq!((&*error.field, error.code), (field, code), "{query}");
    }

    #[test]
    fn good_parameters_are_read() {
        let form: Form = parse(
            "latitude=-1.5&limit=7&available=true&sort=price_asc&cursor=a%2500+b\
             &seller_id=0190163d-8694-739b-aea5-966c26f8ad91",
        )
        .unwrap();
        assert_eq!(form.latitude.map(FiniteF64::get), Some(-1.5));
        assert_eq!((form.limit, form.available, form.sort), (Some(7), Some(true), Some(Sort::PriceAsc)));
        assert_eq!(form.cursor, "a%00 b");
        assert!(form.seller_id.is_some());
        let empty: Form = parse("").unwrap();
        assert!(empty.limit.is_none() && empty.sort != Some(Sort::Newest));
    }

    #[test]
    fn each_mistake_names_its_parameter() {
        for number in ["NaN", "nan", "inf", "-inf", "infinity", "1e999"] {
            assert_invalid(&format!("latitude={number}"), "latitude", "out_of_range");
        }
        assert_invalid("latitude=north", "latitude", "invalid_value");
        assert_invalid("latitude=", "latitude", "invalid_value");
        assert_invalid("limit=many", "limit", "invalid_value");
        assert_invalid("limit=300", "limit", "out_of_range");
        assert_invalid("limit=-1", "limit", "invalid_value");
        assert_invalid("available=yes", "available", "invalid_value");
        assert_invalid("sort=random", "sort", "unknown_value");
        assert_invalid("seller_id=7", "seller_id", "invalid_value");
        assert_invalid("role=admin", "role", "unknown_field");
        assert_invalid("limit=1&limit=2", "limit", "duplicate_field");
        assert_invalid("limit=1&cursor=a%00b", "cursor", "invalid_character");
        assert_invalid("a%00=b", "a\u{fffd}", "invalid_character");
    }
}
