//! Events read again from the table, for one person who was away.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, sql_query,
    sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use souk_domain::id::{SessionId, UserId};
use souk_ports::{
    PortError,
    event::{EventPosition, EventRepository, Happening, ReplayError},
};
use uuid::Uuid;

use super::position::{Position, Within};
use crate::{PgPool, error::port_error, statement::statement};

/// Events that are kept.
#[derive(Clone)]
pub struct PgEvents {
    pool: PgPool,
}

impl PgEvents {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

/// First what is left of the batch in which the reader stopped, then everything after it. Planned for its values: only
/// they tell how much lies after a position.
const LIST: &str = "
    WITH news AS MATERIALIZED (
        SELECT id, xid, kind, payload, created_at FROM outbox_events
        WHERE xid >= $1::xid8 AND audience @> ARRAY[$2]
        UNION ALL
        SELECT id, xid, kind, payload, created_at FROM outbox_events
        WHERE xid = ANY ($3::xid8[]) AND audience @> ARRAY[$2])
    SELECT id, kind, payload::text AS payload, created_at, is_later::int::bigint AS is_later
    FROM (SELECT *, NOT pg_visible_in_snapshot(xid, $4::pg_snapshot) AS is_later FROM news
          WHERE pg_visible_in_snapshot(xid, $5::pg_snapshot)) AS seen
    WHERE is_later OR id > $6
    ORDER BY is_later, id LIMIT $7";

#[derive(QueryableByName)]
struct EventRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    payload: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    is_later: i64,
}

#[derive(QueryableByName)]
struct SessionRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[async_trait]
impl EventRepository for PgEvents {
    async fn list(
        &self,
        user: UserId,
        after: &EventPosition,
        upto: &EventPosition,
        oldest: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Happening>, ReplayError> {
        let after = Position::decode(after).ok_or(ReplayError::Unreadable)?;
        let upto = Position::decode(upto).ok_or(ReplayError::Unreadable)?;
        if after.origin != upto.origin || after.at < oldest {
            return Err(ReplayError::Lost);
        }
        if !upto.now.covers(&after.now) {
            return Err(ReplayError::Ahead);
        }
        let before = after.before();
        let running: Vec<_> = before.running.iter().map(ToString::to_string).collect();
        let last = after.within.as_ref().map_or(i64::MAX, |within| within.last);
        let lease = self.pool.lease().await?;
        let (mut first, mut second): (&AsyncPgConnection, &AsyncPgConnection) = (&lease, &lease);
        let plan = sql_query("SET LOCAL plan_cache_mode = force_custom_plan").execute(&mut first);
        let events = sql_query(LIST)
            .bind::<Text, _>(before.next.to_string())
            .bind::<SqlUuid, _>(user.as_uuid())
            .bind::<Array<Text>, _>(running)
            .bind::<Text, _>(after.now.to_string())
            .bind::<Text, _>(upto.now.to_string())
            .bind::<BigInt, _>(last)
            .bind::<BigInt, _>(i64::from(limit))
            .load::<EventRow>(&mut second);
        let planned = async { tokio::try_join!(biased; plan, events) };
        let listed = lease.begin_with(lease.commit_with(planned)).await;
        let (_, rows) = lease.end(listed).await.map_err(|error| port_error(&error))?;
        Ok(rows.into_iter().map(|row| row.happening(user, &after, &upto)).collect())
    }

    async fn list_ended(
        &self,
        sessions: &[SessionId],
        now: DateTime<Utc>,
    ) -> Result<Vec<SessionId>, PortError> {
        let ids: Vec<Uuid> = sessions.iter().map(|session| session.as_uuid()).collect();
        let mut conn = self.pool.lease().await?;
        let rows = statement(
            "SELECT asked.id FROM unnest($1::uuid[]) AS asked (id) WHERE NOT EXISTS (
                 SELECT FROM sessions JOIN users ON users.id = sessions.user_id
                 WHERE sessions.id = asked.id AND sessions.ended_at IS NULL AND sessions.expires_at > $2
                     AND users.status = 'active')",
        )
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Timestamptz, _>(now)
        .load::<SessionRow>(&mut *conn)
        .await;
        Ok(conn.settle(rows)?.into_iter().map(|row| SessionId::from_uuid(row.id)).collect())
    }

    // By their numbers, which have an index and are given out in the order of time, nearly. Each step names rows by where they
    // lie: a plan for any limit would rather read the whole table than join a tenth of it. What is young is not locked.
    async fn remove_before(&self, before: DateTime<Utc>, limit: u32) -> Result<u64, PortError> {
        let mut conn = self.pool.lease().await?;
        let removed = statement(
            "DELETE FROM outbox_events WHERE ctid = ANY (ARRAY(
                 SELECT ctid FROM outbox_events
                 WHERE ctid = ANY (ARRAY(
                     SELECT ctid FROM (SELECT ctid, created_at FROM outbox_events ORDER BY id LIMIT $2) AS oldest
                     WHERE created_at < $1))
                 FOR UPDATE SKIP LOCKED))",
        )
        .bind::<Timestamptz, _>(before)
        .bind::<BigInt, _>(i64::from(limit))
        .execute(&mut *conn)
        .await;
        Ok(u64::try_from(conn.settle(removed)?).unwrap_or(u64::MAX))
    }
}

impl EventRow {
    /// Whoever reads this one as the last has read what lay before its batch, and of its batch all up to it.
    fn happening(self, reader: UserId, after: &Position, upto: &Position) -> Happening {
        let place = if self.is_later == 0 {
            let within = Within { before: after.before().clone(), last: self.id };
            Position { within: Some(within), ..after.clone() }
        } else {
            let within = Within { before: after.now.clone(), last: self.id };
            Position { within: Some(within), ..upto.clone() }
        };
        Happening {
            position: place.encode(),
            kind: self.kind,
            payload: self.payload,
            audience: vec![reader],
            at: self.created_at,
        }
    }
}
