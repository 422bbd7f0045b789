//! Shows: announced, driven, listed; and what their audience does.

use axum::http::{Method, StatusCode, header};
use chrono::TimeDelta;
use serde_json::{Value, json};
use souk_domain::{
    id::{CommentId, UserId},
    media::Picture,
    page::Page,
    session::Pseudonym,
    stream::{
        Author, Broadcaster, Comment, CommentContext, CommentRemoval, CommentText, IngestContext, IngestHash,
        Participant, Stream, StreamContext, StreamCounts, StreamOrder, StreamState, StreamStatus, Watched,
    },
    user::Standing,
};
use souk_ports::DecideError;
use souk_testkit::{build, fixed::now};

use super::{
    Answer, Ports, get,
    ingest::{PUBLISH, UNPUBLISH},
    post, request, send,
};

/// What media servers show in these tests.
pub(super) const SECRET: &str = "a secret of media servers, forty bytes...";

/// The show of these tests: ada's.
const SHOW: &str = "/v1/streams/00000000-0000-0000-0000-000000000007";

/// A path below the show's.
macro_rules! of_show {
    ($rest:literal) => {
        concat!("/v1/streams/00000000-0000-0000-0000-000000000007", $rest)
    };
}

/// Operation, path, what is sent, and what nobody, an expired and a forged token, bob, ada and root get.
pub(super) fn matrix() -> Vec<(&'static str, &'static str, Value, [u16; 6])> {
    let (people, readable) = ([401, 401, 401, 204, 204, 204], [200, 401, 401, 200, 200, 200]);
    // Only ada drives her show; admins do not either.
    let owner = [401, 401, 401, 403, 200, 403];
    let new = json!({"title": "Sale", "category": "sneakers"});
    let say = json!({"content": "Nice"});
    let report = json!({"name": "00000000-0000-0000-0000-000000000007", "key": "secret"});
    vec![
        ("get /v1/streams", "/v1/streams", Value::Null, readable),
        ("post /v1/streams", "/v1/streams", new, [401, 401, 401, 201, 201, 201]),
        ("get /v1/streams/{id}", SHOW, Value::Null, readable),
        ("patch /v1/streams/{id}", SHOW, json!({"title": "Sale"}), owner),
        ("post /v1/streams/{id}/start", of_show!("/start"), Value::Null, owner),
        ("post /v1/streams/{id}/cancel", of_show!("/cancel"), Value::Null, owner),
        // It is not live.
        ("post /v1/streams/{id}/end", of_show!("/end"), Value::Null, [401, 401, 401, 403, 409, 403]),
        ("post /v1/streams/{id}/ingest-key", of_show!("/ingest-key"), Value::Null, owner),
        ("put /v1/streams/{id}/like", of_show!("/like"), Value::Null, people),
        ("delete /v1/streams/{id}/like", of_show!("/like"), Value::Null, people),
        ("post /v1/streams/{id}/share", of_show!("/share"), Value::Null, [401, 401, 401, 202, 202, 202]),
        ("post /v1/streams/{id}/heartbeat", of_show!("/heartbeat"), Value::Null, readable),
        ("get /v1/streams/{id}/comments", of_show!("/comments"), Value::Null, readable),
        ("post /v1/streams/{id}/comments", of_show!("/comments"), say, [401, 401, 401, 201, 201, 201]),
        // Bob said it.
        (
            "delete /v1/streams/{id}/comments/{comment_id}",
            of_show!("/comments/00000000-0000-0000-0000-000000000009"),
            Value::Null,
            [401, 401, 401, 204, 204, 403],
        ),
        // Media servers have no accounts: the show's key and their own secret count.
        ("post /v1/ingest/publish", PUBLISH, report.clone(), [204; 6]),
        ("post /v1/ingest/unpublish", UNPUBLISH, report, [204; 6]),
    ]
}

/// A person's or a guest's, by what their name ends in.
pub(super) fn pseudonym(name: &str) -> Pseudonym {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(name.bytes().rev()).for_each(|(byte, of)| *byte = of);
    Pseudonym(bytes)
}

fn show(state: StreamState) -> Stream {
    let counts = StreamCounts { left: 5, present: 3, peak: 4, likes: 2, comments: 1, shares: 1 };
    Stream { state, counts, ..build::stream(7, build::user_id(1)) }
}

fn live() -> StreamState {
    StreamState::Live { since: now() }
}

fn author(user: UserId) -> Author {
    let bob = build::user(2, "bob");
    let avatar_url = Some(Picture::Own(build::media_id(8)));
    Author { id: user, username: bob.username, display_name: bob.display_name, avatar_url }
}

fn comment() -> Comment {
    Comment {
        id: CommentId::from_uuid(build::user_id(9).as_uuid()),
        stream: build::stream_id(7),
        author: author(build::user_id(2)),
        content: CommentText::parse("Nice").unwrap(),
        created_at: now(),
    }
}

fn participant(user: UserId) -> Participant {
    Participant { user, standing: Standing::Active, owner: build::user_id(1), is_blocked: false }
}

/// Stores that ask the rules about ada's show, which is to come where it is driven and live where people take part.
pub(super) fn fill(ports: &mut Ports) {
    drive(ports, StreamState::Scheduled, Standing::Active);
    take_part(ports, participant);
    ports.ingest.expect_put_key().returning(|_, _, _, decide| {
        let stream = show(StreamState::Scheduled);
        decide(StreamContext { stream, standing: Standing::Active }).map_err(DecideError::Refused)
    });
    ports.ingest.expect_ingest().returning(|id, _, decide| {
        if id != build::stream_id(7) {
            return Err(DecideError::NotFound);
        }
        let show = StreamContext { stream: show(StreamState::Scheduled), standing: Standing::Active };
        let context = IngestContext { show, key: Some(IngestHash([1; 32])), publisher: None };
        decide(context).map(|_| ()).map_err(DecideError::Refused)
    });
}

/// A store in which ada's show and account are in these states.
fn drive(ports: &mut Ports, state: StreamState, standing: Standing) {
    ports.streams.expect_schedule().returning(move |owner, decide, _| {
        decide(Broadcaster { id: owner, standing })
            .map(|transition| transition.stream)
            .map_err(DecideError::Refused)
    });
    ports.streams.expect_change().returning(move |_, decide| {
        decide(StreamContext { stream: show(state), standing })
            .map(|transition| transition.stream)
            .map_err(DecideError::Refused)
    });
    ports.streams.expect_find().returning(move |_| Ok(Some(show(state))));
    ports.streams.expect_list().returning(|_| Ok(Page { items: vec![], next: None }));
}

/// A live show to which people stand like this.
fn take_part(ports: &mut Ports, stands: fn(UserId) -> Participant) {
    let audience = &mut ports.audience;
    audience
        .expect_like()
        .returning(move |_, user, _, decide| decide(stands(user)).map_err(DecideError::Refused));
    audience
        .expect_unlike()
        .returning(move |_, user, decide| decide(stands(user)).map_err(DecideError::Refused));
    audience
        .expect_share()
        .returning(move |_, user, _, decide| decide(stands(user)).map_err(DecideError::Refused));
    audience
        .expect_heartbeat()
        .returning(|_, _, _, _| Ok(Some(Watched { status: StreamStatus::Live, viewers: 3 })));
    audience.expect_comment().returning(move |_, user, decide, _| {
        let context = CommentContext {
            participant: stands(user),
            author: author(user),
            status: StreamStatus::Live,
            earliest_that_counts: None,
        };
        decide(context).map_err(DecideError::Refused)
    });
    audience.expect_remove_comment().returning(move |_, _, user, _, decide| {
        let removal = CommentRemoval { participant: stands(user), author: build::user_id(2) };
        decide(removal).map_err(DecideError::Refused)
    });
    audience
        .expect_list_comments()
        .returning(|_, _, _, _| Ok(Some(Page { items: vec![comment()], next: None })));
}

fn driving(state: StreamState) -> axum::Router {
    let mut ports = Ports::default();
    drive(&mut ports, state, Standing::Active);
    ports.media.expect_claim().returning(|_, ids, _| Ok(ids.to_vec()));
    ports.router()
}

fn taking_part(stands: fn(UserId) -> Participant) -> axum::Router {
    let mut ports = Ports::default();
    take_part(&mut ports, stands);
    ports.router()
}

#[tokio::test]
async fn a_show_is_announced_and_seen() {
    let router = driving(live());
    let new = json!({
        "title": "Sneaker sale", "description": "Sizes 38 to 46.", "category": "sneakers",
        "scheduled_at": now() + TimeDelta::days(1), "thumbnail_url": build::media_id(9).as_uuid()
    });
    let announced = post(&router, "/v1/streams", "ada", &new).await;
    assert_eq!(announced.status, 201);
    assert_eq!(announced.headers[header::LOCATION], "/v1/streams/00000000-0000-0000-0000-000000000001");
    assert_eq!(announced.headers[header::ETAG], format!("\"{}\"", now().timestamp_micros()));
    insta::assert_json_snapshot!("a_show_to_come", announced.json());
    let found = get(&router, SHOW, "").await;
    assert_eq!(
        (found.status, &found.headers[header::ETAG]),
        (StatusCode::OK, &announced.headers[header::ETAG])
    );
    insta::assert_json_snapshot!("a_show_on_air", found.json());
}

#[tokio::test]
async fn the_picture_of_a_show_is_its_owners_or_the_show_is_refused() {
    let mut ports = Ports::default();
    drive(&mut ports, StreamState::Scheduled, Standing::Active);
    ports.media.expect_claim().returning(|_, _, _| Ok(vec![]));
    let router = ports.router();
    let new = json!({"title": "Sale", "category": "sneakers", "thumbnail_url": build::media_id(9).as_uuid()});
    let change = json!({"thumbnail_url": build::media_id(9).as_uuid()});
    let changed = send(&router, request(Method::PATCH, SHOW, "ada", &change)).await;
    for refused in [changed, post(&router, "/v1/streams", "ada", &new).await] {
        assert_eq!(refused.problem(), (422, "invalid_fields".to_owned()));
        let error = &refused.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!("thumbnail_url"), &json!("unknown_media")));
    }
}

#[tokio::test]
async fn a_form_is_refused_field_by_field() {
    let router = driving(live());
    let late =
        json!({"title": "", "category": "sneakers", "scheduled_at": now(), "stream_url": "rtmp://x/y?key=z"});
    let refused = post(&router, "/v1/streams", "ada", &late).await;
    assert_eq!(refused.problem(), (422, "invalid_fields".to_owned()));
    let fields: Vec<_> =
        refused.json()["errors"].as_array().unwrap().iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, ["title", "scheduled_at", "stream_url"]);
    for body in [
        json!({"title": "Sale", "category": "sneakers", "user_id": build::user_id(2).as_uuid()}),
        json!({"title": "Sale", "category": "cars"}),
        json!({"title": "Sale", "category": "sneakers", "scheduled_at": "tomorrow"}),
    ] {
        assert_eq!(post(&router, "/v1/streams", "ada", &body).await.status, 422, "{body}");
    }
}

#[tokio::test]
async fn a_show_is_driven_with_an_answer_for_every_state() {
    let ended = StreamState::Ended { since: now(), at: now() };
    let long_ended =
        StreamState::Ended { since: now() - TimeDelta::hours(4), at: now() - TimeDelta::hours(3) };
    let scheduled = StreamState::Scheduled;
    for (state, turn, status, word) in [
        (scheduled, "start", 200, "live"),
        (ended, "start", 200, "live"),
        (live(), "end", 200, "ended"),
        (scheduled, "cancel", 200, "cancelled"),
        (live(), "start", 409, "stream_already_live"),
        (long_ended, "start", 409, "stream_ended"),
        (StreamState::Cancelled, "start", 409, "stream_cancelled"),
        (scheduled, "end", 409, "stream_not_live"),
        (live(), "cancel", 409, "stream_begun"),
        (StreamState::Cancelled, "cancel", 409, "stream_cancelled"),
    ] {
        let answer = post(&driving(state), &format!("{SHOW}/{turn}"), "ada", &Value::Null).await;
        let member = if status == 200 { "status" } else { "code" };
        assert_eq!((answer.status.as_u16(), &answer.json()[member]), (status, &json!(word)), "{turn}");
        assert_eq!(answer.headers.contains_key(header::ETAG), status == 200);
    }
    let recording = json!({"recording_url": "https://example.com/1.mp4"});
    let answer = post(&driving(live()), &format!("{SHOW}/end"), "ada", &recording).await;
    assert_eq!(answer.json()["recording_url"], recording["recording_url"]);
    let refused = post(&driving(live()), &format!("{SHOW}/end"), "bob", &recording).await;
    assert_eq!(refused.problem(), (403, "not_your_stream".to_owned()));
    let mut ports = Ports::default();
    drive(&mut ports, scheduled, Standing::Suspended);
    let refused = post(&ports.router(), &format!("{SHOW}/start"), "ada", &Value::Null).await;
    assert_eq!(refused.problem(), (403, "account_suspended".to_owned()));
}

#[tokio::test]
async fn a_change_is_made_to_the_version_that_was_seen() {
    let router = driving(StreamState::Scheduled);
    let patch = async |tag: &str, body: Value| -> Answer {
        let mut asked = request(Method::PATCH, SHOW, "ada", &body);
        asked.headers_mut().insert(header::IF_MATCH, tag.parse().unwrap());
        send(&router, asked).await
    };
    let tag = format!("\"{}\"", now().timestamp_micros());
    let changed = patch(&tag, json!({"title": "Sale", "description": null})).await;
    assert_eq!((changed.status, &changed.json()["title"]), (StatusCode::OK, &json!("Sale")));
    assert_ne!(changed.headers[header::ETAG], tag.as_str());
    let stale = patch("\"7\"", json!({"title": "Sale"})).await;
    assert_eq!(stale.problem(), (412, "precondition_failed".to_owned()));
    for body in [json!({"title": null}), json!({"status": "live"}), json!({"scheduled_at": now()})] {
        assert_eq!(patch("*", body.clone()).await.status, 422, "{body}");
    }
    let early = patch("*", json!({"recording_url": "https://example.com/1.mp4"})).await;
    assert_eq!(early.problem(), (409, "stream_not_begun".to_owned()));
}

#[tokio::test]
async fn lists_go_on_where_they_ended_and_in_their_own_order_only() {
    let mut ports = Ports::default();
    ports.streams.expect_list().returning(|query| {
        let order = query.filter.order();
        if query.filter.status == Some(StreamStatus::Live) {
            assert_eq!(order, StreamOrder::MostViewers);
        }
        let next = query.after.is_none().then(|| order.position(&show(live())));
        Ok(Page { items: vec![show(live())], next })
    });
    let router = ports.router();
    let first = get(&router, "/v1/streams?status=live&category=sneakers&limit=1", "").await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = get(&router, &format!("/v1/streams?status=live&limit=1&cursor={cursor}"), "").await.json();
    assert_eq!(second["next_cursor"], Value::Null);
    let other = get(&router, &format!("/v1/streams?status=scheduled&cursor={cursor}"), "").await;
    assert_eq!(other.problem(), (400, "invalid_cursor".to_owned()));
    for bad in ["status=over", "category=cars", "limit=0", "user_id=7", "owner=7"] {
        assert_eq!(get(&router, &format!("/v1/streams?{bad}"), "").await.status, 422, "{bad}");
    }
}

#[tokio::test]
async fn an_audience_watches_talks_and_takes_back() {
    let router = taking_part(participant);
    let watched = post(&router, of_show!("/heartbeat"), "", &Value::Null).await;
    assert_eq!((watched.status, watched.json()), (StatusCode::OK, json!({"viewers": 3})));
    let said = post(&router, of_show!("/comments"), "bob", &json!({"content": " Nice "})).await;
    assert_eq!(said.status, 201);
    assert_eq!(said.headers[header::LOCATION], of_show!("/comments"));
    insta::assert_json_snapshot!("something_said", said.json());
    let read = get(&router, of_show!("/comments"), "").await;
    insta::assert_json_snapshot!("what_was_said", read.json());
    for content in ["", "   ", "two\nlines", &"x".repeat(501)] {
        let refused = post(&router, of_show!("/comments"), "bob", &json!({"content": content})).await;
        assert_eq!(refused.problem(), (422, "invalid_fields".to_owned()), "{content}");
    }
}

#[tokio::test]
async fn every_refusal_to_take_part_has_a_code_of_its_own() {
    let blocked = taking_part(|user| Participant { is_blocked: true, ..participant(user) });
    let suspended = taking_part(|user| Participant { standing: Standing::Suspended, ..participant(user) });
    let say = json!({"content": "Nice"});
    for (method, path, body) in [
        (Method::PUT, of_show!("/like"), &Value::Null),
        (Method::POST, of_show!("/share"), &Value::Null),
        (Method::POST, of_show!("/comments"), &say),
    ] {
        let answer = send(&blocked, request(method.clone(), path, "bob", body)).await;
        assert_eq!(answer.problem(), (403, "blocked".to_owned()), "{path}");
        let answer = send(&suspended, request(method, path, "bob", body)).await;
        assert_eq!(answer.problem(), (403, "account_suspended".to_owned()), "{path}");
    }
    let taken_back = send(&blocked, request(Method::DELETE, of_show!("/like"), "bob", &Value::Null)).await;
    assert_eq!(taken_back.status, 204);
    let mut ports = Ports::default();
    ports
        .audience
        .expect_heartbeat()
        .returning(|_, _, _, _| Ok(Some(Watched { status: StreamStatus::Ended, viewers: 0 })));
    ports.audience.expect_comment().returning(|_, user, decide, _| {
        let context = CommentContext {
            participant: participant(user),
            author: author(user),
            status: StreamStatus::Live,
            earliest_that_counts: Some(now() - TimeDelta::milliseconds(44_500)),
        };
        decide(context).map_err(DecideError::Refused)
    });
    ports.audience.expect_list_comments().returning(|_, _, _, _| Ok(None));
    let router = ports.router();
    let over = post(&router, of_show!("/heartbeat"), "", &Value::Null).await;
    assert_eq!(over.problem(), (409, "stream_not_live".to_owned()));
    let busy = post(&router, of_show!("/comments"), "bob", &say).await;
    assert_eq!(busy.problem(), (429, "too_many_comments".to_owned()));
    assert_eq!(busy.headers[header::RETRY_AFTER], "16");
    assert_eq!(get(&router, of_show!("/comments"), "").await.problem(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn a_key_is_told_once_and_kept_by_nobody_on_the_way() {
    let mut ports = Ports::default();
    fill(&mut ports);
    let router = ports.router();
    let issued = post(&router, of_show!("/ingest-key"), "ada", &Value::Null).await;
    assert_eq!(issued.headers[header::CACHE_CONTROL], "no-store");
    insta::assert_json_snapshot!("a_key_for_video", issued.json());
    assert!(!String::from_utf8(get(&router, SHOW, "ada").await.body).unwrap().contains("secret"));
}
