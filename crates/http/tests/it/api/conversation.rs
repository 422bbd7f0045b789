//! Threads and messages.

use std::sync::Arc;

use axum::http::{Method, header};
use chrono::TimeDelta;
use serde_json::{Value, json};
use souk_application::{Conversations, MediaLibrary, conversation::ConversationLimits};
use souk_domain::{
    contact::Username,
    conversation::{
        Conversation, ConversationRefusal, Counterpart, InboxPosition, Message, MessageBody,
        MessageDirection, MessageText, MessageType, Opened, Opening, OpeningContext, ProductSummary, Reading,
        Side, Topic,
    },
    id::ConversationId,
    media::Picture,
    page::Page,
    product::{ProductState, Title},
    session::{Pseudonym, Quota},
    user::{DisplayName, Standing},
};
use souk_ports::{
    Clock, DecideError, IdSource,
    conversation::MockConversationRepository,
    media::{MockImageWorkshop, MockMediaRepository, MockMediaStore},
    session::MockPseudonyms,
};
use souk_testkit::{
    build::{self, conversation_id, message_id, user_id},
    fixed::now,
};

use super::{Ports, get, post, request, send};

/// Where thread 7 is, which `ada` (1) sells in and `bob` (2) opened.
pub(super) const THREAD: &str = "/v1/conversations/00000000-0000-0000-0000-000000000007";
/// Where it is marked as read.
pub(super) const READ: &str = "/v1/conversations/00000000-0000-0000-0000-000000000007/read";
/// Where its messages are.
pub(super) const MESSAGES: &str = "/v1/conversations/00000000-0000-0000-0000-000000000007/messages";
/// Where one of them is.
pub(super) const MESSAGE: &str =
    "/v1/conversations/00000000-0000-0000-0000-000000000007/messages/00000000-0000-0000-0000-000000000009";
const PICTURE: &str = "https://souk.example.com/media/0190163d-8694-739b-aea5-966c26f8ad91/image";

/// The service on a store.
pub(super) fn service(
    repository: MockConversationRepository,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
) -> Conversations {
    let mut pseudonyms = MockPseudonyms::new();
    pseudonyms.expect_of().returning(|_| Pseudonym([1; 32]));
    let quota = |most| Some(Quota { most, window: TimeDelta::minutes(1) });
    let limits = ConversationLimits { conversations: quota(5), messages: quota(20) };
    let mut pictures = MockMediaRepository::new();
    pictures.expect_claim().returning(|_, ids, _| Ok(ids.to_vec()));
    let (workshop, files) = (MockImageWorkshop::new(), MockMediaStore::new());
    let media = MediaLibrary::new(
        Arc::new(pictures),
        Arc::new(workshop),
        Arc::new(files),
        Arc::clone(&clock),
        Arc::clone(&ids),
    );
    Conversations::new(Arc::new(repository), media, Arc::new(pseudonyms), limits, clock, ids)
}

/// Message `seq` of a thread.
fn message(seq: i64, body: MessageBody) -> Message {
    Message {
        id: message_id(9),
        conversation: conversation_id(7),
        seq,
        sender: (body.kind() != MessageType::System).then(|| user_id(2)),
        body,
        read_at: (seq == 1).then(now),
        created_at: now(),
    }
}

fn text(words: &str) -> MessageBody {
    MessageBody::Text(MessageText::stored(words.to_owned()))
}

/// Thread 7 as its seller sees it.
fn conversation(id: ConversationId) -> Conversation {
    Conversation {
        id,
        buyer: user_id(2),
        seller: user_id(1),
        side: Side::Seller,
        counterpart: Counterpart {
            id: user_id(2),
            username: Username::stored("bob".to_owned()),
            display_name: DisplayName::stored("Bob".to_owned()),
            avatar_url: None,
            is_gone: false,
        },
        product: Some(ProductSummary {
            id: build::product_id(3),
            title: Title::stored("Trek road bike".to_owned()),
            price: build::product(3, user_id(1)).price,
            thumbnail: Some(Picture::stored("https://example.com/bike.jpg".to_owned())),
            state: ProductState::Reserved,
        }),
        last_message: Some(message(4, text("Still there?"))),
        last_message_at: Some(now()),
        last_seq: 4,
        read_seq: 1,
        counterpart_read_seq: 4,
        archived_at: None,
        created_at: now(),
    }
}

/// A store with thread 7, which is `ada`'s and `bob`'s.
pub(super) fn store() -> Ports {
    let mut ports = Ports::default();
    let is_theirs = |id, user| id == conversation_id(7) && (user == user_id(1) || user == user_id(2));
    let threads = &mut ports.conversations;
    threads.expect_open().returning(|buyer, topic, decide, _, _| {
        assert!(matches!(topic, Topic::Product(_) | Topic::Seller(_)));
        let context = OpeningContext {
            buyer,
            seller: user_id(1),
            product: None,
            buyer_standing: Standing::Active,
            seller_standing: Standing::Active,
            is_blocked: false,
            existing: None,
        };
        match decide(context).map_err(DecideError::Refused)? {
            Opening::New(new) => Ok(Opened { conversation: conversation(new.id), is_new: true }),
            Opening::Existing(id) => Ok(Opened { conversation: conversation(id), is_new: false }),
        }
    });
    threads
        .expect_list()
        .returning(|_| Ok(Page { items: vec![conversation(conversation_id(7))], next: None }));
    threads.expect_find().returning(move |id, of| Ok(is_theirs(id, of).then(|| conversation(id))));
    threads.expect_archive().returning(move |id, of, archived, now| {
        let changed = Conversation { archived_at: archived.then_some(now), ..conversation(id) };
        Ok(is_theirs(id, of).then_some(changed))
    });
    threads.expect_read().returning(move |id, by, seq, _| {
        if !is_theirs(id, by) {
            return Err(DecideError::NotFound);
        }
        Reading { last_seq: 4, read_seq: 1 }.up_to(seq).map_err(DecideError::Refused)
    });
    threads.expect_send().returning(move |message, allowance, _| {
        assert!(allowance.is_some());
        let is_theirs = is_theirs(message.conversation, message.sender);
        is_theirs.then(|| message.numbered(5)).ok_or(DecideError::NotFound)
    });
    threads.expect_list_messages().returning(move |id, of, _| {
        let page = Page { items: vec![message(4, text("Still there?"))], next: None };
        Ok(is_theirs(id, of).then_some(page))
    });
    threads
        .expect_find_message()
        .returning(move |id, of, _| Ok(is_theirs(id, of).then(|| message(4, text("Still there?")))));
    ports
}

#[tokio::test]
async fn a_thread_shows_the_other_the_listing_and_the_last_word() {
    let seen = get(&store().router(), THREAD, "ada").await;
    assert_eq!(seen.status, 200);
    insta::assert_json_snapshot!(seen.json());
    let list = get(&store().router(), "/v1/conversations?archived=false", "ada").await.json();
    assert_eq!((&list["data"][0], &list["next_cursor"]), (&seen.json(), &Value::Null));
}

#[tokio::test]
async fn a_new_thread_is_201_and_one_that_is_there_200() {
    let opened =
        post(&store().router(), "/v1/conversations", "bob", &json!({"seller_id": user_id(1).to_string()}))
            .await;
    assert_eq!(opened.status, 201);
    let id = opened.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(opened.headers[header::LOCATION], format!("/v1/conversations/{id}"));

    let mut ports = Ports::default();
    ports.conversations.expect_open().returning(|_, topic, _, _, _| {
        assert_eq!(topic, Topic::Product(build::product_id(3)));
        Ok(Opened { conversation: conversation(conversation_id(7)), is_new: false })
    });
    let about = json!({"product_id": build::product_id(3).to_string()});
    let found = post(&ports.router(), "/v1/conversations", "bob", &about).await;
    assert_eq!(found.status, 200);
    assert_eq!(found.headers[header::LOCATION], THREAD);
}

#[tokio::test]
async fn each_refusal_has_its_status_and_word() {
    for (refusal, status, code) in [
        (ConversationRefusal::NotThere, 404, "not_found"),
        (ConversationRefusal::OwnAccount, 403, "own_account"),
        (ConversationRefusal::Suspended, 403, "account_suspended"),
        (ConversationRefusal::Blocked, 403, "blocked"),
        (ConversationRefusal::CounterpartGone, 409, "counterpart_gone"),
        (ConversationRefusal::BeyondLast { last_seq: 4 }, 422, "invalid_fields"),
        (ConversationRefusal::TooManyConversations { retry_after: 7 }, 429, "too_many_conversations"),
        (ConversationRefusal::TooManyMessages { retry_after: 7 }, 429, "too_many_messages"),
    ] {
        let mut ports = Ports::default();
        ports.conversations.expect_send().returning(move |_, _, _| Err(DecideError::Refused(refusal)));
        let hello = json!({"message_type": "text", "content": "Hello"});
        let answer = post(&ports.router(), MESSAGES, "bob", &hello).await;
        assert_eq!(answer.problem(), (status, code.to_owned()));
        let pause = answer.headers.get(header::RETRY_AFTER).map(|value| value.to_str().unwrap());
        assert_eq!(pause, (status == 429).then_some("7"), "{code}");
    }
    let own =
        post(&store().router(), "/v1/conversations", "ada", &json!({"seller_id": user_id(1).to_string()}))
            .await;
    assert_eq!(own.problem(), (403, "own_account".to_owned()));
}

#[tokio::test]
async fn a_message_is_201_with_its_number_and_where_it_is() {
    let hello = json!({"message_type": "text", "content": " Is it\nstill there? "});
    let sent = post(&store().router(), MESSAGES, "bob", &hello).await;
    assert_eq!(sent.status, 201);
    let message = sent.json();
    assert_eq!((&message["seq"], &message["content"]), (&json!(5), &json!("Is it\nstill there?")));
    let location = sent.headers[header::LOCATION].to_str().unwrap();
    assert_eq!(location, format!("{MESSAGES}/{}", message["id"].as_str().unwrap()));
    insta::assert_json_snapshot!(message);
    let picture = json!({"message_type": "image", "media": [PICTURE]});
    let sent = post(&store().router(), MESSAGES, "bob", &picture).await.json();
    assert_eq!((&sent["media"], &sent["content"]), (&json!([PICTURE]), &Value::Null));
}

#[tokio::test]
async fn a_bad_message_is_422_and_names_its_fields() {
    let router = Ports::default().router();
    let long = "ä".repeat(2_001);
    for (form, field, code) in [
        (json!({"message_type": "text"}), "content", "required"),
        (json!({"message_type": "text", "content": ""}), "content", "required"),
        (json!({"message_type": "text", "content": " \n\t"}), "content", "required"),
        (json!({"message_type": "text", "content": "a\0b"}), "content", "invalid_character"),
        (json!({"message_type": "text", "content": "a\u{7}b"}), "content", "invalid_character"),
        (json!({"message_type": "text", "content": long}), "content", "too_long"),
        (json!({"message_type": "text", "content": 7}), "content", "invalid_type"),
        (json!({"message_type": "text", "content": "x", "media": [PICTURE]}), "media", "not_allowed"),
        (json!({"message_type": "image"}), "media", "required"),
        (json!({"message_type": "image", "media": []}), "media", "required"),
        (json!({"message_type": "image", "media": vec![PICTURE; 11]}), "media", "too_many"),
        (
            json!({"message_type": "image", "media": ["https://example.com/1.jpg"]}),
            "media[0]",
            "foreign_media",
        ),
        (
            json!({"message_type": "image", "media": [PICTURE, "javascript:alert(1)"]}),
            "media[1]",
            "invalid_format",
        ),
        (json!({"message_type": "image", "media": [PICTURE, "a\0b"]}), "media[1]", "invalid_character"),
        (json!({"message_type": "image", "media": [PICTURE], "content": long}), "content", "too_long"),
        (json!({"message_type": "offer", "content": "x"}), "message_type", "unknown_value"),
        (json!({"message_type": "system", "content": "x"}), "message_type", "unknown_value"),
        (json!({"content": "x"}), "message_type", "required"),
        (json!({"message_type": "text", "content": "x", "sender_id": "x"}), "sender_id", "unknown_field"),
        (json!({"message_type": "text", "content": "x", "offer_id": "x"}), "offer_id", "unknown_field"),
    ] {
        let answer = post(&router, MESSAGES, "bob", &form).await;
        assert_eq!(answer.problem(), (422, "invalid_fields".to_owned()), "{form}");
        let error = &answer.json()["errors"][0];
        assert_eq!((error["field"].as_str(), error["code"].as_str()), (Some(field), Some(code)), "{form}");
    }
}

#[tokio::test]
async fn bad_forms_around_threads_are_422() {
    let router = store().router();
    let both = json!({"product_id": build::product_id(1).to_string(), "seller_id": user_id(1).to_string()});
    for (method, path, form, field) in [
        (Method::POST, "/v1/conversations", json!({}), "product_id"),
        (Method::POST, "/v1/conversations", both, "seller_id"),
        (Method::POST, "/v1/conversations", json!({"seller_id": "x"}), "seller_id"),
        (Method::POST, "/v1/conversations", json!({"buyer_id": "x"}), "buyer_id"),
        (Method::PATCH, THREAD, json!({}), "archived"),
        (Method::PATCH, THREAD, json!({"archived": "yes"}), "archived"),
        (Method::PATCH, THREAD, json!({"archived": true, "unread_count": 0}), "unread_count"),
        (Method::PUT, READ, json!({}), "seq"),
        (Method::PUT, READ, json!({"seq": -1}), "seq"),
        (Method::PUT, READ, json!({"seq": 5}), "seq"),
        (Method::PUT, READ, json!({"seq": 1.5}), "seq"),
        (Method::PUT, READ, json!({"seq": "1"}), "seq"),
        (Method::GET, &format!("{MESSAGES}?after_seq=-1"), Value::Null, "after_seq"),
        (Method::GET, &format!("{MESSAGES}?limit=101"), Value::Null, "limit"),
        (Method::GET, "/v1/conversations?archived=maybe", Value::Null, "archived"),
        (Method::GET, "/v1/conversations?limit=0", Value::Null, "limit"),
    ] {
        let answer = send(&router, request(method.clone(), path, "ada", &form)).await;
        assert_eq!(answer.problem(), (422, "invalid_fields".to_owned()), "{method} {path} {form}");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{method} {path} {form}");
    }
}

#[tokio::test]
async fn reading_and_putting_away_answer_what_is_now() {
    let router = store().router();
    let put = |seq: i64| request(Method::PUT, READ, "ada", &json!({"seq": seq}));
    let left = send(&router, put(3)).await;
    assert_eq!((left.status.as_u16(), left.json()), (200, json!({"unread_count": 1, "last_read_seq": 3})));
    assert_eq!(send(&router, put(0)).await.json()["unread_count"], 3);
    for archived in [true, false] {
        let patch = request(Method::PATCH, THREAD, "ada", &json!({"archived": archived}));
        assert_eq!(send(&router, patch).await.json()["archived"], archived);
    }
}

#[tokio::test]
async fn to_everybody_else_a_thread_is_not_there() {
    let router = store().router();
    let hello = json!({"message_type": "text", "content": "Hello"});
    for (method, path, body) in [
        (Method::GET, THREAD, Value::Null),
        (Method::PATCH, THREAD, json!({"archived": true})),
        (Method::PUT, READ, json!({"seq": 1})),
        (Method::GET, MESSAGES, Value::Null),
        (Method::POST, MESSAGES, hello),
        (Method::GET, MESSAGE, Value::Null),
    ] {
        let answer = send(&router, request(method.clone(), path, "root", &body)).await;
        assert_eq!(answer.problem(), (404, "not_found".to_owned()), "{method} {path}");
    }
}

#[tokio::test]
async fn cursors_go_on_where_they_ended_and_in_their_list_only() {
    let mut ports = Ports::default();
    let written = InboxPosition { last_message_at: Some(now()), id: conversation_id(7) };
    let empty = InboxPosition { last_message_at: None, id: conversation_id(6) };
    ports.conversations.expect_list().times(3).returning(move |query| {
        let next = match query.after {
            None => Some(written),
            Some(after) if after == written => Some(empty),
            Some(after) => {
                assert_eq!(after, empty);
                None
            }
        };
        Ok(Page { items: vec![conversation(conversation_id(7))], next })
    });
    ports.conversations.expect_list_messages().returning(|_, _, page| {
        let next = match page.direction {
            MessageDirection::Backward { before: None } => Some(4),
            MessageDirection::Forward { after: 2 } => Some(3),
            MessageDirection::Backward { before: Some(4) } | MessageDirection::Forward { after: 3 } => None,
            MessageDirection::Backward { .. } | MessageDirection::Forward { .. } => {
                panic!("{:?}", page.direction)
            }
        };
        Ok(Some(Page { items: vec![message(4, text("Hello"))], next }))
    });
    let router = ports.router();
    let next = async |path: &str, cursor: &Value| {
        let with = if path.contains('?') { '&' } else { '?' };
        get(&router, &format!("{path}{with}cursor={}", cursor.as_str().unwrap()), "ada").await
    };
    let first = get(&router, "/v1/conversations", "ada").await.json()["next_cursor"].clone();
    let second = next("/v1/conversations", &first).await.json()["next_cursor"].clone();
    assert_eq!(next("/v1/conversations", &second).await.json()["next_cursor"], Value::Null);
    for elsewhere in ["/v1/conversations?archived=true", MESSAGES] {
        assert_eq!(next(elsewhere, &first).await.problem(), (400, "invalid_cursor".to_owned()));
    }
    let backward = get(&router, MESSAGES, "ada").await.json()["next_cursor"].clone();
    assert_eq!(next(MESSAGES, &backward).await.json()["next_cursor"], Value::Null);
    let forward = get(&router, &format!("{MESSAGES}?after_seq=2"), "ada").await.json()["next_cursor"].clone();
    let upward = format!("{MESSAGES}?after_seq=2");
    assert_eq!(next(&upward, &forward).await.json()["next_cursor"], Value::Null);
    assert_eq!(next(&upward, &backward).await.problem(), (400, "invalid_cursor".to_owned()));
    assert_eq!(next(MESSAGES, &forward).await.problem(), (400, "invalid_cursor".to_owned()));
}

#[tokio::test]
async fn every_kind_of_message_shows_what_it_has() {
    let offer = souk_domain::id::OfferId::from_uuid(build::product_id(5).as_uuid());
    let bodies = [
        MessageBody::Offer { offer, note: None },
        MessageBody::System(MessageText::stored("Reserved.".to_owned())),
        MessageBody::Removed { kind: MessageType::Image, at: now() },
    ];
    let mut ports = Ports::default();
    ports.conversations.expect_list_messages().returning(move |_, _, _| {
        let items = (1..).zip(bodies.clone()).map(|(seq, body)| message(seq, body)).collect();
        Ok(Some(Page { items, next: None }))
    });
    insta::assert_json_snapshot!(get(&ports.router(), MESSAGES, "ada").await.json()["data"]);
}
