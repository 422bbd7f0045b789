//! Writing events, inside the transaction that does what they tell of.

use chrono::{DateTime, SecondsFormat, Utc};
use diesel::{
    QueryResult,
    sql_types::{Array, Jsonb, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value as Json;
use souk_domain::{
    event::{Event, Value},
    slug::Slug,
};
use uuid::Uuid;

use crate::statement::statement;

/// Events as columns, one array each, to be bound in this order:
/// `text[]`, `text[]`, `uuid[]`, `jsonb[]`, `text[]`, `timestamptz[]`.
///
/// For a statement that does something and records it at once:
///
/// ```sql
/// INSERT INTO outbox_events (kind, aggregate, aggregate_id, payload, audience, created_at)
/// SELECT kind, aggregate, aggregate_id, payload, audience::uuid[], created_at
/// FROM unnest($1::text[], $2::text[], $3::uuid[], $4::jsonb[], $5::text[], $6::timestamptz[])
///     AS event (kind, aggregate, aggregate_id, payload, audience, created_at)
/// ```
///
/// What is known only there (the number of a message, say) is added there: `payload || jsonb_build_object('seq', …)`.
/// The rows of things that follow one another must be locked before the insert, as every write here does: readers see
/// events of one thing in the order in which they were inserted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Columns {
    pub(crate) kinds: Vec<&'static str>,
    pub(crate) aggregates: Vec<&'static str>,
    pub(crate) aggregate_ids: Vec<Uuid>,
    pub(crate) payloads: Vec<Json>,
    /// Each an array literal of ids, since the people who may hear of them are not equally many.
    pub(crate) audiences: Vec<String>,
    pub(crate) created_at: Vec<DateTime<Utc>>,
}

impl Columns {
    /// The columns of these events, in this order.
    pub(crate) fn of(events: &[Event]) -> Self {
        let mut columns = Self::default();
        for Event { fact, audience, at } in events {
            let subject = fact.subject();
            columns.kinds.push(fact.kind().slug());
            columns.aggregates.push(subject.aggregate);
            columns.aggregate_ids.push(subject.id);
            let fields = fact.fields().into_iter().map(|(name, value)| (name.to_owned(), json(value)));
            columns.payloads.push(Json::Object(fields.collect()));
            let people: Vec<_> = audience.iter().map(ToString::to_string).collect();
            columns.audiences.push(format!("{{{}}}", people.join(",")));
            columns.created_at.push(*at);
        }
        columns
    }
}

fn json(value: Value) -> Json {
    match value {
        Value::Id(id) => Json::String(id.to_string()),
        Value::Number(number) => number.into(),
        Value::Text(text) => Json::String(text),
        Value::Word(word) => Json::String(word.to_owned()),
        Value::Time(time) => Json::String(time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        Value::Texts(texts) => texts.into(),
        Value::Nothing => Json::Null,
    }
}

/// Writes events, in this order. Whoever calls is in the transaction that does what they tell of; after its commit it
/// calls [`PgPool::announce`](crate::PgPool::announce), so that nobody waits for them.
pub async fn record(mut conn: &AsyncPgConnection, events: &[Event]) -> QueryResult<()> {
    if events.is_empty() {
        return Ok(());
    }
    let Columns { kinds, aggregates, aggregate_ids, payloads, audiences, created_at } = Columns::of(events);
    statement(
        "INSERT INTO outbox_events (kind, aggregate, aggregate_id, payload, audience, created_at)
         SELECT kind, aggregate, aggregate_id, payload, audience::uuid[], created_at
         FROM unnest($1::text[], $2::text[], $3::uuid[], $4::jsonb[], $5::text[], $6::timestamptz[])
             WITH ORDINALITY AS event (kind, aggregate, aggregate_id, payload, audience, created_at, place)
         ORDER BY place",
    )
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<Text>, _>(aggregates)
    .bind::<Array<SqlUuid>, _>(aggregate_ids)
    .bind::<Array<Jsonb>, _>(payloads)
    .bind::<Array<Text>, _>(audiences)
    .bind::<Array<Timestamptz>, _>(created_at)
    .execute(&mut conn)
    .await
    .map(|_| ())
}
