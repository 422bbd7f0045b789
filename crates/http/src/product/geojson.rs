//! Lists as GeoJSON (RFC 7946), for clients that ask for it with `Accept: application/geo+json`.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use souk_domain::{
    geo::GeoPoint,
    id::UserId,
    product::{NearbyProduct, Product},
};
use utoipa::ToSchema;

use super::ProductView;
use crate::{extract::Json, media::MediaUrls};

/// The media type.
const GEO_JSON: &str = "application/geo+json";

/// What a client wants a list as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// As any other list.
    Json,
    /// As a `FeatureCollection`.
    GeoJson,
}

/// How much a client wants a media type, in thousandths, and how exactly it said so.
type Wish = (u16, u8);

impl<S: Send + Sync> FromRequestParts<S> for Shape {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::wanted(&parts.headers))
    }
}

impl Shape {
    /// The one wanted more (RFC 9110); of two wanted alike the one that is named more exactly, and then JSON. A client
    /// that can take neither gets JSON all the same: that helps more than a refusal.
    fn wanted(headers: &HeaderMap) -> Self {
        let accepted: Vec<_> =
            headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
        let wish = |subtype| wish(&accepted, subtype);
        let geo = wish("geo+json");
        if geo.0 > 0 && geo > wish("json") { Self::GeoJson } else { Self::Json }
    }
}

/// A list as any other, where it could have been GeoJSON.
pub(super) fn plain<T: Serialize>(list: T) -> Response {
    varying(Json(list).into_response())
}

/// A list as GeoJSON.
pub(super) fn features<F: Serialize>(features: FeatureCollection<F>) -> Response {
    let mut response = Json(features).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(GEO_JSON));
    varying(response)
}

/// Appended: the answer may vary with the origin as well.
fn varying(mut response: Response) -> Response {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept"));
    response
}

/// How much `application/` this is wanted: the most exact range that covers it decides.
fn wish(accepted: &[&str], subtype: &str) -> Wish {
    let ranges = accepted.iter().flat_map(|value| value.split(',')).filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let (kind, of) = parts.next()?.split_once('/')?;
        let exactness = match (kind, of) {
            _ if kind.eq_ignore_ascii_case("application") && of.eq_ignore_ascii_case(subtype) => 2,
            _ if kind.eq_ignore_ascii_case("application") && of == "*" => 1,
            ("*", "*") => 0,
            _ => return None,
        };
        let weight = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then(|| thousandths(value.trim()))
        });
        Some((exactness, weight.unwrap_or(1_000)))
    });
    ranges.max_by_key(|(exactness, _)| *exactness).map_or((0, 0), |(exactness, weight)| (weight, exactness))
}

/// A weight, `0` to `1` with at most three decimals; one that is none counts for nothing.
fn thousandths(weight: &str) -> u16 {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|digit| digit.is_ascii_digit()) {
        return 0;
    }
    match whole {
        "1" if decimals.bytes().all(|digit| digit == b'0') => 1_000,
        "0" => format!("{decimals:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

/// Things on a map.
#[derive(Serialize, ToSchema)]
pub(super) struct FeatureCollection<F> {
    #[schema(value_type = String, example = "FeatureCollection")]
    r#type: &'static str,
    features: Vec<Feature<F>>,
    /// Brings the next page; null on the last one.
    next_cursor: Option<String>,
}

/// A thing on a map.
#[derive(Serialize, ToSchema)]
pub(super) struct Feature<F> {
    #[schema(value_type = String, example = "Feature")]
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<uuid::Uuid>,
    geometry: Option<Geometry>,
    properties: F,
}

/// Where it is.
#[derive(Serialize, ToSchema)]
pub(super) struct Geometry {
    #[schema(value_type = String, example = "Point")]
    r#type: &'static str,
    /// Longitude, then latitude.
    #[schema(example = json!([13.405, 52.52]))]
    coordinates: [f64; 2],
}

impl<F> FeatureCollection<F> {
    pub(super) fn of(features: impl IntoIterator<Item = Feature<F>>, next_cursor: Option<String>) -> Self {
        Self { r#type: "FeatureCollection", features: features.into_iter().collect(), next_cursor }
    }
}

impl<F> Feature<F> {
    pub(super) fn new(id: Option<uuid::Uuid>, point: Option<GeoPoint>, properties: F) -> Self {
        let at = |point: GeoPoint| Geometry {
            r#type: "Point",
            coordinates: [point.longitude(), point.latitude()],
        };
        Self { r#type: "Feature", id, geometry: point.map(at), properties }
    }
}

/// Listings on a map.
pub(super) type ProductFeatures = FeatureCollection<ProductView>;

impl ProductFeatures {
    /// Listings as `viewer` sees them.
    pub(super) fn of_listings(
        products: Vec<Product>,
        next: Option<String>,
        viewer: Option<UserId>,
        urls: &MediaUrls,
    ) -> Self {
        let feature = |product: Product| {
            let (id, point) = (product.id.as_uuid(), product.place.map(|place| place.point));
            Feature::new(Some(id), point, ProductView::of(product, viewer, urls))
        };
        Self::of(products.into_iter().map(feature), next)
    }

    /// Listings as `viewer` sees them, with their distances.
    pub(super) fn of_nearby(
        products: Vec<NearbyProduct>,
        next: Option<String>,
        viewer: Option<UserId>,
        urls: &MediaUrls,
    ) -> Self {
        let feature = |nearby: NearbyProduct| {
            let product = &nearby.product;
            let (id, point) = (product.id.as_uuid(), product.place.map(|place| place.point));
            Feature::new(Some(id), point, ProductView::nearby(nearby, viewer, urls))
        };
        Self::of(products.into_iter().map(feature), next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(accepted: &[&'static str]) -> Shape {
        let mut headers = HeaderMap::new();
        for value in accepted {
            headers.append(header::ACCEPT, HeaderValue::from_static(value));
        }
        Shape::wanted(&headers)
    }

    #[test]
    fn geojson_is_for_those_who_want_it_more() {
        for accepted in [
            "application/geo+json",
            "Application/GEO+JSON",
            "application/geo+json;q=0.1",
            "application/geo+json, application/json;q=0.9",
            "application/json;q=0.5, application/geo+json;q=0.501",
            "application/geo+json, */*;q=0.8",
            "application/geo+json, */*",
            "*/*, application/*;q=0.4, application/geo+json;q=0.6, application/json;q=0.3",
            "application/geo+json; charset=utf-8; Q=1.000",
            "application/json;q=0, */*",
            "application/json;q=2, application/geo+json;q=0.1",
        ] {
            assert_eq!(wanted(&[accepted]), Shape::GeoJson, "{accepted}");
        }
        assert_eq!(wanted(&["application/json;q=0.2", "application/geo+json"]), Shape::GeoJson);
    }

    #[test]
    fn json_is_for_everybody_else() {
        for accepted in [
            "",
            "*/*",
            "application/*",
            "application/json",
            "text/html",
            "application/json, application/geo+json",
            "application/geo+json, application/json",
            "application/geo+json;q=0",
            "application/geo+json;q=0.0, */*;q=0.1",
            "application/geo+json;q=NaN",
            "application/geo+json;q=",
            "application/geo+json;q=1.5",
            "application/geo+json;q=0.1234, */*;q=0.001",
            "geo+json",
            "text/geo+json",
            ",;/=",
        ] {
            assert_eq!(wanted(&[accepted]), Shape::Json, "{accepted}");
        }
        assert_eq!(wanted(&[]), Shape::Json);
    }
}
