//! What is said under shows.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryableByName,
    dsl::exists,
    sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    contact::Username,
    id::{CommentId, StreamId, UserId},
    media::Picture,
    page::{Limit, Page},
    stream::{
        Author, Comment, CommentContext, CommentPosition, CommentRefusal, CommentRemoval, CommentText,
        StreamStatus,
    },
    user::DisplayName,
};
use souk_ports::{
    DecideError, PortError,
    idempotency::Once,
    stream::{DecideComment, DecideCommentRemoval},
};
use uuid::Uuid;

use super::audience::ParticipantRow;
use crate::{
    PgPool,
    error::TryError,
    idempotency,
    schema::{sql_types, stream_comments, streams, user_blocks, users},
    statement::statement,
};

type Tried<T> = Result<T, TryError<CommentRefusal>>;

pub(super) async fn try_comment(
    pool: &PgPool,
    stream: StreamId,
    user: UserId,
    decide: &DecideComment<'_>,
    once: Option<&Once<'_, Comment>>,
) -> Tried<Comment> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let said = lease
        .transaction(async |conn| {
            let context = lock_author(conn, stream, user).await?;
            let comment = decide(context).map_err(DecideError::Refused)?;
            // Before the rest, so that a repeat ends here having written nothing.
            idempotency::record(conn, once, &comment).await?;
            insert(conn, &comment).await?;
            Ok(comment)
        })
        .await;
    lease.finish();
    said
}

/// Who wants to say something and what that is decided by. Their account is locked, so that of rivals each sees what the
/// one before has said; what they said is read only then, since a statement sees the rows of when it began.
async fn lock_author(conn: &mut AsyncPgConnection, stream: StreamId, user: UserId) -> Tried<CommentContext> {
    let author: Option<(String, String, Option<String>)> = users::table
        .find(user.as_uuid())
        .select((users::username, users::display_name, users::avatar_url))
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    let (username, display_name, avatar_url) = author.ok_or(DecideError::NotFound)?;
    let nth = i64::from(CommentContext::MOST).saturating_sub(1);
    let row = statement(
        "SELECT streams.user_id AS owner_id, actor.status AS actor_status, actor.deleted_at AS actor_deleted_at,
             EXISTS (
                 SELECT FROM user_blocks WHERE (blocker_id = streams.user_id AND blocked_id = $2)
                 OR (blocker_id = $2 AND blocked_id = streams.user_id)) AS is_blocked,
             streams.status,
             (SELECT created_at FROM stream_comments WHERE user_id = $2
              ORDER BY created_at DESC OFFSET $3 LIMIT 1) AS earliest_that_counts
         FROM streams, users AS actor WHERE streams.id = $1 AND actor.id = $2",
    )
    .bind::<SqlUuid, _>(stream.as_uuid())
    .bind::<SqlUuid, _>(user.as_uuid())
    .bind::<diesel::sql_types::BigInt, _>(nth)
    .get_result::<ContextRow>(conn)
    .await
    .optional()?;
    let row = row.ok_or(DecideError::NotFound)?;
    Ok(CommentContext {
        participant: row.participant.participant(user).map_err(DecideError::from)?,
        author: author_of(user.as_uuid(), username, display_name, avatar_url),
        status: row.status,
        earliest_that_counts: row.earliest_that_counts,
    })
}

#[derive(QueryableByName)]
struct ContextRow {
    #[diesel(embed)]
    participant: ParticipantRow,
    #[diesel(sql_type = sql_types::StreamStatus)]
    status: StreamStatus,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    earliest_that_counts: Option<DateTime<Utc>>,
}

async fn insert(conn: &mut AsyncPgConnection, comment: &Comment) -> diesel::QueryResult<()> {
    statement(
        "WITH added AS (
             INSERT INTO stream_comments (id, stream_id, user_id, content, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $5) RETURNING stream_id)
         UPDATE streams SET comments_count = comments_count + 1 FROM added WHERE streams.id = stream_id",
    )
    .bind::<SqlUuid, _>(comment.id.as_uuid())
    .bind::<SqlUuid, _>(comment.stream.as_uuid())
    .bind::<SqlUuid, _>(comment.author.id.as_uuid())
    .bind::<Text, _>(comment.content.as_ref().to_owned())
    .bind::<Timestamptz, _>(comment.created_at)
    .execute(conn)
    .await
    .map(|_| ())
}

pub(super) async fn try_remove(
    pool: &PgPool,
    stream: StreamId,
    comment: CommentId,
    user: UserId,
    at: DateTime<Utc>,
    decide: &DecideCommentRemoval<'_>,
) -> Tried<()> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let removed = lease
        .transaction(async |conn| {
            let removal = lock_comment(conn, stream, comment, user).await?;
            decide(removal).map_err(DecideError::Refused)?;
            statement(
                "WITH removed AS (
                     UPDATE stream_comments SET deleted_at = $2, updated_at = $2 WHERE id = $1 RETURNING stream_id)
                 UPDATE streams SET comments_count = comments_count - 1 FROM removed WHERE streams.id = stream_id",
            )
            .bind::<SqlUuid, _>(comment.as_uuid())
            .bind::<Timestamptz, _>(at)
            .execute(conn)
            .await?;
            Ok(())
        })
        .await;
    lease.finish();
    removed
}

/// What was said, locked against whoever else takes it away; what is gone already is not found.
async fn lock_comment(
    conn: &mut AsyncPgConnection,
    stream: StreamId,
    comment: CommentId,
    user: UserId,
) -> Tried<CommentRemoval> {
    let row = statement(
        "WITH actor AS MATERIALIZED (SELECT status, deleted_at FROM users WHERE id = $3 FOR SHARE)
         SELECT streams.user_id AS owner_id, actor.status AS actor_status, actor.deleted_at AS actor_deleted_at,
             FALSE AS is_blocked, comment.user_id AS author_id
         FROM stream_comments AS comment JOIN streams ON streams.id = stream_id, actor
         WHERE comment.id = $1 AND stream_id = $2 AND comment.deleted_at IS NULL
         FOR NO KEY UPDATE OF comment",
    )
    .bind::<SqlUuid, _>(comment.as_uuid())
    .bind::<SqlUuid, _>(stream.as_uuid())
    .bind::<SqlUuid, _>(user.as_uuid())
    .get_result::<RemovalRow>(conn)
    .await
    .optional()?;
    let row = row.ok_or(DecideError::NotFound)?;
    let participant = row.participant.participant(user).map_err(DecideError::from)?;
    Ok(CommentRemoval { participant, author: UserId::from_uuid(row.author_id) })
}

#[derive(QueryableByName)]
struct RemovalRow {
    #[diesel(embed)]
    participant: ParticipantRow,
    #[diesel(sql_type = SqlUuid)]
    author_id: Uuid,
}

pub(super) async fn list(
    pool: &PgPool,
    stream: StreamId,
    reader: Option<UserId>,
    after: Option<CommentPosition>,
    limit: Limit,
) -> Result<Option<Page<Comment, CommentPosition>>, PortError> {
    let mut conn = pool.lease().await?;
    let mut page = stream_comments::table
        .inner_join(users::table.on(users::id.eq(stream_comments::user_id)))
        .filter(stream_comments::stream_id.eq(stream.as_uuid()))
        .filter(stream_comments::deleted_at.is_null())
        .select((
            stream_comments::id,
            users::id,
            users::username,
            users::display_name,
            users::avatar_url,
            stream_comments::content,
            stream_comments::created_at,
        ))
        .order((stream_comments::created_at.desc(), stream_comments::id.desc()))
        .limit(i64::from(limit.rows()) + 1)
        .into_boxed();
    if let Some(CommentPosition { created_at, id }) = after {
        let id = id.as_uuid();
        page = page
            .filter(stream_comments::created_at.le(created_at))
            .filter(stream_comments::created_at.lt(created_at).or(stream_comments::id.lt(id)));
    }
    if let Some(reader) = reader {
        let blocks = user_blocks::table
            .filter(user_blocks::blocker_id.eq(reader.as_uuid()))
            .filter(user_blocks::blocked_id.eq(stream_comments::user_id));
        page = page.filter(diesel::dsl::not(exists(blocks)));
    }
    let read = async {
        let rows = page.load::<CommentRow>(&mut *conn).await?;
        // Only where nothing was said it is worth asking whether there is such a show.
        let shows = streams::table.find(stream.as_uuid());
        let is_there =
            !rows.is_empty() || diesel::select(exists(shows)).get_result::<bool>(&mut *conn).await?;
        Ok(is_there.then_some(rows))
    };
    let read = read.await;
    let Some(rows) = conn.settle(read)? else { return Ok(None) };
    let comments = rows.into_iter().map(|row| found(stream, row)).collect();
    Ok(Some(Page::of(comments, limit, Comment::position)))
}

/// Id, author's id, username, display name and picture, what was said, when.
type CommentRow = (Uuid, Uuid, String, String, Option<String>, String, DateTime<Utc>);

fn found(
    stream: StreamId,
    (id, user, username, display_name, avatar_url, content, created_at): CommentRow,
) -> Comment {
    Comment {
        id: CommentId::from_uuid(id),
        stream,
        author: author_of(user, username, display_name, avatar_url),
        content: CommentText::stored(content),
        created_at,
    }
}

fn author_of(id: Uuid, username: String, display_name: String, avatar_url: Option<String>) -> Author {
    Author {
        id: UserId::from_uuid(id),
        username: Username::stored(username),
        display_name: DisplayName::stored(display_name),
        avatar_url: avatar_url.map(Picture::stored),
    }
}
