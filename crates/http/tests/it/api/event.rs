//! Following events, up to the moment at which the answer has begun.

use axum::http::{Method, StatusCode, header};
use serde_json::Value;
use souk_application::event::Hub;
use souk_ports::event::{Batch, EventPosition, EventSink, ReplayError};
use souk_testkit::build::session_id;

use super::{Answer, Ports, get, request, send};

/// A relay has read up to here.
pub(crate) fn begin(hub: &Hub) {
    hub.take(&Batch { events: vec![], upto: place(), is_gapless: true });
}

fn place() -> EventPosition {
    EventPosition(b"here".as_slice().into())
}

fn ports() -> Ports {
    let mut ports = Ports::default();
    ports.events.expect_list_ended().returning(|_, _| Ok(vec![]));
    ports
}

async fn follow(ports: Ports, last_event_id: &[&str]) -> Answer {
    let mut request = request(Method::GET, "/v1/events", "ada", &Value::Null);
    for id in last_event_id {
        request.headers_mut().append("last-event-id", id.parse().unwrap());
    }
    send(&ports.router(), request).await
}

/// The id that a stream begins with.
fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK);
    let text = std::str::from_utf8(&answer.body).unwrap();
    text.strip_prefix("retry: 1000\nid: ").unwrap().strip_suffix("\n\n").unwrap().to_owned()
}

#[tokio::test]
async fn an_answer_says_at_once_where_it_begins() {
    let answer = follow(ports(), &[]).await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "text/event-stream");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(answer.headers["x-accel-buffering"], "no");
    assert!(!id(&answer).is_empty());
    // An empty id is that of a client that has none.
    assert_eq!(id(&follow(ports(), &[""]).await), id(&answer));
}

#[tokio::test]
async fn a_client_goes_on_where_it_was() {
    let id = id(&follow(ports(), &[]).await);
    let mut ports = ports();
    ports
        .events
        .expect_list()
        .withf(|user, after, upto, _, _| {
            user.as_uuid() == session_id(1).as_uuid() && *after == place() && *upto == place()
        })
        .times(1)
        .returning(|_, _, _, _, _| Ok(vec![]));
    assert_eq!(self::id(&follow(ports, &[&id]).await), id);
}

#[tokio::test]
async fn an_id_that_no_event_had_is_refused_whatever_is_wrong_with_it() {
    let good = id(&follow(ports(), &[]).await);
    let touched: String = good.chars().rev().collect();
    for bad in [&["x"][..], &["!"], &[&touched], &[&good[1..]], &[&good, &good], &["\u{e4}"]] {
        let refusal = follow(ports(), bad).await.problem();
        assert_eq!(refusal, (400, "invalid_last_event_id".to_owned()), "{bad:?}");
    }
}

#[tokio::test]
async fn a_client_that_was_away_too_long_is_told_to_fetch_anew() {
    let id = id(&follow(ports(), &[]).await);
    for (error, expected) in [
        (ReplayError::Lost, (409, "events_expired")),
        (ReplayError::Unreadable, (400, "invalid_last_event_id")),
    ] {
        let mut ports = ports();
        ports.events.expect_list().return_once(|_, _, _, _, _| Err(error));
        let (status, code) = follow(ports, &[&id]).await.problem();
        assert_eq!((status, code.as_str()), expected);
    }
}

#[tokio::test]
async fn whoever_was_logged_out_or_suspended_does_not_follow_although_the_token_is_good() {
    let mut ports = Ports::default();
    ports.events.expect_list_ended().returning(|sessions, _| Ok(sessions.to_vec()));
    assert_eq!(follow(ports, &[]).await.problem(), (401, "unauthenticated".to_owned()));
}

#[tokio::test]
async fn there_is_a_limit_to_the_devices_of_one_account_and_a_place_is_given_back() {
    let router = ports().router();
    let held =
        tower::ServiceExt::oneshot(router.clone(), request(Method::GET, "/v1/events", "ada", &Value::Null));
    let held = held.await.unwrap();
    let refused = get(&router, "/v1/events", "ada").await;
    assert_eq!(refused.problem(), (429, "too_many_streams".to_owned()));
    assert!(refused.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(get(&router, "/v1/events", "bob").await.status, StatusCode::OK);
    drop(held);
    assert_eq!(get(&router, "/v1/events", "ada").await.status, StatusCode::OK);
}
