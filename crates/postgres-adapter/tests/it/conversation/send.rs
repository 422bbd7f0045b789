//! Sending: one statement that looks, counts, numbers, writes and tells, or does nothing.

use chrono::TimeDelta;
use serde_json::Value;
use souk_domain::{
    conversation::{Correspondence, MessageDirection, MessagePage},
    id::MediaId,
    idempotency::{Fingerprint, IdempotencyKey},
    media::Picture,
    page::Limit,
    user::Standing,
};
use souk_ports::{
    conversation::ConversationRepository,
    idempotency::{Answer, Claim, IdempotencyRepository, Once},
    user::ProfileRepository,
};
use souk_postgres_adapter::{PgIdempotency, PgProfiles};

use super::*;

#[tokio::test]
async fn a_message_gets_the_next_number_and_is_read_by_whoever_wrote_it() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    assert_eq!(world.send(1, 1, BUYER).await, Ok(1));
    assert_eq!(world.send(2, 1, BUYER).await, Ok(2));
    let seen = async |user| world.threads.find(thread(1), of(user)).await.unwrap().unwrap();
    assert_eq!((seen(BUYER).await.unread_count(), seen(SELLER).await.unread_count()), (0, 2));
    // Answering is reading.
    assert_eq!(world.send(3, 1, SELLER).await, Ok(3));
    assert_eq!((seen(BUYER).await.unread_count(), seen(SELLER).await.unread_count()), (1, 0));
    let thread = seen(BUYER).await;
    assert_eq!((thread.last_seq, thread.last_message_at), (3, Some(at(3))));
    assert_eq!(thread.last_message.map(|message| (message.seq, message.sender)), Some((3, Some(of(SELLER)))));
    let page = MessagePage { direction: MessageDirection::Forward { after: 0 }, limit: Limit::default() };
    let messages = world.threads.list_messages(thread.id, of(BUYER), page).await.unwrap().unwrap().items;
    let read: Vec<_> = messages.iter().map(|message| message.read_at).collect();
    assert_eq!(read, [Some(at(3)), Some(at(3)), None]);
}

#[tokio::test]
async fn what_is_sent_is_what_is_found() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    let picture = Picture::Own(MediaId::from_uuid(Uuid::from_u128(77)));
    let elsewhere = Picture::stored("https://example.com/1.jpg?a=\"".to_owned());
    let caption = Some(MessageText::parse("Front \\ \"and\" back 🚲\nsee?").unwrap());
    let body = MessageBody::Image { pictures: [vec![picture; 9], vec![elsewhere]].concat(), caption };
    let sent = world.threads.send(&NewMessage { body, ..text(1, 1, BUYER) }, None, None).await.unwrap();
    for user in [BUYER, SELLER] {
        assert_eq!(world.threads.find_message(thread(1), of(user), sent.id).await, Ok(Some(sent.clone())));
    }
    assert_eq!(world.threads.find_message(thread(1), of(RIVAL), sent.id).await, Ok(None));
    assert_eq!(world.threads.find_message(thread(2), of(BUYER), sent.id).await, Ok(None));
    let other = MessageId::from_uuid(Uuid::from_u128(5));
    assert_eq!(world.threads.find_message(thread(1), of(BUYER), other).await, Ok(None));
}

#[tokio::test]
async fn both_are_told_and_both_see_the_thread_again() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    for (user, now) in [(BUYER, at(1)), (SELLER, at(2))] {
        let thread = world.threads.archive(thread(1), of(user), true, now).await.unwrap().unwrap();
        assert_eq!(thread.archived_at, Some(now));
    }
    world.send(3, 1, BUYER).await.unwrap();
    for user in [BUYER, SELLER] {
        assert_eq!(world.threads.find(thread(1), of(user)).await.unwrap().unwrap().archived_at, None);
    }
    let sql = "SELECT kind, aggregate, aggregate_id, payload::text, audience FROM outbox_events";
    let row = world.client.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get(0), row.get(1)), ("message.created", "message"));
    assert_eq!(row.get::<_, Uuid>(2), text(3, 1, BUYER).id.as_uuid());
    let payload: Value = serde_json::from_str(row.get(3)).unwrap();
    assert_eq!((payload["seq"].clone(), payload["content"].clone()), (1.into(), "message 3".into()));
    assert_eq!(payload["conversation_id"], thread(1).to_string());
    let audience: Vec<Uuid> = row.get(4);
    assert_eq!(audience, [of(BUYER), of(SELLER)].map(UserId::as_uuid));
}

#[tokio::test]
async fn who_may_write_is_the_rules_word() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    let statuses = [
        ("active", Standing::Active),
        ("suspended", Standing::Suspended),
        ("banned", Standing::Banned),
        ("deleted", Standing::Deleted { at: now() }),
    ];
    let mut n = 0;
    let (mut written, mut refused) = (0, 0);
    for (writer_status, writer) in statuses {
        for (reader_status, reader) in statuses {
            for block in ["", "SELECT s.id, b.id", "SELECT b.id, s.id"] {
                n += 1;
                for (name, status) in [("buyer", writer_status), ("seller", reader_status)] {
                    world
                        .run(&format!(
                        "UPDATE users SET status = '{status}', deleted_at = CASE '{status}' WHEN 'deleted'
                             THEN '2024-10-04Z'::timestamptz END WHERE username = '{name}'"
                    ))
                        .await;
                }
                world.run("DELETE FROM user_blocks").await;
                if !block.is_empty() {
                    let pair = "FROM users s, users b WHERE s.username = 'seller' AND b.username = 'buyer'";
                    world.run(&format!("INSERT INTO user_blocks {block}, now() {pair}")).await;
                }
                let rule = Correspondence { writer, reader, is_blocked: !block.is_empty() }.may_write();
                let case = format!("{writer_status} to {reader_status}, {block}");
                match rule {
                    Ok(()) => {
                        written += 1;
                        assert_eq!(world.send(n, 1, BUYER).await, Ok(written), "{case}");
                    }
                    Err(refusal) => {
                        refused += 1;
                        assert_eq!(
                            world.send(n, 1, BUYER).await,
                            Err(DecideError::Refused(refusal)),
                            "{case}"
                        );
                    }
                }
                assert_eq!(world.ground.count("messages").await, written);
                assert_eq!(world.ground.count("outbox_events").await, written);
            }
        }
    }
    assert_eq!((written, refused), (2, 46));
}

#[tokio::test]
async fn to_a_stranger_the_thread_is_not_there() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    world.send(1, 1, BUYER).await.unwrap();
    assert_eq!(world.send(2, 1, RIVAL).await, Err(DecideError::NotFound));
    assert_eq!(world.send(2, 9, BUYER).await, Err(DecideError::NotFound));
    assert_eq!(world.threads.find(thread(1), of(RIVAL)).await, Ok(None));
    assert_eq!(world.threads.archive(thread(1), of(RIVAL), true, now()).await, Ok(None));
    assert_eq!(world.threads.read(thread(1), of(RIVAL), 1, now()).await, Err(DecideError::NotFound));
    let page =
        MessagePage { direction: MessageDirection::Backward { before: None }, limit: Limit::default() };
    assert_eq!(world.threads.list_messages(thread(1), of(RIVAL), page).await, Ok(None));
    assert_eq!(world.ground.count("messages").await, 1);
    assert_eq!(world.ground.count("conversations WHERE updated_at > created_at + interval '1 s'").await, 0);
}

#[tokio::test]
async fn only_so_many_messages_are_written_in_a_minute_over_all_threads() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    world.open_about(2, BUYER, Topic::Seller(of(SELLER)), None).await.unwrap();
    let send = async |n, thread| world.threads.send(&text(n, thread, BUYER), Some(allowance(3)), None).await;
    for (n, thread) in [(1, 1), (2, 2), (21, 1)] {
        assert!(send(n, thread).await.is_ok());
    }
    let full = ConversationRefusal::TooManyMessages { retry_after: 31 };
    assert_eq!(send(30, 2).await, Err(DecideError::Refused(full)));
    assert_eq!(world.ground.count("messages").await, 3);
    assert!(send(62, 2).await.is_ok());
    // Who is refused for another reason is not counted.
    world.run("UPDATE users SET status = 'suspended' WHERE username = 'buyer'").await;
    assert_eq!(send(70, 1).await, Err(DecideError::Refused(ConversationRefusal::Suspended)));
    assert_eq!(world.ground.count("attempts WHERE cardinality(tried_at) = 2").await, 1);
}

#[tokio::test]
async fn rivals_of_one_sender_do_not_get_past_the_limit() {
    let world = World::with_connections(16).await;
    world.open(1, BUYER).await.unwrap();
    world.open_about(2, BUYER, Topic::Seller(of(SELLER)), None).await.unwrap();
    let rivals = (0..32_u128).map(|n| {
        let threads = world.threads.clone();
        async move {
            let message = NewMessage { at: now(), ..text(n, 1 + n % 2, BUYER) };
            threads.send(&message, Some(allowance(5)), None).await.is_ok()
        }
    });
    let sent = world.ground.at_once("LOCK TABLE attempts IN EXCLUSIVE MODE", rivals).await;
    assert_eq!(sent.into_iter().filter(|sent| *sent).count(), 5);
    assert_eq!(world.ground.count("messages").await, 5);
}

fn claim(sender: u128, hours: i64) -> Claim {
    Claim {
        user: of(sender),
        key: IdempotencyKey::parse("key").unwrap(),
        fingerprint: Fingerprint([5; 32]),
        created_at: now() + TimeDelta::hours(hours),
        expires_at: now() + TimeDelta::hours(hours + 24),
    }
}

fn answer(message: &Message) -> Answer {
    let text = message.body.text().map(AsRef::as_ref).unwrap_or_default();
    Answer(format!("{{\"seq\":{},\"content\":\"{text}\"}}", message.seq).into_bytes())
}

#[tokio::test]
async fn a_key_sends_once_and_keeps_the_answer_with_its_number() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    world.send(1, 1, SELLER).await.unwrap();
    let send = async |n, sender, hours, allowance| {
        let once = Once { claim: claim(sender, hours), answer: &answer };
        world.threads.send(&text(n, 1, sender), allowance, Some(&once)).await.map(|message| message.seq)
    };
    assert_eq!(send(2, BUYER, 0, Some(allowance(5))).await, Ok(2));
    assert_eq!(send(3, BUYER, 23, None).await, Err(DecideError::AlreadyDone));
    assert_eq!(send(4, SELLER, 0, None).await, Ok(3));
    let answers = PgIdempotency::new(world.ground.pool.clone());
    let kept = answers.find(of(BUYER), &claim(BUYER, 0).key, now()).await.unwrap().unwrap();
    assert_eq!(kept.fingerprint, Fingerprint([5; 32]));
    assert_eq!(String::from_utf8(kept.answer.0).unwrap(), r#"{"seq":2,"content":"message 2"}"#);
    assert_eq!(world.ground.count("messages").await, 3);
    // An answer that has expired is as good as gone. Whoever has no room left claims nothing.
    assert_eq!(send(5, BUYER, 24, None).await, Ok(4));
    let full = send(6, SELLER, 48, Some(allowance(1))).await;
    assert!(
        matches!(full, Err(DecideError::Refused(ConversationRefusal::TooManyMessages { .. }))),
        "{full:?}"
    );
    assert_eq!(world.ground.count("idempotency_keys").await, 2);
}

#[tokio::test]
async fn of_16_repeats_at_once_one_is_sent() {
    let world = World::with_connections(16).await;
    world.open(1, BUYER).await.unwrap();
    let rivals = (0..16).map(|n| {
        let threads = world.threads.clone();
        async move {
            let once = Once { claim: claim(BUYER, 0), answer: &answer };
            threads.send(&text(n, 1, BUYER), None, Some(&once)).await.map(|_| ())
        }
    });
    let outcomes = world.ground.at_once("SELECT FROM conversations FOR UPDATE", rivals).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(
        outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(DecideError::AlreadyDone))),
        "{outcomes:?}"
    );
    assert_eq!((world.ground.count("messages").await, world.ground.count("outbox_events").await), (1, 1));
}

#[tokio::test]
async fn whoever_waits_too_long_under_a_key_may_come_back() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    world.run("BEGIN; SELECT FROM conversations FOR UPDATE").await;
    let once = Once { claim: claim(BUYER, 0), answer: &answer };
    let waiting = world.threads.send(&text(1, 1, BUYER), None, Some(&once)).await;
    assert_eq!(waiting.map(|_| ()), Err(DecideError::StillRunning));
    let waiting = world.threads.send(&text(1, 1, BUYER), None, None).await;
    assert!(matches!(waiting, Err(DecideError::Port(_))), "{waiting:?}");
    world.run("ROLLBACK").await;
    assert_eq!(world.ground.count("messages").await, 0);
}

#[tokio::test]
async fn the_words_of_somebody_who_leaves_go_and_their_place_stays() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    world.send(1, 1, BUYER).await.unwrap();
    world.send(2, 1, SELLER).await.unwrap();
    let picture = Picture::Own(MediaId::from_uuid(Uuid::from_u128(77)));
    let body = MessageBody::Image { pictures: vec![picture], caption: None };
    world.threads.send(&NewMessage { body, ..text(3, 1, BUYER) }, None, None).await.unwrap();
    let profiles = PgProfiles::new(world.ground.pool.clone());
    profiles.erase(of(BUYER), &|context| context.erase(at(9))).await.unwrap();
    let page = MessagePage { direction: MessageDirection::Forward { after: 0 }, limit: Limit::default() };
    let left = world.threads.list_messages(thread(1), of(SELLER), page).await.unwrap().unwrap().items;
    let said: Vec<_> =
        left.iter().map(|message| (message.seq, message.body.removed_at().is_some())).collect();
    assert_eq!(said, [(1, true), (2, false), (3, true)]);
    let seen = world.threads.find(thread(1), of(SELLER)).await.unwrap().unwrap();
    assert!(seen.counterpart.is_gone);
    // There is nobody to write to any more.
    assert_eq!(
        world.send(4, 1, SELLER).await,
        Err(DecideError::Refused(ConversationRefusal::CounterpartGone))
    );
}
