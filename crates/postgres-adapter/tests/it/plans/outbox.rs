//! Events: what is new, what somebody missed, and what is old.

use chrono::{DateTime, Utc};
use souk_domain::{
    event::{Event, Fact, MessageFacts},
    id::{ConversationId, MessageId, SessionId, UserId},
};
use souk_ports::event::{EventPosition, EventRepository, EventSource};
use souk_postgres_adapter::{Connector, PgEventSource, PgEvents, PgPool, record_events};
use souk_testkit::fixed::now;
use uuid::Uuid;

use super::{Meter, load::busy, talks::first_user};

fn message(audience: UserId) -> Event {
    Event {
        fact: Fact::MessageCreated(MessageFacts {
            conversation_id: ConversationId::from_uuid(Uuid::from_u128(7)),
            message_id: MessageId::from_uuid(Uuid::from_u128(7)),
            seq: 7,
            sender_id: None,
            message_type: "text",
            content: None,
            media: vec![],
            offer_id: None,
        }),
        audience: vec![audience],
        at: now(),
    }
}

/// Where a reader stands who has read everything.
async fn position(pool: PgPool, connector: Connector) -> EventPosition {
    PgEventSource::new(pool, connector).next().await.unwrap().upto
}

#[tokio::test]
async fn the_relay_reads_what_is_new_and_nothing_else() {
    let meter = Meter::of(busy().await);
    let user = first_user(&meter).await;
    meter
        .check("three events", &["ix_outbox_events_position"], 100, async |pool, connector| {
            let mut source = PgEventSource::new(pool.clone(), connector.clone());
            source.next().await.unwrap();
            let conn = connector.connect().await.unwrap();
            record_events(&conn, &[message(user), message(user), message(user)]).await.unwrap();
            pool.announce();
            let mut heard = 0;
            while heard < 3 {
                heard += source.next().await.unwrap().events.len();
            }
            assert_eq!(heard, 3);
        })
        .await;
}

/// Writes what 20,000 messages to others would have.
const OTHERS: &str = "INSERT INTO outbox_events (kind, aggregate, aggregate_id, payload, audience, created_at)
    SELECT 'message.created', 'message', md5('late ' || n)::uuid, '{}', ARRAY[md5('user ' || 2 + n % 9000)]::uuid[], now()
    FROM generate_series(1, 20000) n";

#[tokio::test]
async fn whoever_was_away_is_told_what_they_missed_and_nothing_else_is_read() {
    let meter = Meter::of(busy().await);
    let connector = Connector::new(&meter.database.url(), None).unwrap();
    let pool = || PgPool::new(connector.clone(), super::meter::SETTINGS);
    let usual = UserId::from_uuid(meter.one("SELECT md5('user 9500')::uuid").await);
    let busiest = first_user(&meter).await;
    let long_ago = position(pool(), connector.clone()).await;
    meter.client.batch_execute(OTHERS).await.unwrap();
    let now = position(pool(), connector.clone()).await;
    let conn = connector.connect().await.unwrap();
    record_events(&conn, &[message(usual), message(busiest)]).await.unwrap();
    drop(conn);
    let upto = position(pool(), connector.clone()).await;
    for (who, user, most) in [("who has little", usual, 250), ("who has ever so much", busiest, 250)] {
        meter
            .check(&format!("{who}, away for long"), &["ix_outbox_events_audience"], most, async |pool, _| {
                let missed =
                    PgEvents::new(pool).list(user, &long_ago, &upto, DateTime::UNIX_EPOCH, 100).await;
                assert_eq!(missed.unwrap().len(), 1);
            })
            .await;
        meter
            .check(&format!("{who}, away for a moment"), &[], 250, async |pool, _| {
                let missed = PgEvents::new(pool).list(user, &now, &upto, DateTime::UNIX_EPOCH, 100).await;
                assert_eq!(missed.unwrap().len(), 1);
            })
            .await;
    }
}

#[tokio::test]
async fn old_events_are_removed_from_the_front() {
    let meter = Meter::of(busy().await);
    let at = |date: &str| date.parse::<DateTime<Utc>>().unwrap();
    for (what, before, removed, most) in [
        ("nothing is old", at("2026-03-01T00:00:00Z"), 0, 60),
        ("all are", at("2099-01-01T00:00:00Z"), 500, 4_000),
    ] {
        meter
            .check(what, &["pk_outbox_events"], most, async |pool, _| {
                assert_eq!(PgEvents::new(pool).remove_before(before, 500).await.unwrap(), removed);
            })
            .await;
    }
}

#[tokio::test]
async fn sessions_that_ended_are_found_by_their_ids() {
    let meter = Meter::of(busy().await);
    let sql = "SELECT id FROM sessions ORDER BY id LIMIT 100";
    let rows = meter.client.query(sql, &[]).await.unwrap();
    let sessions: Vec<_> = rows.iter().map(|row| SessionId::from_uuid(row.get(0))).collect();
    meter
        .check("a hundred sessions", &["pk_sessions", "pk_users"], 1_000, async |pool, _| {
            assert_eq!(PgEvents::new(pool).list_ended(&sessions, now()).await.unwrap(), []);
        })
        .await;
}
