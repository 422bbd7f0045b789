//! Answers kept under idempotency keys: read here, written inside the transaction that does the thing.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl,
    sql_types::{Binary, Text, Timestamptz, Uuid as SqlUuid},
};
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
    statement::statement,
};

/// An answer that has expired counts as gone, whether or not it was removed yet.
const RECORD: &str = "INSERT INTO idempotency_keys AS kept (user_id, key, fingerprint, response, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (user_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, response = excluded.response,
         created_at = excluded.created_at, expires_at = excluded.expires_at
     WHERE kept.expires_at <= excluded.created_at";

/// Records what a request was answered, in the transaction that does what it asked. A rival with the same key waits
/// here for that transaction to end: it then finds the key taken and writes nothing.
pub(crate) async fn record<T, E>(
    mut conn: &AsyncPgConnection,
    once: Option<&Once<'_, T>>,
    outcome: &T,
) -> Result<(), TryError<E>> {
    let Some(Once { claim, answer }) = once else { return Ok(()) };
    let recorded = statement(RECORD)
        .bind::<SqlUuid, _>(claim.user.as_uuid())
        .bind::<Text, _>(claim.key.as_ref())
        .bind::<Binary, _>(claim.fingerprint.0.to_vec())
        .bind::<Binary, _>(answer(outcome).0)
        .bind::<Timestamptz, _>(claim.created_at)
        .bind::<Timestamptz, _>(claim.expires_at)
        .execute(&mut conn)
        .await;
    match recorded {
        Ok(0) => Err(DecideError::AlreadyDone.into()),
        Ok(_) => Ok(()),
        Err(error) if is_lock_timeout(&error) => Err(DecideError::StillRunning.into()),
        Err(error) => Err(error.into()),
    }
}

/// What a refusal comes to. Doing a thing makes the rule refuse a second time, so that a repeat of what was done meanwhile
/// meets a refusal first; it is told that it is done. Whoever calls holds the lock under which the first one was recorded.
pub(crate) async fn refused<T, E>(
    mut conn: &AsyncPgConnection,
    once: Option<&Once<'_, T>>,
    refusal: E,
) -> Result<TryError<E>, TryError<E>> {
    let Some(Once { claim, .. }) = once else { return Ok(DecideError::Refused(refusal).into()) };
    let recorded = idempotency_keys::table
        .find((claim.user.as_uuid(), claim.key.as_ref()))
        .filter(idempotency_keys::expires_at.gt(claim.created_at))
        .select(idempotency_keys::user_id)
        .first::<uuid::Uuid>(&mut conn)
        .await
        .optional()?;
    Ok(if recorded.is_some() {
        DecideError::AlreadyDone.into()
    } else {
        DecideError::Refused(refusal).into()
    })
}

/// What stands before and after a number in an answer, for a statement that does the thing, learns the number from it and
/// stores the answer at once. An answer has to tell the number exactly once, in digits.
pub(crate) fn around_number(answer: impl Fn(i64) -> Answer) -> Result<(Vec<u8>, Vec<u8>), PortError> {
    // Of one length, and different in each digit: where the two answers differ is the number and nothing else, whatever
    // digits people wrote.
    const ONE: i64 = 1_111_111_111_111_111_111;
    const OTHER: i64 = 2_222_222_222_222_222_222;
    let (Answer(one), Answer(other)) = (answer(ONE), answer(OTHER));
    let same = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let after = |answer: &[u8], number: i64| {
        let rest = answer.get(same..)?.strip_prefix(number.to_string().as_bytes())?;
        Some(rest.to_vec())
    };
    match (after(&one, ONE), after(&other, OTHER)) {
        (Some(rest), Some(others)) if rest == others => {
            let mut before = one;
            before.truncate(same);
            Ok((before, rest))
        }
        _ => Err(PortError::Unexpected("an answer does not tell its number, or more than once".to_owned())),
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
        let conn = self.pool.reader().await?;
        let found = idempotency_keys::table
            .find((user.as_uuid(), key.as_ref()))
            .filter(idempotency_keys::expires_at.gt(now))
            .select((idempotency_keys::fingerprint, idempotency_keys::response))
            .first::<(Vec<u8>, Vec<u8>)>(&mut conn.connection())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(answer: impl Fn(i64) -> String) -> Option<(String, String)> {
        let (before, after) = around_number(|number| Answer(answer(number).into_bytes())).ok()?;
        Some((String::from_utf8(before).unwrap(), String::from_utf8(after).unwrap()))
    }

    #[test]
    fn an_answer_is_parted_around_its_number() {
        let answer = |seq| format!("{{\"text\":\"1111111111111111111\",\"seq\":{seq},\"x\":2}}");
        let (before, after) = parts(answer).unwrap();
        assert_eq!(format!("{before}7{after}"), answer(7));
        assert_eq!(parts(|seq| seq.to_string()), Some((String::new(), String::new())));
    }

    #[test]
    fn an_answer_without_its_number_or_with_two_is_a_defect() {
        assert_eq!(parts(|_| "nothing".to_owned()), None);
        assert_eq!(parts(|_| String::new()), None);
        assert_eq!(parts(|seq| format!("{seq} {seq}")), None);
        assert_eq!(parts(|seq| format!("{}", seq + 1)), None);
    }
}
