//! Changing passwords: lock the account, ask the rule, write the hash and end what it ends.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, QueryResult, Queryable, Selectable,
    SelectableHelper, upsert::excluded,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    id::{SessionId, UserId},
    session::{PasswordRefusal, PasswordReset, ResetHash, ResetRefusal, SessionEnd},
    user::Standing,
};
use souk_ports::{
    DecideError, PortError,
    session::{
        DecidePasswordChange, DecideReset, NewPassword, PasswordContext, PasswordHash, PasswordRepository,
        ResetContext,
    },
};
use uuid::Uuid;

use crate::{
    PgPool,
    error::{TryError, retrying},
    expiry,
    schema::{password_resets, sessions, users},
    user::row::standing,
    words::{AccountStatus, Word},
};

/// Passwords and their resets.
#[derive(Clone)]
pub struct PgPasswords {
    pool: PgPool,
}

impl PgPasswords {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl PasswordRepository for PgPasswords {
    async fn find(&self, user: UserId) -> Result<Option<PasswordHash>, PortError> {
        let mut conn = self.pool.lease().await?;
        let found =
            users::table.find(user.as_uuid()).select(users::password_hash).first(&mut *conn).await.optional();
        Ok(conn.settle(found)?.map(PasswordHash))
    }

    async fn change<'a>(
        &self,
        user: UserId,
        kept: SessionId,
        decide: &'a DecidePasswordChange<'a>,
    ) -> Result<(), DecideError<PasswordRefusal>> {
        retrying(|| try_change(&self.pool, user, kept, decide)).await
    }

    async fn put_reset(&self, reset: &PasswordReset) -> Result<(), PortError> {
        let mut conn = self.pool.lease().await?;
        let put = diesel::insert_into(password_resets::table)
            .values(ResetRow::from(reset))
            .on_conflict(password_resets::user_id)
            .do_update()
            .set((
                password_resets::token_hash.eq(excluded(password_resets::token_hash)),
                password_resets::created_at.eq(excluded(password_resets::created_at)),
                password_resets::expires_at.eq(excluded(password_resets::expires_at)),
            ))
            .execute(&mut *conn)
            .await;
        conn.settle(put).map(|_| ())
    }

    async fn find_reset(&self, hash: ResetHash) -> Result<Option<PasswordReset>, PortError> {
        let mut conn = self.pool.lease().await?;
        let found = password_resets::table
            .filter(password_resets::token_hash.eq(&hash.0[..]))
            .select(ResetRow::as_select())
            .first(&mut *conn)
            .await;
        conn.settle(found.optional())?.map(PasswordReset::try_from).transpose()
    }

    async fn reset<'a>(
        &self,
        hash: ResetHash,
        decide: &'a DecideReset<'a>,
    ) -> Result<(), DecideError<ResetRefusal>> {
        retrying(|| try_reset(&self.pool, hash, decide)).await
    }

    async fn remove_expired_resets(&self, now: DateTime<Utc>, limit: u32) -> Result<u64, PortError> {
        expiry::remove(&self.pool, "password_resets", now, limit).await
    }
}

async fn try_change(
    pool: &PgPool,
    user: UserId,
    kept: SessionId,
    decide: &DecidePasswordChange<'_>,
) -> Result<(), TryError<PasswordRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let changed = lease
        .transaction(async |conn| {
            let (password_hash, standing) = lock_account(conn, user).await?;
            let context = PasswordContext { password_hash, standing };
            let new = decide(&context).map_err(DecideError::Refused)?;
            write(conn, user, &new, Some(kept)).await?;
            // A reset that is under way was meant for the password of before.
            remove_reset(conn, user).await?;
            Ok(())
        })
        .await;
    lease.finish();
    changed
}

async fn try_reset(
    pool: &PgPool,
    hash: ResetHash,
    decide: &DecideReset<'_>,
) -> Result<(), TryError<ResetRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let changed = lease
        .transaction(async |conn| {
            let user = user_of(conn, hash).await?;
            // The account first, as whoever changes the password with the old one does: so the two meet here.
            let (_, standing) = lock_account(conn, user).await?;
            let reset = lock_reset(conn, hash).await?;
            let new = decide(&ResetContext { reset, standing }).map_err(DecideError::Refused)?;
            write(conn, user, &new, None).await?;
            remove_reset(conn, user).await?;
            Ok(())
        })
        .await;
    lease.finish();
    changed
}

/// The account, locked against whatever else would change its password or standing.
async fn lock_account<E>(
    conn: &mut AsyncPgConnection,
    user: UserId,
) -> Result<(PasswordHash, Standing), TryError<E>> {
    let found: Option<(String, AccountStatus, Option<DateTime<Utc>>)> = users::table
        .find(user.as_uuid())
        .select((users::password_hash, users::status, users::deleted_at))
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    let (hash, status, deleted_at) = found.ok_or(DecideError::NotFound)?;
    let standing = standing(status, deleted_at)
        .ok_or_else(|| PortError::Corrupt(format!("users {user}: status and deleted_at disagree")))
        .map_err(DecideError::from)?;
    Ok((PasswordHash(hash), standing))
}

async fn user_of<E>(conn: &mut AsyncPgConnection, hash: ResetHash) -> Result<UserId, TryError<E>> {
    let found: Option<Uuid> = password_resets::table
        .filter(password_resets::token_hash.eq(&hash.0[..]))
        .select(password_resets::user_id)
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(UserId::from_uuid).ok_or(DecideError::NotFound)?)
}

/// The reset, looked for again now that nobody else can use it.
async fn lock_reset<E>(conn: &mut AsyncPgConnection, hash: ResetHash) -> Result<PasswordReset, TryError<E>> {
    let found: Option<ResetRow> = password_resets::table
        .filter(password_resets::token_hash.eq(&hash.0[..]))
        .select(ResetRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    let row = found.ok_or(DecideError::NotFound)?;
    Ok(PasswordReset::try_from(row).map_err(DecideError::from)?)
}

/// The new hash; and all sessions end but the one that is kept.
async fn write(
    conn: &mut AsyncPgConnection,
    user: UserId,
    new: &NewPassword,
    kept: Option<SessionId>,
) -> QueryResult<()> {
    diesel::update(users::table.find(user.as_uuid()))
        .set((users::password_hash.eq(&new.hash.0), users::updated_at.eq(new.at)))
        .execute(conn)
        .await?;
    // No session has the nil id, so that without one to keep all end.
    let kept = kept.map_or(Uuid::nil(), SessionId::as_uuid);
    diesel::update(sessions::table)
        .filter(sessions::user_id.eq(user.as_uuid()))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::id.ne(kept))
        .set((sessions::ended_at.eq(new.at), sessions::end_reason.eq(Word(SessionEnd::PasswordChanged))))
        .execute(conn)
        .await
        .map(|_| ())
}

async fn remove_reset(conn: &mut AsyncPgConnection, user: UserId) -> QueryResult<()> {
    diesel::delete(password_resets::table.find(user.as_uuid())).execute(conn).await.map(|_| ())
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = password_resets, check_for_backend(diesel::pg::Pg))]
struct ResetRow {
    user_id: Uuid,
    token_hash: Vec<u8>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl From<&PasswordReset> for ResetRow {
    fn from(reset: &PasswordReset) -> Self {
        Self {
            user_id: reset.user.as_uuid(),
            token_hash: reset.hash.0.to_vec(),
            created_at: reset.created_at,
            expires_at: reset.expires_at,
        }
    }
}

impl TryFrom<ResetRow> for PasswordReset {
    type Error = PortError;

    fn try_from(row: ResetRow) -> Result<Self, PortError> {
        let user = row.user_id;
        let hash = row.token_hash.try_into().map(ResetHash).map_err(|_| {
            PortError::Corrupt(format!("password_resets {user}: a hash that has not 32 bytes"))
        })?;
        Ok(Self {
            user: UserId::from_uuid(user),
            hash,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}
