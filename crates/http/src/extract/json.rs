//! JSON bodies.

use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::{
    Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::Value;
use souk_ports::PortError;

use super::{NUL_CODE, NUL_DETAIL, strict::Strict, wording};
use crate::problem::Problem;

/// A JSON body. As an argument it reads one, strictly; as a result it writes one.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

/// A JSON body that may be left out, which says what the default says.
#[derive(Clone, Copy, Debug)]
pub struct MaybeJson<T>(pub T);

/// Requests come here with their body already received and measured (see [`crate::layer`]); this is only a fuse for a
/// router that was built without that layer.
pub(crate) const FUSE: usize = 64 << 20;

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, FUSE).await.map_err(|_| Problem::unreadable_body())?;
        json(&parts.headers, &body).map(Self)
    }
}

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for MaybeJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, FUSE).await.map_err(|_| Problem::unreadable_body())?;
        if body.is_empty() { Ok(Self(T::default())) } else { json(&parts.headers, &body).map(Self) }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        // A `Vec` takes the many small pieces of a document faster than the buffer that axum's own writes into.
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let mut response = Response::new(Body::from(body));
                response
                    .headers_mut()
                    .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                response
            }
            Err(error) => Problem::from(PortError::Unexpected(error.to_string())).into_response(),
        }
    }
}

/// Reads a body that has arrived, as [`Json`] does; for extractors that also need its bytes.
pub(crate) fn json<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Problem> {
    if says_json(headers) { parse(body) } else { Err(Problem::unsupported_media_type("application/json")) }
}

/// `application/json` and `application/…+json`, whatever the parameters.
fn says_json(headers: &HeaderMap) -> bool {
    let Some(Ok(value)) = headers.get(header::CONTENT_TYPE).map(|value| value.to_str()) else { return false };
    let essence = value.split(';').next().unwrap_or(value).trim();
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    let suffix = subtype.len().checked_sub(5).and_then(|start| subtype.get(start..));
    kind.eq_ignore_ascii_case("application")
        && (subtype.eq_ignore_ascii_case("json")
            || suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case("+json")))
}

/// Reads a document. `serde_json` stops at a nesting of 128, far from the end of the stack, and calls that a mistake of
/// syntax; so it is 400 here as well.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    if body.is_empty() {
        return Err(Problem::malformed_json("The body is empty; it must be a JSON document."));
    }
    if holds_nul(body) {
        return Err(nul_problem(body));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(Strict(&mut deserializer)).map_err(|error| {
        let path = error.path().to_string();
        refused(body, &path, error.inner())
    })?;
    deserializer.end().map_err(|error| refused(body, ".", &error))?;
    Ok(value)
}

fn refused(body: &[u8], path: &str, error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    if let Some(flaw) = flaw(body) {
        Problem::malformed_json(flaw)
    } else if message.starts_with("recursion limit exceeded") {
        Problem::malformed_json("The body is nested too deeply.")
    } else {
        Problem::invalid(vec![wording::field_error(path, &message)])
    }
}

/// Why a body is no JSON at all. The first error met does not tell: a wrong type may come before a missing bracket, and
/// `serde_json` files under syntax some values that are only wrong where they stand.
fn flaw(body: &[u8]) -> Option<String> {
    let Ok(text) = std::str::from_utf8(body) else { return Some("The body is not UTF-8.".to_owned()) };
    let error = serde_json::from_str::<IgnoredAny>(text).err()?;
    Some(if error.is_eof() {
        "The body ends in the middle of the document.".to_owned()
    } else {
        format!("The body is not a JSON document: line {}, column {}.", error.line(), error.column())
    })
}

/// Whether the escape `\u0000` occurs. Backslashes occur in strings only, and a raw NUL is no JSON anyway.
fn holds_nul(body: &[u8]) -> bool {
    let mut rest = body;
    while let Some(position) = rest.iter().position(|byte| *byte == b'\\') {
        let (_, escape) = rest.split_at(position);
        if escape.starts_with(br"\u0000") {
            return true;
        }
        // Two at a time, so that the second backslash of an escaped one begins nothing.
        rest = escape.get(2..).unwrap_or_default();
    }
    false
}

/// Names the string at fault: worth a second look at the document, since it happens to attackers only.
fn nul_problem(body: &[u8]) -> Problem {
    match serde_json::from_slice::<Value>(body) {
        Ok(document) => Problem::invalid_field(nul_path(&document).unwrap_or_default(), NUL_CODE, NUL_DETAIL),
        Err(error) => refused(body, ".", &error),
    }
}

fn nul_path(value: &Value) -> Option<String> {
    let below = |step: String, value: &Value| {
        nul_path(value).map(|rest| match rest.as_str() {
            "" => step,
            rest if rest.starts_with('[') => format!("{step}{rest}"),
            rest => format!("{step}.{rest}"),
        })
    };
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| below(format!("[{index}]"), item))
        }
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            if name.contains('\0') {
                Some(name.replace('\0', "\u{fffd}"))
            } else {
                below(name.clone(), member)
            }
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use serde::Deserialize;

    use super::{super::FiniteF64, *};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether they can be read matters")]
    struct Form {
        title: String,
        price_minor: Option<u32>,
        kind: Option<Kind>,
        point: Option<Point>,
        #[serde(default)]
        images: Vec<String>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether they can be read matters")]
    struct Point {
        latitude: FiniteF64,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Discover,
        Community,
    }

    #[track_caller]
    fn assert_invalid(body: &str, field: &str, code: &str) {
        let problem = parse::<Form>(body.as_bytes()).unwrap_err();
        assert_eq!(problem.status(), 422, "{body}");
        let [error] = problem.errors() else { panic!("{problem:?}") };
        assert_eq!((&*error.field, error.code), (field, code), "{body}");
    }

    #[track_caller]
    fn assert_malformed(body: &[u8]) {
        let problem = parse::<Form>(body).unwrap_err();
        assert_eq!((problem.status().as_u16(), problem.code()), (400, "malformed_json"));
    }

    #[test]
    fn a_good_document_is_read() {
        let form: Form =
            parse(r#"{"title":"a\\u0000 \"b\"","kind":"community","point":{"latitude":1}}"#.as_bytes())
                .unwrap();
        assert_eq!(form.title, r#"a\u0000 "b""#);
        assert!(matches!(form.kind, Some(Kind::Community)));
        assert!(matches!(parse::<Kind>(b"\"discover\"").unwrap(), Kind::Discover));
    }

    #[test]
    fn each_mistake_names_its_field() {
        assert_invalid(r#"{"title":"a","role":"admin"}"#, "role", "unknown_field");
        assert_invalid(r#"{"title":"a","point":{"latitude":1,"x":2}}"#, "point.x", "unknown_field");
        assert_invalid(r"{}", "title", "required");
        assert_invalid(r#"{"title":"a","point":{}}"#, "point.latitude", "required");
        assert_invalid(r#"{"title":"a","title":"b"}"#, "title", "duplicate_field");
        assert_invalid(
            r#"{"title":"a","point":{"latitude":1,"latitude":1}}"#,
            "point.latitude",
            "duplicate_field",
        );
        assert_invalid(r#"{"title":7}"#, "title", "invalid_type");
        assert_invalid(r#"{"title":null}"#, "title", "invalid_type");
        assert_invalid(r#"{"title":"a","price_minor":"7"}"#, "price_minor", "invalid_type");
        assert_invalid(r#"{"title":"a","price_minor":1.5}"#, "price_minor", "invalid_type");
        assert_invalid(r#"{"title":"a","price_minor":-1}"#, "price_minor", "out_of_range");
        assert_invalid(r#"{"title":"a","price_minor":99999999999}"#, "price_minor", "out_of_range");
        assert_invalid(r#"{"title":"a","kind":"swap"}"#, "kind", "unknown_value");
        assert_invalid(r#"{"title":"a","kind":7}"#, "kind", "invalid_type");
        assert_invalid(r#"{"title":"a","point":{"latitude":1e999}}"#, "point.latitude", "out_of_range");
        assert_invalid(r#"{"title":"a","images":["b",3]}"#, "images[1]", "invalid_type");
        assert_invalid(r#"{"title":"\ud800"}"#, "title", "invalid_character");
        assert_invalid(r#"{"title":"\ud800\u0041"}"#, "title", "invalid_character");
        assert_invalid(r#"{"title":"a","point":[52.5]}"#, "point", "invalid_type");
        assert_invalid(r#"["a"]"#, "", "invalid_type");
        assert_invalid(r"[]", "", "invalid_type");
        assert_invalid(r"7", "", "invalid_type");
    }

    #[test]
    fn nul_is_refused_wherever_it_hides() {
        assert_invalid(r#"{"title":"a\u0000"}"#, "title", "invalid_character");
        assert_invalid(r#"{"title":"\\\u0000"}"#, "title", "invalid_character");
        assert_invalid(r#"{"title":"a","images":["b","\u0000"]}"#, "images[1]", "invalid_character");
        assert_invalid(r#"{"a\u0000":"b"}"#, "a\u{fffd}", "invalid_character");
        assert_malformed(br#"{"title":"\u0000"#);
        assert_malformed(b"{\"title\":\"\0\"}");
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        for body in ["", "{", "{]", "nul", "{\"title\":\"a\"} x", "{'title':1}", "NaN", "{\"title\":1e}"] {
            assert_malformed(body.as_bytes());
        }
        assert_malformed(b"{\"title\":\"\xff\"}");
    }

    #[test]
    fn depth_ends_in_a_refusal_not_in_the_end_of_the_stack() {
        let depth = 100_000;
        let problem = parse::<Value>("[".repeat(depth).as_bytes()).unwrap_err();
        assert_eq!(problem.code(), "malformed_json");
        let nul_below = format!("{}\"\\u0000\"{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(parse::<Value>(nul_below.as_bytes()).unwrap_err().code(), "malformed_json");
    }

    #[test]
    fn only_json_types_are_read() {
        let says = |value: &'static str| {
            says_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(value))]))
        };
        for good in ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"] {
            assert!(says(good), "{good}");
        }
        for bad in
            ["text/json", "application/jsonp", "text/plain", "application/x-www-form-urlencoded", "json", ""]
        {
            assert!(!says(bad), "{bad}");
        }
        assert!(!says_json(&HeaderMap::new()));
    }
}
