//! Which account at the payment provider is whose.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension, QueryDsl, Queryable, Selectable, SelectableHelper, pg::Pg, sql_types};
use diesel_async::RunQueryDsl;
use souk_domain::{
    contact::Email,
    id::UserId,
    user::{Payee, PayoutAccountId},
};
use souk_ports::{PortError, user::PayeeRepository};
use uuid::Uuid;

use super::row::standing;
use crate::{PgPool, schema::users, statement::statement, words::AccountStatus};

/// Sellers as the payment provider knows them.
#[derive(Clone)]
pub struct PgPayees {
    pool: PgPool,
}

impl PgPayees {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Pg))]
struct PayeeRow {
    id: Uuid,
    email: String,
    status: AccountStatus,
    deleted_at: Option<DateTime<Utc>>,
    stripe_connect_account_id: Option<String>,
}

#[derive(diesel::QueryableByName)]
struct Kept {
    #[diesel(sql_type = sql_types::Text)]
    account: String,
}

#[async_trait]
impl PayeeRepository for PgPayees {
    async fn find(&self, id: UserId) -> Result<Option<Payee>, PortError> {
        let mut conn = self.pool.lease().await?;
        let found = users::table.find(id.as_uuid()).select(PayeeRow::as_select()).first(&mut *conn).await;
        conn.settle(found.optional())?.map(Payee::try_from).transpose()
    }

    async fn keep_payout_account(
        &self,
        id: UserId,
        account: &PayoutAccountId,
    ) -> Result<Option<PayoutAccountId>, PortError> {
        let mut conn = self.pool.lease().await?;
        // Coalesce, not a WHERE … IS NULL: who waited for a rival's lock sees the rival's account and writes it again, so
        // that one statement both decides and tells. The version stays, since nobody reads this column of an account.
        let kept = statement(
            "UPDATE users SET stripe_connect_account_id = coalesce(stripe_connect_account_id, $2)
             WHERE id = $1 AND status <> 'deleted' RETURNING stripe_connect_account_id AS account",
        )
        .bind::<sql_types::Uuid, _>(id.as_uuid())
        .bind::<sql_types::Text, _>(account.as_ref())
        .get_result::<Kept>(&mut *conn)
        .await;
        Ok(conn.settle(kept.optional())?.map(|kept| PayoutAccountId::stored(kept.account)))
    }
}

impl TryFrom<PayeeRow> for Payee {
    type Error = PortError;

    fn try_from(row: PayeeRow) -> Result<Self, PortError> {
        let id = row.id;
        Ok(Self {
            id: UserId::from_uuid(id),
            email: Email::stored(row.email),
            standing: standing(row.status, row.deleted_at)
                .ok_or_else(|| PortError::Corrupt(format!("users {id}: status and deleted_at disagree")))?,
            payout_account: row.stripe_connect_account_id.map(PayoutAccountId::stored),
        })
    }
}
