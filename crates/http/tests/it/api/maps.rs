//! Listings on maps: boxes, clusters and tiles, as JSON, GeoJSON and vector tiles.

use axum::{
    body::Body,
    http::{HeaderName, Method, Request, header},
};
use serde_json::{Value, json};
use souk_domain::{
    geo::{GeoBox, GeoPoint, Grid, Meters, Tile, Zoom},
    page::Page,
    product::{Category, Cluster, Clusters, FeedPosition, NearbyProduct, ProductFilter},
};
use souk_testkit::build;

use super::{Answer, Ports, get, send};

const FIJI: &str = "/v1/products/in-box?west=176&south=-20&east=-178&north=-15";

fn fiji() -> GeoBox {
    GeoBox::new(176.0, -20.0, -178.0, -15.0).unwrap()
}

async fn get_with(router: &axum::Router, path: &str, name: HeaderName, value: &str) -> Answer {
    let request = Request::builder().method(Method::GET).uri(path).header(name, value);
    send(router, request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_box_is_asked_for_as_the_parameters_say_and_goes_on_where_its_cursor_says() {
    let mut ports = Ports::default();
    let position = FeedPosition { key: 45_000, id: build::product_id(7) };
    ports
        .maps
        .expect_list_in_box()
        .withf(move |query| {
            query.area == fiji()
                && query.filter
                    == ProductFilter {
                        category: Some(Category::Books),
                        max_price_minor: Some(9),
                        ..ProductFilter::default()
                    }
                && query.limit.rows() == 7
                && query.after.is_none_or(|after| after == position)
        })
        .returning(move |query| {
            let next = query.after.is_none().then_some(position);
            Ok(Page { items: vec![build::product(7, build::user_id(1))], next })
        });
    let router = ports.router();
    let path = format!("{FIJI}&category=books&max_price_minor=9&limit=7");
    let first = get(&router, &path, "").await.json();
    assert_eq!(first["data"][0]["id"], build::product_id(7).to_string());
    assert!(first["data"][0].get("min_offer_minor").is_none());
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = get(&router, &format!("{path}&cursor={cursor}"), "").await.json();
    assert_eq!(second["next_cursor"], Value::Null);
    let elsewhere = "/v1/products/in-box?west=175&south=-20&east=-178&north=-15";
    let other_box = get(&router, &format!("{elsewhere}&cursor={cursor}"), "").await;
    assert_eq!(other_box.problem(), (400, "invalid_cursor".to_owned()));
}

#[tokio::test]
async fn a_box_that_is_none_is_422_and_names_what_is_wrong() {
    let router = Ports::default().router();
    for (query, fields) in [
        ("west=1&south=3&east=2&north=2", &["south"][..]),
        ("west=-181&south=1&east=181&north=91", &["north", "west", "east"]),
        ("west=1&south=1&east=2&north=2&limit=0", &["limit"]),
        ("west=1&south=-91&east=2&north=2&limit=101", &["south", "limit"]),
        ("west=1&south=1&east=2", &["north"]),
        ("west=NaN&south=1&east=2&north=2", &["west"]),
        ("west=1&south=1&east=2&north=2&zoom=3", &["zoom"]),
    ] {
        let answer = get(&router, &format!("/v1/products/in-box?{query}"), "").await;
        assert_eq!(answer.problem(), (422, "invalid_fields".to_owned()), "{query}");
        let errors = answer.json()["errors"].as_array().unwrap().clone();
        let named: Vec<_> = errors.iter().map(|error| error["field"].as_str().unwrap()).collect();
        assert_eq!(named, fields, "{query}");
    }
    for zoom in ["-1", "22.5", "23", "1e308", "-0.001"] {
        let query = format!("/v1/products/clusters?west=1&south=3&east=2&north=2&zoom={zoom}");
        let answer = get(&router, &query, "").await;
        assert_eq!(answer.status, 422, "{zoom}");
        let errors = answer.json()["errors"].as_array().unwrap().clone();
        let named: Vec<_> = errors.iter().map(|error| error["field"].as_str().unwrap()).collect();
        assert_eq!(named, ["south", "zoom"]);
    }
}

#[tokio::test]
async fn lists_of_places_are_geojson_for_those_who_ask() {
    let mut ports = Ports::default();
    let product = || build::product(7, build::user_id(1));
    ports.maps.expect_list_in_box().returning(move |_| {
        let homeless = souk_domain::product::Product { place: None, ..build::product(8, build::user_id(1)) };
        let next = Some(FeedPosition { key: 1, id: build::product_id(8) });
        Ok(Page { items: vec![product(), homeless], next })
    });
    ports.products.expect_list_nearby().returning(move |_| {
        Ok(Page { items: vec![NearbyProduct { product: product(), distance: Meters(12.34) }], next: None })
    });
    let router = ports.router();
    let nearby = "/v1/products/nearby?latitude=52.5&longitude=13.4";
    for path in [FIJI, nearby] {
        let plain = get_with(&router, path, header::ACCEPT, "application/json, */*;q=0.1").await;
        assert_eq!(plain.headers[header::CONTENT_TYPE], "application/json", "{path}");
        assert_eq!(plain.headers[header::VARY], "Accept");
        assert!(plain.json()["data"].is_array());
        let answer = get_with(&router, path, header::ACCEPT, "application/geo+json").await;
        assert_eq!(
            (answer.status.as_u16(), &answer.headers[header::VARY]),
            (200, &"Accept".parse().unwrap())
        );
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/geo+json", "{path}");
        let collection = answer.json();
        assert_eq!(collection["type"], "FeatureCollection");
        let feature = &collection["features"][0];
        assert_eq!(
            (&feature["type"], &feature["id"]),
            (&json!("Feature"), &json!(build::product_id(7).to_string()))
        );
        let point = product().place.unwrap().point;
        let geometry = json!({"type": "Point", "coordinates": [point.longitude(), point.latitude()]});
        assert_eq!(feature["geometry"], geometry, "{path}");
        assert_eq!(feature["properties"]["title"], product().title.as_ref());
        assert!(feature["properties"].get("auto_accept_minor").is_none());
    }
    let near = get_with(&router, nearby, header::ACCEPT, "application/geo+json").await.json();
    assert_eq!(near["features"][0]["properties"]["distance_m"], 12.3);
    assert_eq!(near["next_cursor"], Value::Null);
    let boxed = get_with(&router, FIJI, header::ACCEPT, "application/geo+json").await.json();
    assert_eq!(boxed["features"][1]["geometry"], Value::Null);
    assert!(boxed["next_cursor"].is_string());
    // What is wrong is told in one form, whatever was asked for.
    let wrong = get_with(
        &router,
        "/v1/products/nearby?latitude=99&longitude=0",
        header::ACCEPT,
        "application/geo+json",
    );
    assert_eq!(wrong.await.problem().0, 422);
}

#[tokio::test]
async fn clusters_are_counted_on_the_grid_of_their_zoom() {
    let mut ports = Ports::default();
    let grid = Grid::covering(&fiji(), Zoom::new(4).unwrap());
    let cell = grid.area_of(127, 70);
    ports
        .maps
        .expect_list_clusters()
        .withf(move |query| query.grid == grid && query.filter.is_coarse())
        .returning(move |_| {
            let centre = GeoPoint::new(-17.5, 179.25).unwrap();
            Ok(Clusters { cells: vec![Cluster { cell, products: 64, centre }], approximate: true })
        });
    let router = ports.router();
    let path = "/v1/products/clusters?west=176&south=-20&east=-178&north=-15&zoom=4.9";
    let bounds =
        json!({"west": cell.west(), "south": cell.south(), "east": cell.east(), "north": cell.north()});
    let expected = json!({
        "data": [{"count": 64, "centre": {"latitude": -17.5, "longitude": 179.25}, "bounds": bounds}],
        "next_cursor": null,
        "approximate": true,
    });
    assert_eq!(get(&router, path, "").await.json(), expected);
    let features = get_with(&router, path, header::ACCEPT, "application/geo+json").await.json();
    assert_eq!(features["features"][0]["geometry"]["coordinates"], json!([179.25, -17.5]));
    let properties = json!({"count": 64, "approximate": true, "bounds": bounds});
    assert_eq!(features["features"][0]["properties"], properties);
}

#[tokio::test]
async fn a_tile_is_kept_by_caches_and_asked_for_again() {
    let mut ports = Ports::default();
    ports
        .maps
        .expect_draw_tile()
        .withf(|query| {
            query.tile == Tile::new(10, 550, 335).unwrap() && query.filter == ProductFilter::default()
        })
        .returning(|_| Ok(vec![26, 1, 2, 3]));
    ports
        .maps
        .expect_draw_tile()
        .withf(|query| query.filter.category == Some(Category::Books))
        .returning(|_| Ok(vec![]));
    let router = ports.router();
    let path = "/v1/products/tiles/10/550/335.mvt";
    let tile = get(&router, path, "").await;
    assert_eq!((tile.status.as_u16(), &*tile.body), (200, &[26, 1, 2, 3][..]));
    assert_eq!(tile.headers[header::CONTENT_TYPE], "application/vnd.mapbox-vector-tile");
    let caching = tile.headers[header::CACHE_CONTROL].to_str().unwrap();
    assert!(caching.starts_with("public, max-age=60"));
    let tag = tile.headers[header::ETAG].to_str().unwrap();
    for known in [tag.to_owned(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
        let again = get_with(&router, path, header::IF_NONE_MATCH, &known).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{known}");
        assert_eq!(
            (&again.headers[header::ETAG], &again.headers[header::CACHE_CONTROL]),
            (&tile.headers[header::ETAG], &tile.headers[header::CACHE_CONTROL])
        );
    }
    for other in ["\"x\"", "", tag.trim_matches('"')] {
        assert_eq!(get_with(&router, path, header::IF_NONE_MATCH, other).await.status, 200, "{other}");
    }
    let empty = get(&router, &format!("{path}?category=books"), "").await;
    assert_eq!((empty.status.as_u16(), empty.body.len()), (204, 0));
    assert_eq!(empty.headers[header::CACHE_CONTROL], caching);
}

#[tokio::test]
async fn a_tile_that_no_map_has_is_not_found() {
    let router = Ports::default().router();
    for tile in [
        "0/1/0.mvt",
        "0/0/1.mvt",
        "3/8/0.mvt",
        "3/0/-1.mvt",
        "23/0/0.mvt",
        "-1/0/0.mvt",
        "1/0/0.png",
        "1/0/0",
    ] {
        let answer = get(&router, &format!("/v1/products/tiles/{tile}"), "").await;
        assert_eq!(answer.problem(), (404, "not_found".to_owned()), "{tile}");
    }
    for tile in ["a/0/0.mvt", "0/b/0.mvt", "0/0/c.mvt", "0/0/.mvt", "99999999999999999999/0/0.mvt"] {
        let answer = get(&router, &format!("/v1/products/tiles/{tile}"), "").await;
        assert_eq!(answer.problem(), (400, "invalid_path".to_owned()), "{tile}");
    }
}
