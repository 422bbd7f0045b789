//! Announcing shows and driving them: lock, ask the rule, write everything or nothing.

use chrono::{DateTime, Utc};
use diesel::{OptionalExtension, QueryDsl, sql_types::Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    id::{StreamId, UserId},
    stream::{Broadcaster, Stream, StreamContext, StreamRefusal, Transition},
};
use souk_ports::{
    DecideError, PortError,
    idempotency::Once,
    stream::{DecideAnnouncement, DecideTransition},
};

use super::row::{NewStreamRow, SavedRow, ShowRow};
use crate::{
    PgPool,
    constraint::{Meaning, Unique, meaning},
    error::{TryError, broken_constraint},
    event, idempotency,
    schema::{streams, users},
    statement::statement,
    user::row::standing,
    words::AccountStatus,
};

type Tried<T> = Result<T, TryError<StreamRefusal>>;

pub(super) async fn try_schedule(
    pool: &PgPool,
    owner: UserId,
    decide: &DecideAnnouncement<'_>,
    once: Option<&Once<'_, Stream>>,
) -> Tried<Stream> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let scheduled = lease
        .transaction(async |conn| {
            let broadcaster = lock_broadcaster(conn, owner).await?;
            let Transition { stream, events } = decide(broadcaster).map_err(DecideError::Refused)?;
            // Before the rest, so that a repeat ends here having written nothing.
            idempotency::record(conn, once, &stream).await?;
            diesel::insert_into(streams::table).values(NewStreamRow::from(&stream)).execute(conn).await?;
            event::record(conn, &events).await?;
            Ok(stream)
        })
        .await;
    lease.finish();
    pool.announce();
    scheduled
}

pub(super) async fn try_change(pool: &PgPool, id: StreamId, decide: &DecideTransition<'_>) -> Tried<Stream> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let changed = lease
        .transaction(async |conn| {
            let show = lock_show(conn, id).await?;
            let version = show.stream.version();
            let transition = decide(show).map_err(DecideError::Refused)?;
            if transition.stream.version() != version {
                save(conn, &transition).await?;
            }
            Ok(transition.stream)
        })
        .await;
    lease.finish();
    pool.announce();
    changed
}

/// The account, locked against whatever else would change its standing: a show must not be announced by somebody who is
/// leaving. Nobody who announces another at the same time has to wait.
async fn lock_broadcaster(conn: &mut AsyncPgConnection, owner: UserId) -> Tried<Broadcaster> {
    let found: Option<(AccountStatus, Option<DateTime<Utc>>)> = users::table
        .find(owner.as_uuid())
        .select((users::status, users::deleted_at))
        .for_share()
        .first(conn)
        .await
        .optional()?;
    let (status, deleted_at) = found.ok_or(DecideError::NotFound)?;
    let standing = standing(status, deleted_at)
        .ok_or_else(|| PortError::Corrupt(format!("users {owner}: status and deleted_at disagree")))
        .map_err(DecideError::from)?;
    Ok(Broadcaster { id: owner, standing })
}

/// A show, locked against whatever else would drive it, and its owner's standing. That is not locked: somebody who is
/// suspended meanwhile was a moment too late, and somebody who leaves waits for the show's row and ends it.
pub(super) async fn lock_show<E>(
    conn: &mut AsyncPgConnection,
    id: StreamId,
) -> Result<StreamContext, TryError<E>> {
    let found = statement(
        "SELECT streams.*, users.status AS owner_status, users.deleted_at AS owner_deleted_at
         FROM streams JOIN users ON users.id = user_id WHERE streams.id = $1 FOR NO KEY UPDATE OF streams",
    )
    .bind::<SqlUuid, _>(id.as_uuid())
    .get_result::<ShowRow>(conn)
    .await
    .optional()?;
    let row = found.ok_or(DecideError::NotFound)?;
    Ok(StreamContext::try_from(row).map_err(DecideError::from)?)
}

/// Writes what becomes of a show, and what is told of it.
pub(super) async fn save<E: From<StreamRefusal>>(
    conn: &mut AsyncPgConnection,
    transition: &Transition,
) -> Result<(), TryError<E>> {
    let Transition { stream, events } = transition;
    let saved = diesel::update(streams::table.find(stream.id.as_uuid()))
        .set(SavedRow::from(stream))
        .execute(conn)
        .await;
    match saved {
        Ok(_) => {}
        Err(error)
            if broken_constraint(&error).and_then(meaning) == Some(Meaning::Taken(Unique::LiveStream)) =>
        {
            return Err(DecideError::Refused(StreamRefusal::LiveElsewhere.into()).into());
        }
        Err(error) => return Err(error.into()),
    }
    event::record(conn, events).await?;
    Ok(())
}
