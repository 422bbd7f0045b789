//! Problem documents as they leave.

use super::*;

#[test]
fn the_title_is_the_code_in_words() {
    assert_eq!(title("offer_expired"), "Offer expired");
    assert_eq!(title(""), "");
}

#[test]
fn a_document_has_the_members_of_rfc_9457_and_lists_errors_only_if_there_are_any() {
    let document = serde_json::to_value(Problem::not_found().document()).unwrap();
    assert_eq!(document["type"], "/problems/not_found");
    assert_eq!(document["title"], "Not found");
    assert_eq!(document["status"], 404);
    assert_eq!(document["code"], "not_found");
    assert!(document.get("errors").is_none());

    let invalid = Problem::invalid_field("price_minor", "out_of_range", "Must be above zero.");
    let document = serde_json::to_value(invalid.document()).unwrap();
    assert_eq!(document["errors"][0]["field"], "price_minor");
}

#[test]
fn what_is_worth_another_try_says_when() {
    for problem in [
        Problem::unavailable(),
        Problem::overloaded(),
        Problem::deadline_exceeded(),
        Problem::outcome_unknown(),
        Problem::too_many_requests(0),
    ] {
        let response = problem.into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    }
}

#[test]
fn a_missing_token_is_asked_for_in_the_way_of_rfc_6750() {
    let response = Problem::unauthenticated().into_response();
    assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
}

#[test]
fn a_failed_port_tells_the_client_nothing_of_what_it_found() {
    let reason = "relation \"offers\" does not exist at /srv/souk".to_owned();
    for (error, status) in [
        (PortError::Unavailable(reason.clone()), 503),
        (PortError::Corrupt(reason.clone()), 500),
        (PortError::Unexpected(reason), 500),
    ] {
        let problem = Problem::from(error);
        assert_eq!(problem.status(), status);
        let body = serde_json::to_string(&problem.document()).unwrap();
        assert!(!body.contains("offers") && !body.contains("/srv"), "{body}");
    }
}
