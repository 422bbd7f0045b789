//! Who watches: signs of life, which come often, and counts of them, which come seldom.
//!
//! A sign of life is one statement that mostly writes nothing, and when it writes, writes one row of an unlogged table,
//! so that nobody waits for the disk. Whoever is new is added to the show's count at once if its row is free; if it is
//! not, the next count adds them. A count never reads a row that somebody else is adding to: it may be behind by a round.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{BigInt, Bytea, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use souk_domain::{
    id::StreamId,
    session::Pseudonym,
    stream::{AudienceWindow, StreamStatus, Watched},
};
use souk_ports::PortError;

use crate::{PgPool, schema::sql_types, statement::statement};

#[derive(QueryableByName)]
struct WatchedRow {
    #[diesel(sql_type = sql_types::StreamStatus)]
    status: StreamStatus,
    #[diesel(sql_type = BigInt)]
    viewers: i64,
}

pub(super) async fn heartbeat(
    pool: &PgPool,
    stream: StreamId,
    viewer: &Pseudonym,
    window: AudienceWindow,
    now: DateTime<Utc>,
) -> Result<Option<Watched>, PortError> {
    let mut conn = pool.lease().await?;
    let watched = statement(
        "WITH show AS (SELECT id, status, viewers_count FROM streams WHERE id = $1),
         sign AS (
             INSERT INTO stream_viewers AS known (stream_id, viewer, seen_at, created_at)
             SELECT id, $2, $3, $3 FROM show WHERE status = 'live'
             ON CONFLICT (stream_id, viewer) DO UPDATE SET seen_at = excluded.seen_at WHERE known.seen_at <= $4
             RETURNING stream_id, xmax = 0 AS is_new),
         free AS (
             SELECT streams.id FROM streams JOIN sign ON stream_id = streams.id
             WHERE is_new FOR NO KEY UPDATE OF streams SKIP LOCKED),
         added AS (
             UPDATE streams
             SET viewers_count = viewers_count + 1, peak_viewers = greatest(peak_viewers, viewers_count + 1)
             FROM free WHERE streams.id = free.id AND status = 'live'
             RETURNING viewers_count)
         SELECT status, coalesce(
             (SELECT viewers_count FROM added),
             viewers_count + (SELECT count(*) FROM sign WHERE is_new)) AS viewers
         FROM show",
    )
    .bind::<SqlUuid, _>(stream.as_uuid())
    .bind::<Bytea, _>(viewer.0.to_vec())
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(window.stale_by(now))
    .get_result::<WatchedRow>(&mut *conn)
    .await
    .optional();
    Ok(conn.settle(watched)?.map(|WatchedRow { status, viewers }| Watched { status, viewers }))
}

/// Whoever leaves is added to those who have left, in the statement that lets them go: so nobody is counted twice or not
/// at all, however many servers count. The lock keeps two counts from waiting for each other's shows; whoever does not get
/// it has nothing to do, and its number is no other lock's.
pub(super) async fn count(
    pool: &PgPool,
    window: AudienceWindow,
    now: DateTime<Utc>,
) -> Result<u64, PortError> {
    let mut conn = pool.lease().await?;
    let counted = statement(
        "WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(7298215046) AS is_mine),
         gone AS (
             DELETE FROM stream_viewers WHERE (SELECT is_mine FROM turn) AND (
                 seen_at <= $1
                 OR NOT EXISTS (SELECT FROM streams WHERE streams.id = stream_id AND status = 'live'))
             RETURNING stream_id),
         departed AS (SELECT stream_id, count(*) AS people FROM gone GROUP BY stream_id),
         present AS (
             SELECT stream_id, count(*) AS people FROM stream_viewers
             WHERE seen_at > $1 GROUP BY stream_id),
         audience AS (
             SELECT shows.id, coalesce(departed.people, 0) AS departed, coalesce(present.people, 0) AS present
             FROM (SELECT id FROM streams WHERE status = 'live' UNION SELECT stream_id FROM departed) AS shows
             LEFT JOIN departed ON departed.stream_id = shows.id
             LEFT JOIN present ON present.stream_id = shows.id
             WHERE (SELECT is_mine FROM turn))
         UPDATE streams SET
             views_count = views_count + departed,
             viewers_count = CASE status WHEN 'live' THEN present ELSE 0 END,
             peak_viewers = greatest(peak_viewers, CASE status WHEN 'live' THEN present ELSE 0 END)
         FROM audience WHERE streams.id = audience.id AND (departed > 0 OR viewers_count <> present)",
    )
    .bind::<Timestamptz, _>(window.gone_by(now))
    .execute(&mut *conn)
    .await;
    Ok(u64::try_from(conn.settle(counted)?).unwrap_or(u64::MAX))
}
