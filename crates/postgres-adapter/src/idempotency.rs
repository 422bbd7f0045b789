//! Answers kept under idempotency keys: read here, written inside the transaction that does the thing.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, upsert::excluded};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    id::UserId,
    idempotency::{Fingerprint, IdempotencyKey},
};
use souk_ports::{
    DecideError, PortError,
    idempotency::{Answer, Answered, IdempotencyRepository, Once},
};

use crate::{
    PgPool,
    error::{TryError, is_lock_timeout},
    expiry,
    schema::idempotency_keys,
};

/// Records what a request was answered, in the transaction that does what it asked. A rival with the same key waits
/// here for that transaction to end: it then finds the key taken and writes nothing.
pub(crate) async fn record<T, E>(
    conn: &mut AsyncPgConnection,
    once: Option<&Once<'_, T>>,
    outcome: &T,
) -> Result<(), TryError<E>> {
    let Some(Once { claim, answer }) = once else { return Ok(()) };
    let fields = (
        idempotency_keys::user_id.eq(claim.user.as_uuid()),
        idempotency_keys::key.eq(claim.key.as_ref()),
        idempotency_keys::fingerprint.eq(claim.fingerprint.0.as_slice()),
        idempotency_keys::response.eq(answer(outcome).0),
        idempotency_keys::created_at.eq(claim.created_at),
        idempotency_keys::expires_at.eq(claim.expires_at),
    );
    let upsert = diesel::insert_into(idempotency_keys::table)
        .values(fields)
        .on_conflict((idempotency_keys::user_id, idempotency_keys::key))
        .do_update()
        // An answer that has expired counts as gone, whether or not it was removed yet.
        .set((
            idempotency_keys::fingerprint.eq(excluded(idempotency_keys::fingerprint)),
            idempotency_keys::response.eq(excluded(idempotency_keys::response)),
            idempotency_keys::created_at.eq(excluded(idempotency_keys::created_at)),
            idempotency_keys::expires_at.eq(excluded(idempotency_keys::expires_at)),
        ));
    let recorded = diesel::query_dsl::methods::FilterDsl::filter(
        upsert,
        idempotency_keys::expires_at.le(claim.created_at),
    )
    .execute(conn)
    .await;
    match recorded {
        Ok(0) => Err(DecideError::AlreadyDone.into()),
        Ok(_) => Ok(()),
        Err(error) if is_lock_timeout(&error) => Err(DecideError::StillRunning.into()),
        Err(error) => Err(error.into()),
    }
}

/// Idempotency keys in PostgreSQL.
#[derive(Clone)]
pub struct PgIdempotency {
    pool: PgPool,
}

impl PgIdempotency {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl IdempotencyRepository for PgIdempotency {
    async fn find(
        &self,
        user: UserId,
        key: &IdempotencyKey,
        now: DateTime<Utc>,
    ) -> Result<Option<Answered>, PortError> {
        let mut conn = self.pool.lease().await?;
        let found = idempotency_keys::table
            .find((user.as_uuid(), key.as_ref()))
            .filter(idempotency_keys::expires_at.gt(now))
            .select((idempotency_keys::fingerprint, idempotency_keys::response))
            .first::<(Vec<u8>, Vec<u8>)>(&mut *conn)
            .await
            .optional();
        let found = conn.settle(found)?;
        found
            .map(|(fingerprint, answer)| {
                let fingerprint = fingerprint
                    .try_into()
                    .map_err(|_| PortError::Corrupt(format!("idempotency_keys of {user}: fingerprint")))?;
                Ok(Answered { fingerprint: Fingerprint(fingerprint), answer: Answer(answer) })
            })
            .transpose()
    }

    async fn remove_expired(&self, now: DateTime<Utc>, limit: u32) -> Result<u64, PortError> {
        expiry::remove(&self.pool, "idempotency_keys", now, limit).await
    }
}
