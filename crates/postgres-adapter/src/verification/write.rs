//! Writing attempts: lock the account, ask the rule, write everything or nothing.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper, upsert::excluded};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    contact::{Email, Phone},
    id::{UserId, VerificationId},
    verification::{
        Account, Confirmation, Requested, Verification, VerificationRefusal, VerificationStatus,
        VerificationType,
    },
};
use souk_ports::{
    DecideError, PortError,
    idempotency::Once,
    verification::{DecideConfirmation, DecideRequest, DecideReview},
};
use uuid::Uuid;

use super::row::{SavedRow, VerificationRow};
use crate::{
    PgPool,
    admin::audit,
    error::TryError,
    idempotency,
    schema::{users, verifications},
    user::row::standing,
    words::{AccountStatus, Word},
};

type Tried<T> = Result<T, TryError<VerificationRefusal>>;

/// How many of the newest attempts at a type tell what the limit on codes has to know. Attempts follow one another, and
/// each begins with a code, so that an hour's three codes lie in three attempts and the one before them at most.
const ENOUGH: i64 = 4;

pub(super) async fn try_request(
    pool: &PgPool,
    user: UserId,
    kind: VerificationType,
    decide: &DecideRequest<'_>,
    once: Option<&Once<'_, Requested>>,
) -> Tried<Requested> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let requested = lease
        .transaction(async |conn| {
            let account = lock_account(conn, user, kind).await?;
            let requested = decide(account).map_err(DecideError::Refused)?;
            // Before the rest, so that a repeat ends here having written nothing.
            idempotency::record(conn, once, &requested).await?;
            if let Some(ended) = &requested.ended {
                save(conn, ended).await?;
            }
            save(conn, &requested.verification).await?;
            Ok(requested)
        })
        .await;
    lease.finish();
    requested
}

pub(super) async fn try_confirm(
    pool: &PgPool,
    user: UserId,
    kind: VerificationType,
    decide: &DecideConfirmation<'_>,
) -> Tried<Confirmation> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let confirmation = lease
        .transaction(async |conn| {
            let account = lock_account(conn, user, kind).await?;
            let confirmation = decide(account).map_err(DecideError::Refused)?;
            save(conn, confirmation.verification()).await?;
            Ok(confirmation)
        })
        .await;
    lease.finish();
    confirmation
}

pub(super) async fn try_review(
    pool: &PgPool,
    id: VerificationId,
    decide: &DecideReview<'_>,
) -> Tried<Verification> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let reviewed = lease
        .transaction(async |conn| {
            // Whose it is never changes, so that it may be read before the lock.
            let attempt = verifications::table.find(id.as_uuid());
            let owner = attempt.select(verifications::user_id).first::<Uuid>(conn).await.optional()?;
            let owner = owner.ok_or(DecideError::NotFound)?;
            lock(conn, UserId::from_uuid(owner)).await?;
            let row = attempt.select(VerificationRow::as_select()).first::<VerificationRow>(conn).await?;
            let verification = Verification::try_from(row).map_err(DecideError::from)?;
            let (reviewed, entry) = decide(verification).map_err(DecideError::Refused)?;
            save(conn, &reviewed).await?;
            audit::record(conn, &entry).await?;
            Ok(reviewed)
        })
        .await;
    lease.finish();
    reviewed
}

/// The account's row, locked against whatever else writes attempts or changes an address, without standing in the way of
/// rows that only refer to it.
async fn lock(
    conn: &mut AsyncPgConnection,
    user: UserId,
) -> Tried<(String, Option<String>, AccountStatus, Option<DateTime<Utc>>)> {
    let found = users::table
        .find(user.as_uuid())
        .select((users::email, users::phone, users::status, users::deleted_at))
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    Ok(found.ok_or(DecideError::NotFound)?)
}

async fn lock_account(conn: &mut AsyncPgConnection, user: UserId, kind: VerificationType) -> Tried<Account> {
    let (email, phone, status, deleted_at) = lock(conn, user).await?;
    let standing = standing(status, deleted_at)
        .ok_or_else(|| PortError::Corrupt(format!("users {user}: status and deleted_at disagree")))
        .map_err(DecideError::from)?;
    let rows = verifications::table
        .filter(verifications::user_id.eq(user.as_uuid()))
        .filter(verifications::verification_type.eq(Word(kind)))
        .order((verifications::submitted_at.desc(), verifications::id.desc()))
        .limit(ENOUGH)
        .select(VerificationRow::as_select())
        .load::<VerificationRow>(conn)
        .await?;
    let attempts: Vec<_> =
        rows.into_iter().map(Verification::try_from).collect::<Result<_, _>>().map_err(DecideError::from)?;
    let sent_at = attempts.iter().flat_map(|attempt| attempt.sent_at.iter().copied()).collect();
    let current = attempts.into_iter().find(|attempt| attempt.state.status() != VerificationStatus::Rejected);
    let (email, phone) = (Email::stored(email), phone.map(Phone::stored));
    Ok(Account { user, standing, email, phone, current, sent_at })
}

/// Writes an attempt as it is from now on, new or not.
async fn save(conn: &mut AsyncPgConnection, verification: &Verification) -> diesel::QueryResult<()> {
    use verifications::dsl;
    diesel::insert_into(dsl::verifications)
        .values(SavedRow::from(verification))
        .on_conflict(dsl::id)
        .do_update()
        // What an attempt is about never changes.
        .set((
            dsl::status.eq(excluded(dsl::status)),
            dsl::verified_at.eq(excluded(dsl::verified_at)),
            dsl::rejection_reason.eq(excluded(dsl::rejection_reason)),
            dsl::reviewed_by.eq(excluded(dsl::reviewed_by)),
            dsl::updated_at.eq(excluded(dsl::updated_at)),
            dsl::code_hash.eq(excluded(dsl::code_hash)),
            dsl::code_expires_at.eq(excluded(dsl::code_expires_at)),
            dsl::code_tries.eq(excluded(dsl::code_tries)),
            dsl::code_sent_at.eq(excluded(dsl::code_sent_at)),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}
