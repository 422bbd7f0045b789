//! Events: written with what they tell of, and carried on.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::AsyncConnection;
use souk_domain::{
    event::{Event, Fact, MessageFacts},
    id::{ConversationId, MessageId, UserId},
};
use souk_ports::event::{EventPosition, EventRepository, EventSource, Happening, ReplayError};
use souk_postgres_adapter::{Connector, PgEventSource, PgEvents, PgPool, record_events};
use souk_testkit::{
    build::{self, user_id},
    fixed::now,
};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::Ground;

/// Message `seq` of the one thread, for these people.
fn message(seq: u32, audience: &[UserId]) -> Event {
    Event {
        fact: Fact::MessageCreated(MessageFacts {
            conversation_id: ConversationId::from_uuid(Uuid::from_u128(7)),
            message_id: MessageId::from_uuid(Uuid::from_u128(seq.into())),
            seq: seq.into(),
            sender_id: None,
            message_type: "text",
            content: Some(format!("\"{seq}\" \\ {{NULL}} 'ö' 🚲")),
            media: vec![],
            offer_id: None,
        }),
        audience: audience.to_vec(),
        at: now() + TimeDelta::seconds(seq.into()),
    }
}

#[tokio::test]
async fn events_are_written_in_their_order_with_all_they_say() {
    let ground = Ground::new().await;
    let mut conn = Connector::new(&ground.database.url(), None).unwrap().connect().await.unwrap();
    let (ada, bob) = (user_id(1), user_id(2));
    record_events(&conn, &[]).await.unwrap();
    let events = [message(1, &[ada, bob]), message(2, &[bob]), message(3, &[])];
    conn.transaction(async |conn| record_events(conn, &events).await).await.unwrap();

    let client = ground.database.connect().await;
    let sql = "SELECT kind, aggregate, aggregate_id, payload ->> 'seq', payload ->> 'content', audience,
                   extract(epoch FROM created_at)::bigint, payload ->> 'offer_id', payload ? 'offer_id'
               FROM outbox_events ORDER BY id";
    let rows = client.query(sql, &[]).await.unwrap();
    assert_eq!(rows.len(), 3);
    for ((n, row), event) in (1..).zip(&rows).zip(&events) {
        assert_eq!((row.get(0), row.get(1)), ("message.created", "message"));
        assert_eq!(row.get::<_, Uuid>(2), Uuid::from_u128(n));
        assert_eq!(row.get::<_, String>(3), n.to_string());
        assert_eq!(row.get::<_, String>(4), format!("\"{n}\" \\ {{NULL}} 'ö' 🚲"));
        let people: Vec<UserId> = row.get::<_, Vec<Uuid>>(5).into_iter().map(UserId::from_uuid).collect();
        assert_eq!(people, event.audience);
        assert_eq!(row.get::<_, i64>(6), event.at.timestamp());
        assert_eq!((row.get::<_, Option<String>>(7), row.get(8)), (None, true));
    }
}

/// A source of its own, as a server has one, that has said where it begins.
async fn source(ground: &Ground, pool: &PgPool) -> (PgEventSource, EventPosition) {
    let connector = Connector::new(&ground.database.url(), None).unwrap();
    let mut source = PgEventSource::new(pool.clone(), connector);
    let first = source.next().await.unwrap();
    assert_eq!((first.events.len(), first.is_gapless), (0, true));
    (source, first.upto)
}

/// Waits until a source has told of so many events; their numbers, in its order, and how far it has read.
async fn heard(source: &mut PgEventSource, count: usize) -> (Vec<u32>, EventPosition) {
    let mut numbers = Vec::new();
    loop {
        let batch = source.next().await.unwrap();
        assert!(batch.is_gapless);
        numbers.extend(batch.events.iter().map(|event| number(event)));
        if numbers.len() >= count {
            return (numbers, batch.upto);
        }
    }
}

fn number(event: &Happening) -> u32 {
    let (_, rest) = event.payload.split_once("\"seq\": ").unwrap();
    rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}

/// A statement that writes message `seq` for these people.
fn insert(seq: u32, audience: &[UserId]) -> String {
    let people: Vec<_> = audience.iter().map(ToString::to_string).collect();
    format!(
        "INSERT INTO outbox_events (kind, aggregate, aggregate_id, payload, audience, created_at)
         VALUES ('message.created', 'message', '{}', '{{\"seq\": {seq}}}', '{{{}}}', now());",
        Uuid::from_u128(seq.into()),
        people.join(",")
    )
}

/// Everything somebody is told who was at `after`, in pages of `limit`.
async fn replayed(
    events: &PgEvents,
    user: UserId,
    mut after: EventPosition,
    upto: &EventPosition,
    limit: u32,
) -> Vec<Happening> {
    let mut all = Vec::new();
    loop {
        let page = events.list(user, &after, upto, DateTime::UNIX_EPOCH, limit).await.unwrap();
        let is_last = page.len() < usize::try_from(limit).unwrap();
        all.extend(page);
        if is_last {
            return all;
        }
        after = all.last().unwrap().position.clone();
    }
}

#[tokio::test]
async fn an_event_of_a_slow_transaction_is_told_although_later_numbers_were_told_before() {
    let ground = Ground::new().await;
    let (mut source, start) = source(&ground, &ground.pool).await;
    let (slow, fast) = (ground.database.connect().await, ground.database.connect().await);
    slow.batch_execute(&format!("BEGIN; {}", insert(1, &[user_id(1)]))).await.unwrap();
    fast.batch_execute(&insert(2, &[user_id(1)])).await.unwrap();
    let (numbers, between) = heard(&mut source, 1).await;
    assert_eq!(numbers, [2]);
    let naive = fast.query_one("SELECT max(id) FROM outbox_events", &[]).await.unwrap().get::<_, i64>(0);

    slow.batch_execute("COMMIT").await.unwrap();
    let (numbers, end) = heard(&mut source, 1).await;
    assert_eq!(numbers, [1]);
    // A reader who only follows the numbers is past it.
    let missed = fast.query("SELECT FROM outbox_events WHERE id > $1", &[&naive]).await.unwrap();
    assert_eq!(missed.len(), 0);
    // And so it is for somebody who was away.
    let events = PgEvents::new(ground.pool.clone());
    for (after, upto, expected) in
        [(&start, &between, vec![2]), (&between, &end, vec![1]), (&start, &end, vec![1, 2])]
    {
        let told = replayed(&events, user_id(1), after.clone(), upto, 10).await;
        assert_eq!(told.iter().map(number).collect::<Vec<_>>(), expected);
    }
}

#[tokio::test]
async fn nothing_is_told_before_what_led_to_it_whoever_began_first() {
    let ground = Ground::new().await;
    let (mut source, start) = source(&ground, &ground.pool).await;
    let [early, idle, late] =
        [ground.database.connect().await, ground.database.connect().await, ground.database.connect().await];
    // Numbers of transactions are given out in this order; what they do is done in another.
    for client in [&early, &idle, &late] {
        client.batch_execute("BEGIN; SELECT pg_current_xact_id()").await.unwrap();
    }
    late.batch_execute(&format!("{} COMMIT", insert(1, &[user_id(1)]))).await.unwrap();
    early.batch_execute(&format!("{} COMMIT", insert(2, &[user_id(1)]))).await.unwrap();
    let (numbers, end) = heard(&mut source, 2).await;
    assert_eq!(numbers, [1, 2]);
    let events = PgEvents::new(ground.pool.clone());
    let told = replayed(&events, user_id(1), start, &end, 1).await;
    assert_eq!(told.iter().map(number).collect::<Vec<_>>(), [1, 2]);
    idle.batch_execute("COMMIT").await.unwrap();
}

#[tokio::test]
async fn whoever_reads_on_from_any_event_gets_each_of_the_others_once() {
    const WRITERS: u32 = 6;
    const EACH: u32 = 25;
    let ground = Ground::new().await;
    let (mut source, start) = source(&ground, &ground.pool).await;
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let client = ground.database.connect().await;
        writers.spawn(async move {
            for n in 0..EACH {
                let seq = writer * EACH + n;
                // Some of them overtake each other between writing and committing.
                let work = if seq.is_multiple_of(3) {
                    "SELECT count(*) FROM generate_series(1, 20000);"
                } else {
                    ""
                };
                let sql = format!("BEGIN; {} {work} COMMIT", insert(seq, &[user_id(1)]));
                client.batch_execute(&sql).await.unwrap();
            }
        });
    }
    // Live, as one server tells it.
    let (mut live, mut upto) = (Vec::new(), start.clone());
    while live.len() < usize::try_from(WRITERS * EACH).unwrap() {
        let batch = source.next().await.unwrap();
        live.extend(batch.events);
        upto = batch.upto;
    }
    writers.join_all().await;
    let numbers = |events: &[Happening]| events.iter().map(number).collect::<Vec<_>>();
    let live: Vec<Happening> = live.iter().map(|event| (**event).clone()).collect();
    assert_eq!(numbers(&live).into_iter().collect::<BTreeSet<_>>().len(), live.len());

    let events = PgEvents::new(ground.pool.clone());
    for (index, last) in live.iter().enumerate() {
        let rest = replayed(&events, user_id(1), last.position.clone(), &upto, 40).await;
        let mut all = numbers(live.get(..=index).unwrap());
        all.extend(numbers(&rest));
        // Each writer's are in its order.
        for writer in 0..WRITERS {
            let own: Vec<_> = all.iter().copied().filter(|seq| seq / EACH == writer).collect();
            assert_eq!(own, (writer * EACH..(writer + 1) * EACH).collect::<Vec<_>>(), "after {index}");
        }
        // And from the middle of that again.
        if let Some(middle) = rest.get(rest.len() / 2) {
            let again = replayed(&events, user_id(1), middle.position.clone(), &upto, 40).await;
            assert_eq!(numbers(&again), numbers(rest.get(rest.len() / 2 + 1..).unwrap()));
        }
    }
    assert_eq!(replayed(&events, user_id(2), start, &upto, 40).await, []);
}

#[tokio::test]
async fn servers_tell_each_other_at_once() {
    const ROUNDS: u32 = 30;
    let ground = Ground::new().await;
    let other = ground.another_pool();
    let (mut here, _) = source(&ground, &ground.pool).await;
    let (mut there, _) = source(&ground, &other).await;
    let begun = Instant::now();
    let client = ground.database.connect().await;
    // Whoever committed has announced it on a pool; that server's source tells the other.
    let relay = tokio::spawn(async move { heard(&mut here, ROUNDS.try_into().unwrap()).await });
    for n in 0..ROUNDS {
        client.batch_execute(&insert(n, &[])).await.unwrap();
        ground.pool.announce();
        assert_eq!(heard(&mut there, 1).await.0, [n]);
    }
    relay.await.unwrap();
    // Left to itself, each would look once a second.
    assert!(begun.elapsed() < Duration::from_secs(u64::from(ROUNDS) / 3), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_lost_connection_is_made_again_and_nothing_is_missed_meanwhile() {
    let ground = Ground::new().await;
    let (mut source, _) = source(&ground, &ground.pool).await;
    let client = ground.database.connect().await;
    let listening = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
                     WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let ended: i64 = client.query_one(listening, &[]).await.unwrap().get(0);
    assert_eq!(ended, 1);
    client.batch_execute(&insert(1, &[])).await.unwrap();
    let mut numbers = Vec::new();
    while numbers.is_empty() {
        // How often it fails before it is back is its own affair.
        if let Ok(batch) = source.next().await {
            assert!(batch.is_gapless);
            numbers.extend(batch.events.iter().map(|event| number(event)));
        }
    }
    assert_eq!(numbers, [1]);
}

#[tokio::test]
async fn positions_that_lead_nowhere_are_told_apart() {
    let ground = Ground::new().await;
    let (mut source, start) = source(&ground, &ground.pool).await;
    ground.database.connect().await.batch_execute(&insert(1, &[user_id(1)])).await.unwrap();
    let (_, end) = heard(&mut source, 1).await;
    let events = PgEvents::new(ground.pool.clone());
    let list = async |after: &EventPosition, oldest| {
        events.list(user_id(1), after, &start, oldest, 10).await.map(|events| events.len())
    };
    let never = DateTime::UNIX_EPOCH;
    assert_eq!(list(&start, never).await, Ok(0));
    assert_eq!(list(&end, never).await, Err(ReplayError::Ahead));
    assert_eq!(list(&start, DateTime::<Utc>::MAX_UTC).await, Err(ReplayError::Lost));
    assert_eq!(list(&EventPosition([1, 2, 3].as_slice().into()), never).await, Err(ReplayError::Unreadable));
    let elsewhere = Ground::new().await;
    let (_, foreign) = self::source(&elsewhere, &elsewhere.pool).await;
    assert_eq!(list(&foreign, never).await, Err(ReplayError::Lost));
}

#[tokio::test]
async fn more_than_can_be_carried_at_once_is_a_gap_that_readers_fill_themselves() {
    let ground = Ground::new().await;
    let (mut source, start) = source(&ground, &ground.pool).await;
    let flood = "INSERT INTO outbox_events (kind, aggregate, aggregate_id, payload, audience, created_at)
                 SELECT 'message.created', 'message', gen_random_uuid(), jsonb_build_object('seq', n), $1, now()
                 FROM generate_series(1, 20001) n";
    let client = ground.database.connect().await;
    client.execute(flood, &[&vec![Uuid::from_u128(1)]]).await.unwrap();
    let batch = loop {
        let batch = source.next().await.unwrap();
        if !batch.is_gapless {
            break batch;
        }
        assert_eq!(batch.events.len(), 0);
    };
    assert_eq!(batch.events.len(), 0);
    let all = replayed(&PgEvents::new(ground.pool.clone()), user_id(1), start, &batch.upto, 5_000).await;
    assert_eq!(all.iter().map(number).collect::<Vec<_>>(), (1..=20_001).collect::<Vec<_>>());
    // And then it goes on as before.
    client.batch_execute(&insert(7, &[])).await.unwrap();
    assert_eq!(heard(&mut source, 1).await.0, [7]);
}

#[tokio::test]
async fn old_events_go_batch_by_batch_and_young_ones_stay() {
    let ground = Ground::new().await;
    let client = ground.database.connect().await;
    for n in 1..=5 {
        client.batch_execute(&insert(n, &[])).await.unwrap();
    }
    client.batch_execute("UPDATE outbox_events SET created_at = 'epoch' WHERE id <= 3").await.unwrap();
    let events = PgEvents::new(ground.pool.clone());
    assert_eq!(events.remove_before(now(), 2).await, Ok(2));
    assert_eq!(events.remove_before(now(), 2).await, Ok(1));
    assert_eq!(events.remove_before(now(), 2).await, Ok(0));
    assert_eq!(ground.count("outbox_events").await, 2);
}

#[tokio::test]
async fn who_listens_in_vain_is_found_out() {
    let ground = Ground::new().await;
    let mut sessions = Vec::new();
    for (n, name) in [(1, "ada"), (2, "bob"), (3, "eve"), (4, "kim")] {
        ground.user(n, name).await;
        sessions.push(build::session(n, user_id(n)).id);
    }
    let events = PgEvents::new(ground.pool.clone());
    assert_eq!(events.list_ended(&sessions, now()).await, Ok(vec![]));
    let client = ground.database.connect().await;
    for sql in [
        "UPDATE users SET status = 'suspended' WHERE username = 'bob'",
        "UPDATE sessions SET ended_at = now(), end_reason = 'logged_out'
         WHERE user_id = (SELECT id FROM users WHERE username = 'eve')",
    ] {
        assert_eq!(client.execute(sql, &[]).await.unwrap(), 1);
    }
    let unknown = build::session(9, user_id(9)).id;
    sessions.push(unknown);
    let mut ended = events.list_ended(&sessions, now()).await.unwrap();
    ended.sort();
    assert_eq!(ended, [sessions[1], sessions[2], unknown]);
    // All of them expire some day.
    assert_eq!(events.list_ended(&sessions, now() + TimeDelta::days(31)).await.unwrap().len(), 5);
}
