//! Taking back what an account has proved, in the transaction that makes it untrue. Whoever calls has locked the
//! account's row.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryResult};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    id::UserId,
    verification::{Rejection, VerificationStatus, VerificationType},
};

use crate::{schema::verifications, words::Word};

/// The address or number that this type is about is another one from now on: what was proved of the old one says nothing
/// of the new one, and a code on its way to the old one proves nothing. When codes were sent stays, so that changing
/// numbers is no way to have any number of them sent.
pub(crate) async fn void(
    conn: &mut AsyncPgConnection,
    user: UserId,
    kind: VerificationType,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    use verifications::dsl;
    diesel::update(dsl::verifications)
        .filter(dsl::user_id.eq(user.as_uuid()))
        .filter(dsl::verification_type.eq(Word(kind)))
        .filter(dsl::status.ne(Word(VerificationStatus::Rejected)))
        .set((
            dsl::status.eq(Word(VerificationStatus::Rejected)),
            dsl::rejection_reason.eq(Rejection::ContactChanged.reason()),
            dsl::verified_at.eq(None::<DateTime<Utc>>),
            dsl::code_hash.eq(None::<Vec<u8>>),
            dsl::code_expires_at.eq(None::<DateTime<Utc>>),
            dsl::code_tries.eq(0_i16),
            dsl::updated_at.eq(now),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}
