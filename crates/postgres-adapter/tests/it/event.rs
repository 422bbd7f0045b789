//! Events: written with what they tell of, and carried on.

use chrono::TimeDelta;
use diesel_async::AsyncConnection;
use souk_domain::{
    event::{Event, Fact, MessageFacts},
    id::{ConversationId, MessageId, UserId},
};
use souk_postgres_adapter::{Connector, record_events};
use souk_testkit::{build::user_id, fixed::now};
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
    record_events(&mut conn, &[]).await.unwrap();
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
