//! What an audience does: likes, shares; the rest is in its own files.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Bool, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    id::{CommentId, StreamId, UserId},
    page::{Limit, Page},
    session::Pseudonym,
    stream::{AudienceWindow, Comment, CommentPosition, CommentRefusal, Participant, StreamRefusal, Watched},
};
use souk_ports::{
    DecideError, PortError,
    idempotency::Once,
    stream::{AudienceRepository, DecideComment, DecideCommentRemoval, DecidePart},
};
use uuid::Uuid;

use super::{comment, viewers};
use crate::{
    PgPool,
    error::{TryError, retrying},
    schema::sql_types,
    statement::statement,
    user::row::standing,
    words::AccountStatus,
};

/// What audiences do.
#[derive(Clone)]
pub struct PgAudiences {
    pool: PgPool,
}

impl PgAudiences {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

/// What a person does once or not, and what is counted of it: the show's id, the person's, the time.
type Part = &'static str;

const LIKE: Part = "WITH added AS (
         INSERT INTO stream_likes (stream_id, user_id, created_at) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING RETURNING stream_id)
     UPDATE streams SET likes_count = likes_count + 1 FROM added WHERE id = stream_id";

const UNLIKE: Part = "WITH removed AS (
         DELETE FROM stream_likes WHERE stream_id = $1 AND user_id = $2 RETURNING stream_id)
     UPDATE streams SET likes_count = likes_count - 1 FROM removed WHERE id = stream_id";

const SHARE: Part = "WITH added AS (
         INSERT INTO stream_shares (stream_id, user_id, created_at) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING RETURNING stream_id)
     UPDATE streams SET shares_count = shares_count + 1 FROM added WHERE id = stream_id";

#[async_trait]
impl AudienceRepository for PgAudiences {
    async fn like<'a>(
        &self,
        stream: StreamId,
        user: UserId,
        at: DateTime<Utc>,
        decide: &'a DecidePart<'a>,
    ) -> Result<(), DecideError<StreamRefusal>> {
        retrying(|| try_take_part(&self.pool, LIKE, stream, user, Some(at), decide)).await
    }

    async fn unlike<'a>(
        &self,
        stream: StreamId,
        user: UserId,
        decide: &'a DecidePart<'a>,
    ) -> Result<(), DecideError<StreamRefusal>> {
        retrying(|| try_take_part(&self.pool, UNLIKE, stream, user, None, decide)).await
    }

    async fn share<'a>(
        &self,
        stream: StreamId,
        user: UserId,
        at: DateTime<Utc>,
        decide: &'a DecidePart<'a>,
    ) -> Result<(), DecideError<StreamRefusal>> {
        retrying(|| try_take_part(&self.pool, SHARE, stream, user, Some(at), decide)).await
    }

    async fn heartbeat(
        &self,
        stream: StreamId,
        viewer: &Pseudonym,
        window: AudienceWindow,
        now: DateTime<Utc>,
    ) -> Result<Option<Watched>, PortError> {
        viewers::heartbeat(&self.pool, stream, viewer, window, now).await
    }

    async fn count_viewers(&self, window: AudienceWindow, now: DateTime<Utc>) -> Result<u64, PortError> {
        viewers::count(&self.pool, window, now).await
    }

    async fn comment<'a>(
        &self,
        stream: StreamId,
        user: UserId,
        decide: &'a DecideComment<'a>,
        once: Option<&'a Once<'a, Comment>>,
    ) -> Result<Comment, DecideError<CommentRefusal>> {
        retrying(|| comment::try_comment(&self.pool, stream, user, decide, once)).await
    }

    async fn remove_comment<'a>(
        &self,
        stream: StreamId,
        comment: CommentId,
        user: UserId,
        at: DateTime<Utc>,
        decide: &'a DecideCommentRemoval<'a>,
    ) -> Result<(), DecideError<CommentRefusal>> {
        retrying(|| comment::try_remove(&self.pool, stream, comment, user, at, decide)).await
    }

    async fn list_comments(
        &self,
        stream: StreamId,
        reader: Option<UserId>,
        after: Option<CommentPosition>,
        limit: Limit,
    ) -> Result<Option<Page<Comment, CommentPosition>>, PortError> {
        comment::list(&self.pool, stream, reader, after, limit).await
    }
}

async fn try_take_part(
    pool: &PgPool,
    part: Part,
    stream: StreamId,
    user: UserId,
    at: Option<DateTime<Utc>>,
    decide: &DecidePart<'_>,
) -> Result<(), TryError<StreamRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let done = lease
        .transaction(async |conn| {
            decide(participant(conn, stream, user).await?).map_err(DecideError::Refused)?;
            statement(part)
                .bind::<SqlUuid, _>(stream.as_uuid())
                .bind::<SqlUuid, _>(user.as_uuid())
                .bind::<Nullable<Timestamptz>, _>(at)
                .execute(conn)
                .await?;
            Ok(())
        })
        .await;
    lease.finish();
    done
}

/// How somebody stands to a show's owner. Their account is locked, so that nobody takes part who is leaving; the show is
/// not, since everybody wants it.
async fn participant(
    conn: &mut AsyncPgConnection,
    stream: StreamId,
    user: UserId,
) -> Result<Participant, TryError<StreamRefusal>> {
    let row = statement(
        "WITH actor AS MATERIALIZED (SELECT status, deleted_at FROM users WHERE id = $2 FOR SHARE)
         SELECT streams.user_id AS owner_id, actor.status AS actor_status, actor.deleted_at AS actor_deleted_at,
             EXISTS (
                 SELECT FROM user_blocks WHERE (blocker_id = streams.user_id AND blocked_id = $2)
                 OR (blocker_id = $2 AND blocked_id = streams.user_id)) AS is_blocked
         FROM streams, actor WHERE streams.id = $1",
    )
    .bind::<SqlUuid, _>(stream.as_uuid())
    .bind::<SqlUuid, _>(user.as_uuid())
    .get_result::<ParticipantRow>(conn)
    .await
    .optional()?;
    let participant = row.ok_or(DecideError::NotFound)?.participant(user).map_err(DecideError::from)?;
    Ok(participant)
}

/// How somebody stands to the owner of a show.
#[derive(QueryableByName)]
pub(super) struct ParticipantRow {
    #[diesel(sql_type = SqlUuid)]
    owner_id: Uuid,
    #[diesel(sql_type = sql_types::UserStatus)]
    actor_status: AccountStatus,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    actor_deleted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    is_blocked: bool,
}

impl ParticipantRow {
    pub(super) fn participant(self, user: UserId) -> Result<Participant, PortError> {
        let standing = standing(self.actor_status, self.actor_deleted_at)
            .ok_or_else(|| PortError::Corrupt(format!("users {user}: status and deleted_at disagree")))?;
        let owner = UserId::from_uuid(self.owner_id);
        Ok(Participant { user, standing, owner, is_blocked: self.is_blocked })
    }
}
