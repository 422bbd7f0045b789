//! Log-ins in PostgreSQL.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    QueryResult,
    prelude::Insertable,
    sql_query,
    sql_types::{BigInt, Timestamptz},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use souk_domain::session::Session;
use souk_ports::{PortError, session::SessionRepository};
use uuid::Uuid;

use crate::{PgPool, schema::sessions};

/// Log-ins.
#[derive(Clone)]
pub struct PgSessions {
    pool: PgPool,
}

impl PgSessions {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl SessionRepository for PgSessions {
    async fn insert(&self, session: &Session) -> Result<(), PortError> {
        let mut conn = self.pool.lease().await?;
        let inserted = NewSessionRow::of(session).insert(&mut conn).await;
        conn.settle(inserted)
    }

    async fn remove_ended(&self, before: DateTime<Utc>, limit: u32) -> Result<u64, PortError> {
        let mut conn = self.pool.lease().await?;
        // Rivals on other servers skip what this one has locked. A session that ended early is kept until it would
        // have expired: only then is its last token of no use to anybody.
        let removed = sql_query(
            "DELETE FROM sessions WHERE id = ANY (ARRAY(
                 SELECT id FROM sessions WHERE expires_at < $1
                 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
        )
        .bind::<Timestamptz, _>(before)
        .bind::<BigInt, _>(i64::from(limit))
        .execute(&mut *conn)
        .await;
        let removed = conn.settle(removed)?;
        Ok(u64::try_from(removed).unwrap_or(u64::MAX))
    }
}

#[derive(Insertable)]
#[diesel(table_name = sessions)]
pub(crate) struct NewSessionRow<'a> {
    id: Uuid,
    user_id: Uuid,
    refresh_hash: &'a [u8],
    user_agent: Option<&'a str>,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl<'a> NewSessionRow<'a> {
    pub(crate) fn of(session: &'a Session) -> Self {
        Self {
            id: session.id.as_uuid(),
            user_id: session.user.as_uuid(),
            refresh_hash: &session.refresh_hash.0,
            user_agent: session.user_agent.as_ref().map(AsRef::as_ref),
            created_at: session.created_at,
            last_used_at: session.created_at,
            expires_at: session.expires_at,
        }
    }

    pub(crate) async fn insert(self, conn: &mut AsyncPgConnection) -> QueryResult<()> {
        diesel::insert_into(sessions::table).values(self).execute(conn).await.map(|_| ())
    }
}
