//! Log-ins in PostgreSQL, and beside them passwords and the tries at them.

mod attempt;
mod password;
mod refresh;

pub use attempt::PgAttempts;
pub use password::PgPasswords;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult, Queryable, Selectable, SelectableHelper,
    prelude::Insertable,
    sql_types::{Bytea, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    id::{SessionId, UserId},
    page::{Limit, Page},
    session::{ListedSession, RefreshRefusal, Session, SessionEnd, SessionPosition, UserAgent},
};
use souk_ports::{
    DecideError, PortError,
    session::{DecideRefresh, PasswordHash, Refreshed, SessionRepository},
};
use uuid::Uuid;

use crate::{
    PgPool,
    error::retrying,
    expiry,
    schema::{sessions, sql_types},
    statement::statement,
    words::Word,
};

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
    async fn insert(&self, session: &Session, verified: &PasswordHash) -> Result<bool, PortError> {
        let mut conn = self.pool.lease().await?;
        // The account is locked against whoever is changing its password: either they come first, and this finds
        // another hash, or they come later, and find this session to end.
        let inserted = statement(
            "INSERT INTO sessions (id, user_id, refresh_hash, user_agent, created_at, last_used_at, expires_at)
             SELECT $1, id, $3, $4, $5, $5, $6 FROM users WHERE id = $2 AND password_hash = $7 FOR SHARE",
        )
        .bind::<SqlUuid, _>(session.id.as_uuid())
        .bind::<SqlUuid, _>(session.user.as_uuid())
        .bind::<Bytea, _>(&session.refresh_hash.0[..])
        .bind::<Nullable<Text>, _>(session.user_agent.as_ref().map(AsRef::as_ref))
        .bind::<Timestamptz, _>(session.created_at)
        .bind::<Timestamptz, _>(session.expires_at)
        .bind::<Text, _>(&verified.0)
        .execute(&mut *conn)
        .await;
        Ok(conn.settle(inserted)? == 1)
    }

    async fn refresh<'a>(
        &self,
        id: SessionId,
        decide: &'a DecideRefresh<'a>,
    ) -> Result<Refreshed, DecideError<RefreshRefusal>> {
        retrying(|| refresh::try_refresh(&self.pool, id, decide)).await
    }

    async fn list(
        &self,
        user: UserId,
        after: Option<SessionPosition>,
        limit: Limit,
        now: DateTime<Utc>,
    ) -> Result<Page<ListedSession, SessionPosition>, PortError> {
        let mut conn = self.pool.lease().await?;
        // In the order of ix_sessions_user_id.
        let mut query = sessions::table
            .select(ListedSessionRow::as_select())
            .filter(sessions::user_id.eq(user.as_uuid()))
            .filter(sessions::ended_at.is_null().and(sessions::expires_at.gt(now)))
            .order((sessions::created_at.desc(), sessions::id.desc()))
            .limit(i64::from(limit.rows()) + 1)
            .into_boxed();
        if let Some(SessionPosition { created_at, id }) = after {
            let earlier = sessions::created_at
                .lt(created_at)
                .or(sessions::created_at.eq(created_at).and(sessions::id.lt(id.as_uuid())));
            query = query.filter(sessions::created_at.le(created_at)).filter(earlier);
        }
        let rows: QueryResult<Vec<ListedSessionRow>> = query.load(&mut *conn).await;
        let rows = conn.settle(rows)?.into_iter().map(ListedSession::from).collect();
        Ok(Page::of(rows, limit, ListedSession::position))
    }

    async fn end(
        &self,
        user: UserId,
        id: SessionId,
        reason: SessionEnd,
        now: DateTime<Utc>,
    ) -> Result<bool, PortError> {
        let mut conn = self.pool.lease().await?;
        // The first reason stays: what has ended does not end again.
        let ended = statement(
            "UPDATE sessions SET ended_at = coalesce(ended_at, $3), end_reason = coalesce(end_reason, $4)
             WHERE id = $1 AND user_id = $2",
        )
        .bind::<SqlUuid, _>(id.as_uuid())
        .bind::<SqlUuid, _>(user.as_uuid())
        .bind::<Timestamptz, _>(now)
        .bind::<sql_types::SessionEnd, _>(Word(reason))
        .execute(&mut *conn)
        .await;
        Ok(conn.settle(ended)? == 1)
    }

    async fn remove_ended(&self, before: DateTime<Utc>, limit: u32) -> Result<u64, PortError> {
        // A session that ended early is kept until it would have expired: only then is its last token of no use to
        // anybody.
        expiry::remove(&self.pool, "sessions", before, limit).await
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(diesel::pg::Pg))]
struct ListedSessionRow {
    id: Uuid,
    user_agent: Option<String>,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl From<ListedSessionRow> for ListedSession {
    fn from(row: ListedSessionRow) -> Self {
        Self {
            id: SessionId::from_uuid(row.id),
            user_agent: row.user_agent.map(UserAgent::stored),
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
        }
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
