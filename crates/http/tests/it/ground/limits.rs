//! Too long, too large, too many, and panics.

use std::{sync::atomic::Ordering, time::Duration};

use axum::{
    body::Body,
    http::{Request, header},
};
use bytes::Bytes;
use futures_util::stream;
use tokio::time::timeout;
use tower::ServiceExt;

use super::{PATIENCE, ground, post, request, router, routes, send};

/// A deadline that is over before anybody looks.
const SHORT: Duration = Duration::from_millis(50);

/// A body in pieces, of unknown length.
fn chunked(pieces: usize, of: usize) -> Body {
    let piece = Bytes::from(vec![b'x'; of]);
    Body::from_stream(stream::iter((0..pieces).map(move |_| Ok::<_, std::io::Error>(piece.clone()))))
}

/// A body that begins and never ends.
fn endless() -> Body {
    use futures_util::StreamExt;
    let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
    Body::from_stream(first.chain(stream::pending()))
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_413_however_it_is_sent() {
    send(router(), post("/echo", "x".repeat(1025))).await.assert_problem(413, "body_too_large");
    send(router(), post("/echo", chunked(3, 500))).await.assert_problem(413, "body_too_large");
    send(router(), post("/echo", chunked(1, 4000))).await.assert_problem(413, "body_too_large");
    // At the limit it is read, and found to be no JSON.
    send(router(), post("/echo", "x".repeat(1024))).await.assert_problem(400, "malformed_json");
    send(router(), post("/echo", chunked(2, 512))).await.assert_problem(400, "malformed_json");
}

#[tokio::test]
async fn a_body_in_pieces_is_put_together() {
    let pieces = [r#"{"ti"#, r#"tle":"#, r#""a"}"#];
    let body = Body::from_stream(stream::iter(pieces.map(Ok::<_, std::io::Error>)));
    assert_eq!(send(router(), post("/echo", body)).await.json()["title"], "a");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_400() {
    let broken = [Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("reset"))];
    let answer = send(router(), post("/echo", Body::from_stream(stream::iter(broken)))).await;
    answer.assert_problem(400, "unreadable_body");
}

#[tokio::test]
async fn a_body_that_does_not_arrive_in_time_is_408_and_took_no_room() {
    let ground = ground(1, PATIENCE);
    let slow = routes::on(&ground.with_limits(limits(SHORT)));
    send(slow, post("/echo", endless())).await.assert_problem(408, "request_timeout");
    let waiting = tokio::spawn(send(routes::on(&ground), post("/echo", endless())));
    let answer = send(routes::on(&ground), post("/echo", r#"{"title":"a"}"#)).await;
    assert_eq!(answer.status, 200);
    waiting.abort();
}

fn limits(deadline: Duration) -> souk_http::layer::Limits {
    souk_http::layer::Limits { deadline, body: 1024 }
}

#[tokio::test]
async fn a_read_that_takes_too_long_is_503_and_given_up() {
    let answer = send(routes::on(&ground(1, SHORT)), request("GET", "/never")).await;
    answer.assert_problem(503, "deadline_exceeded");
    assert_eq!(answer.headers[header::RETRY_AFTER], "1");
}

#[tokio::test]
async fn a_change_that_takes_too_long_has_an_unknown_outcome_and_is_finished_all_the_same() {
    let strings = routes::Strings::default();
    let ground = ground(1, SHORT);
    let answer = send(routes::with(&ground, strings.clone()), request("POST", "/wait")).await;
    answer.assert_problem(503, "outcome_unknown");
    assert_eq!(strings.finished.load(Ordering::SeqCst), 0);
    strings.go_on.notify_one();
    timeout(PATIENCE, strings.done.notified()).await.unwrap();
    assert_eq!(strings.finished.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_change_is_finished_though_nobody_waits_for_its_answer() {
    let strings = routes::Strings::default();
    let router = routes::with(&ground(1, PATIENCE), strings.clone());
    let mut answer = Box::pin(router.oneshot(request("POST", "/wait")));
    tokio::select! {
        _ = &mut answer => panic!("answered too soon"),
        begun = timeout(PATIENCE, strings.begun.notified()) => begun.unwrap(),
    }
    drop(answer);
    strings.go_on.notify_one();
    timeout(PATIENCE, strings.done.notified()).await.unwrap();
}

#[tokio::test]
async fn a_read_is_dropped_when_nobody_waits_for_its_answer() {
    let strings = routes::Strings::default();
    let ground = ground(1, PATIENCE);
    let mut answer = Box::pin(routes::with(&ground, strings.clone()).oneshot(request("GET", "/wait")));
    tokio::select! {
        _ = &mut answer => panic!("answered too soon"),
        begun = timeout(PATIENCE, strings.begun.notified()) => begun.unwrap(),
    }
    drop(answer);
    // Its room is free again at once, which is how one sees that it is gone.
    let form = send(routes::on(&ground), post("/echo", r#"{"title":"a"}"#)).await;
    assert_eq!(form.status, 200);
    assert_eq!(strings.finished.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn beyond_the_limit_requests_are_turned_away_at_once_and_probes_are_not() {
    let strings = routes::Strings::default();
    let ground = ground(1, PATIENCE);
    let router = routes::with(&ground, strings.clone());
    let waiting = tokio::spawn(send(router.clone(), request("POST", "/wait")));
    timeout(PATIENCE, strings.begun.notified()).await.unwrap();
    for full in
        [request("GET", "/search?title=a"), post("/echo", r#"{"title":"a"}"#), post("/echo", endless())]
    {
        let answer = send(router.clone(), full).await;
        answer.assert_problem(503, "overloaded");
        assert_eq!(answer.headers[header::RETRY_AFTER], "1");
    }
    let probe = send(routes::on(&ground.for_probes()), request("GET", "/search?title=a")).await;
    assert_eq!(probe.status, 200);
    strings.go_on.notify_one();
    assert_eq!(waiting.await.unwrap().status, 204);
    assert_eq!(send(router, request("GET", "/search?title=a")).await.status, 200);
}

#[tokio::test]
async fn a_panic_is_a_500_that_tells_nothing() {
    for method in ["GET", "POST"] {
        let ground = ground(1, PATIENCE);
        for _ in 0..2 {
            let asked: Request<Body> = request(method, "/panic");
            let answer = send(routes::on(&ground), asked).await;
            answer.assert_problem(500, "internal_error");
            assert!(!String::from_utf8_lossy(&answer.body).contains("secret"));
        }
    }
}
