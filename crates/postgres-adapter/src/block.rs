//! Blocks in PostgreSQL.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult, QueryableByName,
    dsl::exists,
    sql_types::{Bool, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    block::{BlockPosition, BlockedUser},
    contact::Username,
    id::UserId,
    media::Picture,
    page::{Limit, Page},
    user::DisplayName,
};
use souk_ports::{PortError, block::BlockRepository};
use uuid::Uuid;

use crate::{
    PgPool,
    schema::{user_blocks, users},
    statement::statement,
};

/// Blocks.
#[derive(Clone)]
pub struct PgBlocks {
    pool: PgPool,
}

impl PgBlocks {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    is_there: bool,
}

#[async_trait]
impl BlockRepository for PgBlocks {
    async fn block(&self, by: UserId, whom: UserId, now: DateTime<Utc>) -> Result<bool, PortError> {
        let mut conn = self.pool.lease().await?;
        // Deleted accounts neither block nor are blocked: their blocks were taken back for good.
        let found = statement(
            "WITH pair AS (
                 SELECT blocker.id AS blocker_id, blocked.id AS blocked_id FROM users blocker, users blocked
                 WHERE blocker.id = $1 AND blocker.status <> 'deleted' AND blocked.id = $2 AND blocked.status <> 'deleted'),
             added AS (INSERT INTO user_blocks SELECT blocker_id, blocked_id, $3 FROM pair ON CONFLICT DO NOTHING)
             SELECT EXISTS (SELECT FROM pair) AS is_there",
        )
        .bind::<SqlUuid, _>(by.as_uuid())
        .bind::<SqlUuid, _>(whom.as_uuid())
        .bind::<Timestamptz, _>(now)
        .get_result::<Found>(&mut *conn)
        .await;
        Ok(conn.settle(found)?.is_there)
    }

    async fn unblock(&self, by: UserId, whom: UserId) -> Result<(), PortError> {
        let mut conn = self.pool.lease().await?;
        let pair = user_blocks::table.find((by.as_uuid(), whom.as_uuid()));
        let removed = diesel::delete(pair).execute(&mut *conn).await;
        conn.settle(removed).map(|_| ())
    }

    async fn list(
        &self,
        by: UserId,
        after: Option<BlockPosition>,
        limit: Limit,
    ) -> Result<Page<BlockedUser, BlockPosition>, PortError> {
        let mut conn = self.pool.lease().await?;
        let mut page = user_blocks::table
            .inner_join(users::table.on(users::id.eq(user_blocks::blocked_id)))
            .filter(user_blocks::blocker_id.eq(by.as_uuid()))
            .select((
                users::id,
                users::username,
                users::display_name,
                users::avatar_url,
                user_blocks::created_at,
            ))
            .order((user_blocks::created_at.desc(), user_blocks::blocked_id.desc()))
            .limit(i64::from(limit.rows()) + 1)
            .into_boxed();
        if let Some(BlockPosition { blocked_at, id }) = after {
            page = page
                .filter(user_blocks::created_at.le(blocked_at))
                .filter(user_blocks::created_at.lt(blocked_at).or(user_blocks::blocked_id.lt(id.as_uuid())));
        }
        let rows = page.load::<BlockedRow>(&mut *conn).await;
        let people = conn.settle(rows)?.into_iter().map(found).collect();
        Ok(Page::of(people, limit, BlockedUser::position))
    }

    async fn are_blocked(&self, one: UserId, other: UserId) -> Result<bool, PortError> {
        let mut conn = self.pool.lease().await?;
        let blocked = are_blocked(&mut conn, one, other).await;
        conn.settle(blocked)
    }
}

/// Whether either of two people blocks the other; for whatever lets one of them reach the other, inside its transaction.
pub(crate) async fn are_blocked(
    conn: &mut AsyncPgConnection,
    one: UserId,
    other: UserId,
) -> QueryResult<bool> {
    let (one, other) = (one.as_uuid(), other.as_uuid());
    let here = user_blocks::blocker_id.eq(one).and(user_blocks::blocked_id.eq(other));
    let there = user_blocks::blocker_id.eq(other).and(user_blocks::blocked_id.eq(one));
    diesel::select(exists(user_blocks::table.filter(here.or(there)))).get_result(conn).await
}

/// Id, username, display name, picture, since when.
type BlockedRow = (Uuid, String, String, Option<String>, DateTime<Utc>);

fn found((id, username, display_name, avatar_url, blocked_at): BlockedRow) -> BlockedUser {
    BlockedUser {
        id: UserId::from_uuid(id),
        username: Username::stored(username),
        display_name: DisplayName::stored(display_name),
        avatar_url: avatar_url.map(Picture::stored),
        blocked_at,
    }
}
