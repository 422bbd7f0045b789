//! The record of what admins did: written inside the transaction of the act.

use chrono::{DateTime, Utc};
use diesel::{QueryResult, pg::Pg, prelude::*};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    admin::{AdminAct, AdminActor, AuditEntry, Reason},
    id::{AuditEntryId, UserId},
};
use uuid::Uuid;

use crate::{schema::audit_entries, words::Word};

/// Adds a line. Whoever calls is in the transaction that does what it tells of.
pub(crate) async fn record(conn: &mut AsyncPgConnection, entry: &AuditEntry) -> QueryResult<()> {
    let admin = match entry.actor {
        AdminActor::Admin(id) => Some(id.as_uuid()),
        AdminActor::Operator => None,
    };
    diesel::insert_into(audit_entries::table)
        .values((
            audit_entries::id.eq(entry.id.as_uuid()),
            audit_entries::admin_id.eq(admin),
            audit_entries::act.eq(Word(entry.act)),
            audit_entries::subject_id.eq(entry.subject),
            audit_entries::reason.eq(entry.reason.as_ref().map(AsRef::as_ref)),
            audit_entries::created_at.eq(entry.at),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_entries, check_for_backend(Pg))]
pub(super) struct AuditRow {
    id: Uuid,
    admin_id: Option<Uuid>,
    act: AdminAct,
    subject_id: Uuid,
    reason: Option<String>,
    created_at: DateTime<Utc>,
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        Self {
            id: AuditEntryId::from_uuid(row.id),
            actor: row.admin_id.map_or(AdminActor::Operator, |id| AdminActor::Admin(UserId::from_uuid(id))),
            act: row.act,
            subject: row.subject_id,
            reason: row.reason.map(Reason::stored),
            at: row.created_at,
        }
    }
}
