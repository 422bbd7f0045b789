//! Running the place, in PostgreSQL.

pub(crate) mod audit;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, PgTextExpressionMethods,
    dsl::{AsSelect, SqlTypeOf, sql},
    pg::Pg,
    prelude::*,
    sql_query,
    sql_types::{Bool, Text},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    admin::{AdminRefusal, AuditEntry, Subject},
    id::{AuditEntryId, UserId},
    page::{Limit, Page},
    user::{Role, User},
};
use souk_ports::{
    DecideError, PortError,
    admin::{AccountKey, AccountQuery, AdminRepository, DecideJudgement},
};
use uuid::Uuid;

use self::audit::AuditRow;
use crate::{
    PgPool,
    error::{TryError, retrying},
    schema::{audit_entries, users},
    user::row::{UserRow, columns, standing},
    words::{AccountStatus, Word},
};

/// Running the place.
#[derive(Clone)]
pub struct PgAdmins {
    pool: PgPool,
}

impl PgAdmins {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

type SubjectColumns = (Uuid, Role, AccountStatus, Option<DateTime<Utc>>);

fn subject((id, role, status, deleted_at): SubjectColumns) -> Result<Subject, PortError> {
    let standing = standing(status, deleted_at)
        .ok_or_else(|| PortError::Corrupt(format!("users {id}: status and deleted_at disagree")))?;
    Ok(Subject { id: UserId::from_uuid(id), role, standing })
}

#[async_trait]
impl AdminRepository for PgAdmins {
    async fn find_subject(&self, id: UserId) -> Result<Option<Subject>, PortError> {
        let mut conn = self.pool.lease().await?;
        let found = users::table
            .find(id.as_uuid())
            .select((users::id, users::role, users::status, users::deleted_at))
            .first::<SubjectColumns>(&mut *conn)
            .await
            .optional();
        conn.settle(found)?.map(subject).transpose()
    }

    async fn list_accounts(
        &self,
        query: &AccountQuery,
    ) -> Result<Page<User, (DateTime<Utc>, UserId)>, PortError> {
        let mut page = users::table.select(UserRow::as_select()).into_boxed();
        if let Some(text) = &query.text {
            // As the trigram indexes have it: over text, since a citext has none.
            let pattern = format!("%{}%", escaped(text));
            let username = sql::<Text>("username::text").ilike(pattern.clone());
            page = page.filter(username.or(sql::<Text>("email::text").ilike(pattern)));
        }
        if let Some(role) = query.role {
            page = page.filter(users::role.eq(Word(role)));
        }
        if let Some(may_act) = query.may_act {
            page = page.filter(sql::<Bool>(if may_act { "status = 'active'" } else { "status <> 'active'" }));
        }
        if let Some((at, id)) = query.after {
            page = page
                .filter(users::created_at.le(at))
                .filter(users::created_at.lt(at).or(users::id.lt(id.as_uuid())));
        }
        let page =
            page.order((users::created_at.desc(), users::id.desc())).limit(i64::from(query.limit.rows()) + 1);
        let mut conn = self.pool.lease().await?;
        let rows = if query.text.is_some() {
            try_planned_for_values(&mut conn, page).await
        } else {
            page.load::<UserRow>(&mut *conn).await
        };
        let rows = conn.settle(rows)?.into_iter().map(User::try_from).collect::<Result<_, _>>()?;
        Ok(Page::of(rows, query.limit, |user: &User| (user.created_at, user.id)))
    }

    async fn judge<'a>(
        &self,
        account: &AccountKey,
        decide: &'a DecideJudgement<'a>,
    ) -> Result<User, DecideError<AdminRefusal>> {
        retrying(async || {
            let mut lease = self.pool.lease().await.map_err(DecideError::from)?;
            let judged = try_judge(&mut lease, account, decide).await;
            lease.finish();
            judged
        })
        .await
    }

    async fn list_audit(
        &self,
        after: Option<(DateTime<Utc>, AuditEntryId)>,
        limit: Limit,
    ) -> Result<Page<AuditEntry, (DateTime<Utc>, AuditEntryId)>, PortError> {
        let mut page = audit_entries::table.select(AuditRow::as_select()).into_boxed();
        if let Some((at, id)) = after {
            page = page
                .filter(audit_entries::created_at.le(at))
                .filter(audit_entries::created_at.lt(at).or(audit_entries::id.lt(id.as_uuid())));
        }
        let mut conn = self.pool.lease().await?;
        let rows = page
            .order((audit_entries::created_at.desc(), audit_entries::id.desc()))
            .limit(i64::from(limit.rows()) + 1)
            .load::<AuditRow>(&mut *conn)
            .await;
        let rows = conn.settle(rows)?.into_iter().map(AuditEntry::from).collect();
        Ok(Page::of(rows, limit, |entry: &AuditEntry| (entry.at, entry.id)))
    }
}

type AccountsQuery<'a> = users::BoxedQuery<'a, Pg, SqlTypeOf<AsSelect<UserRow, Pg>>>;

/// A page, planned for the text at hand: only it tells whether it is found sooner in the trigrams or among the newest. A
/// plan for any text goes through all accounts for a name that one of them has.
async fn try_planned_for_values(
    conn: &mut AsyncPgConnection,
    page: AccountsQuery<'_>,
) -> QueryResult<Vec<UserRow>> {
    conn.transaction(async |conn| {
        sql_query("SET LOCAL plan_cache_mode = force_custom_plan").execute(conn).await?;
        page.load(conn).await
    })
    .await
}

/// What a person typed, with nothing left that LIKE would take for a pattern.
fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect()
}

async fn try_judge(
    conn: &mut AsyncPgConnection,
    account: &AccountKey,
    decide: &DecideJudgement<'_>,
) -> Result<User, TryError<AdminRefusal>> {
    conn.transaction(async |conn| {
        let subject = lock_subject(conn, account).await?;
        let judgement = decide(subject).map_err(DecideError::Refused)?;
        let (status, deleted_at) = columns(judgement.standing);
        let row = diesel::update(users::table.find(subject.id.as_uuid()))
            .set((
                users::role.eq(Word(judgement.role)),
                users::status.eq(Word(status)),
                users::deleted_at.eq(deleted_at),
                users::updated_at.eq(judgement.entry.at),
            ))
            .returning(UserRow::as_returning())
            .get_result(conn)
            .await?;
        audit::record(conn, &judgement.entry).await?;
        Ok(User::try_from(row).map_err(DecideError::from)?)
    })
    .await
}

async fn lock_subject(
    conn: &mut AsyncPgConnection,
    account: &AccountKey,
) -> Result<Subject, TryError<AdminRefusal>> {
    let columns = (users::id, users::role, users::status, users::deleted_at);
    let all = users::table.select(columns).for_no_key_update();
    let found: Option<SubjectColumns> = match account {
        AccountKey::Id(id) => all.filter(users::id.eq(id.as_uuid())).first(conn).await.optional()?,
        AccountKey::Email(email) => {
            all.filter(users::email.eq(email.as_ref())).first(conn).await.optional()?
        }
    };
    let found = found.ok_or(DecideError::NotFound)?;
    Ok(subject(found).map_err(DecideError::from)?)
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_people_type_is_no_pattern() {
        assert_eq!(escaped(r"50%_a\b"), r"50\%\_a\\b");
    }
}
