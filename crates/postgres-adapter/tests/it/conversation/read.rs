//! Marking as read: forward only, once, and as told.

use souk_domain::{
    conversation::{MessageDirection, MessagePage, Reading},
    page::Limit,
};
use souk_ports::conversation::ConversationRepository;
use tokio::task::JoinSet;

use super::*;

#[tokio::test]
async fn reading_moves_forward_and_is_told_once() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    for n in 1..=5 {
        world.send(n, 1, SELLER).await.unwrap();
    }
    world.run("DELETE FROM outbox_events").await;
    let read = async |seq, n| world.threads.read(thread(1), of(BUYER), seq, at(n)).await;
    assert_eq!(read(3, 10).await, Ok(Reading { last_seq: 5, read_seq: 3 }));
    assert_eq!(read(3, 11).await, Ok(Reading { last_seq: 5, read_seq: 3 }));
    assert_eq!(read(1, 12).await, Ok(Reading { last_seq: 5, read_seq: 3 }));
    assert_eq!(read(0, 13).await, Ok(Reading { last_seq: 5, read_seq: 3 }));
    let beyond = ConversationRefusal::BeyondLast { last_seq: 5 };
    assert_eq!(read(6, 14).await, Err(DecideError::Refused(beyond)));
    assert_eq!(read(i64::MAX, 14).await, Err(DecideError::Refused(beyond)));
    let page = MessagePage { direction: MessageDirection::Forward { after: 0 }, limit: Limit::default() };
    let messages = world.threads.list_messages(thread(1), of(SELLER), page).await.unwrap().unwrap().items;
    let marks: Vec<_> = messages.iter().map(|message| message.read_at).collect();
    assert_eq!(marks, [Some(at(10)), Some(at(10)), Some(at(10)), None, None]);
    let sql = "SELECT kind, payload ->> 'reader_id', payload ->> 'seq', payload ->> 'unread_count', audience
        FROM outbox_events";
    let row = world.client.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get(0), row.get(1)), ("conversation.read", of(BUYER).to_string().as_str()));
    assert_eq!((row.get(2), row.get(3)), ("3", "2"));
    assert_eq!(row.get::<_, Vec<Uuid>>(4), [of(BUYER), of(SELLER)].map(UserId::as_uuid));
    // The seller has nothing to read, and says so.
    assert_eq!(
        world.threads.read(thread(1), of(SELLER), 5, at(15)).await,
        Ok(Reading { last_seq: 5, read_seq: 5 })
    );
    assert_eq!(world.ground.count("outbox_events").await, 1);
}

#[tokio::test]
async fn many_who_read_at_once_end_at_the_highest() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    for n in 1..=20 {
        world.send(n, 1, SELLER).await.unwrap();
    }
    let rivals = (1..=20).map(|seq| {
        let threads = world.threads.clone();
        async move { threads.read(thread(1), of(BUYER), 1 + (seq * 7) % 20, at(30)).await.is_ok() }
    });
    let outcomes = world.ground.at_once("SELECT FROM conversations FOR UPDATE", rivals).await;
    assert!(outcomes.into_iter().all(|read| read));
    let seen = world.threads.find(thread(1), of(BUYER)).await.unwrap().unwrap();
    assert_eq!((seen.read_seq, seen.unread_count()), (20, 0));
    assert_eq!(world.ground.count("messages WHERE NOT is_read").await, 0);
}

#[tokio::test]
async fn a_message_that_arrives_with_ones_own_is_read_when_one_says_so() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    let mut senders = JoinSet::new();
    for n in 0..16 {
        let threads = world.threads.clone();
        let sender = if n % 2 == 0 { BUYER } else { SELLER };
        senders.spawn(async move { threads.send(&text(n, 1, sender), None, None).await.unwrap() });
    }
    senders.join_all().await;
    for user in [BUYER, SELLER] {
        world.threads.read(thread(1), of(user), 16, at(20)).await.unwrap();
    }
    assert_eq!(world.ground.count("messages WHERE NOT is_read").await, 0);
}

#[tokio::test]
async fn each_side_puts_away_for_itself() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    world.send(1, 1, BUYER).await.unwrap();
    let archive = async |user, archived, n| {
        let thread = world.threads.archive(thread(1), of(user), archived, at(n)).await.unwrap().unwrap();
        thread.archived_at
    };
    let other = async |user| world.threads.find(thread(1), of(user)).await.unwrap().unwrap().archived_at;
    assert_eq!((archive(BUYER, true, 2).await, other(SELLER).await), (Some(at(2)), None));
    assert_eq!(archive(BUYER, true, 3).await, Some(at(2)), "it stays when it was");
    assert_eq!((archive(SELLER, true, 4).await, other(BUYER).await), (Some(at(4)), Some(at(2))));
    assert_eq!((archive(BUYER, false, 5).await, other(SELLER).await), (None, Some(at(4))));
    assert_eq!(archive(BUYER, false, 6).await, None);
}
