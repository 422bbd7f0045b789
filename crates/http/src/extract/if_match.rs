//! `If-Match`: which version of a thing somebody wants to change.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use souk_domain::edit::Expected;

/// The versions that `If-Match` names; any, if the header is not there. A tag that is not one of ours names a version that
/// there is not.
#[derive(Clone, Debug)]
pub struct IfMatch(pub Expected);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(expected(&parts.headers)))
    }
}

/// The strong entity tag of a version.
pub(crate) fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

fn expected(headers: &HeaderMap) -> Expected {
    let mut versions = Vec::new();
    let mut is_there = false;
    for value in headers.get_all(header::IF_MATCH) {
        is_there = true;
        for tag in value.to_str().unwrap_or_default().split(',').map(str::trim) {
            if tag == "*" {
                return Expected::Any;
            }
            // A weak tag stays unread: If-Match compares strongly (RFC 9110, 13.1.1).
            let version = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
            versions.extend(version.and_then(|version| version.parse::<i64>().ok()));
        }
    }
    if is_there { Expected::OneOf(versions) } else { Expected::Any }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(values: &[&'static str]) -> Expected {
        let headers = values.iter().map(|value| (header::IF_MATCH, HeaderValue::from_static(value)));
        expected(&headers.collect())
    }

    #[test]
    fn without_the_header_any_version_may_be_changed() {
        assert_eq!(of(&[]), Expected::Any);
        assert_eq!(of(&["*"]), Expected::Any);
    }

    #[test]
    fn tags_name_versions_and_strangers_name_none() {
        assert_eq!(of(&["\"7\""]), Expected::OneOf(vec![7]));
        assert_eq!(of(&["\"7\", \"8\"", "\"9\""]), Expected::OneOf(vec![7, 8, 9]));
        for strange in ["", "7", "W/\"7\"", "\"x\"", "\"7", "\"99999999999999999999\""] {
            assert_eq!(of(&[strange]), Expected::OneOf(vec![]), "{strange}");
        }
        assert_eq!(etag(7), "\"7\"");
    }
}
