//! What a person's attempts say of them.

use diesel::{ExpressionMethods, QueryDsl, QueryResult};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    id::UserId,
    verification::{Proven, Rejection, VerificationStatus, VerificationSummary, VerificationType},
};
use uuid::Uuid;

use crate::schema::verifications;

type Newest = (VerificationType, VerificationStatus, Option<String>, Option<Uuid>);

/// The newest attempt of each type tells; one that is pending or verified is always the newest. May run inside a
/// transaction.
pub(crate) async fn summary(conn: &mut AsyncPgConnection, user: UserId) -> QueryResult<VerificationSummary> {
    use verifications::dsl;
    let newest: Vec<Newest> = dsl::verifications
        .filter(dsl::user_id.eq(user.as_uuid()))
        .distinct_on(dsl::verification_type)
        .order((dsl::verification_type, dsl::submitted_at.desc(), dsl::id.desc()))
        .select((dsl::verification_type, dsl::status, dsl::rejection_reason, dsl::reviewed_by))
        .load(conn)
        .await?;
    let nothing = VerificationSummary::NOTHING;
    Ok(newest.into_iter().fold(nothing, |summary, (kind, status, reason, reviewer)| {
        let proven = match status {
            VerificationStatus::Pending => Proven::Pending,
            VerificationStatus::Verified => Proven::Verified,
            VerificationStatus::Rejected => {
                let rejection =
                    reason.and_then(|reason| Rejection::stored(reason, reviewer.map(UserId::from_uuid)));
                rejection.map_or(Proven::None, |rejection| rejection.proven())
            }
        };
        summary.with(kind, proven)
    }))
}
