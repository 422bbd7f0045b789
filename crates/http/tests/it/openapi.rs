//! The API's description is valid and says what every operation has in common.

use std::collections::HashSet;

use serde_json::Value;
use souk_http::router;

fn document() -> Value {
    serde_json::to_value(router::openapi("https://souk.example.com")).unwrap()
}

/// Path and method, and the operation.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        item.as_object()
            .unwrap()
            .iter()
            .map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    operations.collect()
}

fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 10, "{found:?}");
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn it_is_openapi_3_1_for_the_address_clients_use() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["servers"][0]["url"], "https://souk.example.com");
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
}

#[test]
fn operations_have_names_of_their_own_summaries_and_tags() {
    let document = document();
    let mut names = HashSet::new();
    for (place, operation) in operations(&document) {
        assert!(names.insert(operation["operationId"].as_str().unwrap()), "{place}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{place}");
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{place}");
    }
}

#[test]
fn every_response_is_described_and_every_error_is_a_problem() {
    let document = document();
    for (place, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = match response["$ref"].as_str() {
                Some(reference) => document.pointer(&reference[1..]).unwrap(),
                None => response,
            };
            assert!(!response["description"].as_str().unwrap().is_empty(), "{place} {status}");
            if status.as_str() >= "400" {
                let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{place} {status}");
            }
        }
    }
}

#[test]
fn what_can_happen_anywhere_is_said_everywhere() {
    let document = document();
    for (place, operation) in operations(&document) {
        let says = |status: &str| operation["responses"].get(status).is_some();
        assert!(says("500") && says("503"), "{place}");
        if operation.get("requestBody").is_some() {
            assert!(["400", "408", "413", "415", "422"].into_iter().all(says), "{place}");
        }
        if operation.get("parameters").is_some() {
            assert!(says("400") && says("422"), "{place}");
        }
        if operation.get("security").is_some() {
            assert!(says("401"), "{place}");
        }
    }
}

#[test]
fn the_description_in_the_docs_is_this_one() {
    let committed = include_str!("../../../../docs/openapi.json");
    let made = router::openapi("/").to_pretty_json().unwrap();
    assert!(
        committed.trim_end() == made,
        "run `cargo xtask openapi --out docs/openapi.json`, look at what changed in docs/openapi.json, and commit it"
    );
}
