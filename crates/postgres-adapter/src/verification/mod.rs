//! Attempts to prove something in PostgreSQL.
//!
//! Whatever writes an attempt locks the account's row first. It is the one row that rivals at one type, an admin and a
//! change of the address share: so the limits on codes and guesses hold however many come at once, and a code that was
//! sent to an old number cannot prove the new one.

mod row;
mod summary;
mod void;
mod write;

use async_trait::async_trait;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, SelectableHelper, dsl::sql, sql_types::Bool,
};
use diesel_async::RunQueryDsl;
use souk_domain::{
    id::{UserId, VerificationId},
    page::Page,
    verification::{
        Channel, Confirmation, Requested, Verification, VerificationPosition, VerificationQuery,
        VerificationRefusal, VerificationScope, VerificationSummary, VerificationType,
    },
};
use souk_ports::{
    DecideError, PortError,
    idempotency::Once,
    verification::{DecideConfirmation, DecideRequest, DecideReview, VerificationRepository},
};

use self::row::VerificationRow;
pub(crate) use self::{summary::summary, void::void};
use crate::{PgPool, error::retrying, schema::verifications, words::Word};

/// Attempts to prove something.
#[derive(Clone)]
pub struct PgVerifications {
    pool: PgPool,
}

impl PgVerifications {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl VerificationRepository for PgVerifications {
    async fn request<'a>(
        &self,
        user: UserId,
        kind: VerificationType,
        decide: &'a DecideRequest<'a>,
        once: Option<&'a Once<'a, Requested>>,
    ) -> Result<Requested, DecideError<VerificationRefusal>> {
        retrying(|| write::try_request(&self.pool, user, kind, decide, once)).await
    }

    async fn resend<'a>(
        &self,
        user: UserId,
        channel: Channel,
        decide: &'a DecideRequest<'a>,
    ) -> Result<Requested, DecideError<VerificationRefusal>> {
        retrying(|| write::try_request(&self.pool, user, channel.into(), decide, None)).await
    }

    async fn confirm<'a>(
        &self,
        user: UserId,
        channel: Channel,
        decide: &'a DecideConfirmation<'a>,
    ) -> Result<Confirmation, DecideError<VerificationRefusal>> {
        retrying(|| write::try_confirm(&self.pool, user, channel.into(), decide)).await
    }

    async fn review<'a>(
        &self,
        id: VerificationId,
        decide: &'a DecideReview<'a>,
    ) -> Result<Verification, DecideError<VerificationRefusal>> {
        retrying(|| write::try_review(&self.pool, id, decide)).await
    }

    async fn list(
        &self,
        query: &VerificationQuery,
    ) -> Result<Page<Verification, VerificationPosition>, PortError> {
        let mut conn = self.pool.lease().await?;
        let after = query.after.map(|after| (after.submitted_at, after.id.as_uuid()));
        let mut page = verifications::table
            .select(VerificationRow::as_select())
            .limit(i64::from(query.limit.rows()) + 1)
            .into_boxed();
        // Each scope is the order of an index, which a page goes on in by its first key and breaks ties by its second.
        match query.scope {
            VerificationScope::Of(user) => {
                page = page
                    .filter(verifications::user_id.eq(user.as_uuid()))
                    .order((verifications::submitted_at.desc(), verifications::id.desc()));
                if let Some((at, id)) = after {
                    page = page
                        .filter(verifications::submitted_at.le(at))
                        .filter(verifications::submitted_at.lt(at).or(verifications::id.lt(id)));
                }
            }
            VerificationScope::Reviews(status) => {
                page = page
                    // To the letter what the index is limited to.
                    .filter(sql::<Bool>("verification_type IN ('government_id', 'address')"))
                    .filter(verifications::status.eq(Word(status)))
                    .order((verifications::submitted_at.asc(), verifications::id.asc()));
                if let Some((at, id)) = after {
                    page = page
                        .filter(verifications::submitted_at.ge(at))
                        .filter(verifications::submitted_at.gt(at).or(verifications::id.gt(id)));
                }
            }
        }
        let rows = page.load::<VerificationRow>(&mut *conn).await;
        let rows = conn.settle(rows)?.into_iter().map(Verification::try_from).collect::<Result<_, _>>()?;
        Ok(Page::of(rows, query.limit, Verification::position))
    }

    async fn summary(&self, user: UserId) -> Result<VerificationSummary, PortError> {
        let mut conn = self.pool.lease().await?;
        let summary = summary(&mut conn, user).await;
        conn.settle(summary)
    }
}
