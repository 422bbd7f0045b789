//! Refreshing: lock the session, look at its account, ask the rule, write what it says.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, Selectable, SelectableHelper};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    id::{SessionId, UserId},
    session::{Ended, Family, RefreshDecision, RefreshHash, RefreshRefusal, SessionEnd, Spent},
    user::{Role, Standing},
};
use souk_ports::{
    DecideError, PortError,
    session::{DecideRefresh, RefreshContext, Refreshed},
};
use uuid::Uuid;

use crate::{
    PgPool,
    error::TryError,
    schema::{sessions, users},
    user::row::standing,
    words::{AccountStatus, Word},
};

/// What came of it, once committed.
enum Outcome {
    Refreshed(Refreshed),
    Ended(RefreshRefusal),
}

pub(super) async fn try_refresh(
    pool: &PgPool,
    id: SessionId,
    decide: &DecideRefresh<'_>,
) -> Result<Refreshed, TryError<RefreshRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let outcome: Result<Outcome, TryError<RefreshRefusal>> = lease
        .transaction(async |conn| {
            let (user, family) = lock_family(conn, id).await?;
            // Read once the lock is held: a suspension while this waited for it counts.
            let (role, standing) = account(conn, user).await?;
            match decide(&RefreshContext { family, standing }).map_err(DecideError::Refused)? {
                RefreshDecision::Rotate { child, at } => {
                    let generation = family.generation.saturating_add(1);
                    rotate(conn, id, &family, child, at).await?;
                    Ok(Outcome::Refreshed(Refreshed { user, role, generation, current: child }))
                }
                RefreshDecision::Replay => {
                    let Family { generation, current, .. } = family;
                    Ok(Outcome::Refreshed(Refreshed { user, role, generation, current }))
                }
                RefreshDecision::End { refusal, ended } => {
                    end(conn, id, ended).await?;
                    Ok(Outcome::Ended(refusal))
                }
            }
        })
        .await;
    lease.finish();
    match outcome? {
        Outcome::Refreshed(refreshed) => Ok(refreshed),
        // Refused only now: an error inside would have undone the end of the session.
        Outcome::Ended(refusal) => Err(DecideError::Refused(refusal).into()),
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(diesel::pg::Pg))]
struct FamilyRow {
    id: Uuid,
    user_id: Uuid,
    refresh_hash: Vec<u8>,
    previous_hash: Option<Vec<u8>>,
    rotated_at: Option<DateTime<Utc>>,
    generation: i32,
    expires_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    end_reason: Option<SessionEnd>,
}

/// The session's row: what all who hold one of its tokens share.
async fn lock_family(
    conn: &mut AsyncPgConnection,
    id: SessionId,
) -> Result<(UserId, Family), TryError<RefreshRefusal>> {
    let found: Option<FamilyRow> = sessions::table
        .find(id.as_uuid())
        .select(FamilyRow::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    let row = found.ok_or(DecideError::NotFound)?;
    let user = UserId::from_uuid(row.user_id);
    Ok((user, Family::try_from(row).map_err(DecideError::from)?))
}

async fn account(
    conn: &mut AsyncPgConnection,
    user: UserId,
) -> Result<(Role, Standing), TryError<RefreshRefusal>> {
    let (role, status, deleted_at): (Role, AccountStatus, Option<DateTime<Utc>>) = users::table
        .find(user.as_uuid())
        .select((users::role, users::status, users::deleted_at))
        .first(conn)
        .await?;
    let standing = standing(status, deleted_at)
        .ok_or_else(|| PortError::Corrupt(format!("users {user}: status and deleted_at disagree")))
        .map_err(DecideError::from)?;
    Ok((role, standing))
}

async fn rotate(
    conn: &mut AsyncPgConnection,
    id: SessionId,
    family: &Family,
    child: RefreshHash,
    at: DateTime<Utc>,
) -> Result<(), diesel::result::Error> {
    diesel::update(sessions::table.find(id.as_uuid()))
        .set((
            sessions::refresh_hash.eq(&child.0[..]),
            sessions::previous_hash.eq(&family.current.0[..]),
            sessions::rotated_at.eq(at),
            sessions::last_used_at.eq(at),
            sessions::generation.eq(family.generation.saturating_add(1)),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

async fn end(conn: &mut AsyncPgConnection, id: SessionId, ended: Ended) -> Result<(), diesel::result::Error> {
    diesel::update(sessions::table.find(id.as_uuid()))
        .set((sessions::ended_at.eq(ended.at), sessions::end_reason.eq(Word(ended.reason))))
        .execute(conn)
        .await
        .map(|_| ())
}

impl TryFrom<FamilyRow> for Family {
    type Error = PortError;

    fn try_from(row: FamilyRow) -> Result<Self, PortError> {
        let id = row.id;
        let corrupt = |what: &str| PortError::Corrupt(format!("sessions {id}: {what}"));
        let hash = |bytes: Vec<u8>| {
            bytes.try_into().map(RefreshHash).map_err(|_| corrupt("a hash that has not 32 bytes"))
        };
        let previous = match (row.previous_hash, row.rotated_at) {
            (Some(spent), Some(at)) => Some(Spent { hash: hash(spent)?, at }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                return Err(corrupt("previous_hash and rotated_at disagree"));
            }
        };
        let ended = match (row.ended_at, row.end_reason) {
            (Some(at), Some(reason)) => Some(Ended { at, reason }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(corrupt("ended_at and end_reason disagree")),
        };
        Ok(Self {
            current: hash(row.refresh_hash)?,
            previous,
            generation: row.generation,
            expires_at: row.expires_at,
            ended,
        })
    }
}
